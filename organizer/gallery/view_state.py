"""What the page shows, as one value that travels in its address.

A new filter is a field of ``ViewState`` and a line each in ``filter``, ``to_query`` and ``from_query``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from enum import StrEnum
from typing import TypeVar

from organizer.dates.believable import FIRST_FILM_YEAR
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.types import TagState

EARLIEST_DAY, LATEST_DAY = date(FIRST_FILM_YEAR, 1, 1), date(2100, 12, 31)

PAGE_SIZE = 36
_MAX_TEXT = 200
_MAX_TAGS = 50


class Maybes(StrEnum):
    """How a view counts maybes; where it says nothing of them, they count as no tags."""

    WITH = "with"
    """As given tags do."""
    ONLY = "only"
    """As the only tags."""


Choice = TypeVar("Choice", bound=StrEnum)
Query = dict[str, list[str]]
"""Parameters of an address by name, each with its values in order."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """A choice of videos, a page of it, and the video that is open."""

    all_tags: tuple[str, ...] = ()
    any_tags: tuple[str, ...] = ()
    no_tags: tuple[str, ...] = ()
    untagged: bool = False
    maybes: Maybes | None = None
    state: TagState | None = None
    status: Status | None = None
    text: str = ""
    first_day: date | None = None
    last_day: date | None = None
    """Inclusive."""
    sort: Sort = Sort.TAKEN
    descending: bool = True
    page: int = 1
    """From 1."""
    video: str | None = None
    """Key of the open video; None shows the grid."""

    @property
    def is_filtered(self) -> bool:
        """Whether anything limits which videos are shown."""
        unlimited, order = ViewState(), {"sort", "descending", "page", "video"}
        return any(
            getattr(self, field.name) != getattr(unlimited, field.name)
            for field in fields(self)
            if field.name not in order
        )

    def filter(self) -> VideoFilter:
        """Return the filter of the library, without limits of the page."""
        return VideoFilter(
            all_tags=self.all_tags,
            any_tags=self.any_tags,
            no_tags=self.no_tags,
            untagged=self.untagged,
            state=self.state,
            with_maybes=self.maybes is Maybes.WITH,
            only_maybes=self.maybes is Maybes.ONLY,
            status=self.status,
            text=self.text,
            taken_from=_midnight(self.first_day),
            taken_before=_midnight(_day_after(self.last_day)),
            sort=self.sort,
            descending=self.descending,
        )


def to_query(view: ViewState) -> Query:
    """Return the address's parameters; what is as in a new view is left out."""
    values: dict[str, Sequence[str]] = {
        "all": view.all_tags,
        "any": view.any_tags,
        "none": view.no_tags,
        "untagged": ["1"] if view.untagged else [],
        "maybes": [view.maybes.value] if view.maybes else [],
        "state": [view.state.value] if view.state else [],
        "status": [view.status.value] if view.status else [],
        "text": [view.text] if view.text else [],
        "from": [view.first_day.isoformat()] if view.first_day else [],
        "to": [view.last_day.isoformat()] if view.last_day else [],
        "sort": [view.sort.value] if view.sort is not Sort.TAKEN else [],
        "order": [] if view.descending else ["up"],
        "page": [str(view.page)] if view.page > 1 else [],
        "video": [view.video] if view.video else [],
    }
    return {name: list(value) for name, value in values.items() if value}


def from_query(query: Mapping[str, Sequence[str]]) -> ViewState:
    """Return the view of an address; anybody can type one, so what makes no sense in it is ignored."""

    def first(name: str) -> str:
        return query[name][0] if query.get(name) else ""

    def tags(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(query.get(name, ())))[:_MAX_TAGS]

    return ViewState(
        all_tags=tags("all"),
        any_tags=tags("any"),
        no_tags=tags("none"),
        untagged=first("untagged") == "1",
        maybes=_choice(Maybes, first("maybes")),
        state=_choice(TagState, first("state")),
        status=_choice(Status, first("status")),
        text=first("text")[:_MAX_TEXT],
        first_day=_day(first("from")),
        last_day=_day(first("to")),
        sort=_choice(Sort, first("sort")) or Sort.TAKEN,
        descending=first("order") != "up",
        page=_page(first("page")),
        video=first("video") or None,
    )


def pages(videos: int) -> int:
    """Return how many pages so many videos fill, at least 1."""
    return max(1, -(-videos // PAGE_SIZE))


def _choice(choices: type[Choice], value: str) -> Choice | None:
    return choices(value) if value in {choice.value for choice in choices} else None


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST_DAY <= day <= LATEST_DAY else None


def _page(value: str) -> int:
    return max(1, int(value)) if value.isascii() and value.isdecimal() and len(value) < 8 else 1


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, clock_time.min) if day else None


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day and day < date.max else day
