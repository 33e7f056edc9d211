"""Figures of models as tables on a terminal, in at most 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.cli.tables import new_table, print_laid_out
from organizer.training.measure.words import NAMES, name_of, number, signed, signed_span, span, told_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from organizer.training.measure.compare import Comparison, Difference
    from organizer.training.measure.figures import Figures, LabelFigures


def print_headline(figures: Figures) -> None:
    """Print the main figures with their intervals."""
    table = new_table("figure", ("value", "95 % interval"))
    for name in told_of(figures):
        figure = figures.headline[name]
        table.add_row(name_of(name, figures), number(figure.value), span(figure.interval))
    reliability = figures.reliability
    table.add_row("calibration error", number(reliability.expected_error), "")
    table.add_row("  of scores from 0.1 on", number(reliability.expected_error_above), "")
    _print(table)


def print_labels(figures: Figures) -> None:
    """Print a line for each label."""
    table = new_table("label", ("videos", "AP", "95 % interval", "threshold", "precision", "recall"))
    for row in figures.labels:
        figure, tags = row.average_precision, row.at_threshold
        interval = "-" if figure.interval is None else span(figure.interval, 2)
        table.add_row(
            row.label,
            f"{row.videos:,}",
            number(figure.value, 2),
            interval,
            _threshold(row),
            number(tags.precision, 2),
            number(tags.recall, 2),
        )
    _print(table)
    if figures.maybes is not None:
        _print_maybes(figures)


def _print_maybes(figures: Figures) -> None:
    """Print what maybes add, label by label."""
    together = ("precision", "recall")
    table = new_table("with maybes", ("maybe from", "maybes", "of them right", *together))
    for row in figures.labels:
        alone, both = row.maybes, row.together
        table.add_row(
            row.label,
            "never" if alone is None else _number_or_fold(alone.threshold),
            "0" if alone is None else f"{alone.tags:,}",
            number(None if alone is None else alone.precision, 2),
            number(both.precision, 2),
            number(both.recall, 2),
        )
    _print(table)


def print_comparison(comparison: Comparison, first: str, second: str) -> None:
    """Print paired differences: those of the main figures, and of labels where there is one to tell."""
    _print(_differences(f"{second} against {first}", comparison.headline))
    significant = [row for row in comparison.labels if row.verdict != "not told apart"]
    if significant:
        _print(_differences("average precision of", significant))


def _differences(title: str, rows: Sequence[Difference]) -> Table:
    table = new_table(title, ("difference", "95 % interval", ""))
    for row in rows:
        table.add_row(
            NAMES.get(row.name, row.name), signed(row.difference), signed_span(row.interval), row.verdict
        )
    return table


def _threshold(row: LabelFigures) -> str:
    if row.never:
        return "never"
    return _number_or_fold(row.at_threshold.threshold)


def _number_or_fold(threshold: float | None) -> str:
    return "by fold" if threshold is None else number(threshold, 2)


def _print(table: Table) -> None:
    print_laid_out(table)
    print_laid_out()
