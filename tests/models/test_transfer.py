import json
import shutil

import pytest

from organizer.errors import BundleError
from organizer.models import catalogue, installing
from organizer.models.checksums import sha256_of
from organizer.models.sources import read_sources
from organizer.models.transfer import export_model, import_model
from tests.file_server import file_server
from tests.models.stand_ins import PARTS, Site, archives, save_hub_module, tar_gz

__all__ = ["archives"]


@pytest.fixture(scope="module")
def sources(archives, tmp_path_factory):
    file = tmp_path_factory.mktemp("sources") / "sources.json"
    with file_server() as server:
        Site(server, archives, file)
    return read_sources({"ORGANIZER_SOURCES": str(file)})


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "models"


def raw(folder, archives, *parts):
    folder.mkdir()
    for part in parts:
        shutil.copy(archives / PARTS[part], folder)
    return folder


@pytest.fixture(scope="module")
def exported(archives, sources, tmp_path_factory):
    """A folder made on another machine; tests copy it before they change it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORGANIZER_MODELS", str(folder / "models"))
        patch.setenv("ORGANIZER_CACHE", str(folder / "cache"))
        import_model(raw(folder / "raw", archives, "inception-hub", "yt8m-pca", "cnn-lstm"), sources)
        return export_model("inception-yt8m", folder / "exported")


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


def change(folder, **fields):
    file = folder / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


@pytest.mark.parametrize("backbone", ["inception-hub", "inception-graph"])
def test_downloaded_files_become_a_model(models, archives, sources, tmp_path, backbone):
    bundle = import_model(raw(tmp_path / "raw", archives, backbone, "yt8m-pca", "cnn-lstm"), sources)
    bundle.verify()
    assert bundle.has_classifier
    assert bundle.provenance["backbone"]["part"] == backbone
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_classifier_may_be_missing(models, archives, sources, tmp_path):
    assert not import_model(
        raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca"), sources
    ).has_classifier


@pytest.mark.parametrize("part", ["yt8m-pca", "cnn-lstm"])
def test_a_downloaded_file_that_is_wrong_is_refused(models, archives, sources, tmp_path, part):
    folder = raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca", "cnn-lstm")
    with (folder / PARTS[part]).open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match=rf"{PARTS[part]}: this is not.*checksum"):
        import_model(folder, sources)
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]


@pytest.mark.parametrize("parts", [[], ["inception-hub"], ["yt8m-pca"]])
def test_what_is_missing_is_named(models, archives, sources, tmp_path, parts):
    with pytest.raises(BundleError, match="neither an exported model"):
        import_model(raw(tmp_path / "raw", archives, *parts), sources)


def test_exported_and_imported_it_is_the_same(models, exported, sources):
    bundle = import_model(exported, sources)
    assert sorted(path.name for path in exported.iterdir()) == [
        "backbone",
        "bundle.json",
        "classifier.npz",
        "pca.npz",
    ]
    assert (bundle.folder / "bundle.json").read_bytes() == (exported / "bundle.json").read_bytes()
    installing.remove(bundle.name)
    assert import_model(exported, sources).space_id == bundle.space_id


@pytest.mark.parametrize("prefix", ["", "inception-yt8m/"])
def test_an_export_may_be_packed(models, exported, sources, tmp_path, prefix):
    archive = tar_gz(tmp_path / "model.tar.gz", exported, prefix=prefix)
    import_model(archive, sources).verify()


def test_an_archive_of_something_else_is_refused(models, archives, sources):
    with pytest.raises(BundleError, match="no exported model"):
        import_model(archives / PARTS["yt8m-pca"], sources)


@pytest.mark.parametrize("name", ["pca.npz", "classifier.npz", "backbone/saved_model.pb"])
def test_a_damaged_file_is_refused_and_the_installed_one_stays(models, copy, exported, sources, name):
    installed = import_model(exported, sources)
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleError, match="damaged"):
        import_model(copy, sources)
    catalogue.open_bundle(installed.name).verify()


def test_a_file_without_a_role_is_checked_too(models, copy, sources):
    (copy / "note.txt").write_text("a")
    manifest = json.loads((copy / "bundle.json").read_text())
    change(copy, files={**manifest["files"], "note.txt": "0" * 64})
    with pytest.raises(BundleError, match=r"note\.txt.*damaged"):
        import_model(copy, sources)


def test_files_that_the_manifest_does_not_name_stay_outside(models, copy, sources):
    (copy / "stranger.py").write_text("")
    assert not (import_model(copy, sources).folder / "stranger.py").exists()


@pytest.mark.parametrize("name", ["lite", "../up", "Big", "auto"])
def test_a_name_that_cannot_be_taken_is_refused(models, copy, sources, name):
    change(copy, name=name)
    with pytest.raises(BundleError, match="name"):
        import_model(copy, sources)


def test_a_link_is_not_followed(models, copy, sources, tmp_path):
    (tmp_path / "pca.npz").write_bytes((copy / "pca.npz").read_bytes())
    (copy / "pca.npz").unlink()
    (copy / "pca.npz").symlink_to(tmp_path / "pca.npz")
    with pytest.raises(BundleError, match="no plain file"):
        import_model(copy, sources)


def test_a_module_that_reads_files_is_refused(models, copy, sources):
    shutil.rmtree(copy / "backbone")
    save_hub_module(copy / "backbone", reads_file=True)
    names = [
        f"backbone/{file.relative_to(copy / 'backbone').as_posix()}"
        for file in (copy / "backbone").rglob("*")
        if file.is_file()
    ]
    kept = {name: sha256_of(copy / name) for name in ("pca.npz", "classifier.npz", *names)}
    change(copy, files=kept)
    with pytest.raises(BundleError, match="ReadFile"):
        import_model(copy, sources)


def test_settings_that_are_not_known_are_refused(models, copy, sources):
    change(copy, backbone_settings={"module": "https://elsewhere.example"})
    with pytest.raises(BundleError, match=r"'module'.*Update organizer"):
        import_model(copy, sources)


def test_a_pca_of_another_width_is_refused(models, copy, sources):
    change(copy, dimensions=512)
    with pytest.raises(BundleError, match="512"):
        import_model(copy, sources)


def test_exporting_into_a_folder_that_is_there(models, exported, sources, tmp_path):
    import_model(exported, sources)
    target = tmp_path / "stick"
    target.mkdir()
    assert export_model("inception-yt8m", target) == target / "inception-yt8m"
    with pytest.raises(BundleError, match="there already"):
        export_model("inception-yt8m", target)
    assert [path.name for path in target.iterdir()] == ["inception-yt8m"]


def test_lite_and_unknown_models_are_not_exported(models, tmp_path):
    with pytest.raises(BundleError, match="every installation has it"):
        export_model("lite", tmp_path / "out")
    with pytest.raises(BundleError, match="no model 'other'"):
        export_model("other", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_model_is_not_exported(models, exported, sources, tmp_path):
    bundle = import_model(exported, sources)
    (bundle.folder / "pca.npz").write_bytes(b"x")
    with pytest.raises(BundleError, match="damaged"):
        export_model(bundle.name, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []
