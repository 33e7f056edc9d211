"""Which pairs of videos are worth a close look, among all pairs of a library.

Each vector of the sketches looks for its nearest ones of other videos, among those that lie near the same
centres; each one found is a vote for two videos and an offset between them. Where a film is there twice,
many votes fall on one offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.doubles.sketches import HOP_S
from organizer.features.processor import single_threaded_blas
from organizer.stopping import check
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    import numpy as np
    from numpy.typing import NDArray

    from organizer.doubles.sketches import Sketches

_NEAREST = 10
"""Vectors of other videos that each may vote for."""
_LEAST_LIKENESS = 0.6
_CENTRES_MOST = 4096
_TO_A_CENTRE = 256
_NEAR_CENTRES = 2
"""Centres at which each vector is looked for: copies may lie on two sides of a border."""
_TRAINED_ON = 16
"""Vectors for each centre that centres are found with."""
_ROUNDS = 6
_BLOCK = 1024
_MOST_SIDE_BY_SIDE = 6 * _BLOCK
"""Where more vectors than this lie near one centre, each is compared with so many: a black picture is no
film, and a camera that never moves makes thousands of clips alike."""
_LEAST_VOTES = 0.3
"""For how much of the shorter video there must be votes at one offset."""
_MOST_OF_ONE = 20
"""Pairs that a video is in, the best ones."""
_OFFSETS = 64
"""More than the offsets there are, in steps of a sketch."""
_SEED = 17


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs worth a look, and how far the search for them is."""

    first: NDArray[np.int64]
    """(pairs,): which video, counted as in the sketches."""
    second: NDArray[np.int64]
    """(pairs,): the other one, always a greater number."""


def candidates(sketches: Sketches, stop: Event | None = None) -> Iterator[float | Candidates]:
    """Yield which part of the work is done, 0..1, and at last the pairs, ordered.

    Args:
        sketches: all videos.
        stop: looked at between two centres.

    Raises:
        StoppedError: ``stop`` was set.
    """
    import numpy as np

    if not len(sketches.vectors):
        yield Candidates(np.empty(0, np.int64), np.empty(0, np.int64))
        return
    with single_threaded_blas():
        centres = _centres(sketches.vectors, stop)
    yield 0.1
    with single_threaded_blas():
        order, ends = _near(sketches.vectors, centres, stop)
    yield 0.3
    work = np.minimum(np.diff(ends, prepend=0), _MOST_SIDE_BY_SIDE).astype(np.float64) ** 2
    total, done, told = max(work.sum(), 1.0), 0.0, 0.0
    votes: list[NDArray[np.int64]] = []
    waiting = 0
    for number, end in enumerate(ends):
        check(stop)
        members = order[ends[number - 1] if number else 0 : end]
        # Not for the whole loop: who follows it may want all processors between two steps.
        with single_threaded_blas():
            found = _votes(sketches, members)
        votes.append(found)
        waiting += len(found)
        if waiting > _MERGED_AT:
            # Found at two centres it is still one vote.
            votes = [np.unique(np.concatenate(votes))]
            waiting = 0
        done += work[number]
        if done / total - told > 0.02:
            told = done / total
            yield 0.3 + 0.65 * told
    yield _counted(np.unique(np.concatenate(votes)), sketches)


_MERGED_AT = 8_000_000


