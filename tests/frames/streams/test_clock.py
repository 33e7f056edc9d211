"""Times made from stamps that do not always go forward."""

from __future__ import annotations

import math

import pytest

from organizer.frames.readers.reader import second_of
from organizer.frames.streams.timeline import FrameClock, longest_still_s


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([0.0, 0.1, 0.2], [0, 0.1, 0.2]),
        ([5.0, 5.1, 5.2], [0, 0.1, 0.2]),
        ([-0.2, -0.1, 0.0], [0, 0.1, 0.2]),
        # An AVI with B-frames: one late, and nothing for the last.
        ([0.1, 0.2, 0.3, None], [0, 0.1, 0.2, 0.3]),
        ([None, 7.0, 7.1], [0, 0.1, 0.2]),
        ([0.0, None, 0.2, None], [0, 0.1, 0.2, 0.3]),
        ([None, None, None], [0, 0.1, 0.2]),
        ([0.0, 0.0, 0.0], [0, 0.1, 0.2]),
        ([0.0, math.nan, 0.2], [0, 0.1, 0.2]),
        # A spliced recording begins again.
        ([8.0, 8.1, 9.2, 0.0, 0.1], [0, 0.1, 1.2, 1.3, 1.4]),
        # The stated rate is wrong: frames come every 0.04 s. One bad stamp does not move the others.
        ([0.0, 0.04, 0.08, None, 0.16, 0.2, 0.24], [0, 0.04, 0.08, 0.18, 0.18, 0.2, 0.24]),
        ([0.0, 0.04, 0.12, 0.08, 0.16, 0.2], [0, 0.04, 0.12, 0.12, 0.16, 0.2]),
        # Real gaps stay.
        ([0.0, 3.0, 6.0], [0, 3, 6]),
    ],
)
def test_times_go_forward(stamps, expected):
    clock = FrameClock(10)
    assert [clock.time_of(stamp) for stamp in stamps] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("stamps", "longest_still_s", "expected"),
    [
        # A recording that was joined to another begins an hour later on its clock.
        ([0.0, 0.1, 3600.0, 3600.1], 10, [0, 0.1, 0.2, 0.3]),
        ([0.0, 0.1, 10.0, 10.1], 10, [0, 0.1, 10.0, 10.1]),
        ([0.0, 0.1, 3600.0, 3600.1], None, [0, 0.1, 3600.0, 3600.1]),
        # One bad stamp costs no more than its own frame.
        ([0.0, 0.1, 9999.0, 0.3, 0.4], 10, [0, 0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_steps_that_are_too_long_for_a_still(stamps, longest_still_s, expected):
    clock = FrameClock(10, longest_still_s=longest_still_s)
    assert [clock.time_of(stamp) for stamp in stamps] == pytest.approx(expected)


@pytest.mark.parametrize("name", ["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "asf", "flv"])
def test_stills_may_last_where_the_clock_is_the_files_own(name):
    assert longest_still_s(name) is None


@pytest.mark.parametrize("name", ["mpeg", "mpegts", "wtv"])
def test_the_clock_of_a_broadcast_does_not_pause(name):
    assert longest_still_s(name) == 10


def test_a_shuffled_order_does_not_drift():
    clock = FrameClock(10)
    order = [0] + [index + (1 if index % 2 else -1) for index in range(1, 201)]
    times = [clock.time_of(index / 10) for index in order]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(20, abs=0.11)


@pytest.mark.parametrize("rate", [None, 0, -5, 90000, math.nan, math.inf])
def test_nonsense_rates_are_replaced(rate):
    clock = FrameClock(rate)
    assert [clock.time_of(None) for _ in range(3)] == pytest.approx([0, 0.04, 0.08])


@pytest.mark.parametrize(
    ("time_s", "second"), [(0, 0), (0.999, 0), (0.9999999, 1), (1, 1), (2.9999999999, 3)]
)
def test_second_of(time_s, second):
    assert second_of(time_s) == second
