"""``organizer duplicates``."""

from __future__ import annotations

import csv
import json
import os
import shlex
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from organizer.cli.context import (
    EXIT_STOPPED,
    library_argument,
    library_option,
    library_path,
    open_library,
)
from organizer.cli.duplicates_moving import move_doubles, tell_unsettled, undo_move
from organizer.cli.progress import progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.doubles.finding import find_doubles
from organizer.doubles.grouping import groups_of
from organizer.doubles.words import as_objects, relation_words
from organizer.library.jobs import JobKind
from organizer.models.catalogue import bundle_of_space, open_bundle
from organizer.pipeline.job_record import recorded
from organizer.stopping import StoppedError
from organizer.text import UNKNOWN, count, duration, file_size, no_formula, safe_text, sortable_date
from organizer.types import EVERY_SECOND, MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.doubles.grouping import Group
    from organizer.library import Library
    from organizer.library.records import VideoRecord


@click.command()
@click.option("--again", is_flag=True, help="Look for them again, also where no video is new.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a group on a line, for programs.")
@click.option("--csv", "as_csv", is_flag=True, help="A table with a line for each file.")
@click.option(
    "--merge-tags",
    is_flag=True,
    help='Carry what you decided about the others to the one to keep; "organizer undo" takes it back.',
)
@click.option(
    "--not-same",
    nargs=2,
    metavar="VIDEO OTHER",
    help="Remember that two videos are no doubles, whatever a search finds.",
)
@click.option("--same", nargs=2, metavar="VIDEO OTHER", help="Take that back.")
@click.option(
    "--move-to",
    "folder",
    metavar="FOLDER",
    help="Say which files would be moved there: all but the one to keep of each group.",
)
@click.option("--yes", is_flag=True, help="Move them; only with --move-to.")
@click.option("--unsure", is_flag=True, help="Move also what may be another take; only with --move-to.")
@click.option("--undo-move", "undo", is_flag=True, help="Move back what the last --move-to --yes moved.")
@library_option
def duplicates(
    *,
    again: bool,
    as_json: bool,
    as_csv: bool,
    merge_tags: bool,
    not_same: tuple[str, str] | None,
    same: tuple[str, str] | None,
    folder: str | None,
    yes: bool,
    unsure: bool,
    undo: bool,
) -> None:
    """List videos that show the same film: encoded again, resized, trimmed, cropped, or joined to others.

    What scans stored of each second is compared, and no video is opened. Of each group one is named to keep,
    and why. Nothing is ever deleted. Of a video nothing is known after its first 45 seconds.

    --move-to is the only command that moves originals: without --yes it only says what it would do. A
    file that was changed since the last scan stays where it is, nothing is overwritten, and --undo-move
    moves all back.
    """
    wishes = [merge_tags, bool(not_same), bool(same), folder is not None, undo]
    if sum(wishes) > 1:
        raise click.UsageError(
            "Do one thing at a time: --merge-tags, --not-same, --same, --move-to or --undo-move."
        )
    if (yes or unsure) and folder is None:
        raise click.UsageError("--yes and --unsure go with --move-to.")
    with open_library() as library:
        if undo:
            undo_move(library)
            return
        tell_unsettled(library)
        if pair := not_same or same:
            _answer(library, pair, same=bool(same))
            return
        search(library, again=again)
        groups = groups_of(library)
        if folder is not None:
            move_doubles(library, groups, os.path.abspath(folder), yes=yes, unsure=unsure)
        elif merge_tags:
            _merge_tags(library, groups)
        elif as_json:
            for each in as_objects(groups):
                click.echo(json.dumps(each))
        elif as_csv:
            _write_table(groups)
        else:
            _print(groups)


def _answer(library: Library, pair: tuple[str, str], *, same: bool) -> None:
    """Remember that two videos are no doubles, or, where ``same``, take that back.

    Raises:
        click.UsageError: both names are of one video.
    """
    first, second = (library.find(name) for name in pair)
    if first == second:
        raise click.UsageError(
            "Both are one video: files that are the same byte for byte are one. Delete one of them yourself, "
            "if you like."
        )
    if same:
        library.doubles.forget_not_the_same(first, [second])
        click.echo("Forgotten: a search may take them for doubles again.")
    else:
        library.doubles.say_not_the_same(first, [second])
        of = " ".join(shlex.quote(safe_text(name)) for name in pair)
        click.echo(
            "Remembered: they are no doubles. "
            f"To take that back: organizer duplicates{library_argument()} --same {of}"
        )


