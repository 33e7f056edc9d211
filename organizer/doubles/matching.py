"""Whether two videos show the same film, second after second.

One is laid along the other at each offset. At the right one each second finds its like within a second,
for the frames that stand for a second are not the same ones in a file that was encoded again.

How much they are alike there does not tell a copy from another take: that may be the scene alone. So it is
asked too whether what changes in one changes in the other at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.doubles.seconds import Seconds

_JITTER_S = 1
"""How far the frame that stands for a second may be from that of the other file."""
_MORE_SIDE_BY_SIDE = 0.15
"""What it is worth, in likeness, that all of the shorter one lies beside the other: of a motionless scene
any part is like any other."""
_LEAST_SHARE = 0.4
"""Which part of the shorter one lies beside the other one at each offset that is looked at."""
_AWAY_S = range(3, 11)
"""How far other offsets are from the right one, where timing is looked at; nearer ones are jitter."""
_AWAY_SHARE = 0.3
_LEAST_CHANGE = 0.04
"""What has to change within a video, else its timing cannot be told."""
_ALIKE_AT_ALL = 0.4
"""Below it nobody asks for timing."""
_FAR = -2.0
"""Less than any likeness: no second of the other lies there."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The offset at which two videos are most alike."""

    offset_s: int
    """Where in the first video the second one begins; negative where it begins before it."""
    likeness: float
    """Mean over the seconds that lie side by side, of both, -1..1."""
    timing: float | None
    """How much of what changes there changes in both at the same time: about 1 of a copy, 0 of another take
    of the scene. None where too little changes to tell, both are too short, or they are not alike anyway."""
    overlap_s: float
    """Seconds that lie side by side."""
    share: float
    """Which part these are of the shorter video, as far as it is known: 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """Two videos side by side at each offset."""

    offsets: NDArray[np.int64]
    means: NDArray[np.float32]
    """Of the likeness of the seconds side by side; ``_FAR`` where there are none."""
    overlaps: NDArray[np.float64]
    """How many seconds these are."""
    beside_first: NDArray[np.bool_]
    """(offsets, rows): which rows of the first one have one of the other beside them."""
    beside_second: NDArray[np.bool_]


def align(first: Seconds, second: Seconds) -> Alignment | None:
    """Lay a video along another one where they are most alike.

    Args:
        first: one video.
        second: the other one.

    Returns:
        The best place; None where the shorter one fits nowhere.
    """
    import numpy as np

    profile = _profile(first, second)
    share = np.minimum(profile.overlaps / max(min(first.known_s, second.known_s), 0.1), 1)
    fits = (share >= _LEAST_SHARE) & (profile.means > _FAR)
    if not fits.any():
        return None
    place = int(np.argmax(np.where(fits, profile.means + _MORE_SIDE_BY_SIDE * share, 2 * _FAR)))
    likeness, offset = float(profile.means[place]), int(profile.offsets[place])
    share_there, overlap = float(share[place]), float(profile.overlaps[place])
    if likeness < _ALIKE_AT_ALL:
        return Alignment(offset, likeness, None, overlap, share_there)
    one = _part(first, profile.beside_first[place])
    other = _part(second, profile.beside_second[place])
    return Alignment(
        offset,
        likeness,
        _timing(one, other, offset, likeness),
        overlap,
        share_there,
    )


def _timing(first: Seconds, second: Seconds, offset_s: int, likeness: float) -> float | None:
    """Return how much of what changes changes at the same time; both are cut to what lies side by side.

    At other offsets a copy is like its original as the original is like itself so many seconds later. Another
    take is as much, or as little, like it there as at the best one.
    """
    import numpy as np

    if min(len(first.at), len(second.at)) < 2:
        return None
    apart, own = _profile(first, second), [_profile(video, video) for video in (first, second)]
    away = np.array([step for size in _AWAY_S for step in (-size, size)])
    length = max(min(first.known_s, second.known_s), 0.1)

    def at(profile: _Profile, offsets: NDArray[np.int64]) -> NDArray[np.float32]:
        places = offsets - profile.offsets[0]
        inside = (places >= 0) & (places < len(profile.offsets))
        places = np.where(inside, places, 0)
        there = inside & (profile.overlaps[places] >= _AWAY_SHARE * length)
        return np.where(there, profile.means[places], _FAR)

    elsewhere = at(apart, away + offset_s)
    itself = [at(profile, away) for profile in own]
    told = (elsewhere > _FAR) & (itself[0] > _FAR) & (itself[1] > _FAR)
    if not told.any():
        return None
    change = 1 - float((itself[0][told] + itself[1][told]).mean()) / 2
    if change < _LEAST_CHANGE:
        return None
    return (likeness - float(elsewhere[told].mean())) / max(likeness * change, 0.01)


def _part(video: Seconds, rows: NDArray[np.bool_]) -> Seconds:
    """Return some seconds of a video, at their places."""
    return replace(video, vectors=video.vectors[rows], at=video.at[rows])


def _profile(first: Seconds, second: Seconds) -> _Profile:
    import numpy as np

    # An offset says how much later a second lies in the first one than in the second one.
    offsets = np.arange(-int(second.known_s) - 1, int(first.known_s) + 2)
    of_first, of_second = _best_at(first, second, offsets)
    in_second, in_first = first.at - offsets[:, None], second.at + offsets[:, None]
    beside_first = (in_second > -0.5) & (in_second < second.known_s) & (of_first > _FAR)
    beside_second = (in_first > -0.5) & (in_first < first.known_s) & (of_second > _FAR)
    number = beside_first.sum(1) + beside_second.sum(1)
    sums = np.where(beside_first, of_first, 0).sum(1) + np.where(beside_second, of_second, 0).sum(1)
    start, end = np.maximum(0, offsets), np.minimum(first.known_s, offsets + second.known_s)
    return _Profile(
        offsets,
        np.where(number > 0, sums / np.maximum(number, 1), np.float32(_FAR)),
        np.maximum(0, end - start),
        beside_first,
        beside_second,
    )


def _best_at(
    first: Seconds, second: Seconds, offsets: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each offset how much each second is like what lies beside it, give or take the jitter.

    Returns:
        (offsets, rows of the first) and (offsets, rows of the second).
    """
    import numpy as np

    likeness = first.vectors @ second.vectors.T
    delta = first.at[:, None] - second.at[None, :] - offsets[0]
    rows = np.broadcast_to(np.arange(likeness.shape[0])[:, None], likeness.shape)
    columns = np.broadcast_to(np.arange(likeness.shape[1]), likeness.shape)
    of_first = np.full((len(offsets), len(first.at)), _FAR, np.float32)
    of_second = np.full((len(offsets), len(second.at)), _FAR, np.float32)
    for jitter in range(-_JITTER_S, _JITTER_S + 1):
        place = delta + jitter
        there = (place >= 0) & (place < len(offsets))
        np.maximum.at(of_first, (place[there], rows[there]), likeness[there])
        np.maximum.at(of_second, (place[there], columns[there]), likeness[there])
    return of_first, of_second
