import os

import numpy as np
import pytest

from benchmarks.inception import natural_pictures
from organizer.errors import BundleError, FolderError, MissingDependencyError
from organizer.features.tensorflow.tfhub_backbone import TfHubSettings
from organizer.models import catalogue
from organizer.models.catalogue import open_bundle
from organizer.pipeline.build_model import BuildProgress, Built, build_model
from organizer.types import Resize
from tests.clips import write_clip
from tests.models.stand_ins import save_hub_module

OUTPUTS = 12
SETTINGS = TfHubSettings(output=None, input_size=48, pixel_mean=0.0, pixel_scale=255.0)


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "tfhub"))


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return save_hub_module(tmp_path_factory.mktemp("hub") / "module", channels=OUTPUTS, as_dict=False)


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for number in range(3):
        pictures = natural_pictures(10, 64, seed=number)
        write_clip(folder / f"{number}.mp4", enumerate(map(np.ascontiguousarray, pictures)), fps=1)
    (folder / "broken.mp4").write_bytes(b"")
    return folder


def build(module, videos, *, settings=SETTINGS, name="mine", replace=False):
    return list(build_model(name, str(module), str(videos), settings, replace=replace))


def test_a_module_becomes_a_model(module, videos):
    *progress, built = build(module, videos)
    assert isinstance(built, Built)
    assert built.frames == 30
    assert [event.done for event in progress] == list(range(1, len(progress) + 1))
    assert progress[-1] == BuildProgress(len(progress), len(progress), 30)
    bundle = open_bundle("mine")
    bundle.verify()
    assert (bundle.dimensions, bundle.has_classifier, bundle.labels) == (OUTPUTS, False, ())
    with pytest.raises(BundleError, match="no classifier yet"):
        catalogue.choose("mine")


def test_a_model_of_its_name_is_replaced_only_when_told_to(module, videos, monkeypatch):
    first = build(module, videos)[-1].bundle
    wider = TfHubSettings(output=None, input_size=64, pixel_mean=0.0, pixel_scale=255.0)
    with monkeypatch.context() as patch, pytest.raises(BundleError, match=r"another model mine.*--replace"):
        # Said before any video is looked at.
        patch.setattr("organizer.pipeline.build_model.Walk", None)
        build(module, videos, settings=wider)
    assert open_bundle("mine").space_id == first.space_id
    assert build(module, videos, settings=wider, replace=True)[-1].bundle.input_size == 64
    assert open_bundle("mine").resize is Resize.BILINEAR
    assert open_bundle("mine").input_size == 64


@pytest.mark.parametrize("chosen", [None, "elsewhere"])
def test_what_tf_hub_downloads_lies_in_our_cache(videos, tmp_path, monkeypatch, chosen):
    # Set first, so that both are as they were when the test is over.
    monkeypatch.setenv("TFHUB_CACHE_DIR", chosen or "")
    if chosen is None:
        monkeypatch.delenv("TFHUB_CACHE_DIR")
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    with pytest.raises(BundleError, match="cannot be downloaded"):
        build("http://127.0.0.1:9/module", videos)
    assert os.environ["TFHUB_CACHE_DIR"] == (chosen or str(tmp_path / "cache" / "tfhub"))


def test_its_features_are_centred_and_fill_the_range(module, videos):
    built = build(module, videos)[-1]
    space = built.bundle.space
    pictures = natural_pictures(10, 48, seed=0)
    projected = space.pca.project(space.backbone.extract(pictures))
    assert projected.shape == (10, OUTPUTS)
    assert built.clipped_share <= 0.01
    assert 1 < built.bundle.quantiser.high < 12
    quantised = space.extract(pictures).quantised
    off = np.abs(
        space.quantiser.dequantise(quantised) - np.clip(projected, space.quantiser.low, space.quantiser.high)
    )
    assert off.max() <= (space.quantiser.high - space.quantiser.low) / 255 / 2 + 1e-5


def test_too_few_frames_are_one_sentence(tmp_path, videos):
    wide = save_hub_module(tmp_path / "wide", channels=64, as_dict=False)
    with pytest.raises(BundleError, match=r"30 frames, and a PCA with 64 outputs needs at least 64\. Name"):
        build(wide, videos)
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"handle": "nowhere"}, "neither a folder nor the address"),
        ({"output": "pool_9"}, "pool_9"),
        ({"name": "lite"}, "comes with organizer"),
        ({"name": "A b"}, "no name for a model"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(module, videos, change, words):
    settings = TfHubSettings(change.get("output"), 48, 0.0, 255.0)
    with pytest.raises(BundleError, match=words):
        build(change.get("handle", module), videos, settings=settings, name=change.get("name", "mine"))


def test_an_address_that_does_not_answer_is_one_sentence(videos):
    with pytest.raises(BundleError, match="cannot be downloaded"):
        build("http://127.0.0.1:9/module", videos)


def test_a_module_with_several_outputs_needs_a_name(tmp_path, videos):
    module = save_hub_module(tmp_path / "module", channels=OUTPUTS)
    with pytest.raises(BundleError, match="logits, pool_3: one must be named"):
        build(module, videos)
    named = TfHubSettings("pool_3", 48, 0.0, 255.0)
    assert build(module, videos, settings=named)[-1].bundle.dimensions == OUTPUTS


def test_a_folder_that_is_not_there(module, tmp_path):
    with pytest.raises(FolderError):
        build(module, tmp_path / "nowhere")


def test_a_module_that_reads_files_is_refused(tmp_path, videos):
    module = save_hub_module(tmp_path / "module", channels=OUTPUTS, as_dict=False, reads_file=True)
    with pytest.raises(BundleError, match="ReadFile"):
        build(module, videos)


def test_without_tensorflow(module, videos, monkeypatch):
    def missing():
        raise MissingDependencyError("TensorFlow is not there")

    monkeypatch.setattr("organizer.features.tensorflow.tfhub_backbone.load_tensorflow_hub", missing)
    with pytest.raises(MissingDependencyError):
        build(module, videos)
