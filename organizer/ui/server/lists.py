"""Routes that say which videos a view chooses, as JSON: scrolling needs no run of the page's script.

They only read. Their parameters are those of the page's own address, and a few more:

- ``/api/months``: how many there are in which month. ``anchor`` asks where a video, by its key, stands among
  them; ``limit`` asks for the cards about that place too, or about ``offset``. ``since`` asks instead what
  became of a list that was got before.
- ``/api/videos``: the cards from ``offset`` on, ``limit`` of them, of the list ``version``.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from organizer.errors import LibraryError, OrganizerError, UnknownVideoError
from organizer.gallery import listing
from organizer.gallery.view_state import from_query
from organizer.library import Library
from organizer.ui.kept_lists import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

    from organizer.library.filters import VideoFilter
    from organizer.ui.kept_lists import KeptList

    Answer = Callable[[Library, Request], dict[str, Any]]

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def list_routes(library: Path) -> list[Route]:
    """Return the routes."""
    return [
        Route("/api/months", partial(_answer, library, months)),
        Route("/api/videos", partial(_answer, library, videos)),
    ]


def months(library: Library, request: Request) -> dict[str, Any]:
    """Return the months of a list, or what became of one."""
    chosen = _chosen(request)
    if since := request.query_params.get("since"):
        return _changes(library, chosen, since)
    kept = LISTS.newest(library, chosen)
    place = _place(library, kept, request.query_params.get("anchor"))
    first, end = listing.part(request.query_params, place, len(kept.listed.ids))
    return _named(kept) | {
        "months": listing.months(kept.listed.months),
        "at": place,
        "offset": first,
        "videos": listing.cards(library, kept.listed.ids[first:end]),
    }


def videos(library: Library, request: Request) -> dict[str, Any]:
    """Return the cards of a part of a list; of a newer one where the asked one is not kept any more."""
    kept = LISTS.get(request.query_params.get("version", "")) or LISTS.newest(library, _chosen(request))
    first, end = listing.span(request.query_params)
    # Before they are read: what changes meanwhile is asked for again.
    stamp = library.stamp()
    cards = listing.cards(library, kept.listed.ids[first:end])
    return _named(kept) | {"stamp": stamp, "videos": cards}


def _named(kept: KeptList) -> dict[str, Any]:
    return {"version": kept.version, "stamp": kept.stamp, "count": len(kept.listed.ids)}


def _changes(library: Library, chosen: VideoFilter, version: str) -> dict[str, Any]:
    """Return how many videos came since a list was made, which stays what it was."""
    stamp, kept = library.stamp(), LISTS.get(version)
    if kept is None:
        return {"version": None, "stamp": stamp, "new": 0}
    new = 0 if stamp == kept.stamp else library.count_newer(chosen, kept.listed.newest_id)
    return _named(kept) | {"stamp": stamp, "new": new}


def _place(library: Library, kept: KeptList, key: str | None) -> int | None:
    """Return where a video stands in a list; None where it does not, or none is asked about."""
    if not key:
        return None
    try:
        return kept.listed.ids.index(library.media.id_of(key))
    except (UnknownVideoError, ValueError):
        return None


def _chosen(request: Request) -> VideoFilter:
    return from_query(listing.view_parameters(request.query_params.multi_items())).filter()


def _answer(library: Path, answer: Answer, request: Request) -> Response:
    try:
        with Library.open(library, create=False) as opened:
            return _json(answer(opened, request))
    except LibraryError as error:
        return _json({"error": str(error)}, 503)
    except OrganizerError as error:
        return _json({"error": str(error)}, 400)


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(
        # In ASCII: a name that is no text is spelled out before, and nothing here can fail on one.
        json.dumps(value, separators=(",", ":")),
        status_code=status,
        media_type="application/json",
        headers=_HEADERS,
    )
