"""Routes that serve posters and original videos, by the unguessable key of a video and nothing else."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from organizer.errors import LibraryError
from organizer.frames.folders.extensions import extension
from organizer.library import Library
from organizer.library.records import StoredPlace
from organizer.ui.server.contained_file import open_contained
from organizer.ui.server.file_response import file_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from starlette.requests import Request

T = TypeVar("T")

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_POSTER_AGE_S = 3600

MEDIA_TYPES = {
    ".avi": "video/x-msvideo",
    ".flv": "video/x-flv",
    ".m4v": "video/mp4",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".mpeg": "video/mpeg",
    ".mpg": "video/mpeg",
    ".mts": "video/mp2t",
    ".ogv": "video/ogg",
    ".qt": "video/quicktime",
    ".ts": "video/mp2t",
    ".webm": "video/webm",
    ".wmv": "video/x-ms-wmv",
    ".3gp": "video/3gpp",
}
"""Content types by extension; a file of any other name is sent as bytes that no browser interprets."""

MEDIA_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def media_routes(library: Path) -> list[Route]:
    """Return the routes; whatever follows the prefix is taken as a key, or is not found."""
    return [
        Route("/clip/{key:path}", partial(clip, library)),
        Route("/poster/{key:path}", partial(poster, library)),
    ]


def clip(library: Path, request: Request) -> Response:
    """Send the original, or the range of it that the browser asks for, in small pieces."""
    places = _asked_of(library, request, lambda opened, key: opened.media.places_of(key))
    file = first_servable(places or ())
    if file is None:
        return _not_found()
    descriptor, name = file
    media_type = MEDIA_TYPES.get(extension(name), "application/octet-stream")
    return file_response(
        request,
        descriptor,
        {"Content-Type": media_type, "Cache-Control": "private, no-cache", **MEDIA_HEADERS},
    )


def poster(library: Path, request: Request) -> Response:
    """Send a poster as WebP."""
    picture = _asked_of(library, request, lambda opened, key: opened.media.poster_of(key))
    if picture is None:
        return _not_found()
    headers = MEDIA_HEADERS | {"Cache-Control": f"private, max-age={_POSTER_AGE_S}"}
    return Response(picture, media_type="image/webp", headers=headers)


def _asked_of(library: Path, request: Request, ask: Callable[[Library, str], T]) -> T | None:
    """Return what the library answers about the key that a request names; None for no key, or no library."""
    key = request.path_params["key"]
    if not KEY.fullmatch(key):
        return None
    try:
        with Library.open(library, create=False) as opened:
            return ask(opened, key)
    except LibraryError:
        return None


def first_servable(places: Iterable[StoredPlace]) -> tuple[int, str] | None:
    """Open the first place that is a regular file inside its root; return the descriptor and its path.

    Scans follow no links, so a link at such a place was put there later: it is as good as no file.
    """
    for place in places:
        try:
            return open_contained(place.root, place.relative_path), place.relative_path
        except (OSError, ValueError):
            continue
    return None


def _not_found() -> Response:
    return PlainTextResponse(
        "There is no such video.", status_code=404, headers=MEDIA_HEADERS | {"Cache-Control": "no-store"}
    )
