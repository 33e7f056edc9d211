"""Which packets to decode so that each second that is wanted gets a picture, and no more than these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from organizer.frames.readers.reader import second_of
from organizer.frames.streams.timeline import Timeline
from organizer.types import EVERY_SECOND, SampledSeconds


@dataclass(frozen=True, slots=True)
class Target:
    """The picture that stands for one second."""

    second: int
    """k of the second bucket [k, k + 1)."""
    position: int
    """Which packet of the file it is, counted from 0."""
    start: int
    """The key packet from which on packets must be decoded to get it; ``position`` where it is one itself."""
    choices: tuple[int, ...]
    """All that could stand for this second, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Run:
    """Packets that are decoded in one go, forward from a key packet."""

    start: int
    """The key packet."""
    targets: tuple[Target, ...]
    """What is wanted of it, ascending by second."""

    @property
    def end(self) -> int:
        """The last packet to decode."""
        return max(target.position for target in self.targets)


def plan(timeline: Timeline, *, max_seconds: int, sampled: SampledSeconds = EVERY_SECOND) -> tuple[Run, ...]:
    """Return what to decode for the first ``max_seconds`` seconds, ascending; nothing for no pictures.

    A second's picture is the first key frame that begins in it; where none does, the first frame that others
    are likely to refer to, for it costs least to get there. A second in which no frame begins shows the one
    still on screen. Of seconds that are not sampled nothing is decoded but what others refer to.
    """
    targets = _targets(timeline, max_seconds, sampled)
    return tuple(Run(start, tuple(group)) for start, group in groupby(targets, lambda target: target.start))


def _targets(timeline: Timeline, max_seconds: int, sampled: SampledSeconds) -> Iterable[Target]:
    if not timeline.order:
        return
    seconds = {position: second_of(timeline.time_of(position)) for position in timeline.order}
    buckets = {
        second: tuple(positions) for second, positions in groupby(timeline.order, lambda at: seconds[at])
    }
    begin = _Begin(timeline)
    anchors = _anchors(timeline)
    choices: tuple[int, ...] = ()
    for second in range(min(seconds[timeline.order[-1]] + 1, max_seconds)):
        choices = buckets.get(second, choices[-1:])
        if second not in sampled:
            continue
        target = _best(choices, timeline.keys, anchors)
        yield Target(second, target, begin.of(target), choices)


def _best(choices: Sequence[int], keys: Sequence[bool], anchors: set[int]) -> int:
    for position in choices:
        if keys[position]:
            return position
    return min((position for position in choices if position in anchors), default=choices[0])


def _anchors(timeline: Timeline) -> set[int]:
    """Return the packets that are shown later than all before them: pictures between others are not."""
    anchors = set()
    latest = -1
    rank = {position: index for index, position in enumerate(timeline.order)}
    for position in range(len(timeline.times_s)):
        if rank.get(position, -1) > latest:
            latest = rank[position]
            anchors.add(position)
    return anchors


class _Begin:
    """Finds the key packet to begin with."""

    def __init__(self, timeline: Timeline) -> None:
        self._keys = [position for position, key in enumerate(timeline.keys) if key]
        self._rank = {position: index for index, position in enumerate(timeline.order)}

    def of(self, position: int) -> int:
        """Return the last key packet before a packet, or itself, that is not shown after it.

        A picture that lies behind a key packet and is shown before it may refer to pictures before that.
        """
        from bisect import bisect_right

        for key in reversed(self._keys[: bisect_right(self._keys, position)]):
            if self._rank.get(key, -1) <= self._rank[position]:
                return key
        return self._keys[0]
