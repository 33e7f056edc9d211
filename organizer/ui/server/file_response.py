"""Send an open file, or the part of it that a player asks for."""

from __future__ import annotations

import io
import os
import re
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send


_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE | re.ASCII)


class NotSatisfiableError(Exception):
    """The part lies behind the end of the file."""


def requested_range(header: str | None, size: int) -> range | None:
    """Return the bytes that a ``Range`` header asks for, None for all.

    What is no range is ignored, and so are several at once, as a server may: no player asks for them.

    Args:
        header: the header's value, None where there is none.
        size: of the file in bytes.

    Raises:
        NotSatisfiableError: the file has not a byte of it.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None:
        return None
    first, last = found.groups()
    if first:
        wanted = range(int(first), min(int(last) + 1 if last else size, size))
        if last and int(last) < int(first):
            return None
    elif last:
        wanted = range(max(0, size - int(last)), size)
    else:
        return None
    if not wanted:
        raise NotSatisfiableError
    return wanted


_PIECE_BYTES = 1 << 16


class OpenFileResponse(StreamingResponse):
    """The bytes of a descriptor, which is closed in the end; the file's path is not looked at again.

    Starlette's own ``FileResponse`` opens a path anew, which may lead to another file by then.
    """

    def __init__(self, file: io.FileIO, part: range, *, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(_pieces(file, part), status, headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


def file_response(request: Request, descriptor: int, headers: Mapping[str, str]) -> Response:
    """Return the answer to a request for a file: 200, 206 with a part of it, or 416.

    Args:
        request: GET or HEAD.
        descriptor: of a regular file; it is closed with the answer.
        headers: of every answer, content type included.
    """
    # Closes itself where nobody sends the answer.
    file = io.FileIO(descriptor, "rb")
    status = os.fstat(descriptor)
    size = status.st_size
    tag, changed = f'"{status.st_mtime_ns:x}-{size:x}"', formatdate(status.st_mtime, usegmt=True)
    requested = request.headers.get("range")
    if request.headers.get("if-range", tag) not in {tag, changed}:
        # What the player has of it is of another state of the file.
        requested = None
    try:
        part = requested_range(requested, size)
    except NotSatisfiableError:
        file.close()
        return PlainTextResponse(
            "The file has no such part.",
            status_code=416,
            headers={
                **headers,
                "Content-Type": "text/plain; charset=utf-8",
                "Content-Range": f"bytes */{size}",
            },
        )
    sent = range(size) if part is None else part
    own = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(len(sent)),
        "ETag": tag,
        "Last-Modified": changed,
        **headers,
    }
    if part is not None:
        own["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    if request.method == "HEAD":
        sent = range(0)
    return OpenFileResponse(file, sent, status=200 if part is None else 206, headers=own)


async def _pieces(file: io.FileIO, part: range) -> AsyncIterator[bytes]:
    """Yield the bytes of a part; fewer where the file became shorter, and the connection then breaks off."""
    left = len(part)
    if left:
        await run_in_threadpool(file.seek, part.start)
    while left:
        piece = await run_in_threadpool(file.read, min(_PIECE_BYTES, left))
        if not piece:
            return
        left -= len(piece)
        yield piece
