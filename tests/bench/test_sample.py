import os
from dataclasses import replace

import pytest

from organizer.bench import sample as samples
from organizer.bench.sample import choose, generate
from organizer.errors import FolderError
from tests.clips import make_clip


@pytest.fixture
def folder(tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.mp4").write_bytes(b"x")
    (tmp_path / "notes.txt").write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize(
    ("count", "names"),
    [(1, "5"), (2, "09"), (3, "049"), (4, "0369"), (10, "0123456789"), (12, "0123456789")],
)
def test_takes_videos_spread_over_the_folder(folder, count, names):
    chosen = choose(str(folder), count)
    assert [file.relative_path for file in chosen.files] == [f"{name}.mp4" for name in names]
    assert chosen.found == 10
    assert not chosen.generated


def test_a_folder_behind_a_link_is_named_as_scans_name_it(folder, tmp_path_factory):
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(folder)
    chosen = choose(str(link), 1)
    assert chosen.folder == os.path.realpath(folder)
    assert chosen.files[0].path == os.path.join(os.path.realpath(folder), "5.mp4")


def test_a_folder_without_videos_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"x")
    with pytest.raises(FolderError, match="no video in this folder"):
        choose(str(tmp_path), 3)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(FolderError, match="does not exist"):
        choose(str(tmp_path / "missing"), 3)


def test_a_file_is_refused(tmp_path):
    with pytest.raises(FolderError, match="not a folder"):
        choose(str(make_clip(tmp_path / "clip.mp4", seconds=0.2)), 3)


def test_makes_clips_that_differ(tmp_path, monkeypatch):
    monkeypatch.setattr(
        samples, "PHONE_1080P", replace(samples.PHONE_1080P, width=64, height=48, key_every=3)
    )
    made = generate(tmp_path, 3)
    assert made.generated
    assert (made.found, len(made.files)) == (3, 3)
    contents = {(tmp_path / file.relative_path).read_bytes() for file in made.files}
    assert len(contents) == 3
    assert sorted(os.listdir(tmp_path)) == ["00.mp4", "01.mp4", "02.mp4"]
    assert all(file.size_bytes == os.path.getsize(file.path) for file in made.files)
