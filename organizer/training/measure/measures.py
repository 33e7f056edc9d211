"""The main figures of scored videos, for one or for many weightings of the videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.training.measure.metrics import average_precision, rank

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.scored import Scored

FEWEST = 5
"""A label with fewer videos is reported by itself and left out of the mean: it would say little but noise."""
TOP = 20
"""Predictions of each video that count for GAP@20, as YouTube-8M counts."""
HEADLINE = ("map", "map_all", "top1", "hit1", "gap20", "precision", "recall")


class Measures:
    """Figures of one model; everything that has to be sorted is sorted once."""

    def __init__(self, scored: Scored) -> None:
        import numpy as np

        positives, every = scored.positives, np.arange(len(scored.names))
        self._positives = positives.astype(np.int64)
        self._tagged = scored.tagged.astype(np.int64)
        self._right_tags = (scored.tagged & positives).sum(axis=1)
        self._due = positives.sum(axis=1)
        self._labelled = positives.any(axis=1).astype(np.int64)
        self._best_is_right = positives[every, scored.best].astype(np.int64)
        self._by_label = [
            rank(np.flatnonzero(known), positives[known, column], scored.scores[known, column])
            for column, known in enumerate(scored.known.T)
        ]
        self._pooled = rank(*_top_predictions(scored, TOP))
        self.in_mean: NDArray[np.bool_] = positives.sum(axis=0) >= FEWEST
        """(labels,) whether a label counts in ``map``."""

    def has_all_labels(self, weights: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(draws,) whether a draw has a video of every label of the mean."""
        due = (weights @ self._positives)[:, self.in_mean]
        there: NDArray[np.bool_] = due.min(axis=1, initial=1) > 0
        return there

    def label_precisions(self, weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (draws, labels) average precisions; NaN for a label without a video."""
        import numpy as np

        due = weights @ self._positives
        return np.stack(
            [
                average_precision(ranking, weights, due[:, column])
                for column, ranking in enumerate(self._by_label)
            ],
            axis=1,
        )

    def headline(
        self, weights: NDArray[np.int64], precisions: NDArray[np.float64] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return (draws,) of each of ``HEADLINE``; NaN where it is not defined.

        ``map``: mean of the labels' average precisions, of labels with ``FEWEST`` videos or more;
        ``map_all``: of all labels with a video. ``top1``: share of the videos with a label whose best label
        is theirs; ``hit1``: the same share of all videos, as YouTube-8M defines Hit@1 (a video without a
        label has no hit). ``gap20``: average precision of the 20 best predictions of all videos, in one
        ranking.
        ``precision``, ``recall``: of all tags at the thresholds; NaN where none is given, or due.

        Args:
            weights: (draws, videos) how often each video counts.
            precisions: what ``label_precisions`` gives for these, where that is known already.
        """
        import numpy as np

        if precisions is None:
            precisions = self.label_precisions(weights)
        due, right = weights @ self._due, weights @ self._right_tags
        best_is_right = weights @ self._best_is_right
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "map": _mean(precisions[:, self.in_mean]),
                "map_all": _mean(precisions),
                "top1": best_is_right / (weights @ self._labelled),
                "hit1": best_is_right / weights.sum(axis=1),
                "gap20": average_precision(self._pooled, weights, due),
                "precision": right / (weights @ self._tagged.sum(axis=1)),
                "recall": right / due,
            }


def _top_predictions(
    scored: Scored, most: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
    import numpy as np

    ranked = np.argsort(-np.where(scored.known, scored.scores, -1.0), axis=1, kind="stable")[:, :most]
    videos, places = np.nonzero(np.take_along_axis(scored.known, ranked, axis=1))
    columns = ranked[videos, places]
    return videos, scored.positives[videos, columns], scored.scores[videos, columns]


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row, of what is defined in it; NaN where nothing is."""
    import numpy as np

    defined = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        mean: NDArray[np.float64] = np.where(defined, values, 0.0).sum(axis=1) / defined.sum(axis=1)
    return mean
