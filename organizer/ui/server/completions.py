"""Routes that the search box and the panel of filters ask while somebody types and points. They only read.

- ``/api/complete``: what the words ``q`` ask for, as chips; what is wrong with them, and where; and what may
  stand at the place ``at``.
- ``/api/filters``: what the panel shows of ``q``; with ``set``, ``to`` and ``name``, of what a change in the
  panel makes of it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from organizer.errors import LibraryError, QueryError
from organizer.gallery.filter_choices import changed, panel, shown_chips
from organizer.gallery.view_state import MOST_WORDS
from organizer.library import Library
from organizer.query import complete
from organizer.text import safe_text
from organizer.ui.known_names import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    Answer = Callable[[Library, Request], dict[str, Any]]

_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}


def completion_routes(library: Path) -> list[Route]:
    """Return the routes."""
    return [
        Route("/api/complete", partial(_answer, library, completions)),
        Route("/api/filters", partial(_answer, library, filters)),
    ]


def completions(library: Library, request: Request) -> dict[str, Any]:
    """Return what a search asks for, what is wrong with it, and how it may go on."""
    text = _text(request)
    at = request.query_params.get("at", "")
    cursor = min(int(at), len(text)) if at.isascii() and at.isdecimal() and len(at) < 6 else len(text)
    found = [
        asdict(one) | {"words": safe_text(one.words)} for one in complete(text, cursor, NAMES.of(library))
    ]
    try:
        return {"chips": shown_chips(text), "error": None, "completions": found}
    except QueryError as error:
        wrong = {"message": safe_text(error.message), "start": error.start, "end": error.end}
        return {"chips": [], "error": wrong, "completions": found}


def filters(library: Library, request: Request) -> dict[str, Any]:
    """Return what the panel shows, of the search as it is or after a change."""
    now = datetime.now()
    try:
        text = changed(_text(request), request.query_params, now)
        shown = panel(text, library.tag_counts(), library.maybe_counts(), now)
    except QueryError as error:
        return {"problem": safe_text(error.message)}
    return asdict(shown) | {"problem": None}


def _text(request: Request) -> str:
    return request.query_params.get("q", "")[:MOST_WORDS]


def _answer(library: Path, answer: Answer, request: Request) -> Response:
    try:
        with Library.open(library, create=False) as opened:
            return JSONResponse(answer(opened, request), headers=_HEADERS)
    except LibraryError as error:
        return JSONResponse({"error": safe_text(str(error))}, status_code=503, headers=_HEADERS)
