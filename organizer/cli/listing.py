"""``organizer list``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.context import library_argument, library_option, open_library
from organizer.cli.filter_options import filter_options, looked_up
from organizer.cli.parameters import enum_option
from organizer.cli.query_words import QueryCommand, read_query
from organizer.cli.text import tag_list
from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.library.spelling import folded
from organizer.query import all_of, terms_of
from organizer.query.expr import Tag
from organizer.text import UNKNOWN, count, duration, safe_text, sortable_date
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from organizer.library.records import PlaceRecord, VideoRecord


@click.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY...]")
@filter_options
@enum_option("--sort", enum=Sort, default=Sort.NAME.value, show_default=True, help="What to sort by.")
@click.option("--descending", is_flag=True, help="Newest, longest or last first.")
@click.option("--limit", type=click.IntRange(1), help="At most so many videos.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@library_option
def list_(
    query: tuple[str, ...],
    *,
    chosen: VideoFilter,
    sort: Sort,
    descending: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List videos with their tags, one line for each file.

    A QUERY is a search, such as dance summer 2023 -concert 'length:<30s' folder:holiday. Signs that a shell
    takes for itself, such as < > ( ) ", stand in quotes. Options and QUERY together choose what fits both.
    """
    chosen = replace(chosen, sort=sort, descending=descending, limit=limit)
    chosen = replace(chosen, query=all_of(read_query(" ".join(query)), chosen.query))
    rejected = chosen.state is TagState.REJECTED
    with open_library() as library:
        chosen = looked_up(library, chosen)
        found = False
        for video in library.list(chosen):
            for place in video.places:
                found = True
                click.echo(
                    json.dumps(as_object(video, place)) if as_json else _line(video, place, rejected=rejected)
                )
        if not found and not as_json:
            click.echo(why_none(library, chosen), err=True)


def why_none(library: Library, chosen: VideoFilter) -> str:
    """Say why a filter chooses no video, and what to ask for instead."""
    if not library.count(VideoFilter()):
        return f"This library is empty. To fill it: organizer scan FOLDER{library_argument()}"
    asked = (term for term in terms_of(chosen.query) if isinstance(term, Tag))
    wanted = (*chosen.all_tags, *chosen.any_tags, *(tag.name for tag in asked))
    known = {folded(name) for name in (*LABELS, *library.tag_names())}
    unknown = [safe_text(name) for name in wanted if folded(name) not in known]
    if unknown:
        return f"No video fits. No video has the tag {', '.join(unknown)}, and it is no built-in label."
    if wanted and not chosen.with_maybes:
        places = [len(video.places) for video in library.list(replace(chosen, with_maybes=True, limit=None))]
        if places:
            # One line a file is what would be listed.
            files = f" in {count(sum(places), 'file')}" if sum(places) > len(places) else ""
            return f"No video fits. With maybes: {count(len(places), 'video')}{files}. To list them: --maybe"
    return "No video fits."


def as_object(video: VideoRecord, place: PlaceRecord) -> dict[str, Any]:
    """Return what ``--json`` says of one file."""
    return {
        "id": video.id,
        "path": place.path,
        "duration_s": video.duration_s,
        "taken_at": video.taken and video.taken.moment.isoformat(),
        "status": place.status.value,
        "error": video.error,
        "tags": [
            {
                "name": tag.name,
                "score": tag.score,
                "state": tag.state.value,
                "seconds": tag.seconds,
                "tier": tag.tier and tag.tier.value,
            }
            for tag in video.tags
        ],
        "scores": video.scores,
        "favourite": video.favourite,
        "rating": video.rating,
        "hidden": video.hidden,
        "live_photo": video.live,
    }


def _line(video: VideoRecord, place: PlaceRecord, *, rejected: bool) -> str:
    words = tag_list(video.tags, rejected=rejected)
    if place.status is Status.FAILED:
        words = safe_text(video.error or "") + (f"; {words}" if video.tags else "")
    if place.status is not Status.OK:
        words = f"[{place.status.value}] {words}"
    length, taken = duration(video.duration_s, unknown=UNKNOWN), sortable_date(video.taken)
    return f"{safe_text(place.path)}  {length}  {taken}  {words}"
