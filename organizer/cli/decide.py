"""``organizer tag`` and ``organizer untag``."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_option, open_library
from organizer.cli.history import print_step
from organizer.cli.query_words import videos_where, where_option
from organizer.cli.text import tag_list
from organizer.library.actions import TagChange
from organizer.library.spelling import folded
from organizer.text import safe_text
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from organizer.library.records import TagRecord


_ALIKE = 0.65
"""How alike two tags are of which one may be the other misspelled, 0..1: two letters of three exchanged."""


def _not_empty(
    _context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    if not all(name.strip() for name in names):
        raise click.BadParameter("A tag has at least one character.")
    return names


@click.command()
@click.argument("video", metavar="VIDEO")
@click.argument("tags", nargs=-1, metavar="TAG...", callback=_not_empty)
@where_option
@library_option
def tag(video: str, tags: tuple[str, ...], wheres: tuple[str, ...]) -> None:
    """Confirm or add tags of one VIDEO; no model ever takes them away.

    A TAG is one of the built-in labels or any words of your own. A maybe may be named as it is shown, such as
    "Dance?". With --where no VIDEO is named: all that a search finds get the tags, one step for each tag.
    """
    if wheres:
        _decide_all((video, *tags), wheres, TagState.CONFIRMED)
        return
    _check_named(tags)
    with open_library() as library:
        video_id = library.find(video)
        names = [library.meant_tag(name, to_add=True) for name in tags]
        known = {folded(name): name for name in (*LABELS, *library.tag_names())}
        for name in names:
            library.confirm(video_id, name)
        record = library.video(video_id)
    _print_tags([tag for tag in record.tags if tag.state is not TagState.REJECTED], video)
    new = {folded(name): name for name in reversed(names) if folded(name) not in known}
    for name in reversed(new.values()):
        click.echo(_said_of_a_new_tag(name, known))


@click.command()
@click.argument("video", metavar="VIDEO")
@click.argument("tags", nargs=-1, metavar="TAG...", callback=_not_empty)
@click.option(
    "--forget", is_flag=True, help="Take a decision back: what the model says of the tag counts again."
)
@where_option
@library_option
def untag(video: str, tags: tuple[str, ...], forget: bool, wheres: tuple[str, ...]) -> None:
    """Reject tags of one VIDEO; no model ever suggests them for it again.

    With --where no VIDEO is named: all that a search finds, one step for each tag.
    """
    if wheres:
        _decide_all((video, *tags), wheres, None if forget else TagState.REJECTED)
        return
    _check_named(tags)
    with open_library() as library:
        video_id = library.find(video)
        names = [library.meant_tag(name) for name in tags]
        decide = library.forget if forget else library.reject
        decided = [name for name in names if decide(video_id, name)]
        record = library.video(video_id)
    without = "there was no decision to take back about" if forget else "it does not carry the tag"
    for name in names:
        if name not in decided:
            click.echo(f"{safe_text(video)}: {without} {safe_text(name)}")
    said = {folded(name) for name in decided}
    rejected = TagState.REJECTED
    _print_tags([tag for tag in record.tags if tag.state is not rejected or folded(tag.name) in said], video)


def _check_named(tags: tuple[str, ...]) -> None:
    """Refuse a video without a tag.

    Raises:
        click.UsageError: there is none.
    """
    if not tags:
        raise click.UsageError("Missing argument 'TAG...'.")


def _decide_all(tags: tuple[str, ...], wheres: tuple[str, ...], state: TagState | None) -> None:
    """Decide about tags of all videos that searches find."""
    _not_empty(click.get_current_context(), click.Argument(["tags"]), tags)
    with open_library() as library:
        ids = videos_where(library, wheres)
        # Before anything is done: one that is wrong does not leave half of it done.
        names = [library.meant_tag(name, to_add=state is TagState.CONFIRMED) for name in tags]
        for name in names:
            print_step(library.apply(TagChange(name, state), ids))


def _print_tags(tags: Iterable[TagRecord], video: str) -> None:
    click.echo(f"{safe_text(video)}: {tag_list(tags, rejected=True)}")


def _said_of_a_new_tag(name: str, known: Mapping[str, str]) -> str:
    """Say that a tag is new, and which of those of before, by their folded names, was meant if any."""
    said = f"{safe_text(name)} is a new tag."
    alike = get_close_matches(folded(name), known, n=1, cutoff=_ALIKE)
    return f"{said} Did you mean {safe_text(known[alike[0]])}?" if alike else said
