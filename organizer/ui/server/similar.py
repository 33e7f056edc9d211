"""The route of "More like this": which videos are like one, or like a second of it.

``/api/similar/KEY``, with ``second`` for one second of it. It only reads the library, and is asked when a
person wants to see it, after the page of the video is drawn.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from organizer.alike.neighbours import LEAST
from organizer.errors import LibraryError, NotLookedAtError, OrganizerError, UnknownVideoError
from organizer.gallery.alike import alike_cards
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.text import count, safe_text
from organizer.ui.kept_finder import FINDER

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

SHOWN = 12
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_SECOND = re.compile(r"\d{1,6}", re.ASCII)
_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}


def similar_routes(library: Path) -> list[Route]:
    """Return the route; whatever follows the prefix is taken as a key, or is not found."""
    return [Route("/api/similar/{key:path}", partial(similar, library))]


def similar(library: Path, request: Request) -> Response:
    """Send ``{"cards": [...], "note": "...", "preparing": null}``: an ``AlikeCard`` for each video.

    While vectors are made there are no cards, and ``preparing`` says how far it is: it is asked again then.
    """
    key, second = request.path_params["key"], request.query_params.get("second")
    if not _KEY.fullmatch(key) or (second is not None and not _SECOND.fullmatch(second)):
        return _answer({"error": "There is no such video."}, 404)
    try:
        with Library.open(library, create=False) as opened:
            return _answer(_found(opened, key, None if second is None else int(second)))
    except NotLookedAtError as error:
        return _answer(_nothing(error.reason))
    except UnknownVideoError:
        return _answer({"error": "There is no such video."}, 404)
    except LibraryError as error:
        return _answer({"error": safe_text(str(error))}, 503)
    except OrganizerError as error:
        # The model in use is missing or damaged.
        return _answer(_nothing(safe_text(str(error))))


def _found(library: Library, key: str, second: int | None) -> dict[str, Any]:
    video_id = library.media.id_of(key)
    bundle = open_bundle()
    finder = FINDER.of(library.path, bundle)
    step = FINDER.prepare(library, finder)
    if step is not None:
        return {"cards": [], "note": "", "preparing": asdict(step)}
    matches = finder.like_now(library, video_id, second=second, limit=SHOWN)
    found = [match for match in matches if match.likeness >= LEAST]
    left_out = library.features.count_without(bundle.space_id)
    nothing = "No other video is much like it." if matches else "There is no other video to compare it with."
    note = "" if found else nothing
    if left_out:
        words = f"{count(left_out, 'video')} left out: the model in use has not looked at them."
        note = f"{note} {words}".strip()
    return {"cards": [asdict(card) for card in alike_cards(library, found)], "note": note, "preparing": None}


def _nothing(words: str) -> dict[str, Any]:
    return {"cards": [], "note": words, "preparing": None}


def _answer(value: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(value, status_code=status, headers=_HEADERS)
