"""Figures of multi-label classifiers over videos.

All take targets (videos, labels) of 0 and 1 and scores (videos, labels) of 0..1, columns in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.types import LABELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BARELY_MEASURABLE = "Mobile phone"
"""Three real clips: reported, left out of the mean, and no choice is made by them."""


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Over all (video, label) pairs together."""

    precision: float
    """Share of the tags given that are right, 0..1; 1 where none is given."""
    recall: float
    """Share of the tags due that are given, 0..1; 1 where none is due."""


def average_precisions(targets: NDArray[np.float32], scores: NDArray[np.float64]) -> list[float]:
    """Return the average precision of each label; NaN for a label without a positive."""
    from sklearn.metrics import average_precision_score

    return [
        float(average_precision_score(targets[:, column], scores[:, column]))
        if targets[:, column].any()
        else float("nan")
        for column in range(targets.shape[1])
    ]


def mean_average_precision(targets: NDArray[np.float32], scores: NDArray[np.float64]) -> float:
    """Return the mean over the nine built-in labels other than Mobile phone."""
    import numpy as np

    return float(np.mean(np.delete(average_precisions(targets, scores), LABELS.index(BARELY_MEASURABLE))))


def top1(targets: NDArray[np.float32], scores: NDArray[np.float64]) -> float:
    """Return the share of labelled videos whose highest-scored label is one of theirs."""
    labelled = targets.any(axis=1)
    best = scores[labelled].argmax(axis=1)
    return float(targets[labelled][range(len(best)), best].mean())


def precision_recall(targets: NDArray[np.float32], tagged: NDArray[np.bool_]) -> PrecisionRecall:
    """Return micro precision and recall of tags given as (videos, labels) of booleans."""
    right, given, due = float((tagged & (targets > 0)).sum()), float(tagged.sum()), float(targets.sum())
    return PrecisionRecall(right / given if given else 1.0, right / due if due else 1.0)
