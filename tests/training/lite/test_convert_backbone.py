"""The shipped backbone is EfficientNet-Lite2: compared with its float weights, and by what it recognises."""

import json

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.demo import PHOTOGRAPHS, photograph_file
from organizer.features.litert import LiteRtBackbone
from organizer.training.lite.convert_backbone import convert, default_weights, squash
from organizer.training.lite.corpus import read_picture
from organizer.training.lite.efficientnet_lite import (
    INPUT_SIZE,
    PIXEL_MEAN,
    PIXEL_SCALE,
    build_feature_map,
)
from organizer.training.lite.torch_weights import read_state_dict

SHIPPED = assets_folder() / "lite" / "backbone.tflite"
# Places in the list of the 1,000 ImageNet classes.
CATS, ESPRESSO = {281, 282, 283, 284, 285, 287}, {504, 925, 967, 968, 969}


@pytest.fixture(scope="module")
def weights():
    return read_state_dict(default_weights())


@pytest.fixture(scope="module")
def pictures():
    return np.stack([squash(read_picture(photograph_file(photograph))) for photograph in PHOTOGRAPHS])


@pytest.fixture(scope="module")
def network(weights):
    return build_feature_map(weights)


@pytest.fixture(scope="module")
def in_float(network, pictures):
    scaled = (pictures.astype(np.float32) - PIXEL_MEAN) / PIXEL_SCALE
    return network.predict(scaled, verbose=0).mean(axis=(1, 2))


def best_classes(weights, features):
    """Return by photograph the best of the 1,000 classes, by the network's own last layer."""
    names = [photograph.name for photograph in PHOTOGRAPHS]
    best = (features @ weights["_fc.weight"].T + weights["_fc.bias"]).argmax(axis=1)
    return dict(zip(names, best.tolist(), strict=True))


def cosines(a, b):
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_the_network_takes_all_weights_but_the_classification_layer(weights, network):
    used = sum(value.size for name, value in weights.items() if "num_batches" not in name)
    classification = weights["_fc.weight"].size + weights["_fc.bias"].size
    assert network.count_params() == used - classification


def test_the_network_is_lite2_at_384_pixels(network):
    assert network.input_shape == (None, 384, 384, 3) and network.output_shape == (None, 12, 12, 1280)
    convolutions = [layer for layer in network.layers if type(layer).__name__.endswith("Conv2D")]
    # A stem, a head, 21 blocks of three, but for the first, which does not expand.
    assert len(convolutions) == 1 + 1 + 21 * 3 - 1
    assert convolutions[0].filters == 32 and convolutions[-2].filters == 352


def test_the_float_network_recognises_things(weights, in_float):
    best = best_classes(weights, in_float)
    assert best["cat"] in CATS and best["coffee"] in ESPRESSO


def test_pictures_are_squashed_as_scanning_does(pictures):
    assert pictures.shape[1:] == (INPUT_SIZE, INPUT_SIZE, 3) and pictures.dtype == np.uint8


def test_the_shipped_graph_gives_what_the_float_network_gives(in_float, pictures):
    assert cosines(LiteRtBackbone(SHIPPED).extract(pictures), in_float).min() > 0.98


def test_the_shipped_features_recognise_things(weights, pictures):
    best = best_classes(weights, LiteRtBackbone(SHIPPED).extract(pictures))
    assert best["cat"] in CATS and best["coffee"] in ESPRESSO


def test_the_shipped_graph_was_proven_by_what_it_recognises():
    """By the figures that the conversion wrote; half of a point is one or two of the pictures."""
    check = json.loads((SHIPPED.parent / "conversion.json").read_text())
    assert check["pictures"] > 300 and check["cosine"] > 0.98
    assert check["top1_float"] > 0.78 and check["top1_int8"] > check["top1_float"] - 0.02


def test_the_shipped_graph_is_small():
    assert SHIPPED.stat().st_size < 7e6


def test_a_new_conversion_takes_pixels_as_they_are(weights, pictures, in_float, tmp_path):
    graph = tmp_path / "backbone.tflite"
    graph.write_bytes(convert(weights, pictures))
    assert cosines(LiteRtBackbone(graph).extract(pictures), in_float).min() > 0.97
