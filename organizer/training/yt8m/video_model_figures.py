"""Figures of the classifier that ships for ``inception-yt8m``, recomputed from out-of-fold scores alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.training.measure.bootstrap import group_draws, interval
from organizer.training.measure.curves import reliability
from organizer.training.measure.figures import Measures, figures_of
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.figures import AtThreshold
    from organizer.training.measure.scored import Scored
    from organizer.training.yt8m.video_model_folds import OutOfFold

BARELY_MEASURABLE = "Nature"
"""Sixty videos of 25,000: reported, and left out of the mean."""
SHARES_WITHOUT_LABEL = (0.27, 0.6, 0.9)
"""As in the data, about as in the whole release, and as somebody's own videos may be."""
_REPEATS = 200


def evaluate(result: OutOfFold) -> dict[str, Any]:
    """Return all figures of the model card, rounded to four places."""
    scored, with_maybes = result.scored(), result.scored(with_maybes=True)
    figures = figures_of(scored, repeats=0)
    both = figures_of(with_maybes, repeats=0)
    labelled = scored.positives.any(axis=1)
    return {
        "videos": figures.videos,
        "videos_with_label": int(labelled.sum()),
        **_rounded(main_figures(result)),
        "expected_calibration_error": round(figures.reliability.expected_error, 4),
        "reliability": [
            {
                "low": bin_.low,
                "high": bin_.high,
                "predictions": bin_.predictions,
                "mean_score": round(bin_.mean_score, 4),
                "share_right": round(bin_.share_right, 4),
            }
            for bin_ in figures.reliability.bins
        ],
        "labels": {
            label.label: {
                "videos": label.videos,
                "average_precision": _number(label.average_precision.value),
                "precision": _number(label.at_threshold.precision),
                "recall": _number(label.at_threshold.recall),
                "maybes": int(maybe.at_threshold.tags - label.at_threshold.tags),
                "maybe_precision": _between(label.at_threshold, maybe.at_threshold),
                "recall_with_maybes": _number(maybe.at_threshold.recall),
            }
            for label, maybe in zip(figures.labels, both.labels, strict=True)
        },
        "precision_by_share_without_label": {
            str(share): round(precision_with(scored, share), 4) for share in SHARES_WITHOUT_LABEL
        },
        "windows": {
            str(seconds): _rounded(main_figures(result, seconds))
            | {"expected_calibration_error": round(reliability(result.scored(seconds)).expected_error, 4)}
            for seconds in result.windows
        },
    }


def main_figures(result: OutOfFold, seconds: int | None = None) -> dict[str, float]:
    """Return the main figures, each video counting once; see ``_figures``.

    Args:
        result: scores.
        seconds: of the simulated windows; None for the means over whole videos.
    """
    import numpy as np

    once = np.ones((1, len(result.ids)), np.int64)
    found = _figures(result.scored(seconds), result.scored(seconds, with_maybes=True), [once])
    return {name: float(values[0]) for name, values in found.items()}


def precision_with(scored: Scored, share: float) -> float:
    """Return the precision of what is given where another share of the videos has none of the labels.

    Args:
        scored: videos with and without labels.
        share: 0..1, of the videos that have none.
    """
    has = scored.positives.any(axis=1)
    right, tags = _tags(scored)
    rights = (1 - share) * float(right[has].mean())
    return rights / ((1 - share) * float(tags[has].mean()) + share * float(tags[~has].mean()))


def intervals(
    result: OutOfFold, seconds: int | None = None, *, repeats: int = _REPEATS, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the main figures by drawing videos with replacement.

    The release does not say which videos are of one channel, so videos are drawn and not sources: the
    intervals are those of other videos of these channels, and somewhat too narrow for those of others.

    Args:
        result: scores.
        seconds: see ``main_figures``.
        repeats: how often to draw.
        seed: of the draws.
    """
    import numpy as np

    draws = group_draws(result.ids, repeats=repeats, seed=seed, width=len(LABELS))
    found = _figures(result.scored(seconds), result.scored(seconds, with_maybes=True), draws)
    ends = {name: interval(np.asarray(values)) for name, values in found.items()}
    return {name: (round(end.low, 4), round(end.high, 4)) for name, end in ends.items() if end is not None}


def _figures(
    scored: Scored, with_maybes: Scored, draws: Iterable[NDArray[np.int64]]
) -> dict[str, NDArray[np.float64]]:
    """Return (draws,) of each main figure.

    ``map_9``: mean of the average precisions, all labels but Nature, over all videos; ``map_10``: of all
    labels; ``labelled_map_9``: the first over the videos that have a label; ``top1``: share of these whose
    best label is right; ``precision`` and ``recall`` of what is given; ``precision_with_maybes`` and
    ``recall_with_maybes`` of both tiers together; ``maybe_precision`` of the maybes alone.
    """
    import numpy as np

    columns = [column for column, label in enumerate(LABELS) if label != BARELY_MEASURABLE]
    measures, both = Measures(scored), Measures(with_maybes)
    rows = np.asarray(scored.positives.any(axis=1))
    labelled = Measures(scored.pick([name for name, has in zip(scored.names, rows, strict=True) if has]))
    right, tags = _tags(scored)
    more_right, more_tags = _tags(with_maybes)
    parts: list[dict[str, NDArray[np.float64]]] = []
    for weights in draws:
        precisions = measures.label_precisions(weights)
        given, tiers = measures.headline(weights, precisions), both.headline(weights, precisions)
        maybes = weights @ (more_tags - tags)
        parts.append(
            {
                "map_9": precisions[:, columns].mean(axis=1),
                "map_10": precisions.mean(axis=1),
                "labelled_map_9": labelled.label_precisions(weights[:, rows])[:, columns].mean(axis=1),
                "top1": given["top1"],
                "precision": given["precision"],
                "recall": given["recall"],
                "precision_with_maybes": tiers["precision"],
                "recall_with_maybes": tiers["recall"],
                "maybe_precision": weights @ (more_right - right) / np.maximum(maybes, 1),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _tags(scored: Scored) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (videos,) how many tags are right, and how many there are."""
    tagged = scored.tagged
    return (tagged & scored.positives).sum(axis=1), tagged.sum(axis=1)


def _between(given: AtThreshold, both: AtThreshold) -> float | None:
    """Return the precision of the tags that are in the second and not in the first ``AtThreshold``."""
    more = both.tags - given.tags
    if not more:
        return None
    right = round((both.precision or 0) * both.tags) - round((given.precision or 0) * given.tags)
    return round(right / more, 4)


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
