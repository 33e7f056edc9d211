"""When packets are shown, told from their stamps."""

from __future__ import annotations

import pytest

from organizer.frames.timeline import PacketInfo, is_spliced, lay_out

TENTH = 0.1


def packets(*entries: tuple[int | None, int | None, str]) -> list[PacketInfo]:
    """Each: when shown, when decoded, and letters: K for a key packet, x for one that is not shown."""
    return [PacketInfo(stamp, decode, "K" in flags, "x" not in flags) for stamp, decode, flags in entries]


@pytest.mark.parametrize(
    ("listed", "times", "order"),
    [
        ([], [], []),
        ([(0, 0, "K"), (1, 1, ""), (2, 2, "")], [0, 0.1, 0.2], [0, 1, 2]),
        # From anywhere, and before zero.
        ([(70, 70, "K"), (71, 71, "")], [0, 0.1], [0, 1]),
        ([(-3, -4, "K"), (-2, -3, "")], [0, 0.1], [0, 1]),
        # B-frames, with and without decoding stamps.
        ([(2, 0, "K"), (5, 1, ""), (3, 2, ""), (4, 3, "")], [0, 0.3, 0.1, 0.2], [0, 2, 3, 1]),
        ([(0, None, "K"), (3, None, ""), (1, 1, ""), (2, 2, "")], [0, 0.3, 0.1, 0.2], [0, 2, 3, 1]),
        # Slow ones: stamps that step back by seconds are no new recording.
        ([(20, 0, "K"), (60, 10, ""), (40, 20, ""), (30, 30, "")], [0, 4, 2, 1], [0, 3, 2, 1]),
        # Pictures before the first key, and leading pictures of it, are not shown.
        ([(0, 0, ""), (1, 1, ""), (4, 2, "K"), (3, 3, ""), (5, 4, "")], [None, None, 0, None, 0.1], [2, 4]),
        ([(0, 0, ""), (1, 1, "")], [None, None], []),
        # An edit list begins the film at the third picture.
        ([(0, 0, "Kx"), (1, 1, "x"), (2, 2, ""), (3, 3, "")], [None, None, 0, 0.1], [2, 3]),
        # Missing, doubled.
        ([(None, 0, "K"), (None, 1, ""), (None, 2, "")], [0, 0.1, 0.2], [0, 1, 2]),
        ([(None, None, "K"), (None, None, ""), (None, None, "")], [0, 0.1, 0.2], [0, 1, 2]),
        ([(0, 0, "K"), (None, None, ""), (2, 2, "")], [0, 0.1, 0.2], [0, 1, 2]),
        ([(0, 0, "K"), (0, 0, ""), (2, 2, "")], [0, 0.1, 0.2], [0, 1, 2]),
        # A gap stays.
        ([(0, 0, "K"), (50, 50, "")], [0, 5], [0, 1]),
        # Another recording begins: its times go on where the first one ends.
        (
            [(90, 88, "K"), (92, 89, ""), (91, 90, ""), (2, 0, "K"), (4, 1, ""), (3, 2, "")],
            [0, 0.2, 0.1, 0.3, 0.5, 0.4],
            [0, 2, 1, 3, 5, 4],
        ),
    ],
)
def test_times_and_order(listed, times, order):
    timeline = lay_out(packets(*listed), TENTH, 10)
    assert list(timeline.times_s) == [None if time_s is None else pytest.approx(time_s) for time_s in times]
    assert list(timeline.order) == order
    assert list(timeline.keys) == ["K" in flags for _, _, flags in listed]


def test_what_is_not_shown_has_no_time():
    timeline = lay_out(packets((0, 0, ""), (1, 1, "K")), TENTH, 10)
    assert timeline.time_of(1) == 0
    with pytest.raises(ValueError, match="packet 0"):
        timeline.time_of(0)


@pytest.mark.parametrize(
    ("before", "now", "spliced"), [(0, 1, False), (100, 99, False), (100, 90, False), (100, 89, True)]
)
def test_only_a_long_step_back_is_a_splice(before, now, spliced):
    assert is_spliced(before, now, TENTH) is spliced
