"""What one number cannot say: precision against recall, reliability, and what is taken for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.scored import Scored

_MOST_POINTS = 200
_BINS = 10
ABOVE = 0.1
"""Where predictions begin that claim anything: most labels have nothing to do with most videos."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Precision and recall of tags from one score on."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions with scores from ``low`` to ``high``."""

    low: float
    high: float
    predictions: int
    mean_score: float
    """What they claim."""
    share_right: float
    """What is true."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether a score of 0.8 is right in 80 % of cases."""

    bins: tuple[ReliabilityBin, ...]
    """Those with predictions in them."""
    expected_error: float
    """Mean distance between claim and truth over all predictions (ECE; Guo et al., "On Calibration of Modern
    Neural Networks", 2017): in ten bins of equal width, weighted by their predictions."""
    expected_error_above: float | None = None
    """The same over the predictions of 0.1 and up, for nearly all are below; None where there are none."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Which label takes the place of which.

    Row: a label that the video has, or none. Column: its best label. Where the best label is one of the
    video's own, it counts once, in that label's row; else the video counts in the row of each of its labels.
    A video without a label counts only where its best label reaches its threshold: then it is tagged wrongly.
    """

    counts: tuple[tuple[int, ...], ...]
    """(labels + 1, labels), the last row being the videos without a label."""
    without_label: int
    """Videos without a label, tagged or not."""


def precision_recall_curve(right: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[CurvePoint, ...]:
    """Return the points of a curve from the highest threshold to the lowest, at most 200 of them.

    Args:
        right: (predictions,) whether each is.
        scores: (predictions,)
    """
    import numpy as np

    if not right.any():
        return ()
    order = np.argsort(-scores, kind="stable")
    ranked, found = scores[order], np.cumsum(right[order])
    falls = ranked[:-1] > ranked[1:]
    cuts = np.flatnonzero(np.append(falls, True))
    # After the last right one recall stays and precision only falls.
    cuts = cuts[: int(np.searchsorted(found[cuts], found[-1])) + 1]
    if len(cuts) > _MOST_POINTS:
        cuts = cuts[np.unique(np.linspace(0, len(cuts) - 1, _MOST_POINTS).round().astype(int))]
    return tuple(
        CurvePoint(float(ranked[cut]), float(found[cut] / (cut + 1)), float(found[cut] / found[-1]))
        for cut in cuts
    )


def reliability(scored: Scored) -> Reliability:
    """Return how claims and truth compare, over all (video, label) pairs that are known."""
    import numpy as np

    scores, right = scored.scores[scored.known], scored.positives[scored.known]
    of_bin = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    bins = []
    for number in np.unique(of_bin):
        inside = of_bin == number
        bins.append(
            ReliabilityBin(
                float(number / _BINS),
                float((number + 1) / _BINS),
                int(inside.sum()),
                float(scores[inside].mean()),
                float(right[inside].mean()),
            )
        )
    above = [bin_ for bin_ in bins if bin_.low >= ABOVE]
    return Reliability(tuple(bins), _expected_error(bins), _expected_error(above) if above else None)


def _expected_error(bins: Sequence[ReliabilityBin]) -> float:
    error = sum(bin_.predictions * abs(bin_.mean_score - bin_.share_right) for bin_ in bins)
    return error / max(1, sum(bin_.predictions for bin_ in bins))


def confusion(scored: Scored) -> Confusion:
    """Return what is taken for what; see ``Confusion``."""
    import numpy as np

    labels = len(scored.labels)
    counts = np.zeros((labels + 1, labels), int)
    positives, tagged, best = scored.positives, scored.tagged, scored.best
    labelled: NDArray[np.bool_] = np.asarray(positives.any(axis=1))
    for video, column in enumerate(best):
        if positives[video, column]:
            counts[column, column] += 1
        elif labelled[video]:
            counts[np.flatnonzero(positives[video]), column] += 1
        elif tagged[video, column]:
            counts[labels, column] += 1
    return Confusion(tuple(tuple(row) for row in counts.tolist()), int((~labelled).sum()))
