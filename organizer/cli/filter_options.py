"""The options that choose videos, shared by ``list`` and ``retag``."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.parameters import enum_option
from organizer.cli.query_words import read_query, where_option, with_saved_searches
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.query import all_of
from organizer.text import safe_text
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from organizer.library import Library

_SAVED = "organizer.saved"
"""Where a command's context keeps the names of saved searches."""
_OPTIONS = (
    where_option,
    click.option(
        "--saved",
        multiple=True,
        metavar="NAME",
        help="Videos that a search finds which you keep by this name.",
    ),
    click.option(
        "--tag", "all_tags", multiple=True, metavar="TAG", help="With this tag; repeated: with all."
    ),
    click.option("--any", "any_tags", multiple=True, metavar="TAG", help="With at least one of these tags."),
    click.option("--not", "no_tags", multiple=True, metavar="TAG", help="Without any of these tags."),
    click.option("--untagged", is_flag=True, help="Without any tag."),
    enum_option("--state", enum=TagState, help="Count only tags in this state."),
    click.option(
        "--maybe",
        "with_maybes",
        is_flag=True,
        help="--tag, --any, --not, --untagged and --state suggested count maybes too.",
    ),
    click.option(
        "--only-maybes",
        is_flag=True,
        help="Only videos with a maybe; the tags of --tag, --any and --not are maybes then.",
    ),
    enum_option("--status", enum=Status, help="Only videos in this status."),
    click.option("--text", default="", help="Words in the file's name or folder."),
    click.option(
        "--since", "taken_from", type=click.DateTime(), help="Taken then or later, as dates are shown."
    ),
    click.option(
        "--before", "taken_before", type=click.DateTime(), help="Taken before then, as dates are shown."
    ),
    click.option("--hidden", is_flag=True, help="Only videos that you hid; else these are left out."),
    click.option("--live", is_flag=True, help="Only clips of Live Photos; else these are left out."),
)


def filter_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets the filter that they describe as ``chosen``."""

    @wraps(function)
    def command(
        *,
        all_tags: tuple[str, ...],
        any_tags: tuple[str, ...],
        no_tags: tuple[str, ...],
        untagged: bool,
        state: TagState | None,
        with_maybes: bool,
        only_maybes: bool,
        status: Status | None,
        text: str,
        taken_from: datetime | None,
        taken_before: datetime | None,
        hidden: bool,
        live: bool,
        wheres: tuple[str, ...],
        saved: tuple[str, ...],
        **others: Any,
    ) -> None:
        # Looked up with the tags, when the library is open.
        click.get_current_context().meta[_SAVED] = saved
        chosen = VideoFilter(
            all_tags=all_tags,
            any_tags=any_tags,
            no_tags=no_tags,
            untagged=untagged,
            state=state,
            with_maybes=with_maybes,
            only_maybes=only_maybes,
            status=status,
            text=text,
            taken_from=taken_from,
            taken_before=taken_before,
            # A clip may be hidden as well.
            hidden=True if hidden else None if live else False,
            live=True if live else None if hidden else False,
            query=all_of(*(read_query(text) for text in wheres)),
        )
        _check_maybes(chosen)
        function(chosen=chosen, **others)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def looked_up(library: Library, chosen: VideoFilter) -> VideoFilter:
    """Return the filter with what stands for names of this library.

    For a saved search that is its text; for a maybe that is named as it is shown, ``Dance?``, the tag itself.

    Raises:
        OrganizerError: there is no saved search of this name.
        click.UsageError: the filter leaves maybes out.
        InvalidTagError: such a name can be no tag.
    """

    def meant(option: str, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_meant(library, chosen, option, name) for name in names)

    chosen = with_saved_searches(library, chosen, click.get_current_context().meta.get(_SAVED, ()))
    return replace(
        chosen,
        all_tags=meant("--tag", chosen.all_tags),
        any_tags=meant("--any", chosen.any_tags),
        no_tags=meant("--not", chosen.no_tags),
    )


def _meant(library: Library, chosen: VideoFilter, option: str, name: str) -> str:
    if not name.rstrip().endswith("?"):
        return name
    tag = library.meant_tag(name)
    if not (tag.endswith("?") or chosen.with_maybes or chosen.only_maybes):
        asked = f"{option} {safe_text(shlex.quote(tag))}"
        raise click.UsageError(
            f"{safe_text(name)} is a maybe, and these are left out here. To count them as tags: "
            f"--maybe {asked}. To count them alone: --only-maybes {asked}."
        )
    return tag


def _check_maybes(chosen: VideoFilter) -> None:
    """Refuse what contradicts itself, and say what changes nothing.

    Raises:
        click.UsageError: no maybe can be in the state that is asked for, or maybes are to count in two ways.
    """
    if chosen.only_maybes and chosen.with_maybes:
        raise click.UsageError(
            "--maybe and --only-maybes exclude each other: count maybes as tags too, or alone."
        )
    if chosen.only_maybes and chosen.state in {TagState.CONFIRMED, TagState.REJECTED}:
        raise click.UsageError(
            f"--only-maybes does not go with --state {chosen.state.value}: "
            "a maybe is a tag that nobody decided about."
        )
    counts_tags = chosen.all_tags or chosen.any_tags or chosen.no_tags or chosen.untagged
    counts_suggested = chosen.state is TagState.SUGGESTED or (chosen.state is None and counts_tags)
    if chosen.with_maybes and not counts_suggested:
        click.echo(
            "--maybe changes nothing here: with it --tag, --any, --not, --untagged and --state suggested "
            "count maybes as tags. For the videos that have a maybe: --only-maybes",
            err=True,
        )
