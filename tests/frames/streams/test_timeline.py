"""When packets are shown, told from their stamps."""

from __future__ import annotations

import pytest

from organizer.frames.streams.timeline import PacketInfo, decoded_at, is_spliced, lay_out

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


@pytest.mark.parametrize(("now", "spliced"), [(200, False), (201, True), (99, False), (80, True)])
def test_a_step_forward_is_a_splice_where_stills_are_short(now, spliced):
    assert is_spliced(100, now, TENTH, 10.0) is spliced
    assert is_spliced(100, now, TENTH) is (now < 90)


def test_a_recording_whose_clock_is_ahead():
    listed = packets((2, 0, "K"), (4, 1, ""), (3, 2, ""), (36002, 36000, "K"), (36004, 36001, ""))
    assert lay_out(listed, TENTH, 10, 10.0).times_s == pytest.approx((0, 0.2, 0.1, 0.3, 0.5))
    assert lay_out(listed, TENTH, 10).times_s == pytest.approx((0, 0.2, 0.1, 3600, 3600.2))


@pytest.mark.parametrize(
    ("stamp", "decode", "still_s", "right"),
    [
        (5, 3, 10.0, 3),
        (5, None, 10.0, None),
        (None, 3, 10.0, 3),
        # Made up from the recording before.
        (5, 3000, 10.0, 5),
        (3000, 5, 10.0, 3000),
        # Where stills may be as long as they like, so may the way from decoding to showing.
        (3000, 5, None, 5),
    ],
)
def test_when_a_packet_is_decoded(stamp, decode, still_s, right):
    assert decoded_at(stamp, decode, TENTH, still_s) == right


@pytest.mark.parametrize(
    ("marks", "doubtful"), [("K..K..", ""), ("KKKKKK", "012345"), ("K..KK.", "34"), ("K....K", ""), ("K", "")]
)
def test_key_frames_do_not_follow_upon_each_other(marks, doubtful):
    listed = packets(*((at, at, mark.strip(".")) for at, mark in enumerate(marks)))
    timeline = lay_out(listed, TENTH, 10)
    keys = [at for at, mark in enumerate(marks) if mark == "K"]
    assert [at for at in keys if timeline.is_doubtful(at)] == [int(digit) for digit in doubtful]
