"""The shipped backbone is EfficientNet-Lite0: compared with its float weights, and by what it recognises."""

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.demo import PHOTOGRAPHS, photograph_file
from organizer.features.litert import LiteRtBackbone
from organizer.training.lite.convert_backbone import convert, default_weights, squash
from organizer.training.lite.corpus import read_picture
from organizer.training.lite.efficientnet_lite import PIXEL_MEAN, PIXEL_SCALE, build_feature_map
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
def in_float(weights, pictures):
    scaled = (pictures.astype(np.float32) - PIXEL_MEAN) / PIXEL_SCALE
    return build_feature_map(weights).predict(scaled, verbose=0).mean(axis=(1, 2))


def cosines(a, b):
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_the_network_takes_all_weights_but_the_classification_layer(weights):
    used = sum(value.size for name, value in weights.items() if "num_batches" not in name)
    classification = weights["_fc.weight"].size + weights["_fc.bias"].size
    assert build_feature_map(weights).count_params() == used - classification


def test_the_shipped_graph_gives_what_the_float_network_gives(in_float, pictures):
    assert cosines(LiteRtBackbone(SHIPPED).extract(pictures), in_float).min() > 0.98


def test_the_shipped_features_recognise_things(weights, pictures):
    names = [photograph.name for photograph in PHOTOGRAPHS]
    features = dict(zip(names, LiteRtBackbone(SHIPPED).extract(pictures), strict=True))
    for name, classes in (("cat", CATS), ("coffee", ESPRESSO)):
        best = int((weights["_fc.weight"] @ features[name] + weights["_fc.bias"]).argmax())
        assert best in classes


def test_a_new_conversion_takes_pixels_as_they_are(weights, pictures, in_float, tmp_path):
    graph = tmp_path / "backbone.tflite"
    graph.write_bytes(convert(weights, pictures))
    assert cosines(LiteRtBackbone(graph).extract(pictures), in_float).min() > 0.97
