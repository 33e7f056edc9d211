"""``organizer evaluate``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

import click

from organizer.cli.context import library_option, open_library
from organizer.cli.figure_tables import print_comparison, print_headline, print_labels
from organizer.cli.training_options import Labelled, check_tensorflow, data_options
from organizer.errors import TrainingDataError
from organizer.models.catalogue import open_bundle
from organizer.text import safe_text
from organizer.training.evaluate_model import (
    align,
    measure_on_corpus,
    measure_on_library,
    trained_on,
)
from organizer.training.measure.compare import compare
from organizer.training.measure.figures import figures_of
from organizer.training.measure.report import Report, report_html
from organizer.training.measure.words import what_was_measured
from organizer.training.measure_yt8m import measure_on_yt8m, open_to_measure
from organizer.training.own_features import measure_on_own, own_folder
from organizer.training.trained_on import Origin

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle
    from organizer.training.evaluate_model import Measured

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("model", required=False)
@data_options
@click.option("--compare", "other", metavar="MODEL", help="Another model, measured on the same videos.")
@click.option("--html", type=_FILE, help="Write a page with all figures and plots.")
@click.option("--json", "json_file", type=_FILE, help="Write all figures, for programs.")
@click.option(
    "--repeats",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Draws for the intervals; 0 leaves them out.",
)
@click.option(
    "--labelled-only",
    is_flag=True,
    help="Of YouTube-8M: leave out videos with none of the labels, as the published models did.",
)
@click.option("--without", multiple=True, metavar="LABEL", help="Leave a label out. Can be repeated.")
@library_option
def evaluate(
    *,
    model: str | None,
    other: str | None,
    labelled_only: bool,
    without: tuple[str, ...],
    html: Path | None,
    json_file: Path | None,
    repeats: int,
    labelled: Labelled,
) -> None:
    """Measure a MODEL, the one in use without, on labelled videos it was not trained on.

    On your own decisions without more; on YouTube-8M's validation shards with --data yt8m --folder FOLDER,
    for which a classifier is enough: MODEL may then be a folder with one. A model is never measured on what
    it was trained on: days of the library, folds of the corpus and videos of YouTube-8M that it saw are left
    out, or it is refused. Figures come with 95 % intervals over sources.
    """
    is_yt8m = labelled.data is Origin.YT8M
    if labelled_only and not is_yt8m:
        raise TrainingDataError("--labelled-only is for --data yt8m.")

    def measured_of(name: str | None) -> Measured:
        bundle = open_to_measure(name) if is_yt8m else open_bundle(name)
        return _without(_measured(bundle, labelled, labelled_only=labelled_only), without)

    measured = measured_of(model)
    bundle = measured.bundle
    report_of_other, comparison, other_bundle, notes = None, None, None, measured.notes
    scored = measured.scored
    if other is not None:
        second = measured_of(other)
        other_bundle = second.bundle
        before, scored = align(second, measured)
        comparison = compare(before, scored, repeats=repeats)
        report_of_other = figures_of(before, repeats=repeats)
        notes = tuple(dict.fromkeys([*notes, *(f"{other_bundle.name}: {note}" for note in second.notes)]))
    report = Report(
        model=bundle.id,
        trained_on=trained_on(bundle),
        data=measured.data,
        notes=notes,
        figures=figures_of(scored, repeats=repeats),
        other=None if other_bundle is None else other_bundle.id,
        other_figures=report_of_other,
        comparison=comparison,
    )
    _say(report)
    if html is not None:
        _write_html(report, html)
    if json_file is not None:
        json_file.write_text(json.dumps(_as_json(report), indent=2) + "\n", encoding="utf-8")
        click.echo(f"Figures: {safe_text(str(json_file))}")


def _measured(bundle: Bundle, labelled: Labelled, *, labelled_only: bool) -> Measured:
    match labelled.data:
        case Origin.CORPUS:
            return measure_on_corpus(bundle, labelled.one_folder(), fold=labelled.fold)
        case Origin.YT8M:
            choice = labelled.of_yt8m()
            if choice.table is None:
                check_tensorflow()
            if (own := own_folder(choice)) is not None:
                return measure_on_own(bundle, own)
            return measure_on_yt8m(bundle, choice, labelled_only=labelled_only)
        case Origin.LIBRARY:
            with open_library() as library:
                return measure_on_library(bundle, library, own_tags=labelled.own_tags)
        case _:
            assert_never(labelled.data)


def _without(measured: Measured, labels: tuple[str, ...]) -> Measured:
    """Leave labels out.

    Raises:
        TrainingDataError: one is not there, or no other is.
    """
    known = measured.scored.labels
    kept = tuple(label for label in known if label not in labels)
    if unknown := [label for label in labels if label not in known]:
        raise TrainingDataError(f"There is no label {unknown[0]!r} to leave out, only {', '.join(known)}.")
    if not kept:
        raise TrainingDataError("All labels are left out, so there is nothing to measure. Name fewer.")
    return measured if kept == known else replace(measured, scored=measured.scored.only(kept))


def _say(report: Report) -> None:
    click.echo(f"{safe_text(report.model)}, measured on {safe_text(report.data)}")
    click.echo(what_was_measured(report.figures))
    click.echo(safe_text(report.trained_on))
    for note in report.notes:
        click.echo(f"Note: {safe_text(note)}")
    click.echo()
    print_headline(report.figures)
    print_labels(report.figures)
    if report.comparison is not None:
        print_comparison(report.comparison, report.other or "", report.model)


def _write_html(report: Report, file: Path) -> None:
    file.write_text(report_html(report), encoding="utf-8")
    click.echo(f"Report: {safe_text(str(file))}")


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "model": report.model,
        "trained_on": report.trained_on,
        "data": report.data,
        "notes": list(report.notes),
        "figures": report.figures.as_json(),
        "compared_with": report.other,
        "compared_figures": None if report.other_figures is None else report.other_figures.as_json(),
        "comparison": None if report.comparison is None else report.comparison.as_json(),
    }
