"""``organizer retag``."""

from __future__ import annotations

import os
import shlex
import sys
from collections import Counter
from contextlib import closing, suppress
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
from organizer.cli.filter_options import filter_options, with_meant_tags
from organizer.cli.listing import why_none
from organizer.cli.stopping import stop_asked_for
from organizer.errors import OrganizerError, UnknownVideoError
from organizer.gallery.cards import title
from organizer.library import Library
from organizer.library.changes import TagChange
from organizer.library.jobs import JobKind, RetagChange, RetagReport
from organizer.models.catalogue import open_bundle
from organizer.pipeline.job_record import recorded
from organizer.pipeline.retag import retag as tag_again
from organizer.stopping import StoppedError
from organizer.tags.tagger import Tagger
from organizer.text import count, count_list, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.library.filters import VideoFilter
    from organizer.pipeline.job_record import JobRecord
    from organizer.pipeline.retag import RetagProgress


@click.command()
@click.argument("videos", nargs=-1, metavar="[VIDEO...]")
@click.option("--stdin", is_flag=True, help="The videos are those whose ids stand on standard input.")
@filter_options
@library_option
def retag(videos: tuple[str, ...], stdin: bool, chosen: VideoFilter) -> None:
    """Tag videos again with the model in use, from stored features: no video is opened.

    Without a VIDEO or an option, all of them; with both, those that fit. What you confirmed or rejected
    stays. An open gallery shows how far it is. Ctrl-C stops; what was tagged until then stays.
    """
    with open_library() as library, stop_asked_for() as stop:
        chosen = with_meant_tags(library, chosen)
        named = {_find(library, video) for video in videos} | (_ids_from_stdin() if stdin else set())
        fitting = library.ids(chosen)
        if not fitting:
            click.echo(why_none(library, chosen), err=True)
        ids = [id_ for id_ in fitting if id_ in named or not (videos or stdin)]
        tagger = Tagger(open_bundle())
        totals = _Totals(len(ids))
        try:
            with (
                recorded(library_path(), [], stop, JobKind.RETAG, alone=True) as record,
                closing(tag_again(library, tagger, ids, stop=stop)) as steps,
            ):
                _follow(library, steps, totals, record)
        except (StoppedError, KeyboardInterrupt):
            click.echo(
                f"Stopped after {totals.done} of {count(totals.asked, 'video')}, {totals.changed} changed. "
                "What was tagged until then is stored.",
                err=True,
            )
            raise SystemExit(EXIT_STOPPED) from None
        tags, maybes = library.tag_counts(), library.maybe_counts()
        left = (
            library.features.count_to_look_at(ids, tagger.bundle.space_id) if totals.tagged < len(ids) else 0
        )
    click.echo(
        f"{count(totals.tagged, 'video')} tagged again with {tagger.bundle.id}, {totals.changed} changed"
    )
    for words, counts in totals.counts.items():
        if counts:
            click.echo(f"{words}: {count_list(counts)}")
    if totals.changed:
        click.echo(
            f"In this library now: {count(sum(tags.values()), 'tag')}, {count(sum(maybes.values()), 'maybe')}"
        )
    if left:
        click.echo(
            f"{count(left, 'video')} left out: without features of this model. "
            f"To look at them: organizer scan{library_argument()}"
        )


@dataclass(slots=True)
class _Totals:
    """What tagging again did so far."""

    asked: int
    done: int = 0
    tagged: int = 0
    changed: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """By the words for it, such as ``added``, of which tags it was how many."""
    first_changes: list[RetagChange] = field(default_factory=list)


def _follow(library: Library, steps: Iterator[RetagProgress], totals: _Totals, record: JobRecord) -> None:
    """Print each change and keep the job's row up to date."""
    record.to_do = totals.asked
    record.report = RetagReport(totals.asked, 0, 0, ())
    for progress in steps:
        totals.done, totals.tagged = progress.done, progress.tagged
        for change in progress.changes:
            _add_change(library, change, totals)
        record.done = progress.done
        record.report = RetagReport(totals.asked, totals.tagged, totals.changed, tuple(totals.first_changes))


def _add_change(library: Library, change: TagChange, totals: _Totals) -> None:
    totals.changed += 1
    signs = []
    for words, names, sign, mark in (
        ("added", change.added, "+", ""),
        ("removed", change.removed, "-", ""),
        ("maybes added", change.maybes_added, "+", "?"),
        ("maybes removed", change.maybes_removed, "-", "?"),
    ):
        totals.counts.setdefault(words, Counter()).update(names)
        signs += [f"{sign}{name}{mark}" for name in names]
    # A scan beside this may just have given the video's only place to another one.
    with suppress(UnknownVideoError):
        video = library.video(change.video_id)
        click.echo(f"{safe_text(video.places[0].path)}: {safe_text(' '.join(signs))}")
        if len(totals.first_changes) < RetagReport.MAX_CHANGES:
            totals.first_changes.append(
                RetagChange(
                    title(video),
                    change.added,
                    change.removed,
                    change.maybes_added,
                    change.maybes_removed,
                )
            )


def _find(library: Library, video: str) -> int:
    """Return the id of the video that is named.

    Raises:
        OrganizerError: a folder is.
        UnknownVideoError: no video or more than one is.
    """
    try:
        return library.find(video)
    except UnknownVideoError:
        if not os.path.isdir(video):
            raise
        below = shlex.quote(os.path.join(os.path.abspath(video), ""))
        raise OrganizerError(
            f"{video}: it is a folder. Name videos, or choose them by words in their path: "
            f"organizer retag --text {below}",
            ends_in_command=True,
        ) from None


def _ids_from_stdin() -> set[int]:
    words = sys.stdin.read().split()
    if wrong := next((word for word in words if not (word.isascii() and word.isdecimal())), None):
        raise click.UsageError(f"{safe_text(wrong)} on standard input is no id of a video.")
    return {int(word) for word in words}
