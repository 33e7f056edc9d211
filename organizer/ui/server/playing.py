"""Routes that serve a video in pieces that any browser plays, and its pictures for hovering.

    /play/KEY               how it is served, as JSON
    /play/KEY/init          what all of its pieces have in common
    /play/KEY/segment/N     a piece; 204 where there is nothing in it
    /strip/KEY              up to ten pictures in a row, as WebP, with X-Strip-Count and X-Strip-Seconds
    /strip/KEY/about        which seconds they show, as JSON

Where a video cannot be played the answer is JSON with a sentence, ``problem``.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from organizer.config import pieces_folder, pieces_limit
from organizer.errors import LibraryError, OrganizerError, VideoError
from organizer.library import Library
from organizer.playback.original import Original
from organizer.playback.piece_cache import PieceCache
from organizer.playback.players import Players
from organizer.text import safe_text
from organizer.ui.server.media import KEY, MEDIA_HEADERS, first_servable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future
    from pathlib import Path

    from starlette.requests import Request

    from organizer.playback.desk import Opened
    from organizer.playback.strip import Strip

T = TypeVar("T")

_LOOK_EVERY_S = 0.2
"""Whether whoever asked is still there."""
_MOST_PIECES = 10**6
_NO_STORE = MEDIA_HEADERS | {"Cache-Control": "no-store"}
_KEPT = MEDIA_HEADERS | {"Cache-Control": "private, max-age=3600"}
_GONE = 499
"""Of an answer that nobody gets any more."""


class _Asker:
    """What the routes have in common: the library and who makes pieces."""

    def __init__(self, library: Path, players: Players) -> None:
        self._library = library
        self.players = players

    async def original(self, request: Request) -> Original | None:
        """Return the file that a request means; None where there is none that may be served."""
        key = request.path_params["key"]
        return await run_in_threadpool(self._found, key) if KEY.fullmatch(key) else None

    def _found(self, key: str) -> Original | None:
        try:
            with Library.open(self._library, create=False) as opened:
                places = opened.media.places_of(key)
                duration_s = opened.video(opened.media.id_of(key)).duration_s if places else None
        except LibraryError:
            return None
        for place in places:
            file = first_servable([place])
            if file is None:
                continue
            try:
                status = os.fstat(file[0])
            finally:
                os.close(file[0])
            # The process that opens it looks whether this very file lies there.
            return Original.of(os.path.join(place.root, place.relative_path), key, status, duration_s)
        return None


def playing_routes(library: Path, players: Players | None = None) -> list[Route]:
    """Return the routes.

    Args:
        library: whose videos are played.
        players: who makes the pieces; by default such as keep them in the platform's cache folder.
    """
    asker = _Asker(library, players or Players(PieceCache(pieces_folder(), pieces_limit())))
    return [
        Route("/play/{key}", partial(_answered, asker, _look)),
        Route("/play/{key}/init", partial(_answered, asker, _beginning)),
        Route("/play/{key}/segment/{number}", partial(_answered, asker, _piece)),
        Route("/strip/{key}", partial(_answered, asker, _strip)),
        Route("/strip/{key}/about", partial(_answered, asker, _about_strip)),
    ]


async def _answered(
    asker: _Asker, answer: Callable[[_Asker, Request, Original], Awaitable[Response]], request: Request
) -> Response:
    original = await asker.original(request)
    if original is None:
        return _problem(404, "The file is not there.")
    try:
        return await answer(asker, request, original)
    except VideoError as error:
        return _problem(422, f"It cannot be played: {safe_text(error.reason)}.")
    except OrganizerError as error:
        return _problem(503, safe_text(str(error)))
    except CancelledError:
        return _problem(503, "Too many videos are being played. Close another one.")
    except _LeftError:
        return Response(status_code=_GONE, headers=_NO_STORE)


async def _look(asker: _Asker, request: Request, original: Original) -> Response:
    plan = (await _opened(asker, request, original)).plan
    about = {
        "way": plan.way.value,
        "type": plan.media_type,
        "width": plan.width,
        "height": plan.height,
        "duration": plan.duration_s,
        "count": plan.count,
        "first": plan.grid.first_s,
        "step": plan.grid.step_s,
        "codec": plan.codec,
        "sound": plan.sound,
        "soundPlays": plan.sound_plays,
        # Pieces of another state of the file do not fit to those of this one.
        "version": original.name_of_pieces,
    }
    return JSONResponse(about, headers=_NO_STORE)


async def _beginning(asker: _Asker, request: Request, original: Original) -> Response:
    opened = await _opened(asker, request, original)
    return Response(opened.beginning, media_type="video/mp4", headers=_NO_STORE)


async def _opened(asker: _Asker, request: Request, original: Original) -> Opened:
    future = await run_in_threadpool(asker.players.look, original)
    return await _waited(request, future, lambda: None)


async def _piece(asker: _Asker, request: Request, original: Original) -> Response:
    text = request.path_params["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 8) or int(text) > _MOST_PIECES:
        return _problem(404, "There is no such piece.")
    version = request.query_params.get("version", original.name_of_pieces)
    if version != original.name_of_pieces:
        return _problem(409, "The file has changed. Open the video again.")
    number = int(text)
    future = await run_in_threadpool(asker.players.piece, original, number)
    piece = await _waited(request, future, lambda: asker.players.give_up(original, number, future))
    headers = _NO_STORE | {"X-Last-Piece": "1" if piece.is_last else "0"}
    if not piece.data:
        return Response(status_code=204, headers=headers)
    return Response(piece.data, media_type="video/mp4", headers=headers)


async def _strip(asker: _Asker, request: Request, original: Original) -> Response:
    strip = await _drawn(asker, request, original)
    headers = _KEPT | {
        "X-Strip-Count": str(len(strip.seconds)),
        "X-Strip-Seconds": ",".join(f"{second:.3f}" for second in strip.seconds),
    }
    return Response(strip.webp, media_type="image/webp", headers=headers)


async def _about_strip(asker: _Asker, request: Request, original: Original) -> Response:
    strip = await _drawn(asker, request, original)
    about = {
        "count": len(strip.seconds),
        "seconds": strip.seconds,
        "width": strip.width,
        "height": strip.height,
    }
    return JSONResponse(about, headers=_KEPT)


async def _drawn(asker: _Asker, request: Request, original: Original) -> Strip:
    future = await run_in_threadpool(asker.players.strip, original)
    return await _waited(request, future, lambda: asker.players.give_up_strip(future))


class _LeftError(Exception):
    """Whoever asked is gone."""


async def _waited(request: Request, future: Future[T], give_up: Callable[[], None]) -> T:
    """Wait for an answer, unless whoever asked goes away meanwhile."""
    waiting = asyncio.wrap_future(future)
    try:
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=_LOOK_EVERY_S)
            if not waiting.done() and await request.is_disconnected():
                raise _LeftError
    except BaseException:
        await run_in_threadpool(give_up)
        raise
    try:
        return waiting.result()
    except asyncio.CancelledError:
        raise CancelledError from None


def _problem(status: int, words: str) -> JSONResponse:
    return JSONResponse({"problem": words}, status_code=status, headers=_NO_STORE)
