import json
import threading
import uuid

import numpy as np
import pytest

from organizer.errors import BundleError, StorageError
from organizer.features.pca import Pca
from organizer.features.quantiser import Rounding
from organizer.models import catalogue, installing
from organizer.models.manifest import (
    BackboneKind,
    Kinds,
    Manifest,
    QuantiserRange,
    check_name,
    write_manifest,
)
from organizer.models.safe_write import durable_rename


@pytest.fixture
def models(tmp_path, monkeypatch):
    folder = tmp_path / "models"
    monkeypatch.setenv("ORGANIZER_MODELS", str(folder))
    return folder


def fill(folder, name="mine", version="1"):
    (folder / "backbone").mkdir()
    (folder / "backbone" / "saved_model.pb").write_bytes(version.encode())
    Pca(np.zeros(4, np.float32), np.eye(4, 2, dtype=np.float32)).save(folder / "pca.npz")
    manifest = Manifest(
        name=name,
        version=version,
        summary="for tests",
        licence="none",
        input_size=32,
        dimensions=2,
        quantiser=QuantiserRange(-1.0, 1.0, Rounding.NEAREST),
        labels=(),
        metrics={"summary": "nothing"},
        provenance={},
        roles={"backbone": "backbone", "pca": "pca.npz"},
        kinds=Kinds(BackboneKind.TF_HUB),
        backbone_settings={"input_size": 32},
    )
    write_manifest(folder, manifest)


def install(version="1", name="mine"):
    with installing.installing(name, replace=True) as folder:
        fill(folder, name, version)
    return catalogue.open_bundle(name)


def visible(models):
    return sorted(entry.name for entry in models.iterdir() if entry.is_dir())


def test_a_model_appears_whole_under_its_name(models):
    bundle = install()
    bundle.verify()
    assert (bundle.id, bundle.folder, bundle.labels) == ("mine 1", models / "mine", ())
    assert visible(models) == ["mine"]


def test_a_model_is_replaced_by_the_next(models):
    install("1")
    for version in ("2", "3"):
        bundle = install(version)
        bundle.verify()
        assert bundle.id == f"mine {version}"
        assert len(visible(models)) == 1


def test_there_is_a_whole_model_at_every_moment(models):
    """Readers hammer at a model that is replaced all the time; none may miss it or get an older one again."""
    install("000")
    seen, failures, stop = [], [], threading.Event()

    def look():
        mine = []
        seen.append(mine)
        try:
            while not stop.is_set():
                mine.append(catalogue.open_bundle("mine").version)
        except BundleError as error:
            failures.append(error)

    looking = [threading.Thread(target=look) for _ in range(3)]
    for thread in looking:
        thread.start()
    try:
        for version in range(1, 200):
            install(f"{version:03}")
    finally:
        stop.set()
        for thread in looking:
            thread.join()
    assert failures == []
    assert all(versions == sorted(versions) and len(set(versions)) > 1 for versions in seen)


def test_one_that_is_replaced_between_two_looks_is_not_missed(models, monkeypatch):
    install("1")
    load, times = catalogue.load_bundle, []

    def meanwhile(folder):
        if folder == models / "mine" and not times:
            times.append(folder)
            install("2")
        return load(folder)

    monkeypatch.setattr(catalogue, "load_bundle", meanwhile)
    assert catalogue.open_bundle("mine").version == "2"
    assert len(times) == 1 and not times[0].exists()


def rename_and_crash(source, target):
    durable_rename(source, target)
    raise KeyboardInterrupt


def test_of_two_generations_that_a_crash_left_the_newer_one_counts(models, monkeypatch):
    install("1")
    with monkeypatch.context() as crashing:
        crashing.setattr(installing, "durable_rename", rename_and_crash)
        with pytest.raises(KeyboardInterrupt):
            install("2")
    assert visible(models) == ["mine", "mine.2"]
    assert catalogue.open_bundle("mine").version == "2"
    assert [bundle.id for bundle in catalogue.bundles()][1:] == ["mine 2"]
    install("3")
    assert visible(models) == ["mine.3"]


def test_what_is_not_finished_leaves_the_old_one(models):
    install("1")
    with pytest.raises(RuntimeError), installing.installing("mine", replace=True) as folder:
        fill(folder, version="2")
        raise RuntimeError
    assert catalogue.open_bundle("mine").version == "1"
    assert visible(models) == ["mine"]


