"""``organizer similar``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from organizer.alike.finder import Finder
from organizer.alike.neighbours import LIMIT
from organizer.cli.context import library_argument, library_option, open_library
from organizer.cli.parameters import second_option
from organizer.cli.progress import Unit, progress_bar
from organizer.config import pieces_limit
from organizer.models.catalogue import open_bundle
from organizer.text import clock_time, count, safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.alike.neighbours import Match
    from organizer.library import Library


@click.command()
@click.argument("video", metavar="VIDEO")
@second_option(
    "--second",
    help_text="Like this second of it, such as 75 or 1:15, counted from 0, in place of the video as a whole.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=LIMIT,
    show_default=True,
    help="At most so many videos.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@library_option
def similar(video: str, second: int | None, limit: int, *, as_json: bool) -> None:
    """List the videos that are most like one VIDEO: its path, its file name, or its id.

    Each line says how alike, up to 1, and which second of VIDEO is like which second of the other. It is told
    from what scans stored, by the model in use; no video is opened. Hidden and missing videos are left out.
    """
    with open_library() as library:
        bundle = open_bundle()
        video_id = library.find(video)
        finder = Finder(library.path, bundle.space_id, bundle.sampled, keep=pieces_limit() > 0)
        with progress_bar("Preparing", Unit.VIDEOS) as bar:
            for step in finder.prepare(library):
                bar.update(step.done, step.total)
        found = finder.like_now(library, video_id, second=second, limit=limit)
        _print(library, found, as_json=as_json)
        if not as_json:
            left_out = library.features.count_without(bundle.space_id)
            if not found:
                click.echo("No other video can be compared with it.", err=True)
            if left_out:
                click.echo(
                    f"{count(left_out, 'video')} left out: the model in use has not looked at them. "
                    f"To have it look: organizer scan{library_argument()}",
                    err=True,
                )


def _print(library: Library, found: Sequence[Match], *, as_json: bool) -> None:
    records = {record.id: record for record in library.records([match.video_id for match in found])}
    # What another program takes out of the library meanwhile is passed over.
    shown = [match for match in found if match.video_id in records]
    if shown and not as_json:
        click.echo("     like  seconds           video")
    for rank, match in enumerate(shown, 1):
        path = records[match.video_id].path
        if as_json:
            found_as = {
                "rank": rank,
                "likeness": round(match.likeness, 4),
                "second": match.second,
                "their_second": match.their_second,
                "id": match.video_id,
                "path": path,
            }
            click.echo(json.dumps(found_as))
            continue
        seconds = f"{clock_time(match.second)} -> {clock_time(match.their_second)}"
        click.echo(f"{rank:3}  {max(0.0, match.likeness):.2f}  {seconds:16}  {safe_text(path)}")
