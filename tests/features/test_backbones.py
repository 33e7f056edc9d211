"""One contract for all backbones."""

import os

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.features.litert_backbone import LiteRtBackbone

BACKBONES = {"lite": lambda: LiteRtBackbone(assets_folder() / "lite" / "backbone.tflite")}


@pytest.fixture(scope="module", params=BACKBONES)
def backbone(request):
    return BACKBONES[request.param]()


@pytest.fixture(scope="module")
def pictures(backbone):
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (3, 7, 7, 3), np.uint8)
    return coarse.repeat(backbone.input_size // 7, axis=1).repeat(backbone.input_size // 7, axis=2)


def test_gives_one_vector_for_each_picture(backbone, pictures):
    features = backbone.extract(pictures)
    assert features.shape == (3, backbone.feature_dim)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


def test_a_picture_does_not_depend_on_its_neighbours(backbone, pictures):
    together = backbone.extract(pictures)
    assert np.array_equal(backbone.extract(pictures[1:2])[0], together[1])
    assert np.array_equal(backbone.extract(pictures[::-1])[::-1], together)


def test_tells_pictures_apart_and_sees_colour(backbone, pictures):
    features = backbone.extract(np.stack([pictures[0], pictures[1], pictures[0][..., ::-1]]))
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


def test_is_found_on_a_path_that_is_not_ascii(tmp_path, pictures):
    file = tmp_path / "Mödell 模型.tflite"
    file.write_bytes((assets_folder() / "lite" / "backbone.tflite").read_bytes())
    assert LiteRtBackbone(file).extract(pictures[:1]).shape == (1, 1280)


def _cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_loading_a_graph_says_nothing_and_leaves_standard_error_as_it_was(capfd):
    BACKBONES["lite"]()
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"
