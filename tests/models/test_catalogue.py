import shutil
from pathlib import Path

import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.models import catalogue


@pytest.fixture
def models(tmp_path, monkeypatch):
    """The folder of installed models."""
    folder = tmp_path / "models"
    monkeypatch.setenv("ORGANIZER_MODELS", str(folder))
    return folder


def put(folder: Path, name: str) -> Path:
    """Install the shipped model under another name."""
    source = assets_folder() / "lite"
    shutil.copytree(source, folder / name)
    manifest = folder / name / "bundle.json"
    manifest.write_text(manifest.read_text().replace('"name": "lite"', f'"name": "{name}"', 1))
    return folder / name


def test_lite_until_another_is_chosen_and_again_afterwards(models):
    assert (catalogue.chosen(), catalogue.open_bundle().name) == ("lite", "lite")
    put(models, "mine")
    assert catalogue.open_bundle().name == "lite"
    catalogue.choose("mine")
    assert catalogue.open_bundle().name == "mine"
    catalogue.choose("lite")
    assert (catalogue.chosen(), catalogue.open_bundle().name) == ("lite", "lite")


def test_one_in_use_that_is_gone_is_said_with_the_way_back(models):
    folder = put(models, "mine")
    catalogue.choose("mine")
    shutil.rmtree(folder)
    with pytest.raises(BundleError, match=r"in use, 'mine', is not installed.*organizer models use auto"):
        catalogue.open_bundle()
    # By its name it is one of those that are not there.
    with pytest.raises(BundleError, match="There is no model 'mine'"):
        catalogue.open_bundle("mine")
    assert catalogue.open_bundle("lite").name == "lite"


def test_one_in_use_that_cannot_be_read_is_said_with_its_folder(models):
    folder = put(models, "mine")
    catalogue.choose("mine")
    (folder / "bundle.json").write_text("{")
    with pytest.raises(BundleError, match="no usable model bundle") as raised:
        catalogue.open_bundle()
    assert str(folder) in str(raised.value)
    assert [broken.name for broken in catalogue.broken_bundles()] == ["mine"]


@pytest.mark.parametrize("damaged", [True, False])
def test_what_cannot_tag_is_not_chosen(models, damaged):
    if damaged:
        next(put(models, "mine").glob("*.tflite")).write_bytes(b"")
    with pytest.raises(BundleError):
        catalogue.choose("mine")
    assert catalogue.chosen() == "lite"
