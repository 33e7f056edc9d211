"""What is kept of a feature map."""

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.features.litert import POOLINGS, LiteRtBackbone, LiteRtSettings, generalised_mean, mean

GRAPH = assets_folder() / "lite" / "backbone.tflite"
# Two by two places, three channels: even, one place alone, nothing.
MAP = np.array([[[1, 0, 0], [1, 0, 0]], [[1, 6, 0], [1, 0, 0]]], np.float32)


def test_the_mean_is_that_of_the_places():
    assert mean(MAP).tolist() == [1, 1.5, 0]


def test_the_generalised_mean_favours_what_fills_a_part():
    # The cube root of 216 / 4.
    assert generalised_mean(MAP) == pytest.approx([1, 54 ** (1 / 3), 0])
    assert (mean(MAP) <= generalised_mean(MAP)).all() and (
        generalised_mean(MAP) <= MAP.max(axis=(0, 1))
    ).all()


@pytest.mark.parametrize("name", POOLINGS)
def test_gives_float32_one_number_a_channel(name):
    pooled = POOLINGS[name](MAP)
    assert pooled.dtype == np.float32 and pooled.shape == (3,)


def test_a_vector_is_what_the_poolings_give_one_after_another():
    size = LiteRtBackbone(GRAPH, threads=1).input_size
    pictures = np.random.default_rng(0).integers(0, 256, (2, size, size, 3), np.uint8)
    means, cubes, both = (
        LiteRtBackbone(GRAPH, LiteRtSettings(names), threads=1).extract(pictures)
        for names in (("mean",), ("gem3",), ("mean", "gem3"))
    )
    assert np.array_equal(both, np.concatenate([means, cubes], axis=1))
    assert (cubes >= means - 1e-5).all()


@pytest.mark.parametrize("names", [(), ("median",), ("mean", "mean")])
def test_an_unknown_pooling_is_refused(names):
    with pytest.raises(ValueError, match="Update organizer"):
        LiteRtSettings(names)
