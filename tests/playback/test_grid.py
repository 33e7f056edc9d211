"""Which seconds each piece holds, and how much care is taken with them."""

import pytest

from organizer.playback.grid import CONVERTED, COPIED
from organizer.playback.looking import preset


@pytest.mark.parametrize("grid", [CONVERTED, COPIED])
def test_pieces_follow_upon_each_other(grid):
    assert grid.begins(0) == 0
    for number in range(50):
        assert grid.begins(number) < grid.ends(number) == grid.begins(number + 1)


@pytest.mark.parametrize(
    ("seconds", "count"),
    [(0.0, 1), (0.2, 1), (0.5, 1), (0.51, 2), (1.5, 2), (1.6, 3), (10.0, 11), (10800, 10801)],
)
def test_the_last_piece_holds_the_end(seconds, count):
    assert CONVERTED.count(seconds) == count
    assert CONVERTED.ends(count - 1) >= seconds


@pytest.mark.parametrize(
    ("size", "rate", "few", "expected"),
    [
        ((640, 480), 30, True, "veryfast"),
        ((1280, 720), 30, True, "veryfast"),
        ((1920, 1080), 30, True, "superfast"),
        ((1920, 1080), 30, False, "veryfast"),
        ((1920, 1080), 60, True, "superfast"),
        ((1920, 1080), 60, False, "superfast"),
        ((3840, 2160), 30, True, "ultrafast"),
        ((3840, 2160), 60, False, "ultrafast"),
    ],
)
def test_what_takes_long_is_coded_with_less_care(size, rate, few, expected):
    assert preset(size[0] * size[1] * rate, few_processors=few) == expected
