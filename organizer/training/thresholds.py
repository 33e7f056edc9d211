"""From which score on a label becomes a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HALF_TRUSTED = 30
"""With so many positive videos a label's own threshold counts as much as the pooled one."""
_LOWEST, _HIGHEST = 0.05, 0.95


def fit_thresholds(
    targets: NDArray[np.float32], scores: NDArray[np.float64], precision: float
) -> NDArray[np.float64]:
    """Choose thresholds that give tags of a wanted precision.

    The pooled threshold is the lowest score from which on the tags of all labels together are at least so
    precise. Each label has one of its own, found the same way, and mixed with the pooled one: of n positive
    videos it counts n / (n + 30). A handful of videos cannot tell a threshold, and forty tell it badly: with
    labels of 30 and more left to themselves, precision out of fold was 2 to 5 points lower at like recall.

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1, by models that did not see these videos.
        precision: share of right tags to reach, 0..1.

    Returns:
        (labels,) thresholds, 0.05..0.95.
    """
    import numpy as np

    pooled = lowest_precise(targets.ravel(), scores.ravel(), precision)
    own = np.array([lowest_precise(*columns, precision) for columns in zip(targets.T, scores.T, strict=True)])
    positives = targets.sum(axis=0)
    trust = positives / (positives + HALF_TRUSTED)
    shrunk: NDArray[np.float64] = np.clip(trust * own + (1 - trust) * pooled, _LOWEST, _HIGHEST)
    return shrunk


def lowest_precise(targets: NDArray[np.float32], scores: NDArray[np.float64], precision: float) -> float:
    """Return the lowest score from which on (itself included) the share of positives reaches ``precision``.

    It lies halfway to the next score below, so that the last tag does not hang on rounding. 1 where no
    score is precise enough.
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    share = np.cumsum(targets[order]) / np.arange(1, len(order) + 1)
    # Only the last of equal scores is a place to cut.
    is_cut = np.append(ranked[:-1] > ranked[1:], True)
    precise = np.flatnonzero(is_cut & (share >= precision))
    if not len(precise):
        return 1.0
    last = precise[-1]
    below = ranked[last + 1] if last + 1 < len(ranked) else 0.0
    return float((ranked[last] + below) / 2)
