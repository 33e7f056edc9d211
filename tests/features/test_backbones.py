"""One contract for all backbones."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.demo import PHOTOGRAPHS, photograph_file
from organizer.errors import BundleError
from organizer.features.litert import LiteRtBackbone, LiteRtSettings
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings
from organizer.frames.pictures.resize import shrink
from organizer.training.lite.corpus import read_picture
from tests.features.hub_modules import SIZE, save_module

LITE = assets_folder() / "lite" / "backbone.tflite"

BACKBONES = {
    "lite": lambda _folder: LiteRtBackbone(LITE),
    "lite, pooled twice": lambda _folder: LiteRtBackbone(LITE, LiteRtSettings(("mean", "gem3"))),
    "lite, more threads than pictures": lambda _folder: LiteRtBackbone(LITE, threads=5),
    "hub": lambda folder: TfHubBackbone(save_module(folder), TfHubSettings(input_size=SIZE, batch_size=2)),
    "hub, float32": lambda folder: TfHubBackbone(
        save_module(folder), TfHubSettings(input_size=SIZE, bfloat16=False)
    ),
}


@pytest.fixture(scope="module", params=BACKBONES)
def backbone(request, tmp_path_factory):
    return BACKBONES[request.param](tmp_path_factory.mktemp("module"))


@pytest.fixture(scope="module")
def pictures(backbone):
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (3, 7, 7, 3), np.uint8)
    side = -(-backbone.input_size // 7)
    return coarse.repeat(side, axis=1).repeat(side, axis=2)[:, : backbone.input_size, : backbone.input_size]


def test_gives_one_vector_for_each_picture(backbone, pictures):
    features = backbone.extract(pictures)
    assert features.shape == (3, backbone.feature_dim)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


def test_a_picture_does_not_depend_on_its_neighbours(backbone, pictures):
    together = backbone.extract(pictures)
    np.testing.assert_allclose(backbone.extract(pictures[1:2])[0], together[1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(backbone.extract(pictures[::-1])[::-1], together, rtol=1e-5, atol=1e-6)


def test_says_how_many_pictures_a_run_takes(backbone, pictures):
    assert backbone.batch_size >= 1
    enough = np.concatenate([pictures] * (1 + backbone.batch_size // len(pictures)))
    features = backbone.extract(enough)
    np.testing.assert_allclose(features[-3:], features[:3], rtol=1e-5, atol=1e-6)


def test_may_be_called_from_several_threads(backbone, pictures):
    alone = backbone.extract(pictures)
    with ThreadPoolExecutor(3) as pool:
        for features in pool.map(backbone.extract, [pictures] * 6):
            np.testing.assert_allclose(features, alone, rtol=1e-5, atol=1e-6)


def test_tells_pictures_apart_and_sees_colour(backbone):
    cat, coffee = (
        shrink(read_picture(photograph_file(photograph)), backbone.input_size)
        for photograph in PHOTOGRAPHS[:2]
    )
    features = backbone.extract(np.stack([cat, coffee, cat[..., ::-1]]))
    assert _cosine(features[0], features[1]) < 0.99
    assert _cosine(features[0], features[2]) < 0.99


def test_takes_no_pictures(backbone, pictures):
    assert backbone.extract(pictures[:0]).shape == (0, backbone.feature_dim)


@pytest.mark.parametrize("spoil", [lambda p: p.astype(np.float32), lambda p: p[:, :-1], lambda p: p[0]])
def test_refuses_other_shapes_and_types(backbone, pictures, spoil):
    with pytest.raises(ValueError, match="expected uint8"):
        backbone.extract(spoil(pictures))


@pytest.mark.parametrize("content", [None, b"", b"not a graph" * 10])
def test_a_missing_or_damaged_graph_is_named(tmp_path, content):
    file = tmp_path / "backbone.tflite"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BundleError, match=r"backbone\.tflite.*Reinstall"):
        LiteRtBackbone(file)


def test_is_found_on_a_path_that_is_not_ascii(tmp_path):
    file = tmp_path / "Mödell 模型.tflite"
    file.write_bytes(LITE.read_bytes())
    assert LiteRtBackbone(file).feature_dim == 1280


def test_a_number_of_threads_does_not_change_lite():
    pictures = np.random.default_rng(2).integers(0, 256, (5, 384, 384, 3), np.uint8)
    one = LiteRtBackbone(LITE, threads=1).extract(pictures)
    assert np.array_equal(LiteRtBackbone(LITE, threads=3).extract(pictures), one)


def _cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_loading_a_graph_says_nothing_and_leaves_standard_error_as_it_was(capfd):
    LiteRtBackbone(LITE)
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"
