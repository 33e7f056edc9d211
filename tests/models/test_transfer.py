import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError, StorageError
from organizer.models import catalogue, installing
from organizer.models.checksums import sha256_of
from organizer.models.classifier_choice import ClassifierChoice, classifier_of
from organizer.models.download.sources import read_sources
from organizer.models.transfer import export_model, import_model, unlicensed_parts
from organizer.pipeline.prove_classifier import prove_classifier
from organizer.types import LABELS
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
        folder_of_parts = raw(folder / "raw", archives, "inception-hub", "yt8m-pca", "cnn-lstm")
        import_model(folder_of_parts, sources, classifier=ClassifierChoice.PUBLISHED)
        return export_model("inception-yt8m", folder / "exported")


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


def change(folder, **fields):
    file = folder / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


@pytest.mark.parametrize("backbone", ["inception-hub", "inception-graph"])
def test_downloaded_files_become_a_model(models, archives, sources, tmp_path, backbone):
    folder = raw(tmp_path / "raw", archives, backbone, "yt8m-pca", "cnn-lstm")
    bundle = import_model(folder, sources, classifier=ClassifierChoice.PUBLISHED)
    bundle.verify()
    assert classifier_of(bundle) is ClassifierChoice.PUBLISHED
    assert bundle.provenance["backbone"]["part"] == backbone
    assert list((tmp_path / "cache").iterdir()) == []


def test_organizers_own_classifier_comes_to_downloaded_files(models, archives, sources, tmp_path):
    bundle = import_model(raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca"), sources)
    bundle.verify(every_file=True)
    assert classifier_of(bundle) is ClassifierChoice.OWN
    assert len(prove_classifier(bundle)) == 3


def test_a_published_classifier_that_is_wanted_must_be_there(models, archives, sources, tmp_path):
    folder = raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca")
    with pytest.raises(BundleError, match=r"nor model\.h5"):
        import_model(folder, sources, classifier=ClassifierChoice.PUBLISHED)


def test_an_unlicensed_classifier_may_be_left_out(models, archives, sources, exported, tmp_path):
    folder = raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca", "cnn-lstm")
    assert [part.name for part in unlicensed_parts(folder, sources)] == ["cnn-lstm"]
    assert unlicensed_parts(exported, sources) == []
    assert not import_model(folder, sources, classifier=ClassifierChoice.NONE).has_classifier
    unsaid = import_model(folder, sources, replace=True)
    assert classifier_of(unsaid) is ClassifierChoice.OWN


@pytest.mark.parametrize("part", ["yt8m-pca", "cnn-lstm"])
def test_a_downloaded_file_that_is_wrong_is_refused(models, archives, sources, tmp_path, part):
    folder = raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca", "cnn-lstm")
    with (folder / PARTS[part]).open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match=rf"{PARTS[part]}: this is not.*checksum"):
        import_model(folder, sources, classifier=ClassifierChoice.PUBLISHED)
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


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"backbone_settings": {"input_size": "299"}}, "setting input_size is '299'"),
        ({"backbone_settings": {"batch_size": 10**9}}, "setting batch_size"),
        ({"backbone_settings": {"bfloat16": 1}}, "setting bfloat16"),
        ({"backbone_settings": {"pixel_scale": 0}}, "setting pixel_scale"),
        ({"backbone_settings": {"pixel_mean": None}}, "setting pixel_mean"),
        ({"backbone_settings": {"output": 3}}, "setting output"),
        ({"input_size": 224}, "takes pictures of 299 pixels, its manifest says 224"),
        ({"quantiser": {"low": -2, "high": 2, "rounding": "nearest"}}, "needs features stored with"),
        ({"quantiser": {"low": -1, "high": 2, "rounding": "truncate"}}, "needs features stored with"),
        ({"labels": list(LABELS[::-1])}, "in this order"),
        ({"labels": list(LABELS[:9])}, "in this order"),
        ({"labels": []}, "classifier and no labels"),
        ({"roles": {"backbone": "backbone", "pca": "pca.npz"}}, "labels and no classifier"),
        ({"kinds": {"backbone": "tf-hub"}}, r"classifier\.npz"),
        ({"kinds": {"classifier": "cnn-lstm"}}, "not known here"),
    ],
)
def test_parts_that_do_not_fit_are_refused(models, copy, sources, fields, words):
    change(copy, **fields)
    with pytest.raises(BundleError, match=words):
        import_model(copy, sources, prove=prove_classifier)
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]


@pytest.mark.parametrize(
    "arrays",
    [
        {"mean": np.zeros(2048, np.float64), "components": np.zeros((2048, 1024), np.float32)},
        {"mean": np.zeros((1, 2048), np.float32), "components": np.zeros((2048, 1024), np.float32)},
        {"mean": np.zeros(7, np.float32), "components": np.zeros((2048, 1024), np.float32)},
        {"mean": np.full(2048, np.nan, np.float32), "components": np.zeros((2048, 1024), np.float32)},
        None,
    ],
)
def test_a_pca_that_is_none_is_refused(models, copy, sources, arrays):
    if arrays is None:
        with (copy / "pca.npz").open("wb") as file:
            np.save(file, np.zeros(3))
    else:
        np.savez(copy / "pca.npz", **arrays)
    sealed(copy)
    with pytest.raises(BundleError, match=r"(its|this) PCA"):
        import_model(copy, sources)