def search(library: Library, *, again: bool) -> None:
    """Look for doubles as a job, unless the last search knew the same videos.

    Raises:
        BundleError: no model is there, or a shipped one cannot be read.
        JobRunningError: another job of this library runs.
    """
    space_id = space_to_search(library)
    if space_id is None:
        return
    last, now = library.doubles.last_search(), library.doubles.state(space_id)
    if not again and last is not None and last[0] == space_id and last[1].knows_as_much_as(now):
        return
    bundle = bundle_of_space(space_id)
    sampled = EVERY_SECOND if bundle is None else bundle.sampled
    with stop_asked_for() as stop:
        try:
            with (
                progress_bar("Comparing videos") as bar,
                recorded(library_path(), [], stop, JobKind.DOUBLES, alone=True) as record,
                closing(find_doubles(library, space_id, sampled, stop=stop)) as steps,
            ):
                record.to_do = now.videos
                for step in steps:
                    record.done = int(step.share * now.videos)
                    bar.update(record.done, now.videos)
        except (StoppedError, KeyboardInterrupt):
            click.echo("Stopped. What the last search found stays as it was.", err=True)
            raise SystemExit(EXIT_STOPPED) from None


def space_to_search(library: Library) -> str | None:
    """Return the feature space of the model in use, another one where no video has features of that."""
    spaces = library.features.spaces()
    wanted = open_bundle().space_id
    return wanted if wanted in spaces else next(iter(spaces), None)


def _merge_tags(library: Library, groups: Sequence[Group]) -> None:
    step = library.doubles.keep_decisions(
        ((group.kept.id, group.copies + group.parts) for group in groups),
        {id_ for group in groups for id_ in group.parts},
    )
    if not step.id:
        click.echo("Nothing to carry: the ones to keep have all decisions of the others.")
        return
    click.echo(
        f"{count(step.videos, 'video')} got what was decided about doubles. "
        f"To take it back: organizer undo {step.id}{library_argument()}"
    )


def _print(groups: Sequence[Group]) -> None:
    for number, group in enumerate(groups, start=1):
        click.echo(f"{number}.  {count(len(group.doubles) + 1, 'file')}")
        click.echo(f"    keep   {_line(group.kept, group.kept.path)}  ({safe_text(group.why)})")
        for double in group.doubles:
            click.echo(f"    {_short(double.relation.value):6} {_line(double.video, double.path)}")
            click.echo(f"           {relation_words(double)}")
    if not groups:
        click.echo("No doubles were found.")
        return
    more = [double for group in groups for double in group.doubles if double.replaceable]
    size = sum(double.video.size_bytes for double in more)
    click.echo(
        f"{count(len(groups), 'group')}; {count(len(more), 'file')} of {file_size(size)} show nothing that "
        f"the ones to keep do not, as far as the first {MAX_SECONDS} s tell"
    )


def _short(relation: str) -> str:
    return "same" if relation == "same file" else "more" if relation == "overlap" else relation


def _line(video: VideoRecord, path: str) -> str:
    picture = f"{video.width} x {video.height}" if video.width and video.height else UNKNOWN
    return "  ".join(
        [
            safe_text(path),
            duration(video.duration_s, unknown=UNKNOWN),
            picture,
            file_size(video.size_bytes),
            sortable_date(video.taken),
        ]
    )


def _write_table(groups: Sequence[Group]) -> None:
    writer = csv.writer(sys.stdout)
    columns = ("group", "role", "id", "path", "why", "begins_s", "likeness", "sure")
    facts = ("duration_s", "width", "height", "size_bytes", "taken_at")
    writer.writerow([*columns, *facts])
    for each in as_objects(list(groups)):
        rows = [each["keep"] | {"relation": "keep"}, *each["others"]]
        for row in rows:
            role = row["relation"]
            values = [each["group"], role, row["id"], row["path"], row.get("why", role)]
            values += [
                row.get("begins_s"),
                row.get("likeness"),
                row.get("sure"),
                *(row[name] for name in facts),
            ]
            writer.writerow([no_formula(value) if isinstance(value, str) else value for value in values])
