"""The metrics of multi-label classification that all figures go by; each is defined here and nowhere else.

Average precision is scikit-learn's ``average_precision_score``, which a test holds it against: the mean, over
all right predictions, of the precision at the place in the ranking where each stands; equal scores are not
told apart. Here it comes for many weightings of the videos at once. Drawing videos with replacement is
weighting each by how often it was drawn, so a ranking is sorted once, and every draw is two cumulative sums
along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST = 1e-7
"""Scores are kept so far from 0 and 1 in a loss, which has no value there."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """Predictions by descending score."""

    videos: NDArray[np.int64]
    """(predictions,) the video of each."""
    hits: NDArray[np.int64]
    """(right predictions,) their places in the ranking, ascending."""
    ends: NDArray[np.int64]
    """(right predictions,) for each, the last place with the same score."""


def rank(videos: NDArray[np.int64], right: NDArray[np.bool_], scores: NDArray[np.floating]) -> Ranking:
    """Sort predictions.

    Args:
        videos: (predictions,) the video that each is about.
        right: (predictions,) whether the label fits.
        scores: (predictions,)
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits = np.flatnonzero(right[order])
    # From the right, for searchsorted wants ascending values.
    ends = len(ranked) - 1 - np.searchsorted(ranked[::-1], ranked[hits], side="left")
    return Ranking(videos[order], hits, ends)


def average_precision(
    ranking: Ranking, weights: NDArray[np.int64], due: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the average precision of a ranking under each weighting.

    Args:
        ranking: of predictions.
        weights: (draws, videos) how often each video counts.
        due: (draws,) how many right predictions there are to find, weighted. Those that the ranking does not
            hold are never found and count as 0.

    Returns:
        (draws,), 0..1; NaN where nothing is due.
    """
    import numpy as np

    of_place = weights[:, ranking.videos]
    seen = np.cumsum(of_place, axis=1)[:, ranking.ends]
    is_hit = np.zeros(len(ranking.videos), bool)
    is_hit[ranking.hits] = True
    found = np.cumsum(of_place * is_hit, axis=1)[:, ranking.ends]
    gained = (of_place[:, ranking.hits] * found / np.maximum(seen, 1)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision: NDArray[np.float64] = np.where(due > 0, gained / due, np.nan)
    return precision


def average_precisions(
    right: NDArray[np.bool_], scores: NDArray[np.floating], known: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return the average precision of each label, all videos counting once.

    Args:
        right: (videos, labels) whether the label fits.
        scores: (videos, labels)
        known: (videos, labels) which pairs count; None counts all.

    Returns:
        (labels,), 0..1; NaN for a label that fits no video.
    """
    import numpy as np

    once = np.ones((1, len(right)), np.int64)
    counts = np.ones(right.shape, bool) if known is None else known
    return np.array(
        [
            average_precision(
                rank(np.flatnonzero(rows), right[rows, column], scores[rows, column]),
                once,
                right[rows, column].sum(keepdims=True),
            )[0]
            for column, rows in enumerate(counts.T)
        ]
    )


def held_out_figures(
    scores: NDArray[np.float32], targets: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[float | None, float | None]:
    """Return the loss and the mean average precision of held-out videos, which choose the best epoch.

    Args:
        scores: float32 (videos, labels), 0..1.
        targets: 0 or 1, of the same shape.
        weights: of the same shape; 0 where it is not known whether the label fits.

    Returns:
        The mean cross-entropy, weighted; None where nothing is known. The mean over labels of the average
        precision among the videos where the label is known; labels that none or all of them have say nothing
        and are left out; None where that leaves none.

    Raises:
        TrainingDataError: a score is no number.
    """
    import numpy as np

    if not np.isfinite(scores).all():
        raise TrainingDataError(
            "What the network says of held-out videos is no number any more. Take a smaller learning rate, "
            "and look whether all features are finite."
        )
    total = float(weights.sum(dtype=np.float64))
    if not total:
        return None, None
    clipped = np.clip(scores.astype(np.float64), _LEAST, 1 - _LEAST)
    losses = -targets * np.log(clipped) - (1 - targets) * np.log(1 - clipped)
    known = weights > 0
    right = (targets > 0) & known
    tells = right.any(axis=0) & (right != known).any(axis=0)
    precisions = average_precisions(right[:, tells], scores[:, tells], known[:, tells])
    return float((losses * weights).sum() / total), float(precisions.mean()) if tells.any() else None