def _centres(vectors: NDArray[np.int8], stop: Event | None) -> NDArray[np.float32]:
    """Return centres of the vectors, float32 (centres, dimension), by a few rounds of k-means on some."""
    import numpy as np

    count = int(np.clip(len(vectors) // _TO_A_CENTRE, 1, _CENTRES_MOST))
    draw = np.random.default_rng(_SEED)
    some = np.sort(draw.permutation(len(vectors))[: count * _TRAINED_ON])
    points = _unit(vectors[some])
    centres = points[np.sort(draw.permutation(len(points))[:count])]
    for _ in range(_ROUNDS):
        check(stop)
        nearest = np.concatenate(
            [
                (points[start : start + 4 * _BLOCK] @ centres.T).argmax(1)
                for start in range(0, len(points), 4 * _BLOCK)
            ]
        )
        order = np.argsort(nearest, kind="stable")
        taken, starts = np.unique(nearest[order], return_index=True)
        moved = np.add.reduceat(points[order], starts, axis=0)
        centres[taken] = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return centres


def _near(
    vectors: NDArray[np.int8], centres: NDArray[np.float32], stop: Event | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the vectors near each centre, one centre after another, and where those of each end."""
    import numpy as np

    near = np.empty((len(vectors), min(_NEAR_CENTRES, len(centres))), np.int16)
    for start in range(0, len(vectors), 2 * _BLOCK):
        check(stop)
        likeness = _unit(vectors[start : start + 2 * _BLOCK]) @ centres.T
        rows = np.arange(len(likeness))
        for place in range(near.shape[1]):
            best = likeness.argmax(1)
            near[start : start + len(best), place] = best
            likeness[rows, best] = -2
    order = np.argsort(near.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(near.ravel(), minlength=len(centres)))
    order //= near.shape[1]
    return order, ends


def _votes(sketches: Sketches, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the votes of vectors near one centre, each a number that says which videos and offset."""
    import numpy as np

    if len(members) < 2:
        return np.empty(0, np.int64)
    points = _unit(sketches.vectors[members])
    if len(members) > _MOST_SIDE_BY_SIDE:
        # Along the direction in which they differ most, so that those side by side are most alike.
        along = np.argsort(points @ _direction(points), kind="stable")
        members, points = members[along], points[along]
    video, at = sketches.video[members], sketches.at_s[members].astype(np.int64)
    found = []
    for start in range(0, len(members), _BLOCK):
        end = min(start + _BLOCK, len(members))
        from_ = max(0, min(start - (_MOST_SIDE_BY_SIDE - _BLOCK) // 2, len(members) - _MOST_SIDE_BY_SIDE))
        beside = slice(from_, from_ + _MOST_SIDE_BY_SIDE)
        likeness = points[start:end] @ points[beside].T
        rows, columns = _own(video[start:end], video[beside])
        likeness[rows, columns] = -2
        rows, columns = _nearest(likeness)
        one, other = video[start:end][rows].astype(np.int64), video[beside][columns].astype(np.int64)
        later = (at[start:end][rows] - at[beside][columns]) // HOP_S
        later = np.where(one < other, later, -later)
        # The vector that votes is a part of the number: two that vote alike are two votes.
        by = np.minimum(at[start:end][rows], at[beside][columns]) // HOP_S
        found.append(_number(np.minimum(one, other), np.maximum(one, other), later, by, len(sketches.ids)))
    return np.unique(np.concatenate(found))


def _own(video: NDArray[np.int32], beside: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and columns at which a vector meets another one of its own video, or itself."""
    import numpy as np

    # To compare each with each costs more than all the rest; where a video's are is looked up.
    order = np.argsort(beside, kind="stable")
    first, last = (np.searchsorted(beside, video, side, sorter=order) for side in ("left", "right"))
    number = last - first
    rows = np.repeat(np.arange(len(video)), number)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(number) - number, number)
    return rows, order[np.repeat(first, number) + within]


def _nearest(likeness: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and columns of the greatest few of each row that are great enough."""
    import numpy as np

    if likeness.shape[1] > _NEAREST:
        columns = np.argpartition(likeness, -_NEAREST, axis=1)[:, -_NEAREST:]
        rows = np.repeat(np.arange(len(likeness)), _NEAREST)
        columns = columns.ravel()
        alike = likeness[rows, columns] > _LEAST_LIKENESS
        return rows[alike], columns[alike]
    rows, columns = np.nonzero(likeness > _LEAST_LIKENESS)
    return rows, columns


_BY = MAX_SECONDS // HOP_S + 1


def _number(
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    later: NDArray[np.int64],
    by: NDArray[np.int64],
    videos: int,
) -> NDArray[np.int64]:
    return ((one * videos + other) * _OFFSETS + later + _OFFSETS // 2) * _BY + by


def _counted(votes: NDArray[np.int64], sketches: Sketches) -> Candidates:
    """Return the pairs that have enough votes at one offset, give or take one step."""
    import numpy as np

    places, counts = np.unique(votes // _BY, return_counts=True)
    pair, offset = places // _OFFSETS, places % _OFFSETS
    # With the next offset, where it has votes too: files that were encoded again are up to a second off.
    follows = np.flatnonzero((pair[1:] == pair[:-1]) & (offset[1:] == offset[:-1] + 1))
    both = counts.copy()
    both[follows] += counts[follows + 1]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    best = np.maximum.reduceat(both, starts) if len(starts) else both
    pair = pair[starts]
    first, second = pair // len(sketches.ids), pair % len(sketches.ids)
    shorter = np.minimum(sketches.counts[first], sketches.counts[second])
    share = best / shorter
    kept = share >= _LEAST_VOTES
    first, second, share = first[kept], second[kept], share[kept]
    kept = _best_of_each(first, second, share) | _best_of_each(second, first, share)
    return Candidates(first[kept], second[kept])


def _best_of_each(
    video: NDArray[np.int64], other: NDArray[np.int64], share: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which pairs are among the best of the first video of each."""
    import numpy as np

    order = np.lexsort((other, -share, video))
    starts = np.flatnonzero(np.diff(video[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    kept = np.zeros(len(order), np.bool_)
    kept[order] = rank < _MOST_OF_ONE
    return kept


def _unit(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return sketches as they were: float32, of a length of about 1."""
    import numpy as np

    unit = vectors.astype(np.float32)
    unit /= 127.0
    return unit


def _direction(points: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    spread = points - points.mean(0)
    along = np.ones(points.shape[1], np.float32)
    for _ in range(8):
        along = spread.T @ (spread @ along)
        along /= max(float(np.linalg.norm(along)), 1e-6)
    return along
