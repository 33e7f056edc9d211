"""What the page shows, as one value that travels in its address.

Which videos are chosen is said by the words of a search alone; see ``organizer.query``. Addresses of before,
with a parameter for each filter, are still understood: ``organizer.gallery.old_address`` makes words of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from organizer.gallery.old_address import words_of
from organizer.library.filters import Sort, VideoFilter
from organizer.query import parse

MOST_WORDS = 1000
"""Characters of a search."""

Query = dict[str, list[str]]
"""Parameters of an address by name, each with its values in order."""


class Panel(StrEnum):
    """What the page shows besides videos; the values stand in its address."""

    REVIEW = "review"
    TAGS = "tags"
    FOLDERS = "folders"
    DOUBLES = "doubles"
    INSIGHTS = "insights"
    HISTORY = "history"


Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ViewState:
    """A choice of videos in an order, and what of it is open."""

    query: str = ""
    """The words of the search; empty chooses all videos. They may be none that can be understood."""
    sort: Sort = Sort.TAKEN
    descending: bool = True
    video: str | None = None
    """Key of the open video; None shows the grid."""
    panel: Panel | None = None
    """None shows videos."""

    @property
    def is_filtered(self) -> bool:
        """Whether anything limits which videos are shown."""
        return bool(self.query)

    def filter(self) -> VideoFilter:
        """Return the filter of the library.

        Raises:
            QueryError: the words of the search cannot be understood.
        """
        return VideoFilter(query=parse(self.query), sort=self.sort, descending=self.descending)


def to_query(view: ViewState) -> Query:
    """Return the address's parameters; what is as in a new view is left out."""
    values = {
        "q": view.query,
        "sort": view.sort.value if view.sort is not Sort.TAKEN else "",
        "order": "" if view.descending else "up",
        "video": view.video or "",
        "view": view.panel.value if view.panel else "",
    }
    return {name: [value] for name, value in values.items() if value}


def from_query(query: Mapping[str, Sequence[str]]) -> ViewState:
    """Return the view of an address; anybody can type one, so what makes no sense in it is ignored."""

    def first(name: str) -> str:
        return query[name][0] if query.get(name) else ""

    return ViewState(
        query=first("q").strip()[:MOST_WORDS] or words_of(query),
        sort=_choice(Sort, first("sort")) or Sort.TAKEN,
        descending=first("order") != "up",
        video=first("video") or None,
        panel=_choice(Panel, first("view")),
    )


def _choice(choices: type[Choice], value: str) -> Choice | None:
    return choices(value) if value in {choice.value for choice in choices} else None
