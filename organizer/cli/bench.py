"""``organizer bench``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from organizer.bench.measure import Step, measure
from organizer.bench.report import seconds
from organizer.bench.sample import choose, generate
from organizer.cli.parameters import ExistingPath, workers_option
from organizer.cli.tables import new_table, print_laid_out
from organizer.pipeline.decoding.worker_count import default_workers
from organizer.pipeline.usable_model import model_in_use
from organizer.text import count, lite_meanwhile, long_time, safe_text

if TYPE_CHECKING:
    from rich.table import Table

    from organizer.bench.report import Report
    from organizer.bench.sample import Sample
    from organizer.tags.tagger import Tagger

_DEFAULT_VIDEOS = 12
_CLIPS_A_WORKER = 2
_MAX_CLIPS = 12
_MAX_SKIPPED_SHOWN = 10
_WORDS = {
    "read": "reading",
    "decode": "decoding",
    "features": "features (network, PCA)",
    "classify": "classifying",
    "store": "storing",
}


@click.command()
@click.argument("folder", required=False, metavar="[FOLDER]", type=ExistingPath(file_okay=False))
@click.option(
    "--videos",
    type=click.IntRange(1, 1000),
    default=_DEFAULT_VIDEOS,
    show_default=True,
    help="Videos of the FOLDER to measure with, evenly spread over it.",
)
@workers_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def bench(folder: str | None, videos: int, workers: int | None, as_json: bool) -> None:
    """Measure how fast this machine scans, and what limits it.

    With videos of a FOLDER, else with clips made for the occasion: 20 s of 1080p like a phone's. Takes about
    a minute, longer with 4K videos. Folder and library are left as they are.
    """
    workers = workers or default_workers()
    tagger = _tagger()
    with tempfile.TemporaryDirectory(prefix="organizer-bench-") as scratch:
        libraries, clips = Path(scratch, "libraries"), Path(scratch, "clips")
        libraries.mkdir()
        if folder is not None:
            sample = choose(folder, videos)
        else:
            clips.mkdir()
            _tell("making clips")
            sample = generate(clips, min(_CLIPS_A_WORKER * max(2, workers), _MAX_CLIPS))
        report = _measured(sample, tagger, workers, libraries)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print_report(report)


def _tagger() -> Tagger:
    """Return one with the model in use, or with lite where that one cannot be run, as a scan does."""
    model = model_in_use().loaded()
    if model.unusable is not None:
        click.echo(lite_meanwhile(safe_text(model.unusable)), err=True)
    return model.tagger


def _measured(sample: Sample, tagger: Tagger, workers: int, folder: Path) -> Report:
    report: Report | None = None
    for event in measure(sample, tagger, workers=workers, folder=folder):
        if isinstance(event, Step):
            _tell(event.words)
        else:
            report = event
    assert report is not None
    return report


def _tell(step: str) -> None:
    """Say what is going on where somebody watches; what is printed for good is the report alone."""
    if sys.stderr.isatty():
        click.echo(f"{step} ...", err=True)


def print_report(report: Report) -> None:
    """Print a report in at most 80 columns."""
    videos = report.videos
    print_laid_out(f"{report.machine.words()}; {count(report.workers, 'worker')}")
    width, height = videos.widest
    source = "made for the occasion" if videos.generated else f"of {videos.found:,} in the folder"
    print_laid_out(
        f"{count(videos.count, 'video')} {source}, up to {width} x {height}, {videos.mean_s:.0f} s of each "
        "looked at"
    )
    print_laid_out()
    print_laid_out(_stages(report))
    print_laid_out()
    print_laid_out(report.limit)
    print_laid_out()
    print_laid_out(_samplings(report))
    print_laid_out()
    scan = report.scan
    print_laid_out(
        f"A whole scan of {count(scan.videos, 'video')} took {seconds(scan.seconds)} "
        f"(start {seconds(scan.start_s)}): {report.videos_per_minute:.0f} videos a minute."
    )
    print_laid_out(f"1,000 videos like these take about {long_time(report.many_s)}.")
    for skipped in videos.skipped[:_MAX_SKIPPED_SHOWN]:
        click.echo(f"Left out: {safe_text(skipped.path)}: {safe_text(skipped.reason)}")
    if len(videos.skipped) > _MAX_SKIPPED_SHOWN:
        click.echo(f"... and {len(videos.skipped) - _MAX_SKIPPED_SHOWN} more.")


def _stages(report: Report) -> Table:
    table = new_table("stage", ("speed", "a video", "share"))
    for cost in report.stages:
        table.add_row(
            _WORDS[cost.stage],
            f"{_number(cost.rate)} {cost.unit}",
            seconds(cost.video_s),
            f"{cost.video_s / report.stages_s:.0%}",
        )
    return table


def _samplings(report: Report) -> Table:
    columns = ("one worker", count(report.workers, "worker"), "times")
    table = new_table("seconds a video with --sampling", columns)
    for cost in report.samplings:
        ratio = report.samplings[0].all_workers / cost.all_workers
        table.add_row(
            cost.sampling, seconds(1 / cost.one_worker), seconds(1 / cost.all_workers), f"{ratio:.1f}"
        )
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"
