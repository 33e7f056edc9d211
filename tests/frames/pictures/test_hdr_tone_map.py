"""HDR numbers become ordinary ones: worked examples, and what must hold for every picture."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.frames.pictures.hdr import Colour, Primaries, Transfer, tone_map
from tests import hdr_clips

HLG = Colour(Transfer.HLG, Primaries.BT2020)
PQ = Colour(Transfer.PQ, Primaries.BT2020)
BOTH = pytest.mark.parametrize("colour", [HLG, PQ], ids=["hlg", "pq"])


def mapped(signal, colour: Colour, dtype: type = np.uint16) -> np.ndarray:
    """Map one colour, or a row of colours, given as signal 0..1."""
    row = np.atleast_2d(signal)[None]
    numbers = np.round(row * np.iinfo(dtype).max).astype(dtype)
    return tone_map(numbers, colour)[0].squeeze().astype(int)


def greys(values) -> np.ndarray:
    return np.repeat(np.asarray(values, float)[:, None], 3, axis=1)


def hue_and_saturation(light: np.ndarray) -> tuple[float, float]:
    """Hue in degrees and saturation 0..1 of linear red, green and blue."""
    red, green, blue = light
    hue = np.degrees(np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue))
    return hue, 1 - light.min() / light.max()


# Signal in; nits it stands for by the standard; sRGB out, worked out by hand from BT.2390's curve.
@pytest.mark.parametrize(
    ("colour", "signal", "nits", "expected"),
    [
        (HLG, 0.0, 0, 0),
        (HLG, 0.5, 50.7, 137),
        (HLG, 0.75, 203, 229),
        (HLG, 1.0, 1000, 255),
        (PQ, 0.0, 0, 0),
        (PQ, 0.440282, 50.7, 137),
        (PQ, 0.580689, 203, 229),
        (PQ, 0.751827, 1000, 255),
        (PQ, 1.0, 10000, 255),
    ],
)
def test_worked_examples(colour, signal, nits, expected):
    forward = {Transfer.HLG: hdr_clips.hlg_signal, Transfer.PQ: hdr_clips.pq_signal}[colour.transfer]
    assert forward(np.full(3, float(nits))) == pytest.approx(signal, abs=2e-3)
    assert np.abs(mapped([signal] * 3, colour) - expected).max() <= 1


@BOTH
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_stays_grey_and_brighter_is_never_darker(colour, dtype):
    values = np.arange(np.iinfo(dtype).max + 1) / np.iinfo(dtype).max
    result = mapped(greys(values), colour, dtype)
    assert np.ptp(result, axis=1).max() <= 1
    # One level, for the gains come in steps.
    assert (np.maximum.accumulate(result) - result).max() <= (0 if dtype == np.uint8 else 1)
    assert result[0].tolist() == [0, 0, 0]
    assert result[-1].tolist() == [255, 255, 255]


@BOTH
def test_ordinary_colours_come_back_as_they_were(colour):
    levels = np.arange(0, 176, 25)
    scene = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    signal = hdr_clips.hdr_signal(scene, colour.transfer.value)
    assert np.abs(mapped(signal, colour) - scene).max() <= 2


@BOTH
def test_bright_colours_keep_their_proportions(colour):
    scene = np.array([[255, 200, 100], [400, 300, 120], [255, 255, 255]])
    light = hdr_clips.srgb_light(scene)
    result = hdr_clips.srgb_light(mapped(hdr_clips.hdr_signal(scene, colour.transfer.value), colour))
    for before, after in zip(light, result, strict=True):
        assert after / after.max() == pytest.approx(before / before.max(), abs=0.02)
        assert 0.5 < after.max() <= 1


@BOTH
@pytest.mark.parametrize("nits", [5, 50, 200, 600])
@pytest.mark.parametrize(
    "strong",
    [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 0.3, 0), (0.1, 1, 0.4)],
    ids=str,
)
def test_colours_beyond_bt709_keep_their_hue(colour, nits, strong):
    light = np.array(strong, float) * nits
    forward = {Transfer.HLG: hdr_clips.hlg_signal, Transfer.PQ: hdr_clips.pq_signal}[colour.transfer]
    wanted, _ = hue_and_saturation(np.linalg.inv(hdr_clips.bt709_to_bt2020()) @ light)
    result = mapped(forward(light), colour)
    hue, saturation = hue_and_saturation(hdr_clips.srgb_light(result))
    assert abs((hue - wanted + 180) % 360 - 180) < (12 if nits == 5 else 4)
    assert saturation > 0.95


@BOTH
def test_every_colour_is_mapped_without_overflow(colour):
    levels = np.linspace(0, 1, 33)
    signal = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    result = mapped(signal, colour)
    # An overflow would turn the brightest channel dark.
    strongest = result.max(axis=1)
    assert (strongest[signal.max(axis=1) >= 0.75] > 120).all()
    assert (strongest[signal.min(axis=1) >= 0.75] > 220).all()


def test_both_transfers_of_the_same_scene_agree():
    random = np.random.default_rng(3)
    scene = random.integers(0, 256, (40, 50, 3))
    pictures = [mapped_picture(scene, colour) for colour in (HLG, PQ)]
    assert np.abs(pictures[0] - pictures[1]).max() <= 3


def mapped_picture(scene: np.ndarray, colour: Colour) -> np.ndarray:
    signal = hdr_clips.hdr_signal(scene, colour.transfer.value)
    return tone_map(np.round(signal * 65535).astype(np.uint16), colour).astype(int)


def test_a_large_picture_is_mapped_like_each_of_its_parts():
    random = np.random.default_rng(4)
    picture = random.integers(0, 65536, (90, 700, 3)).astype(np.uint16)
    whole = tone_map(picture, HLG)
    assert np.array_equal(whole[60:70, 300:], tone_map(picture[60:70, 300:], HLG))
    assert whole.shape == picture.shape
    assert whole.dtype == np.uint8


def test_white_may_be_another_number():
    picture = np.full((2, 2, 3), 60000, np.uint16)
    same = tone_map(np.full((2, 2, 3), 65535, np.uint16), PQ)
    assert np.array_equal(tone_map(picture, PQ, white=60000), same)
    assert np.array_equal(tone_map(picture + 5000, PQ, white=60000), same)


def test_a_plain_picture_is_copied():
    picture = np.random.default_rng(5).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    result = tone_map(picture, Colour())
    assert np.array_equal(result, picture)
    assert not np.shares_memory(result, picture)


@pytest.mark.parametrize("primaries", [Primaries.BT2020, Primaries.P3])
def test_wide_colours_without_hdr(primaries):
    wide = Colour(Transfer.SDR, primaries)
    values = greys(np.arange(256) / 255)
    assert np.abs(mapped(values, wide, np.uint8) - np.round(values * 255)).max() <= 1
    # The same numbers are a stronger green in the wider primaries.
    green = mapped([0.4, 0.6, 0.4], wide)
    assert green[0] < 0.4 * 255 - 5 and green[1] > 0.6 * 255
    red = mapped([1, 0.5, 0], wide)
    assert red[0] == 255 and red[2] == 0 and 60 < red[1] < 128


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint16), np.zeros((4, 4, 3), np.float32)],
)
def test_other_arrays_are_refused(picture):
    with pytest.raises(ValueError, match="uint8 or uint16"):
        tone_map(picture, HLG)
