"""The direction in which a tag's videos lie, from a few of them, a few others, and all those unlabelled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.teaching.background import Background

LIKENESS_OF = 8.0
"""With so many examples their likeness counts as much as the discriminant, with more of them less."""
SHRINKAGE = 1e-2
"""Added to the diagonal of the directions' covariance."""
NOT_SHOWN_FULL = 60.0
"""So many videos that do not show the tag count as much as all the unlabelled ones together. They are no
sample of what does not show it: most are suggestions that were wrong, and lie near it. See docs/review.md."""


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A score of a video: how far it lies towards a tag, in standard deviations of the library's videos.

    Linear in the video's direction; the mean over the unlabelled videos is 0.
    """

    weights: NDArray[np.float32]
    """(dimensions,)."""
    offset: float

    def of(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (rows,) scores of directions (rows, dimensions)."""
        import numpy as np

        scores: NDArray[np.float32] = directions @ self.weights + np.float32(self.offset)
        return scores


def direction_of(
    shown: NDArray[np.float32], not_shown: NDArray[np.float32], background: Background
) -> Direction:
    """Return where the videos of a tag lie.

    Two linear functions, blended: likeness to the examples, the cosine to their mean, which is hard to beat
    with a handful of them (nearest centroid); and a regularised linear discriminant of the examples against
    all else (Friedman, "Regularized Discriminant Analysis", 1989), which gains more by each. Unlabelled
    videos are no proof of "not": all together they weigh what the examples do, however many they are.

    Args:
        shown: (examples, dimensions) directions of videos that show it; one or more.
        not_shown: (videos, dimensions) of videos that do not; may be none.
        background: of the library.
    """
    share = LIKENESS_OF / (LIKENESS_OF + len(shown))
    likeness = shown.mean(axis=0, dtype="float64")
    return _scaled(
        share * _unit(likeness, background)
        + (1 - share) * _unit(_discriminant(shown, not_shown, background), background),
        background,
    )


def difference_of(
    shown: NDArray[np.float32], not_shown: NDArray[np.float32], background: Background
) -> Direction:
    """Return the direction from the mean of videos that do not show something to that of videos that do.

    Args:
        shown: (videos, dimensions) directions, one or more.
        not_shown: (videos, dimensions), one or more.
        background: of the library.
    """
    import numpy as np

    return _scaled(
        shown.mean(axis=0, dtype=np.float64) - not_shown.mean(axis=0, dtype=np.float64), background
    )


def _discriminant(
    shown: NDArray[np.float32], not_shown: NDArray[np.float32], background: Background
) -> NDArray[np.float64]:
    """Return (dimensions,): the direction that tells examples from the rest, half of the weight each."""
    import numpy as np

    middle: NDArray[np.float64] = background.middle
    covariance = background.covariance
    if len(not_shown):
        share = len(not_shown) / (len(not_shown) + NOT_SHOWN_FULL)
        own_middle, own = _moments(not_shown)
        apart = own_middle - middle
        between = share * (1 - share) * np.outer(apart, apart)
        covariance = ((1 - share) * covariance + share * own + between).astype(np.float64)
        middle = middle + share * apart
    shown_middle, within = _moments(shown)
    apart = shown_middle - middle
    total = 0.5 * covariance + 0.5 * within + 0.25 * np.outer(apart, apart).astype(np.float64)
    total[np.diag_indices_from(total)] += SHRINKAGE
    return np.asarray(np.linalg.solve(total, apart), np.float64)


def _moments(rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    middle = rows.mean(axis=0, dtype=np.float64)
    away = rows - middle
    return middle, away.T @ away / len(rows)


def _unit(weights: NDArray[np.float64], background: Background) -> NDArray[np.float64]:
    """Return weights whose scores have a standard deviation of 1 over the background."""
    variance = float(weights @ background.covariance @ weights)
    unit: NDArray[np.float64] = weights / math.sqrt(max(variance, 1e-12))
    return unit


def _scaled(weights: NDArray[np.float64], background: Background) -> Direction:
    import numpy as np

    weights = _unit(weights, background)
    return Direction(weights.astype(np.float32), float(-weights @ background.middle))
