"""One page with all figures of a model, or of two compared: no script, no address, nothing to load.

The page is ``templates/report.html``; here is what it cannot reckon by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.training.measure.figures import FEWEST
from organizer.training.measure.svg import curve_plot, interval_bar, reliability_plot
from organizer.training.measure.words import (
    NAMES,
    name_of,
    number,
    signed,
    signed_span,
    span,
    told_of,
    what_was_measured,
)
from organizer.training.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from organizer.training.measure.compare import Change, Comparison, Difference
    from organizer.training.measure.curves import CurvePoint
    from organizer.training.measure.figures import AtThreshold, Figures

_MAIN = ("map", "top1", "precision", "recall")
"""The figures that stand out."""
_MOST_CHANGES = 40
_SHORTEST_SCALE = 0.02


@dataclass(frozen=True, slots=True)
class Report:
    """What the page tells."""

    model: str
    """Name and version of the model."""
    trained_on: str
    """One or two sentences."""
    data: str
    """What it was measured on, a sentence."""
    notes: tuple[str, ...]
    """Sentences that a reader must not miss, such as an overlap with training."""
    figures: Figures
    other: str | None = None
    """Name and version of the model it is compared with; that one is the first of the comparison."""
    other_figures: Figures | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class _Curve:
    """A plot of precision against recall."""

    name: str
    videos: int | None
    """That have the label; None for all labels together."""
    plot: Markup


@dataclass(frozen=True, slots=True)
class _Marked:
    """Where the thresholds put the tags on a curve."""

    given: AtThreshold
    with_maybes: AtThreshold | None


@dataclass(frozen=True, slots=True)
class _Changes:
    """The videos on which two models do not agree."""

    number: int
    turned_right: int
    """Of which the best label is right now and was not before."""
    turned_wrong: int
    listed: tuple[Change, ...]
    """Some of them, those that turned right or wrong first."""


def report_html(report: Report) -> str:
    """Return the page."""
    return render(
        "report.html",
        report=report,
        figures=report.figures,
        curves=_curves(report.figures, report.other_figures),
        changes=_changes(report.comparison.changes) if report.comparison else None,
        fewest=FEWEST,
        main=_MAIN,
        lesser=[name for name in told_of(report.figures) if name not in _MAIN],
        names=NAMES,
        name_of=name_of,
        number=number,
        span=span,
        signed=signed,
        signed_span=signed_span,
        what_was_measured=what_was_measured,
        longest_interval=_longest_interval,
        interval_bar=interval_bar,
        reliability_plot=reliability_plot,
    )


def _curves(figures: Figures, other: Figures | None) -> list[_Curve]:
    before = {label.label: label.curve for label in other.labels} if other else {}
    together = "all labels together"
    marked = _Marked(figures.at_thresholds[0], figures.with_maybes)
    plot = _curve(together, figures.curve, marked, other.curve if other else ())
    return [
        _Curve(together, None, plot),
        *(
            _Curve(
                label.label,
                label.videos,
                _curve(
                    label.label,
                    label.curve,
                    _Marked(label.at_threshold, label.with_maybes),
                    before.get(label.label, ()),
                ),
            )
            for label in figures.labels
            if label.curve
        ),
    ]


def _curve(name: str, curve: Sequence[CurvePoint], marked: _Marked, other: Sequence[CurvePoint]) -> Markup:
    return curve_plot(
        [(point.recall, point.precision) for point in curve],
        f"precision against recall of {name}",
        across="recall",
        up="precision",
        marks=[
            (tags.recall, tags.precision)
            for tags in (marked.given, marked.with_maybes)
            if tags is not None and tags.precision is not None and tags.recall is not None
        ],
        second=[(point.recall, point.precision) for point in other],
    )


def _changes(changes: Sequence[Change]) -> _Changes:
    ranked = sorted(changes, key=lambda change: change.right_now == change.right_before)
    return _Changes(
        number=len(changes),
        turned_right=sum(change.right_now and not change.right_before for change in changes),
        turned_wrong=sum(change.right_before and not change.right_now for change in changes),
        listed=tuple(ranked[:_MOST_CHANGES]),
    )


def _longest_interval(rows: Sequence[Difference]) -> float:
    """Return how far from 0 the intervals of differences reach, so that all bars have one scale."""
    ends = [end for row in rows if row.interval for end in (abs(row.interval.low), abs(row.interval.high))]
    return max([_SHORTEST_SCALE, *ends])
