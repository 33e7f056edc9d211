"""The route from which what was offered is fetched: files as one ZIP, a table, or a playlist.

All of it is made while it is sent, a piece at a time: nothing is written here, and ten thousand videos take
as little memory as one. Originals are opened for reading, as for watching.
"""

from __future__ import annotations

import os
import time
import zipfile
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from organizer.errors import LibraryError
from organizer.gallery import takeaway
from organizer.gallery.cards import title
from organizer.library import Library
from organizer.ui.exports import EXPORTS, Format
from organizer.ui.server.media import first_servable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from organizer.library.records import StoredPlace, VideoRecord
    from organizer.ui.exports import Offer

_AT_ONCE = 200
_PIECE_BYTES = 1 << 18
_FIRST_YEAR, _LAST_YEAR = 1980, 2107
"""That a ZIP can name."""
LEFT_OUT = "NOT IN HERE.txt"

_TYPES = {Format.ZIP: "application/zip", Format.CSV: "text/csv", Format.M3U: "audio/x-mpegurl"}
_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}


def export_routes(library: Path) -> list[Route]:
    """Return the route."""
    return [Route("/export/{token}", partial(export, library))]


def export(library: Path, request: Request) -> Response:
    """Send what was offered."""
    offer = EXPORTS.get(request.path_params["token"])
    if offer is None:
        return PlainTextResponse(
            "This download is not offered any more: select the videos once more.",
            status_code=404,
            headers=_HEADERS,
        )
    name = f"organizer-{len(offer.ids)}-videos.{offer.format.value}"
    return StreamingResponse(
        _PIECES[offer.format](library, offer),
        media_type=_TYPES[offer.format],
        headers=_HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _table(library: Path, offer: Offer) -> Iterator[bytes]:
    yield takeaway.table_head()
    for ids in _parts(offer):
        yield takeaway.table_rows(_records(library, ids))


def _playlist(library: Path, offer: Offer) -> Iterator[bytes]:
    yield takeaway.PLAYLIST_HEAD
    for ids in _parts(offer):
        yield takeaway.playlist_rows(_records(library, ids))


def _archive(library: Path, offer: Offer) -> Iterator[bytes]:
    """Yield a ZIP of the files, stored as they are; those that are not there are named in a text in it."""
    written = _Written()
    taken: set[str] = {LEFT_OUT.casefold()}
    left_out: list[str] = []
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for ids in _parts(offer):
            for name, places in _files(library, ids):
                file = first_servable(places)
                if file is None:
                    left_out.append(name)
                    continue
                yield from _stored(archive, written, file[0], takeaway.unlike(name, taken))
        if left_out:
            words = "These files are not there now, or are on a drive that is not plugged in:\n"
            archive.writestr(LEFT_OUT, words + "\n".join(left_out) + "\n")
    yield written.take()


def _stored(archive: zipfile.ZipFile, written: _Written, descriptor: int, name: str) -> Iterator[bytes]:
    with open(descriptor, "rb") as source:
        moment = time.localtime(os.fstat(descriptor).st_mtime)[:6]
        year = min(_LAST_YEAR, max(_FIRST_YEAR, moment[0]))
        entry = zipfile.ZipInfo(name, (year, *moment[1:]))
        with archive.open(entry, "w", force_zip64=True) as target:
            while piece := source.read(_PIECE_BYTES):
                target.write(piece)
                yield written.take()


class _Written:
    """Where a ZIP is written to: what is in it is taken out at once. It cannot be gone back in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """There is nothing to flush."""

    def close(self) -> None:
        """There is nothing to close."""

    def take(self) -> bytes:
        """Return what was written since."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _parts(offer: Offer) -> Iterator[Sequence[int]]:
    for start in range(0, len(offer.ids), _AT_ONCE):
        yield offer.ids[start : start + _AT_ONCE]


# Each opens the library anew and is done with it: the next piece may be made in another thread.


def _records(library: Path, ids: Sequence[int]) -> Sequence[VideoRecord]:
    try:
        with Library.open(library, create=False) as opened:
            return opened.records(ids)
    except LibraryError:
        return []


def _files(library: Path, ids: Sequence[int]) -> list[tuple[str, list[StoredPlace]]]:
    try:
        with Library.open(library, create=False) as opened:
            return [(title(record), opened.media.places_of(record.key)) for record in opened.records(ids)]
    except LibraryError:
        return []


_PIECES: dict[Format, Callable[[Path, Offer], Iterator[bytes]]] = {
    Format.ZIP: _archive,
    Format.CSV: _table,
    Format.M3U: _playlist,
}
