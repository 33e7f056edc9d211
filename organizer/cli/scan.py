"""``organizer scan``."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from organizer.cli.cluster_options import cluster_options, computers
from organizer.cli.context import (
    EXIT_STOPPED,
    library_argument,
    library_option,
    library_path,
    open_library,
)
from organizer.cli.node_report import NodeSpeeds, workers_line
from organizer.cli.parameters import exclude_option, sampling_option, workers_option
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.scan_report import (
    Task,
    new_for_model,
    outcome_line,
    print_left_behind,
    print_next_steps,
    print_refreshed,
    print_report,
)
from organizer.cli.stopping import stop_asked_for
from organizer.errors import FolderError, OutputClosedError
from organizer.frames.readers.sampling import Sampling
from organizer.models.catalogue import DEFAULT
from organizer.pipeline.job_record import recorded
from organizer.pipeline.progress import (
    AtHand,
    DoneElsewhere,
    FilesSent,
    Listed,
    ModelUnusable,
    NewForModel,
    NodeJoined,
    NodeLost,
    NodeRefused,
    OutcomeKind,
    Stored,
)
from organizer.pipeline.refresh import refresh
from organizer.pipeline.scan import FileAccess
from organizer.pipeline.scan import scan as scan_events
from organizer.pipeline.scan_summary import ScanSummary
from organizer.pipeline.usable_model import model_in_use
from organizer.stopping import StoppedError
from organizer.text import lite_meanwhile, safe_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from threading import Event

    from organizer.pipeline.progress import ScanEvent

_BYTES_A_MB = 1_000_000
_NEVER_SCANNED = "No folder was ever scanned. Name one: organizer scan FOLDER"


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
@exclude_option
@workers_option
@sampling_option
@click.option("-v", "--show-skipped", is_flag=True, help="Name what is left out, each with the reason.")
@click.option(
    "--refresh",
    is_flag=True,
    help="Only read again what known videos say of themselves: dates, lengths, sizes. A FOLDER may be a "
    "single file. No picture is looked at, tags stay.",
)
@cluster_options
@click.option(
    "--send-limit",
    type=click.IntRange(0),
    default=1024,
    show_default=True,
    metavar="MB",
    help="With --cluster: up to which size files are sent to computers that do not see them. Larger ones are "
    "looked at by those that do, or by this one.",
)
@library_option
def scan(
    folders: tuple[str, ...],
    *,
    retry_failed: bool,
    again: bool,
    exclude: tuple[str, ...],
    workers: int | None,
    sampling: Sampling,
    show_skipped: bool,
    refresh: bool,
    cluster: str | None,
    maps: tuple[str, ...],
    send_limit: int,
) -> None:
    """Look at the videos in folders and tag them.

    Without a FOLDER, all folders that were ever scanned. Unchanged files are not looked at again, moved ones
    keep their tags. Ctrl-C stops; the next scan goes on from there.
    """
    if retry_failed + again + refresh > 1:
        raise click.UsageError("Only one of --retry-failed, --again and --refresh can be done at a time.")
    if (retry_failed or again or refresh) and exclude:
        raise click.UsageError("--exclude is for folders to look through; name what to look at instead.")
    if refresh and cluster:
        raise click.UsageError("--refresh is done by this computer alone.")
    if refresh and show_skipped:
        click.echo("--show-skipped has nothing to show with --refresh, which leaves nothing out.", err=True)
    if refresh:
        refresh_facts(folders)
        return
    known_only = retry_failed or again or not folders
    if known_only and not library_path().exists():
        # Before an empty library is made.
        raise FolderError(_NEVER_SCANNED + library_argument())
    with open_library(create=True) as library:
        first = not library.roots.all()
        if first and known_only:
            raise FolderError(_NEVER_SCANNED + library_argument())
        model = model_in_use()
        summary, at_hand = ScanSummary(), AtHand()
        with _file_access(cluster, maps, send_limit) as access, stop_asked_for() as stop:
            events = scan_events(
                library,
                model,
                sampling,
                folders,
                exclude=exclude,
                retry_failed=retry_failed,
                again=again,
                workers=workers,
                stop=stop,
                access=access,
                at_hand=at_hand,
            )
            try:
                _follow(events, summary, folders, stop, at_hand)
            except (StoppedError, KeyboardInterrupt, OutputClosedError) as reason:
                click.echo(
                    f"Stopped after {summary.done} of {summary.to_do or 0} files. "
                    "Everything done is stored; the next scan goes on from here.",
                    err=True,
                )
                if isinstance(reason, OutputClosedError):
                    raise
                print_left_behind(summary)
                raise SystemExit(EXIT_STOPPED) from None
        task = Task.RETRY if retry_failed else Task.AGAIN if again else Task.SCAN
        print_report(summary, folders, task, show_skipped=show_skipped)
        used = model.tagger
        if summary.unusable_model is not None and model.fallback is not None:
            used = model.fallback
        print_next_steps(library, summary, None if summary.unusable_model else used.bundle)
        if first and summary.kinds[OutcomeKind.NEW] + summary.kinds[OutcomeKind.CHANGED]:
            origin = ", the model that comes with organizer" if used.bundle.name == DEFAULT else ""
            click.echo(f"Tagged with {safe_text(used.bundle.name)}{origin}. Others: organizer models")
    if summary.videos:
        option = library_argument()
        click.echo(f"See them: organizer list{option}, organizer gallery{option}")


@contextmanager
def _file_access(cluster: str | None, maps: tuple[str, ...], send_limit: int) -> Iterator[FileAccess | None]:
    """Give the way in which a scan gets at files, connected to a cluster for as long as it takes."""
    context = click.get_current_context()
    usual = context.find_object(FileAccess)
    given = context.get_parameter_source("send_limit")
    if cluster is None and (maps or given is click.core.ParameterSource.COMMANDLINE):
        raise click.UsageError("--map-path and --send-limit are for --cluster.")
    with computers(cluster, maps, send_limit * _BYTES_A_MB) as shared:
        if shared is None:
            yield usual
        else:
            yield replace(usual or FileAccess(), start_decoders=shared.start_decoders)


def refresh_facts(paths: Sequence[str]) -> None:
    """Read again what known videos at these paths say of themselves, and say what changed."""
    summary = ScanSummary()
    with open_library() as library, stop_asked_for() as stop:
        try:
            _follow(refresh(library, paths, stop=stop), summary, paths, stop)
        except (StoppedError, KeyboardInterrupt):
            click.echo(f"Stopped after {summary.done} of {summary.to_do or 0} files.", err=True)
            raise SystemExit(EXIT_STOPPED) from None
    print_refreshed(summary)


def _follow(
    events: Generator[ScanEvent, None, None],
    summary: ScanSummary,
    folders: Sequence[str],
    stop: Event,
    at_hand: AtHand | None = None,
) -> None:
    """Add up a scan and show it while it runs: a bar on a terminal, one line a file where output is piped."""
    with (
        closing(events),
        recorded(library_path(), folders, stop) as record,
        progress_bar("looking through folders", Unit.VIDEOS) as bar,
    ):
        record.at_hand = at_hand or record.at_hand
        speeds = NodeSpeeds()
        for event in record.following(events, summary):
            if isinstance(event, ModelUnusable):
                click.echo(lite_meanwhile(safe_text(event.reason)), err=True)
            if isinstance(event, NewForModel):
                click.echo(new_for_model(event))
            if isinstance(event, Listed | ModelUnusable):
                bar.restart(event.to_do, "looking at videos")
            elif isinstance(event, Stored):
                bar.update(event.done, words=speeds.words(event.outcome.where))
                if not bar.drawn:
                    click.echo(outcome_line(event.outcome))
            elif isinstance(event, NodeJoined | NodeRefused | NodeLost | DoneElsewhere | FilesSent):
                click.echo(workers_line(event), err=True)
        speeds.print()
