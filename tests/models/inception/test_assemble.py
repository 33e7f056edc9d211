import re
from dataclasses import replace

import pytest

from organizer.errors import BundleError
from organizer.models.checksums import parse_checksum
from organizer.models.download.sources import read_sources
from organizer.models.inception.assemble import Ingredient, prepare_backbone, version_of
from tests.models.stand_ins import archives, save_hub_module, tar_gz

__all__ = ["archives"]


@pytest.fixture
def part():
    """The TF Hub module as the list of sources has it: without a checksum."""
    return read_sources({}).parts["inception-hub"]


@pytest.mark.parametrize("prefix", ["", "./", "module/"])
def test_a_module_may_lie_in_a_folder_of_its_archive(archives, tmp_path, part, prefix):
    archive = tar_gz(tmp_path / "a.tar.gz", archives / "module", prefix=prefix)
    prepare_backbone(Ingredient(part, archive), tmp_path / "out")
    assert (tmp_path / "out" / "saved_model.pb").read_bytes() == (
        archives / "module" / "saved_model.pb"
    ).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "out"]


@pytest.mark.parametrize(
    ("module", "words"),
    [({"channels": 64}, "64 numbers"), ({"as_dict": False}, "pool_3"), ({"reads_file": True}, "ReadFile")],
)
def test_another_module_is_refused_and_leaves_nothing(tmp_path, part, module, words):
    archive = tar_gz(tmp_path / "a.tar.gz", save_hub_module(tmp_path / "module", **module))
    with pytest.raises(BundleError, match=words):
        prepare_backbone(Ingredient(part, archive), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "module"]


def test_a_pinned_archive_is_held_against_its_pin(archives, tmp_path, part):
    archive = tar_gz(tmp_path / "a.tar.gz", archives / "module")
    pinned = replace(part, checksum=parse_checksum("sha256:" + "0" * 64))
    with pytest.raises(BundleError, match="checksum"):
        prepare_backbone(Ingredient(pinned, archive), tmp_path / "out")


def test_the_version_tells_what_it_was_made_of(tmp_path):
    (tmp_path / "backbone").mkdir()
    (tmp_path / "backbone" / "saved_model.pb").write_bytes(b"network")
    (tmp_path / "pca.npz").write_bytes(b"pca")
    bare = version_of(tmp_path)
    assert re.fullmatch(r"1\.1\.0\+[0-9a-f]{8}", bare)
    assert version_of(tmp_path) == bare
    seen = {bare}
    for name, content in (
        ("classifier.npz", b"one"),
        ("classifier.npz", b"another"),
        ("backbone/saved_model.pb", b"another network"),
    ):
        (tmp_path / name).write_bytes(content)
        seen.add(version_of(tmp_path))
    assert len(seen) == 4
