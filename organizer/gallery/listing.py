"""A list of videos as the page asks for it: how many in which month, and the cards of a part of it.

All of it is plain values that JSON can hold.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.gallery.cards import card

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from organizer.library import Library
    from organizer.library.records import Month

MOST_CARDS = 240
"""Of one answer."""
OWN_PARAMETERS = frozenset({"offset", "limit", "version", "since", "anchor"})
"""What an address of a list says besides the view."""


def months(found: Sequence[Month]) -> list[dict[str, Any]]:
    """Return the months of a list."""
    return [{"month": month.month, "count": month.videos} for month in found]


def cards(library: Library, video_ids: Sequence[int]) -> list[dict[str, Any] | None]:
    """Return the cards of some videos, in their order; None stands for a video that is gone."""
    records = {record.id: record for record in library.records(video_ids)}
    pictured = library.media.with_posters(video_ids)
    return [
        asdict(card(records[id_], poster=id_ in pictured)) if id_ in records else None for id_ in video_ids
    ]


def view_parameters(parameters: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what an address of a list says of the view, as an address of the page would."""
    view: dict[str, list[str]] = {}
    for name, value in parameters:
        if name not in OWN_PARAMETERS:
            view.setdefault(name, []).append(value)
    return view


def span(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Return where the asked part of a list begins and ends; nonsense is the beginning, or nothing."""
    offset, limit = _number(parameters.get("offset")), _number(parameters.get("limit"))
    return offset, offset + min(limit, MOST_CARDS)


def part(parameters: Mapping[str, str], place: int | None, videos: int) -> tuple[int, int]:
    """Return where the part of a list begins and ends that holds a place of it.

    Parts are as long as ``limit`` says and follow one another from the beginning on.

    Args:
        parameters: of the address.
        place: in the list; None takes ``offset``, or what is nearest to it.
        videos: how long the list is.
    """
    limit = min(_number(parameters.get("limit")), MOST_CARDS)
    if not limit or not videos:
        return 0, 0
    near = min(_number(parameters.get("offset")), videos - 1) if place is None else place
    return near - near % limit, near - near % limit + limit


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def chosen_ids(ids: Sequence[int], spans: object) -> list[int]:
    """Return the videos of a list at some spans of places in it, each once; nonsense chooses nothing.

    Args:
        ids: the whole list.
        spans: pairs of the first place and the one after the last, as a page sends them.
    """
    if not isinstance(spans, list):
        return []
    chosen: dict[int, None] = {}
    for pair in spans:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(one) is int for one in pair)):
            return []
        chosen |= dict.fromkeys(ids[max(0, pair[0]) : max(0, pair[1])])
    return list(chosen)
