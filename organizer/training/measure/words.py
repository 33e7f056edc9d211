"""Figures as words and numbers, for page and terminal alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.text import count
from organizer.training.measure.figures import MAYBES

if TYPE_CHECKING:
    from organizer.training.measure.bootstrap import Interval
    from organizer.training.measure.figures import Figures

NAMES = {
    "map": "mean average precision",
    "map_all": "mean AP, all labels",
    "top1": "best label is right",
    "hit1": "Hit@1",
    "gap20": "GAP@20",
    "precision": "precision of the tags",
    "recall": "recall of the tags",
    "maybe_precision": "maybes that are right",
    "both_precision": "precision with maybes",
    "both_recall": "recall with maybes",
}
"""What each headline figure is called."""
TOO_FEW = "too few to tell"


def told_of(figures: Figures) -> tuple[str, ...]:
    """Return which headline figures there is something to tell of: without maybes three say nothing new."""
    return tuple(name for name in NAMES if name not in MAYBES or figures.maybes is not None)


def name_of(figure: str, figures: Figures) -> str:
    """Return what a headline figure is called; of the mean, over how many labels it is."""
    if figure != "map":
        return NAMES[figure]
    return f"{NAMES[figure]}, {count(sum(label.in_mean for label in figures.labels), 'label')}"


def number(value: float | None, places: int = 3) -> str:
    """Return 0.873, or a dash where there is none."""
    return "-" if value is None else f"{value:.{places}f}"


def span(interval: Interval | None, places: int = 3) -> str:
    """Return ``0.81 to 0.93``; says so where there are too few videos or sources."""
    if interval is None:
        return TOO_FEW
    return f"{interval.low:.{places}f} to {interval.high:.{places}f}"


def signed(value: float | None, places: int = 3) -> str:
    """Return +0.012 or -0.003; a dash where there is none."""
    return "-" if value is None else f"{value:+.{places}f}"


def signed_span(interval: Interval | None, places: int = 3) -> str:
    """Return ``-0.003 to +0.021``."""
    if interval is None:
        return TOO_FEW
    return f"{interval.low:+.{places}f} to {interval.high:+.{places}f}"


def what_was_measured(figures: Figures) -> str:
    """Return a sentence on how much there was to measure on."""
    return (
        f"{count(figures.videos, 'video')} from {count(figures.sources, 'source')}, "
        f"{figures.without_label:,} of them with none of the labels."
    )
