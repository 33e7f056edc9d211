"""``organizer retag``."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from organizer.cli.chosen import Chosen, chosen_videos
from organizer.cli.context import (
    EXIT_STOPPED,
    library_argument,
    library_option,
    library_path,
    open_library,
)
from organizer.cli.stopping import stop_asked_for
from organizer.errors import UnknownVideoError
from organizer.gallery.cards import title
from organizer.library import Library
from organizer.library.changes import SuggestionChange
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind
from organizer.library.retag_report import RetagChange, RetagReport, TagDifference
from organizer.models.catalogue import open_bundle
from organizer.pipeline.job_record import recorded
from organizer.pipeline.retag import preview
from organizer.pipeline.retag import retag as tag_again
from organizer.stopping import StoppedError
from organizer.tags.tagger import Tagger
from organizer.text import count, count_list, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.pipeline.job_record import JobRecord
    from organizer.pipeline.retag import RetagProgress


@click.command()
@click.option("--preview", "only_preview", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--asked", hidden=True, help="The search whose videos these are, for the job's report.")
@chosen_videos
@library_option
def retag(chosen: Chosen, only_preview: bool, asked: str | None) -> None:
    """Tag videos again with the model in use, from stored features: no video is opened.

    Without a VIDEO or an option, all of them; with both, those that fit. What you confirmed or rejected
    stays. An open gallery shows how far it is. Ctrl-C stops; what was tagged until then stays. All of it is
    one step that "organizer undo" takes back.
    """
    with open_library() as library, stop_asked_for() as stop:
        # Also what nobody sees, or it would look as if tagged by another model for ever.
        ids = chosen.ids(library, among=VideoFilter(hidden=None, live=None), needed=False)
        tagger = Tagger(open_bundle())
        totals = _Totals(len(ids), asked)
        run, kind = (preview, JobKind.PREVIEW) if only_preview else (tag_again, JobKind.RETAG)
        try:
            with (
                recorded(library_path(), [], stop, kind, alone=True) as record,
                closing(run(library, tagger, ids, stop=stop)) as steps,
            ):
                _follow(library, steps, totals, record)
        except (StoppedError, KeyboardInterrupt):
            stays = "Nothing was changed." if only_preview else "What was tagged until then is stored."
            click.echo(
                f"Stopped after {totals.done} of {count(totals.asked, 'video')}, {totals.changed} changed. "
                f"{stays}",
                err=True,
            )
            raise SystemExit(EXIT_STOPPED) from None
        tags, maybes = library.tag_counts(), library.maybe_counts()
        left = (
            library.features.count_to_look_at(ids, tagger.bundle.space_id) if totals.tagged < len(ids) else 0
        )
    words = "would be tagged again" if only_preview else "tagged again"
    changed = f"{totals.changed} would change" if only_preview else f"{totals.changed} changed"
    click.echo(f"{count(totals.tagged, 'video')} {words} with {tagger.bundle.id}, {changed}")
    for words, counts in totals.counts.items():
        if counts:
            click.echo(f"{words}: {count_list(counts)}")
    if totals.changed and not only_preview:
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
    chosen: str | None = None
    """The search whose videos these are, where that is known."""
    done: int = 0
    tagged: int = 0
    changed: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """By the words for it, such as ``added``, of which tags it was how many."""
    first_changes: list[RetagChange] = field(default_factory=list)
    step_id: int = 0

    def report(self) -> RetagReport:
        """Return it for the job's row."""
        names = dict.fromkeys(name for counts in self.counts.values() for name in counts)
        numbers = [self.counts.get(words, Counter()) for words in _WORDS]
        return RetagReport(
            self.asked,
            self.tagged,
            self.changed,
            tuple(self.first_changes),
            self.step_id,
            {name: TagDifference(*(number[name] for number in numbers)) for name in names},
            self.chosen,
        )


_WORDS = ("added", "removed", "maybes added", "maybes removed", "kept by you")


def _follow(library: Library, steps: Iterator[RetagProgress], totals: _Totals, record: JobRecord) -> None:
    """Print each change and keep the job's row up to date."""
    record.to_do = totals.asked
    record.report = totals.report()
    for progress in steps:
        totals.done, totals.tagged, totals.step_id = progress.done, progress.tagged, progress.step_id
        for change in progress.changes:
            _add_change(library, change, totals)
        record.done = progress.done
        record.report = totals.report()


def _add_change(library: Library, change: SuggestionChange, totals: _Totals) -> None:
    totals.changed += not change.is_empty
    signs = []
    changed = (change.added, change.removed, change.maybes_added, change.maybes_removed, change.kept)
    for words, names, sign, mark in zip(_WORDS, changed, "+-+-=", ("", "", "?", "?", ""), strict=True):
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
                    change.kept,
                )
            )
