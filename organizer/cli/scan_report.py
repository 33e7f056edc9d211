"""What a scan did, in words for the terminal."""

from __future__ import annotations

import shlex
import sys
from enum import Enum
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument
from organizer.cli.text import decided
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.pipeline.progress import OutcomeKind
from organizer.pipeline.scan_summary import BACK
from organizer.text import count, count_list, safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.frames.folders.left_out import LeftOut
    from organizer.models.bundle import Bundle
    from organizer.pipeline.progress import FileOutcome, NewForModel
    from organizer.pipeline.scan_summary import ScanSummary

_MAX_FAILURES_SHOWN = 20


class Task(Enum):
    """What a scan was asked to look at."""

    SCAN = "scan"
    """What is new or changed."""
    RETRY = "retry"
    """Files that could not be read."""
    AGAIN = "again"
    """Files that were read before."""


def outcome_line(outcome: FileOutcome) -> str:
    """Return what became of one file, as ``new: /videos/cat.mp4: Animal, Nature?``."""
    tags = (*outcome.tags, *(f"{name}?" for name in outcome.maybes))
    detail = outcome.reason or ", ".join(outcome.changes or tags)
    return f"{outcome.kind.value}: {safe_text(outcome.path)}" + (f": {safe_text(detail)}" if detail else "")


def new_for_model(event: NewForModel) -> str:
    """Return what looking at known videos with another model costs, before it begins."""
    videos = event.cost.videos
    were, each = ("was", "it is") if videos == 1 else ("were", "each is")
    return (
        f"{count(videos, 'video')} {were} not looked at with {safe_text(event.bundle)} yet, so {each} "
        f"looked at once more: {event.cost.words}. What you decided stays."
    )


def print_report(
    summary: ScanSummary, folders: Sequence[str], task: Task, *, show_skipped: bool = False
) -> None:
    """Print what a scan of folders did: counts, tags, failures with reasons, what is out of sight.

    Args:
        summary: of the whole scan.
        folders: as the person named them.
        task: what was looked at.
        show_skipped: whether to name what was left out.
    """
    if summary.videos or summary.missing:
        _print_counts(summary, task)
    elif task is Task.AGAIN:
        click.echo("Nothing to look at again: no video that was read lies there.")
    elif task is Task.RETRY:
        where = f" at or below {', '.join(safe_text(folder) for folder in folders)}" if folders else ""
        click.echo(f"Nothing to try again: no file{where} is known to have failed.")
    elif not summary.offline:
        where = ", ".join(safe_text(folder) for folder in folders) or "the folders that were ever scanned"
        click.echo(f"No videos in {where}. Files count by their names: .mp4, .mov, .mkv, .avi and the like.")
    _print_offline(summary)
    for path in summary.unreadable_folders:
        click.echo(f"Not readable: {safe_text(path)}: check its permissions")
    if summary.cloud_only:
        click.echo(
            f"{count(summary.cloud_only, 'file')} only in the cloud and not downloaded; "
            "make them available on this computer, then scan again"
        )
    if summary.links_not_followed:
        click.echo(
            f"{count(summary.links_not_followed, 'symbolic link')} not followed; "
            "scan the folders they lead to by name"
        )
    _print_left_out(summary.left_out, named=show_skipped)


def print_refreshed(summary: ScanSummary) -> None:
    """Print what reading facts again did."""
    _print_offline(summary)
    words = f"{count(summary.done, 'file')} looked at again, {summary.kinds[OutcomeKind.UPDATED]} updated"
    click.echo(words + (f", {len(summary.failures)} left as they were" if summary.failures else ""))
    if sys.stdout.isatty():
        _print_failures(summary)


def print_next_steps(library: Library, summary: ScanSummary, bundle: Bundle | None) -> None:
    """Print what became of a person's decisions, and what is left to do.

    Args:
        library: the library.
        summary: of the whole scan.
        bundle: the model in use; None where it could not be run.
    """
    _print_decisions(summary)
    option = library_argument()
    older = library.count(VideoFilter(status=Status.FAILED)) - len(summary.failures)
    if summary.kinds[OutcomeKind.UNCHANGED] and older > 0:
        click.echo(
            f"{count(older, 'video')} could not be read at an earlier scan. "
            f"See: organizer list --status failed{option}. "
            f"To try again: organizer scan --retry-failed{option}"
        )
    if bundle is not None and (others := library.features.count_tagged_by_others(bundle.id, bundle.space_id)):
        click.echo(
            f"{count(others, 'video')} tagged by another model. "
            f"To tag again with {bundle.id}: organizer retag{option}"
        )


