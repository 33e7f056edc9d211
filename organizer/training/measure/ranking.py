"""Average precision for many weightings of the same videos at once.

Drawing videos with replacement is weighting each by how often it was drawn, so a ranking is sorted once and
every draw is two cumulative sums along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Ranking:
    """Predictions by descending score."""

    videos: NDArray[np.int64]
    """(predictions,) the video of each."""
    hits: NDArray[np.int64]
    """(right predictions,) their places in the ranking, ascending."""
    ends: NDArray[np.int64]
    """(right predictions,) for each, the last place with the same score: equal scores are not told apart."""


def rank(videos: NDArray[np.int64], right: NDArray[np.bool_], scores: NDArray[np.float64]) -> Ranking:
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
    """Return the average precision of a ranking under each weighting; NaN where nothing is due.

    The mean, over all that is due, of the precision at the place where it is found (0 where it is not).

    Args:
        ranking: of predictions.
        weights: (draws, videos) how often each video counts.
        due: (draws,) how many right predictions there are to find, weighted.

    Returns:
        (draws,), 0..1.
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