def sealed(folder):
    """Give a changed folder the checksums that belong to it, as whoever forges one would."""
    files = json.loads((folder / "bundle.json").read_text())["files"]
    change(folder, files={name: sha256_of(folder / name) for name in files})


@pytest.fixture
def lite_copy(tmp_path):
    folder = shutil.copytree(assets_folder() / "lite", tmp_path / "copy of lite")
    change(folder, name="mine")
    return folder


def test_a_model_like_lite_is_imported(models, lite_copy, sources):
    assert import_model(lite_copy, sources, prove=prove_classifier).name == "mine"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"labels": list(LABELS[:9]), "maybe_thresholds": {}}, "10 scores"),
        ({"labels": [*LABELS, "More"], "thresholds": dict.fromkeys((*LABELS, "More"), 0.5)}, "10 scores"),
        ({"input_size": 299}, "takes pictures of 384 pixels"),
        ({"backbone_settings": {"bfloat16": True}}, "not known here"),
        ({"backbone_settings": {"poolings": ["median"]}}, "setting poolings"),
        ({"backbone_settings": {"poolings": []}}, "setting poolings"),
        ({"backbone_settings": {"poolings": "mean"}}, "setting poolings"),
        ({"backbone_settings": {"poolings": ["mean"]}}, "its backbone gives 1280"),
        ({"kinds": {"classifier": "cnn-lstm"}}, "needs features stored with"),
        (
            {"roles": {"backbone": "backbone.tflite", "pca": "pca.npz", "classifier": "backbone.tflite"}},
            "no video classifier",
        ),
        (
            {"roles": {"backbone": "classifier.tflite", "pca": "pca.npz", "classifier": "classifier.tflite"}},
            "a feature map",
        ),
    ],
)
def test_a_classifier_that_does_something_else_is_refused(models, lite_copy, sources, fields, words):
    change(lite_copy, **fields)
    with pytest.raises(BundleError, match=words):
        import_model(lite_copy, sources, prove=prove_classifier)
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]


def test_another_model_is_replaced_only_when_told_to(models, copy, exported, sources):
    installed = import_model(exported, sources)
    assert import_model(exported, sources).folder.exists()
    change(copy, version="9")
    with pytest.raises(BundleError, match="--replace"):
        import_model(copy, sources)
    assert catalogue.open_bundle(installed.name).version == installed.version
    assert import_model(copy, sources, replace=True).version == "9"


@pytest.mark.parametrize("backbone", ["raw", "exported"])
def test_a_full_disk_is_one_sentence(models, archives, sources, exported, tmp_path, monkeypatch, backbone):
    source = exported
    if backbone == "raw":
        source = raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca", "cnn-lstm")

    def copyfileobj(_source, _target, _length=0):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", copyfileobj)
    with pytest.raises(StorageError, match=r"the disk is full\. Make room; then run the command again\."):
        import_model(source, sources)
    assert [path.name for path in models.iterdir() if path.is_dir()] == []


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


def test_what_lies_beside_the_target_stays(models, exported, sources, tmp_path):
    import_model(exported, sources)
    beside = tmp_path / ".out.new"
    beside.mkdir()
    (beside / "precious").write_text("x")
    export_model("inception-yt8m", tmp_path / "out")
    assert (beside / "precious").read_text() == "x"
    assert sorted(path.name for path in tmp_path.iterdir() if "out" in path.name) == [".out.new", "out"]


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


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")
@pytest.mark.parametrize("name", ["bundle.json", "pca.npz", "classifier.npz", "backbone/saved_model.pb"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link"])
def test_nothing_but_files_of_its_own_is_opened(models, copy, sources, tmp_path, name, kind):
    """A pipe would be waited for without end, a device read without end."""
    file = copy / name
    content = file.read_bytes()
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        (tmp_path / "elsewhere").write_bytes(content)
        file.symlink_to("/dev/zero" if kind == "device" else tmp_path / "elsewhere")
    with pytest.raises(BundleError):
        import_model(copy, sources)
    assert not models.exists() or catalogue.bundles() == [catalogue.open_bundle("lite")]


def test_a_folder_that_a_link_leads_to_is_not_looked_into(models, copy, sources, tmp_path):
    (copy / "backbone").rename(tmp_path / "elsewhere")
    (copy / "backbone").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="this is a link and no plain file"):
        import_model(copy, sources)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_of_downloaded_files_too_only_files_are_opened(models, archives, sources, tmp_path, kind):
    folder = raw(tmp_path / "raw", archives, "inception-hub", "yt8m-pca")
    file = folder / PARTS["yt8m-pca"]
    file.rename(tmp_path / "elsewhere")
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="no plain file"):
        import_model(folder, sources)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as POSIX has them")
def test_a_pipe_in_place_of_everything_is_said_in_words(models, sources, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(BundleError, match="neither a folder nor a plain file"):
            import_model(path, sources)


def test_a_manifest_without_end_is_not_read(models, copy, sources):
    with (copy / "bundle.json").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(BundleError, match="it has more than 16 MB"):
        import_model(copy, sources)