def print_left_behind(summary: ScanSummary) -> None:
    """Name the videos that kept a person's decisions when another film took their place."""
    for left in summary.left_behind:
        new = safe_text(shlex.quote(left.path))
        click.echo(
            f"What you decided about the film that was at {safe_text(left.path)} before stayed with it. "
            f"To move it to what is there now: organizer adopt {left.old_id} {new}{library_argument()}"
        )


def _print_counts(summary: ScanSummary, task: Task) -> None:
    click.echo("")
    for number, words in _rows(summary, task):
        click.echo(f"{number:6}  {words}")
    if summary.missing:
        click.echo(f"{len(summary.missing):6}  missing since the last scan (their tags are kept)")
    if summary.tags:
        click.echo(f"Tags found: {count_list(summary.tags)}")
    if summary.maybes:
        option = library_argument()
        click.echo(f"Maybes: {count_list(summary.maybes)}. To see them: organizer list --only-maybes{option}")
    # Else each failure had its line while the scan ran.
    if sys.stdout.isatty():
        _print_failures(summary)


def _rows(summary: ScanSummary, task: Task) -> list[tuple[int, str]]:
    """Return numbers of files with words for them: some always, others where there are any."""
    kinds = summary.kinds
    if task is Task.RETRY:
        # Also where its content turned out to be that of another video.
        rows = [(summary.done - len(summary.failures), "can be read now")]
        optional = []
    else:
        always = [OutcomeKind.NEW, OutcomeKind.UNCHANGED, OutcomeKind.CHANGED, OutcomeKind.MOVED]
        if task is Task.AGAIN:
            always = [OutcomeKind.LOOKED_AT_AGAIN]
        rows = [(kinds[kind], kind.value) for kind in always]
        optional = [(kinds[OutcomeKind.CHANGED], OutcomeKind.CHANGED.value)] if task is Task.AGAIN else []
        copies = kinds[OutcomeKind.COPY]
        optional += [
            (copies, "copy of a known video" if copies == 1 else "copies of known videos"),
            (kinds[BACK], "back again"),
            (kinds[OutcomeKind.UPDATED], "with other dates or facts than before"),
        ]
        if task is Task.SCAN:
            optional.append(
                (kinds[OutcomeKind.LOOKED_AT_AGAIN], f"{OutcomeKind.LOOKED_AT_AGAIN}, for this model")
            )
    optional.append((kinds[OutcomeKind.FAILED], OutcomeKind.FAILED.value))
    return rows + [row for row in optional if row[0]]


def _print_failures(summary: ScanSummary) -> None:
    for outcome in summary.failures[:_MAX_FAILURES_SHOWN]:
        click.echo(f"Failed: {safe_text(outcome.path)}: {safe_text(outcome.reason or '')}")
    if len(summary.failures) > _MAX_FAILURES_SHOWN:
        hidden = len(summary.failures) - _MAX_FAILURES_SHOWN
        click.echo(f"... and {hidden} more. See: organizer list --status failed{library_argument()}")


def _print_offline(summary: ScanSummary) -> None:
    for path in summary.offline:
        click.echo(f"Offline: {safe_text(path)}: it is not there now; its videos are kept as they are")


def _print_left_out(left_out: Sequence[LeftOut], *, named: bool) -> None:
    """Say what was left out: all of it by name, or how much of it a person may miss."""
    if named:
        for entry in left_out:
            click.echo(f"Left out: {safe_text(entry.path)}: {safe_text(entry.words)}")
        click.echo(f"{len(left_out)} left out")
    elif missed := sum(entry.of_interest for entry in left_out):
        click.echo(f"{missed} left out that may have been meant (name them with --show-skipped)")


def _print_decisions(summary: ScanSummary) -> None:
    """Say which tags of a person's went to another file, and which stayed with a missing one."""
    for adopted in summary.rejoined:
        moved = decided(adopted.tags) or "it has decisions of its own about them"
        click.echo(
            f"Your tags moved with the recording: {safe_text(adopted.old_path)} is now "
            f"{safe_text(adopted.new_path)}: {moved}"
        )
    for alike in summary.undecided:
        several = ", ".join(safe_text(path) for path in alike.new_paths)
        click.echo(
            f"Your tags stayed with {safe_text(alike.old_path)}, which is missing: it is not clear whether "
            f"it is now {several}"
        )
    print_left_behind(summary)
    if summary.stranded and (summary.missing or summary.kinds[OutcomeKind.NEW] or summary.undecided):
        option = library_argument()
        click.echo(
            f"{count(summary.stranded, 'missing video')} with tags of yours. Where one lives on in another "
            f"file, move them: organizer adopt OLD NEW{option}. See: organizer list --status missing{option}"
        )
