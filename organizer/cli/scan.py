"""``organizer scan``."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from organizer.cli.adopt import decided
from organizer.cli.context import (
    EXIT_STOPPED,
    library_argument,
    library_option,
    library_path,
    open_library,
)
from organizer.cli.stopping import stop_asked_for
from organizer.cli.text import count_list
from organizer.errors import OutputClosedError
from organizer.frames.readers.sampling import Sampling
from organizer.library import Library
from organizer.library.changes import Adopted, Alike
from organizer.pipeline.scan_record import recorded
from organizer.text import count, lite_meanwhile, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from rich.progress import Progress

    from organizer.frames.folders.left_out import LeftOut
    from organizer.pipeline import FileOutcome, LeftBehind, ScanEvent
    from organizer.tags.tagger import Tagger

_MAX_FAILURES_SHOWN = 20
_SCANNED = (("new", "new"), ("unchanged", "unchanged"), ("changed", "changed"), ("moved", "moved"))
_RETRIED = (("changed", "can be read now"),)
_LOOKED_AT_AGAIN = (("changed", "looked at again"),)
"""Kinds of outcomes that are always counted, by what was done, with words for them."""


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER...]", type=click.Path())
@click.option(
    "--retry-failed",
    is_flag=True,
    help="Only try the files again that could not be read, changed or not: all of them, or those that are "
    "named or lie below a FOLDER.",
)
@click.option(
    "--again",
    is_flag=True,
    help="Only look again at videos that were read before, changed or not: all of them, or those that are "
    "named or lie below a FOLDER. For what an older version read wrongly; decisions stay.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out files and folders by name or relative path, e.g. 'raw*'. May be repeated.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Files decoded at once. [default: one a processor, as far as memory carries]",
)
@click.option(
    "--sampling",
    type=click.Choice([sampling.value for sampling in Sampling]),
    default=Sampling.AUTO.value,
    show_default=True,
    help="Which frame stands for a second: the first one (exact), or one that is quick to decode (keyframe). "
    "auto is keyframe, and exact where that does not work. For new and changed files only.",
)
@click.option("-v", "--show-skipped", is_flag=True, help="Name what is left out, each with the reason.")
@click.option(
    "--refresh",
    is_flag=True,
    help="Only read again what known videos say of themselves: dates, lengths, sizes. A FOLDER may be a "
    "single file. No picture is looked at, tags stay.",
)
@library_option
def scan(
    folders: tuple[str, ...],
    *,
    retry_failed: bool,
    again: bool,
    exclude: tuple[str, ...],
    workers: int | None,
    sampling: str,
    show_skipped: bool,
    refresh: bool,
) -> None:
    """Look at the videos in folders and tag them.

    Without a FOLDER, all folders that were ever scanned. Unchanged files are not looked at again, moved ones
    keep their tags. Ctrl-C stops; the next scan goes on from there.
    """
    from organizer import pipeline
    from organizer.errors import BundleError, FolderError
    from organizer.models.catalogue import DEFAULT, open_bundle
    from organizer.tags.tagger import Tagger

    if retry_failed + again + refresh > 1:
        raise click.UsageError("Only one of --retry-failed, --again and --refresh can be done at a time.")
    if (retry_failed or again or refresh) and exclude:
        raise click.UsageError("--exclude is for folders to look through; name what to look at instead.")
    if refresh:
        refresh_facts(folders)
        return
    with open_library(create=True) as library:
        first = not library.roots.all()
        if first and (retry_failed or again or not folders):
            raise FolderError("No folder was ever scanned. Name one: organizer scan FOLDER")
        # What the person chose may not run here: it is gone, a library missing, a file damaged.
        lite, unusable = Tagger(open_bundle(DEFAULT)), None
        try:
            tagger = Tagger(open_bundle())
        except BundleError as error:
            tagger, unusable = lite, str(error)
        report = ScanReport()
        with stop_asked_for() as stop:
            events = pipeline.scan(
                library,
                tagger,
                Sampling(sampling),
                folders,
                exclude=exclude,
                retry_failed=retry_failed,
                again=again,
                workers=workers,
                stop=stop,
                fallback=None if tagger.bundle.name == DEFAULT else lite,
                unusable=unusable,
            )
            try:
                with closing(events), recorded(library_path(), folders, stop) as record:
                    follow(record.following(events), report)
            except (pipeline.StoppedError, KeyboardInterrupt, OutputClosedError) as reason:
                click.echo(
                    f"Stopped after {report.done} of {report.to_do} files. "
                    "Everything done is stored; the next scan goes on from here.",
                    err=True,
                )
                if isinstance(reason, OutputClosedError):
                    raise
                _print_left_behind(report)
                raise SystemExit(EXIT_STOPPED) from None
        rows = _RETRIED if retry_failed else _LOOKED_AT_AGAIN if again else _SCANNED
        print_report(report, folders, rows, show_skipped=show_skipped)
        _print_decisions(report)
        _hint_at_older_failures(library, report)
        if report.unusable_model is None:
            _hint_at_older_tags(library, tagger)
        if first and report.kinds["new"] + report.kinds["changed"]:
            used = tagger if report.unusable_model is None else lite
            origin = ", the model that comes with organizer" if used.bundle.name == DEFAULT else ""
            click.echo(f"Tagged with {safe_text(used.bundle.name)}{origin}. Others: organizer models")
    if report.videos:
        option = library_argument()
        click.echo(f"See them: organizer list{option}, organizer gallery{option}")


def refresh_facts(paths: Sequence[str]) -> None:
    """Read again what known videos at these paths say of themselves, and say what changed."""
    from organizer import pipeline

    report = ScanReport()
    with open_library() as library, stop_asked_for() as stop:
        events = pipeline.refresh(library, paths, stop=stop)
        try:
            with closing(events), recorded(library_path(), paths, stop) as record:
                follow(record.following(events), report)
        except (pipeline.StoppedError, KeyboardInterrupt):
            click.echo(f"Stopped after {report.done} of {report.to_do} files.", err=True)
            raise SystemExit(EXIT_STOPPED) from None
    _print_offline(report)
    words = f"{count(report.done, 'file')} looked at again, {report.kinds['updated']} updated"
    click.echo(words + (f", {report.kinds['failed']} left as they were" if report.failures else ""))
    if sys.stdout.isatty():
        _print_failures(report)


@dataclass(slots=True)
class ScanReport:
    """What a scan did, added up from its events."""

    kinds: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    failures: list[FileOutcome] = field(default_factory=list)
    offline: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    rejoined: list[Adopted] = field(default_factory=list)
    undecided: list[Alike] = field(default_factory=list)
    left_behind: list[LeftBehind] = field(default_factory=list)
    stranded: int = 0
    unreadable_folders: tuple[str, ...] = ()
    links_not_followed: int = 0
    cloud_only: int = 0
    left_out: tuple[LeftOut, ...] = ()
    unusable_model: str | None = None
    videos: int = 0
    """Files that look like videos."""
    done: int = 0
    to_do: int = 0

    def add(self, event: ScanEvent) -> None:
        """Count one event."""
        from organizer.pipeline import (
            LeftBehind,
            Listed,
            ModelUnusable,
            OutcomeKind,
            Rejoined,
            RootOffline,
            Stored,
            Undecided,
            Vanished,
        )

        match event:
            case RootOffline(path):
                self.offline.append(path)
            case Listed():
                self.kinds["unchanged"] = event.unchanged - event.returned
                self.kinds["back"] = event.returned
                self.videos = event.videos
                self.unreadable_folders = event.unreadable_folders
                self.links_not_followed = event.links_not_followed
                self.cloud_only = event.cloud_only
                self.left_out = event.left_out
                self.to_do = event.to_do
            case ModelUnusable(reason, to_do):
                self.unusable_model = reason
                # What the model that takes its place leaves alone.
                self.kinds["unchanged"] += self.to_do - to_do
                self.to_do = to_do
            case Stored(outcome, done, _):
                self.done = done
                self.kinds[outcome.kind] += 1
                self.tags.update(outcome.tags)
                if outcome.kind is OutcomeKind.FAILED:
                    self.failures.append(outcome)
            case Rejoined(adopted):
                self.rejoined.append(adopted)
            case Undecided(alike):
                self.undecided.append(alike)
            case LeftBehind():
                self.left_behind.append(event)
            case Vanished():
                self.missing = event.paths
                self.stranded = event.stranded


def follow(events: Iterator[ScanEvent], report: ScanReport) -> None:
    """Show a scan while it runs: a bar on a terminal, one line a file where output is piped."""
    from organizer.pipeline import Listed, ModelUnusable, Stored

    terminal = sys.stdout.isatty()
    shown: AbstractContextManager[Progress | None] = _progress_bar() if terminal else nullcontext()
    with shown as bar:
        task = bar.add_task("looking through folders", total=None) if bar else None
        for event in events:
            report.add(event)
            if isinstance(event, ModelUnusable):
                click.echo(lite_meanwhile(safe_text(event.reason)), err=True)
            if bar and task is not None and isinstance(event, Listed | ModelUnusable):
                bar.reset(task, total=event.to_do, description="looking at videos")
            elif bar and task is not None and isinstance(event, Stored):
                bar.update(task, completed=event.done)
            elif isinstance(event, Stored):
                click.echo(_line(event.outcome))


def _progress_bar() -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class SpeedColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f} videos/s" if task.speed else "")

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), SpeedColumn(), TimeRemainingColumn())
    return Progress(*columns, transient=True)


def _line(outcome: FileOutcome) -> str:
    detail = outcome.reason or ", ".join(outcome.changes or outcome.tags)
    return f"{outcome.kind.value}: {safe_text(outcome.path)}" + (f": {safe_text(detail)}" if detail else "")


def print_report(
    report: ScanReport,
    folders: Sequence[str],
    rows: Sequence[tuple[str, str]] = _SCANNED,
    *,
    show_skipped: bool = False,
) -> None:
    """Print what a scan of folders did: counts, tags, failures with reasons, what is out of sight.

    rows: the kinds of outcomes that are always counted, with words for them. show_skipped: whether to name
    what was left out.
    """
    if report.videos or report.missing:
        _print_counts(report, rows)
    elif rows is _LOOKED_AT_AGAIN:
        click.echo("Nothing to look at again: no video that was read lies there.")
    elif rows is _RETRIED:
        where = f" at or below {', '.join(safe_text(folder) for folder in folders)}" if folders else ""
        click.echo(f"Nothing to try again: no file{where} is known to have failed.")
    elif not report.offline:
        where = ", ".join(safe_text(folder) for folder in folders) or "the folders that were ever scanned"
        click.echo(f"No videos in {where}. Files count by their names: .mp4, .mov, .mkv, .avi and the like.")
    _print_offline(report)
    for path in report.unreadable_folders:
        click.echo(f"Not readable: {safe_text(path)}: check its permissions")
    if report.cloud_only:
        click.echo(
            f"{count(report.cloud_only, 'file')} only in the cloud and not downloaded; "
            "make them available on this computer, then scan again"
        )
    if report.links_not_followed:
        click.echo(
            f"{count(report.links_not_followed, 'symbolic link')} not followed; "
            "scan the folders they lead to by name"
        )
    _print_left_out(report.left_out, named=show_skipped)


def _print_offline(report: ScanReport) -> None:
    for path in report.offline:
        click.echo(f"Offline: {safe_text(path)}: it is not there now; its videos are kept as they are")


def _print_left_out(left_out: Sequence[LeftOut], *, named: bool) -> None:
    """Say what was left out: all of it by name, or how much of it a person may miss."""
    if named:
        for entry in left_out:
            click.echo(f"Left out: {safe_text(entry.path)}: {safe_text(entry.words)}")
        click.echo(f"{len(left_out)} left out")
    elif missed := sum(entry.of_interest for entry in left_out):
        click.echo(f"{missed} left out that may have been meant (name them with --show-skipped)")


def _print_counts(report: ScanReport, rows: Sequence[tuple[str, str]]) -> None:
    optional = [("copy", "copies of known videos"), ("back", "back again")]
    optional += [("updated", "with other dates or facts than before"), ("failed", "failed")]
    rows = [*rows, *(row for row in optional if report.kinds[row[0]])]
    click.echo("")
    for kind, words in rows:
        click.echo(f"{report.kinds[kind]:6}  {words}")
    if report.missing:
        click.echo(f"{len(report.missing):6}  missing since the last scan (their tags are kept)")
    if report.tags:
        click.echo(f"Tags found: {count_list(report.tags)}")
    # Else each failure had its line while the scan ran.
    if sys.stdout.isatty():
        _print_failures(report)


def _print_failures(report: ScanReport) -> None:
    for outcome in report.failures[:_MAX_FAILURES_SHOWN]:
        click.echo(f"Failed: {safe_text(outcome.path)}: {safe_text(outcome.reason or '')}")
    if len(report.failures) > _MAX_FAILURES_SHOWN:
        hidden = len(report.failures) - _MAX_FAILURES_SHOWN
        click.echo(f"... and {hidden} more. See: organizer list --status failed")


def _print_decisions(report: ScanReport) -> None:
    """Say which tags of a person's went to another file, and which stayed with a missing one."""
    for adopted in report.rejoined:
        click.echo(
            f"Your tags moved with the recording: {safe_text(adopted.old_path)} is now "
            f"{safe_text(adopted.new_path)}: {decided(adopted.tags)}"
        )
    for alike in report.undecided:
        several = ", ".join(safe_text(path) for path in alike.new_paths)
        click.echo(
            f"Your tags stayed with {safe_text(alike.old_path)}, which is missing: it is not clear whether "
            f"it is now {several}"
        )
    _print_left_behind(report)
    if report.stranded and (report.missing or report.kinds["new"] or report.undecided):
        option = library_argument()
        click.echo(
            f"{count(report.stranded, 'missing video')} with tags of yours. Where one lives on in another "
            f"file, move them: organizer adopt OLD NEW{option}. See: organizer list --status missing{option}"
        )


def _print_left_behind(report: ScanReport) -> None:
    for left in report.left_behind:
        new = safe_text(shlex.quote(left.path))
        click.echo(
            f"What you decided about the film that was at {safe_text(left.path)} before stayed with it. "
            f"To move it to what is there now: organizer adopt {left.old_id} {new}{library_argument()}"
        )


def _hint_at_older_failures(library: Library, report: ScanReport) -> None:
    from organizer.library.filters import VideoFilter
    from organizer.library.records import Status

    older = library.count(VideoFilter(status=Status.FAILED)) - len(report.failures)
    if report.kinds["unchanged"] and older > 0:
        click.echo(
            f"{count(older, 'video')} could not be read at an earlier scan. "
            f"See: organizer list --status failed{library_argument()}. "
            f"To try again: organizer scan --retry-failed{library_argument()}"
        )


def _hint_at_older_tags(library: Library, tagger: Tagger) -> None:

    bundle = tagger.bundle
    if older := library.features.count_tagged_by_others(bundle.id, bundle.space_id):
        click.echo(
            f"{count(older, 'video')} tagged by another model. To tag again with {bundle.id}: organizer retag"
        )
