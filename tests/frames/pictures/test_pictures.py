"""Squashed frames and posters."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from organizer.frames.pictures.poster import LONG_SIDE, PosterPicker, informativeness
from organizer.frames.pictures.resize import fit_within, limited, shrink
from tests import clips
from tests.posters import make_poster


def scene(seed: int = 0, size: tuple[int, int] = (640, 360)) -> np.ndarray:
    """Something like a picture: large smooth shapes of many colours."""
    small = np.random.default_rng(seed).integers(0, 256, (9, 16, 3), dtype=np.uint8)
    return cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)


def blurred(rgb: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(rgb, (0, 0), 15)


def shown(poster: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(poster, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (100, 400), (20, 10), (224, 224), (1, 1), (2, 999)])
def test_shrink_keeps_the_whole_frame(size):
    rgb = clips.quadrants(size) if min(size) > 1 else clips.plain((9, 99, 199), size)
    before = rgb.copy()
    square = shrink(rgb, 224)
    assert (square.shape, square.dtype) == ((224, 224, 3), np.uint8)
    assert not np.shares_memory(square, rgb)
    assert np.array_equal(rgb, before)
    if min(size) > 2:
        clips.assert_colour(square[:112, :112], (220, 30, 30), tolerance=3)
        clips.assert_colour(square[112:, :112], (30, 30, 220), tolerance=3)


def test_shrink_averages_when_it_makes_smaller():
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(shrink(stripes, 100).astype(int) - 128).max() <= 1


def test_shrink_averages_along_the_side_that_shrinks():
    stripes = np.zeros((50, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(shrink(stripes, 100).astype(int) - 128).max() <= 1


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3840, 2160), (384, 216)), ((1080, 1920), (216, 384)), ((100, 50), (100, 50)), ((5000, 3), (384, 1))],
)
def test_fit(size, expected):
    assert fit_within(np.zeros((size[1], size[0], 3), np.uint8), 384).shape == (expected[1], expected[0], 3)


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((3840, 2160), None, (3840, 2160)),
        ((3840, 2160), 384, (683, 384)),
        ((2160, 3840), 384, (384, 683)),
        ((500, 384), 384, (500, 384)),
        ((100, 50), 384, (100, 50)),
        ((5000, 2), 1, (2500, 1)),
    ],
)
def test_limited(size, short_side, expected):
    assert limited(*size, short_side) == expected


def test_a_poster_is_a_small_webp_file():
    poster = make_poster([scene(size=(1920, 1080))])
    assert poster[:4] == b"RIFF"
    assert poster[8:12] == b"WEBP"
    assert shown(poster).shape == (360, LONG_SIDE, 3)
    assert 500 < len(poster) < 20_000


def test_colours_are_not_swapped():
    poster = shown(make_poster([clips.quadrants((400, 200))]))
    clips.assert_colour(poster[:100, :200], (220, 30, 30))
    clips.assert_colour(poster[100:, :200], (30, 30, 220))


BLACK, GREY, WHITE = (np.full((360, 640, 3), level, np.uint8) for level in (0, 120, 255))
DARK = (scene(1) // 16).astype(np.uint8)


@pytest.mark.parametrize(
    ("frames", "best"),
    [
        ([BLACK, scene(1), WHITE], 1),
        ([BLACK, GREY, scene(1)], 2),
        ([DARK, scene(1)], 1),
        ([blurred(scene(1)), scene(1), blurred(scene(2))], 1),
        ([scene(1), scene(1), scene(1)], 0),
        ([scene(1), scene(2), scene(3)], 0),
        ([BLACK, BLACK], 0),
    ],
)
def test_the_most_informative_frame_is_chosen(frames, best):
    expected = fit_within(frames[best], LONG_SIDE).astype(int)
    assert np.abs(shown(make_poster(frames)).astype(int) - expected).mean() < 12


@pytest.mark.parametrize("plain", [BLACK, GREY, WHITE])
def test_a_plain_picture_shows_nothing(plain):
    assert informativeness(plain) == 0


def test_the_picker_takes_frames_one_by_one_and_keeps_none_of_them():
    picker = PosterPicker()
    frame = scene(1).copy()
    picker.add(frame)
    frame[:] = 0
    picker.add(frame)
    assert np.abs(shown(picker.encode()).astype(int) - fit_within(scene(1), LONG_SIDE)).mean() < 12


def test_frames_can_be_judged_by_small_copies_of_them():
    picker = PosterPicker()
    for frame in (BLACK, scene(1), WHITE):
        picker.add(frame, shrink(frame, 224))
    assert np.abs(shown(picker.encode()).astype(int) - fit_within(scene(1), LONG_SIDE)).mean() < 12


def test_no_frames_no_poster():
    with pytest.raises(ValueError, match="at least one frame"):
        make_poster([])
