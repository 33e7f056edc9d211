"""Addresses of before there was a search: a parameter for each filter. Their bookmarks go on working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from organizer.dates.believable import FIRST_FILM_YEAR
from organizer.library.filters import VideoFilter, as_query
from organizer.library.records import Status
from organizer.query import all_of, parse, parts_of, print_query
from organizer.query.expr import Compare, Date
from organizer.query.when import Calendar
from organizer.types import TagState

if TYPE_CHECKING:
    from organizer.query.expr import Expr

EARLIEST_DAY, LATEST_DAY = date(FIRST_FILM_YEAR, 1, 1), date(2100, 12, 31)

_MAX_TEXT = 200
_MAX_TAGS = 50
_WITH, _ONLY = "with", "only"
_STATES = {state.value: state for state in TagState}
_STATUSES = {status.value: status for status in Status}


def words_of(query: Mapping[str, Sequence[str]]) -> str:
    """Return the words of a search that chooses what an address of before chose; empty for all videos."""

    def first(name: str) -> str:
        return query[name][0] if query.get(name) else ""

    def tags(name: str) -> tuple[str, ...]:
        names = (tag.strip() for tag in query.get(name, ()))
        return tuple(dict.fromkeys(filter(None, names)))[:_MAX_TAGS]

    maybes = first("maybes")
    before = VideoFilter(
        all_tags=tags("all"),
        any_tags=tags("any"),
        no_tags=tags("none"),
        untagged=first("untagged") == "1",
        with_maybes=maybes == _WITH,
        only_maybes=maybes == _ONLY,
        state=_STATES.get(first("state")),
        status=_STATUSES.get(first("status")),
        text=first("text")[:_MAX_TEXT],
    )
    return _written([*parts_of(as_query(before)), between_days(_day(first("from")), _day(first("to")))])


def between_days(first: date | None, last: date | None) -> Date | None:
    """Return the search for what was taken from one day to another, both included; None is no limit."""
    if first and last:
        same = first == last
        return Date(_calendar(first)) if same else Date(_calendar(first), Compare.BETWEEN, _calendar(last))
    if first:
        return Date(_calendar(first), Compare.FROM)
    return Date(_calendar(last), Compare.UNTIL) if last else None


def _written(parts: Sequence[Expr | None]) -> str:
    """Return the text of a search, without the parts that have none: a quotation mark in a name, say."""
    kept: list[Expr] = []
    for part in parts:
        if part is not None and parse(print_query(part)) == part:
            kept.append(part)
    whole = all_of(*kept)
    return print_query(whole) if whole is not None else ""


def _calendar(day: date) -> Calendar:
    return Calendar(day.year, day.month, day.day)


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST_DAY <= day <= LATEST_DAY else None
