"""Scores of videos by what the others teach, in standard deviations of a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.teaching.direction import Direction
    from organizer.teaching.videos import Seen

    Learner = Callable[[NDArray[np.float32], NDArray[np.float32]], Direction]
    """Returns a direction of (videos, dimensions) that show something, and of those that do not."""

FOLDS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A direction that was learnt, and how videos lie in it, unlabelled ones with mean 0 and spread 1."""

    direction: Direction
    unlabelled: NDArray[np.float64]
    """(videos,)."""
    held_out: Mapping[int, float]
    """By video that was learnt from, what the others say of it."""
    _middle: float
    _spread: float

    def on_direction(self, slope: float, offset: float) -> tuple[float, float]:
        """Return slope and offset on ``directions @ direction.weights`` of those on these scores."""
        return slope / self._spread, offset + slope * (self.direction.offset - self._middle) / self._spread


def scored(
    videos: Seen,
    shown: Sequence[int],
    not_shown: Sequence[int],
    unlabelled: Sequence[int],
    learn: Learner,
    *,
    folds: int,
) -> Scored:
    """Learn a direction, and score each video that it was learnt from by one that was learnt without it.

    Args:
        videos: all of them.
        shown: that show it; one or more.
        not_shown: that do not.
        unlabelled: what stands for the library; one or more.
        learn: learns a direction.
        folds: into how many parts they are put, each left out once.
    """
    import numpy as np

    direction = learn(videos.wholes(shown), videos.wholes(not_shown))
    scores = np.array([videos.score(one, direction) for one in unlabelled])
    middle, spread = float(scores.mean()), max(float(scores.std()), 1e-6)
    held_out: dict[int, float] = {}
    for fold in range(folds):
        left_out = {*shown[fold::folds], *not_shown[fold::folds]}
        by_others = learn(
            # One that shows it is no example of itself, unless it is the only one.
            videos.wholes([one for one in shown if one not in left_out] or shown),
            videos.wholes([one for one in not_shown if one not in left_out]),
        )
        held_out |= {one: (videos.score(one, by_others) - middle) / spread for one in left_out}
    return Scored(direction, (scores - middle) / spread, held_out, middle, spread)