def test_another_model_is_not_replaced_unasked(models):
    install("1")
    with pytest.raises(BundleError, match=r"another model mine already.*--replace"):
        installing.check_free("mine", replace=False)
    with (
        pytest.raises(BundleError, match=r"another model mine already.*--replace"),
        installing.installing("mine") as folder,
    ):
        fill(folder, version="2")
    assert catalogue.open_bundle("mine").version == "1"
    # The same one mends what is damaged.
    (models / "mine" / "pca.npz").write_bytes(b"")
    with installing.installing("mine") as folder:
        fill(folder, version="1")
    catalogue.open_bundle("mine").verify()
    installing.check_free("mine", replace=True)
    assert len(visible(models)) == 1


def test_what_is_no_bundle_does_not_become_one(models):
    with pytest.raises(BundleError), installing.installing("mine") as folder:
        (folder / "bundle.json").write_text("{}")
    with pytest.raises(BundleError, match="calls itself 'other'"), installing.installing("mine") as folder:
        fill(folder, name="other")
    assert visible(models) == []


@pytest.mark.parametrize("name", [".mine.", ".mine.2.", ".old."])
def test_what_an_ended_process_left_is_cleared(models, name):
    left = models / f"{name}{uuid.uuid4().hex}"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    assert catalogue.broken_bundles() == []
    install()
    assert visible(models) == ["mine"]


FOREIGN = (".git", ".ssh", ".mine.1234", f".A.{'0' * 32}", f"mine.{'0' * 32}", f".mine.{'0' * 32}.bak")


def test_folders_of_others_survive_everything(models):
    for name in FOREIGN:
        (models / name).mkdir(parents=True)
        (models / name / "precious").write_text("x")
    (models / ".git" / "bundle.json").write_text("{}")
    install("1")
    install("2")
    with pytest.raises(RuntimeError), installing.installing("mine", replace=True):
        raise RuntimeError
    for name in ("nothing", ".git", *FOREIGN[2:]):
        with pytest.raises(BundleError, match="no model"):
            installing.remove(name)
    installing.remove("mine")
    assert visible(models) == sorted(FOREIGN)
    assert all((models / name / "precious").read_text() == "x" for name in FOREIGN)


def test_a_replaced_folder_of_any_name_goes(models):
    (models / "My Model").mkdir(parents=True)
    (models / "My Model" / "bundle.json").write_text("{")
    installing.remove("My Model")
    assert visible(models) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(models):
    models.write_text("a file")
    with pytest.raises(StorageError, match=r"models.*run the command again"):
        install()


@pytest.mark.parametrize("name", ["", "Mine", "a b", "../a", "a/b", ".a", "a.2", "auto", "x" * 65, "ä"])
def test_names_that_are_no_good_are_refused(models, name):
    with pytest.raises(BundleError, match="no name for a model"):
        check_name(name)
    with pytest.raises(BundleError, match="no name for a model"), installing.installing(name):
        pass


def test_lite_is_neither_replaced_nor_removed(models):
    with pytest.raises(BundleError, match="comes with organizer"), installing.installing("lite"):
        pass
    with pytest.raises(BundleError, match="comes with organizer"):
        installing.remove("lite")


def test_removing(models):
    install()
    install(name="other")
    assert installing.remove("mine") is False
    assert visible(models) == ["other"]
    with pytest.raises(BundleError, match="no model 'mine'"):
        installing.remove("mine")


def test_removing_the_one_in_use_leaves_lite_in_use(models):
    install()
    (models / "in-use").write_text("mine")
    assert installing.remove("mine") is True
    assert catalogue.chosen() == "lite"


def test_a_broken_one_can_be_removed_and_replaced(models):
    bundle = install()
    (bundle.folder / "bundle.json").write_text("{")
    assert [broken.name for broken in catalogue.broken_bundles()] == ["mine"]
    assert install("2").version == "2"
    assert visible(models) == ["mine.2"]
    (models / "mine.2" / "bundle.json").write_text("{")
    assert [broken.name for broken in catalogue.broken_bundles()] == ["mine"]
    installing.remove("mine")
    assert visible(models) == []


def test_a_manifest_names_every_file(models):
    manifest = json.loads((install().folder / "bundle.json").read_text())
    assert sorted(manifest["files"]) == ["backbone/saved_model.pb", "pca.npz"]
