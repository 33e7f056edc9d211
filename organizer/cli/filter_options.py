"""The options that choose videos, shared by ``list`` and ``retag``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from organizer.library.filters import VideoFilter

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

# Spelled out, for the enums live beside SQL that --help must not import; a test compares them.
STATUSES = ("ok", "failed", "missing", "offline")
STATES = ("suggested", "confirmed", "rejected")
SORTS = ("taken", "name", "duration", "size", "added")

_OPTIONS = (
    click.option(
        "--tag", "all_tags", multiple=True, metavar="TAG", help="With this tag; repeated: with all."
    ),
    click.option("--any", "any_tags", multiple=True, metavar="TAG", help="With at least one of these tags."),
    click.option("--not", "no_tags", multiple=True, metavar="TAG", help="Without any of these tags."),
    click.option("--untagged", is_flag=True, help="Without any tag."),
    click.option("--state", type=click.Choice(STATES), help="Count only tags in this state."),
    click.option("--status", type=click.Choice(STATUSES), help="Only videos in this status."),
    click.option("--text", default="", help="Words in the file's name or folder."),
    click.option(
        "--since", "taken_from", type=click.DateTime(), help="Taken then or later, as dates are shown."
    ),
    click.option(
        "--before", "taken_before", type=click.DateTime(), help="Taken before then, as dates are shown."
    ),
)


def filter_options(function: Decorated) -> Decorated:
    """Add the options; the command takes them as keyword arguments for ``build_filter``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def build_filter(
    *,
    state: str | None,
    status: str | None,
    taken_from: datetime | None,
    taken_before: datetime | None,
    sort: str = "taken",
    **rest: Any,
) -> VideoFilter:
    """Return the filter that the options describe."""
    from organizer.library.filters import Sort, VideoFilter
    from organizer.library.records import Status
    from organizer.types import TagState

    return VideoFilter(
        state=TagState(state) if state else None,
        status=Status(status) if status else None,
        taken_from=taken_from,
        taken_before=taken_before,
        sort=Sort(sort),
        **rest,
    )
