"""What a bundle remembers of the videos that were held out when it was trained."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.training.measure.words import number, told_of
from organizer.training.trained_on import METRIC

if TYPE_CHECKING:
    from organizer.training.calibration import Calibration, LabelThreshold
    from organizer.training.measure.curves import Reliability
    from organizer.training.measure.figures import Figures, LabelFigures
    from organizer.training.sources import TrainingSource

_ROUNDED = 4


def held_out_metrics(figures: Figures, calibration: Calibration, source: TrainingSource) -> dict[str, Any]:
    """Return the metrics of a manifest: JSON values, rounded.

    Args:
        figures: of the held-out videos, at the thresholds chosen.
        calibration: how these were chosen.
        source: what was trained on.
    """
    headline = {name: figures.headline[name] for name in told_of(figures)}
    kept = any(row.kept for row in calibration.labels)
    return {
        "summary": (
            f"held out, {source.held_out}: mAP {number(headline['map_all'].value, 2)}, top-1 "
            f"{number(headline['top1'].value, 2)}, {_tags(figures)}; "
            "epoch and thresholds were chosen on the same videos, so expect a little less"
        ),
        **{name: _rounded(figure.value) for name, figure in headline.items() if figure.value is not None},
        "intervals_95": {
            name: [_rounded(figure.interval.low), _rounded(figure.interval.high)]
            for name, figure in headline.items()
            if figure.interval is not None
        },
        "target_precision": calibration.target,
        "target_maybe_precision": calibration.maybe_target,
        "never_suggested": {row.label: row.reason for row in calibration.abstaining if row.maybe is None},
        "never_given": {row.label: row.reason for row in calibration.abstaining},
        "labels": {
            row.label: {
                **_of_label(row, thresholds),
                **({} if figures.maybes is None else _maybes_of_label(row)),
                **({"threshold": "as before" if thresholds.kept else "chosen"} if kept else {}),
            }
            for row, thresholds in zip(figures.labels, calibration.labels, strict=True)
        },
        **reliability_metrics(figures.reliability),
        METRIC: source.trained_on.as_json(),
    }


def reliability_metrics(reliability: Reliability) -> dict[str, Any]:
    """Return how far scores are from probabilities, for metrics and cards: JSON values, rounded."""
    return {
        "calibration_error": _rounded(reliability.expected_error),
        "calibration_error_above": _rounded(reliability.expected_error_above),
        "reliability": [
            {name: _rounded(value) for name, value in asdict(bin_).items()} for bin_ in reliability.bins
        ],
    }


def _tags(figures: Figures) -> str:
    """Return precision and recall in words."""
    headline = {name: number(figure.value, 2) for name, figure in figures.headline.items()}
    given = f"precision {headline['precision']} at recall {headline['recall']}"
    if figures.maybes is None:
        return given
    return f"{given}, with maybes {headline['both_precision']} at {headline['both_recall']}"


def _of_label(row: LabelFigures, thresholds: LabelThreshold) -> dict[str, Any]:
    return {
        "videos": row.videos,
        "average_precision": _rounded(row.average_precision.value),
        "precision": _rounded(row.at_threshold.precision),
        "recall": _rounded(row.at_threshold.recall),
        "suggested": _suggested(thresholds),
    }


def _suggested(thresholds: LabelThreshold) -> str:
    if thresholds.threshold is not None:
        return "yes"
    return f"{'never' if thresholds.maybe is None else 'at most a maybe'}: {thresholds.reason}"


def _maybes_of_label(row: LabelFigures) -> dict[str, Any]:
    return {
        "maybes": row.maybes.tags if row.maybes else 0,
        "maybes_right": _rounded(row.maybes.precision if row.maybes else None),
        "precision_with_maybes": _rounded(row.together.precision),
        "recall_with_maybes": _rounded(row.together.recall),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _ROUNDED)
