"""Which packets are decoded, for tables of what lies in a file."""

from __future__ import annotations

import pytest

from organizer.frames.readers.plan import plan
from organizer.frames.streams.timeline import Timeline


def timeline(frames: str, *, fps: float = 4) -> Timeline:
    """Packets in the order of the file, each a word: when it is shown, in frames; K: a key; x: not shown."""
    words = frames.split()
    shown = {at: int(word.strip("Kx")) for at, word in enumerate(words) if "x" not in word}
    times = tuple(shown[at] / fps if at in shown else None for at in range(len(words)))
    keys = tuple("K" in word for word in words)
    return Timeline(times, keys, tuple(sorted(shown, key=shown.__getitem__)))


def planned(frames: str, *, fps: float = 4, max_seconds: int = 45) -> list[tuple[int, list[int]]]:
    """What is decoded: the start of each run and the positions that are wanted of it."""
    runs = plan(timeline(frames, fps=fps), max_seconds=max_seconds)
    assert [target.second for run in runs for target in run.targets] == list(
        range(sum(len(run.targets) for run in runs))
    )
    assert all(target.start == run.start for run in runs for target in run.targets)
    assert all(target.position in target.choices for run in runs for target in run.targets)
    return [(run.start, [target.position for target in run.targets]) for run in runs]


# Four frames a second.
@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ("", []),
        ("0K", [(0, [0])]),
        ("0K 1 2 3", [(0, [0])]),
        ("0K 1 2 3 4", [(0, [0, 4])]),
        # A key frame in each second; in every place of it; more than one.
        ("0K 1 2 3 4K 5 6 7 8K 9 10 11", [(0, [0]), (4, [4]), (8, [8])]),
        ("0K 1 2 3 4 5 6K 7 8 9 10 11K", [(0, [0]), (6, [6]), (11, [11])]),
        ("0K 1K 2K 3K 4K 5K 6K 7K 8K", [(0, [0]), (4, [4]), (8, [8])]),
        # None in seconds 1 to 3: one pass for all of them.
        ("0K 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16K", [(0, [0, 4, 8, 12]), (16, [16])]),
        # A pass begins with the last key frame before it, wanted or not.
        ("0K 1 2 3K 4 5 6 7 8 9 10 11", [(0, [0]), (3, [4, 8])]),
        ("0K 1 2 3 4 5K 6K 7 8 9 10 11", [(0, [0]), (5, [5]), (6, [8])]),
        # B-frames: the first that others refer to, for the ones shown between need it anyway.
        ("0K 4 2 1 3 8 6 5 7", [(0, [0, 1, 5])]),
        ("0K 3 1 2 6 4 5 9 7 8", [(0, [0, 4, 7])]),
        # Second 1 consists of pictures between others.
        ("0K 9 4 5 6 7 8", [(0, [0, 2, 1])]),
        # An open GOP: frames 4 and 5 lie behind the key frame and are shown before it.
        ("0K 1 2 3 8K 4 5 6 7", [(0, [0, 5]), (4, [4])]),
        ("0K 1 2 3 6K 4 5 7", [(0, [0]), (4, [4])]),
        # Nothing begins in a second: what is still on screen, however it was coded.
        ("0K 8", [(0, [0, 0, 1])]),
        ("0K 3 1 2 12K", [(0, [0, 1, 1]), (4, [4])]),
        ("0K 2 1 14", [(0, [0, 1, 1, 3])]),
        # Film that an edit list cuts off is decoded for the sake of what follows.
        ("0Kx 1x 2x 0 1 2 3 4", [(0, [3, 7])]),
        ("0 0K 1 2 3 4".replace("0 ", "0x ", 1), [(1, [1, 5])]),
    ],
)
def test_plan(frames, expected):
    assert planned(frames) == expected


@pytest.mark.parametrize("max_seconds", [1, 2, 3, 10])
def test_no_more_than_asked_for(max_seconds):
    seconds = planned("0K 1 2 3 4 5K 6 7 8 9 10 11 12K", max_seconds=max_seconds)
    assert sum(len(targets) for _, targets in seconds) == min(max_seconds, 4)


def test_a_long_still_picture_ends_at_the_limit():
    assert planned("0K 1000K", max_seconds=5) == [(0, [0] * 5)]


def test_all_frames_of_a_second_may_stand_for_it():
    runs = plan(timeline("0K 4 2 1 3 8 6 5 7"), max_seconds=45)
    assert [target.choices for run in runs for target in run.targets] == [(0, 3, 2, 4), (1, 7, 6, 8), (5,)]


def test_a_run_ends_with_the_last_packet_wanted():
    (run,) = plan(timeline("0K 9 4 5 6 7 8"), max_seconds=45)
    assert (run.start, run.end) == (0, 2)
