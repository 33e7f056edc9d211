"""``organizer merge``."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from organizer.cli.context import (
    EXIT_STOPPED,
    library_argument,
    library_option,
    library_path,
    open_library,
)
from organizer.cli.parameters import path_map_option
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.config import read_settings
from organizer.library.changes import MergeCounts
from organizer.library.jobs import JobKind
from organizer.pipeline.job_record import JobRecord, recorded
from organizer.stopping import StoppedError
from organizer.text import count, file_size, safe_text

if TYPE_CHECKING:
    from collections.abc import Generator

    from organizer.library.changes import Conflict, MergeProgress
    from organizer.path_maps import PathMap

_MAX_CLASHES_SHOWN = 20


@click.command()
@click.argument("others", nargs=-1, metavar="[OTHER...]")
@path_map_option("What OTHER knows below the folder OLD lies below NEW here. May be repeated.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask whether to begin.")
@click.option(
    "--undo", is_flag=True, help="Take back the decisions that the last merge brought. Videos stay."
)
@library_option
def merge(
    others: tuple[str, ...], maps: tuple[PathMap, ...], *, dry_run: bool, yes: bool, undo: bool
) -> None:
    """Bring what other libraries hold into this one.

    OTHER is the file of a library that was made elsewhere, or its folder; nothing is written to it. Videos
    are known by their content. What is new comes over: videos, files, features, posters, tags, decisions. Of
    two decisions about a tag the newer holds, and each such conflict is named. A file that is known at its
    path here stays what it is.

    On a terminal it says first what would happen, and asks. Ctrl-C stops; the next merge goes on from there.
    """
    if undo:
        if others or maps or dry_run:
            raise click.UsageError("--undo takes back the last merge; it goes without all else.")
        _undo()
        return
    if not others:
        raise click.UsageError("Name the other library's file.")
    files = [read_settings(other).library for other in others]
    asks = sys.stdin.isatty() and not yes
    with open_library(create=not dry_run) as library, stop_asked_for() as stop:
        if dry_run or asks:
            plan = _Report(would=True)
            try:
                _follow(library.merges.merge(files, maps, dry_run=True, stop=stop), plan)
            except (StoppedError, KeyboardInterrupt):
                click.echo("Stopped. Nothing was merged.", err=True)
                raise SystemExit(EXIT_STOPPED) from None
            plan.print_end()
            if dry_run or plan.counts.is_empty:
                return
            if not click.confirm("Merge?", default=True):
                click.echo("Nothing was merged.")
                return
        done = _Report(quiet=asks)
        try:
            with recorded(library_path(), [], stop, JobKind.MERGE, alone=True) as record:
                _follow(library.merges.merge(files, maps, stop=stop), done, record)
        except (StoppedError, KeyboardInterrupt):
            click.echo(
                f"Stopped after {count(done.videos, 'video')}. What was merged until then is stored; "
                "the same command goes on from there.",
                err=True,
            )
            raise SystemExit(EXIT_STOPPED) from None
    done.print_end()


def _follow(
    steps: Generator[MergeProgress, None, None], report: _Report, record: JobRecord | None = None
) -> None:
    with progress_bar("Comparing" if report.would else "Merging", Unit.VIDEOS) as bar, closing(steps):
        for progress in steps:
            report.add(progress)
            bar.update(progress.done, progress.total)
            if record is not None:
                record.to_do, record.done = report.to_do, report.videos


@dataclass(slots=True)
class _Report:
    """What a merge did so far, or would do; conflicts are printed as they come."""

    would: bool = False
    quiet: bool = False
    """Whether what was said before it began is not said again."""
    counts: MergeCounts = field(default_factory=MergeCounts)
    to_do: int = 0
    videos: int = 0
    """That were gone through, of all other libraries."""
    _before: int = 0
    _clashes: int = 0

    def add(self, progress: MergeProgress) -> None:
        """Count a step and say what a person has to know of it."""
        if not progress.done:
            self._before = self.to_do
            self.to_do += progress.total
            if not self.quiet:
                self._print_begin(progress)
        self.videos = self._before + progress.done
        self.counts.add(progress.counts)
        if self.quiet:
            return
        for path in progress.new_roots:
            click.echo(f"new folder: {safe_text(path)}")
        for conflict in progress.conflicts:
            click.echo(_conflict(conflict))
        for path in progress.clashes:
            self._clashes += 1
            if self._clashes <= _MAX_CLASHES_SHOWN:
                click.echo(f"kept: {safe_text(path)}: another video lies there in this library")

    def _print_begin(self, progress: MergeProgress) -> None:
        if not progress.total:
            click.echo(f"{safe_text(progress.other)}: there is nothing in it, or it is this library itself")
        for unused in progress.unused_maps:
            click.echo(
                f"{safe_text(progress.other)} knows nothing below {safe_text(unused.old)}; "
                "look at the folder's spelling there",
                err=True,
            )

    def print_end(self) -> None:
        """Print what came of all libraries."""
        counts = self.counts
        if counts.is_empty:
            click.echo("Nothing new: this library holds all of it already.")
            return
        failed = f", {counts.failed_new:,} of them not readable" if counts.failed_new else ""
        click.echo(
            f"{count(counts.videos_new, 'new video')}{failed}, {counts.videos_known:,} known, "
            f"of {self.to_do:,}"
        )
        amount = f" ({file_size(counts.data_bytes)})" if counts.data_bytes else ""
        lines = (
            (counts.places_new, "new file", ""),
            (counts.places_back, "missing file", " there again"),
            (counts.places_kept, "file", " left out, for another video lies at that path here"),
            (counts.features, "set", f" of features, {count(counts.posters, 'poster')}{amount}"),
            (counts.facts, "known video", " with newer facts"),
            (counts.taggings, "known video", " with newer suggestions"),
            (counts.decisions, "decision", " came over"),
            (counts.conflicts, "conflict", ": the newer decision holds"),
        )
        for number, noun, rest in lines:
            if number:
                click.echo(f"{count(number, noun)}{rest}")
        if counts.decisions and not self.would:
            click.echo(f"To take these decisions back: organizer merge --undo{library_argument()}")
        if self.would:
            click.echo("Nothing is written yet: that is what a merge would do.")


def _conflict(conflict: Conflict) -> str:
    here, there = (state.value if state else "taken back" for state in (conflict.here, conflict.other))
    return (
        f"conflict: {safe_text(conflict.path)}: {safe_text(conflict.tag)}: {here} here, {there} there; "
        f"{there if conflict.other_wins else here} is newer and holds"
    )


def _undo() -> None:
    with open_library() as library:
        undone = library.merges.undo()
    if undone is None:
        click.echo("There is no merge with decisions to take back.")
        return
    sources = ", ".join(safe_text(source) for source in undone.sources)
    if not undone.decisions and not undone.kept:
        click.echo(
            f"The last merge, of {sources} at {undone.merged_at}, brought no decisions that could be taken "
            "back; videos and files stay."
        )
        return
    click.echo(f"{count(undone.decisions, 'decision')} of {sources} taken back; videos and files stay.")
    if undone.kept:
        click.echo(f"{count(undone.kept, 'tag')} left as decided since then.")
