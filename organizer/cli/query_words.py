"""Searches on the command line: read, joined to filters, and pointed at where they are wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument
from organizer.errors import OrganizerError, QueryError, UnknownVideoError
from organizer.library.filters import Sort, VideoFilter
from organizer.library.spelling import folded
from organizer.query import all_of, parse
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.library import Library
    from organizer.query import Expr


class QueryCommand(click.Command):
    """A command whose arguments are a search: ``-tag:Dance`` is a word of it and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line, in which a hyphen before a word becomes NOT."""
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        names = {name for option in options for name in (*option.opts, *option.secondary_opts)}
        takes_value = {name for option in options if not option.is_flag for name in option.opts}
        words: list[str] = []
        for number, word in enumerate(args):
            if word == "--":
                words += args[number:]
                break
            is_value = number > 0 and args[number - 1] in takes_value
            is_not = len(word) > 1 and word[0] == "-" and word[1] != "-" and word not in names
            words.append(f"NOT {word[1:]}" if is_not and not is_value else word)
        return super().parse_args(ctx, words)


where_option = click.option(
    "--where",
    "wheres",
    multiple=True,
    metavar="QUERY",
    help="Videos that a search finds, such as 'dance summer 2023 length:<30s'; repeated: that all find.",
)


def videos_where(library: Library, wheres: Sequence[str]) -> Sequence[int]:
    """Return the ids of the videos that all of some searches find, by the names of their files.

    Raises:
        click.UsageError: one is no search, or none says anything.
        UnknownVideoError: no video fits.
    """
    query = all_of(*(read_query(text) for text in wheres))
    if query is None:
        raise click.UsageError("--where is empty. Say which videos, such as --where 'dance 2023'.")
    ids = library.ids(VideoFilter(query=query, sort=Sort.NAME, descending=False))
    if not ids:
        raise UnknownVideoError("No video fits.")
    return ids


def read_query(text: str) -> Expr | None:
    """Return the search that a person typed, None for an empty one.

    Raises:
        click.UsageError: it is none; the message shows where.
    """
    try:
        return parse(text)
    except QueryError as error:
        raise click.UsageError(pointed_at(text, error)) from None


def pointed_at(text: str, error: QueryError) -> str:
    """Return what is wrong with a search, the search, and below it a mark at the place."""
    before, wrong = safe_text(text[: error.start]), safe_text(text[error.start : error.end])
    marks = " " * len(before) + "^" * max(1, len(wrong))
    return f"{safe_text(error.message)}\n  {before}{wrong}{safe_text(text[error.end :])}\n  {marks}"


def with_saved_searches(library: Library, chosen: VideoFilter, names: Sequence[str]) -> VideoFilter:
    """Return a filter that also asks for what some saved searches ask for.

    Raises:
        OrganizerError: there is no search of this name.
        click.UsageError: one is no search any more.
    """
    saved = {folded(one.name): one.text for one in library.saved_searches()} if names else {}
    for name in names:
        text = saved.get(folded(" ".join(name.split())))
        if text is None:
            raise OrganizerError(
                f"{name}: no search is kept under this name. See: organizer searches{library_argument()}"
            )
        chosen = replace(chosen, query=all_of(chosen.query, read_query(text)))
    return chosen
