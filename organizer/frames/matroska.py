"""What Matroska and WebM files tell of their tracks that PyAV does not give.

These files are nested elements, each an identifier and a size of one to eight bytes, and its content
(RFC 8794); which there are is said by RFC 9559.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from organizer.frames.read_errors import note

_SEGMENT = 0x18538067
_TRACKS = 0x1654AE6B
_CLUSTER = 0x1F43B675
_PROJECTION = b"\x76\x70"
# Ends the listing of a damaged file; before the pictures begin there are a dozen elements.
_MAX_ELEMENTS = 1000
_MAX_TRACKS_BYTES = 1 << 20


def may_be_projected(path: str) -> bool:
    """Tell whether a track may say how to place its picture (``Projection``: turns, mirrors, spheres).

    Cheap and not quite sure: True also for the same two bytes elsewhere among the tracks, and where these
    are not found before the first pictures. False when the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            tracks = _tracks(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        note(error)
        return False
    return tracks is None or _PROJECTION in tracks


def _tracks(file: BinaryIO, end: int) -> bytes | None:
    """Return what the element with the tracks holds; None where it is not found or too long to be one."""
    for _ in range(_MAX_ELEMENTS):
        identifier, size = _number(file, keep_marker=True), _number(file, keep_marker=False)
        if identifier is None or size is None or identifier == _CLUSTER:
            return None
        if identifier == _TRACKS:
            return file.read(size) if size <= _MAX_TRACKS_BYTES else None
        if identifier != _SEGMENT:
            if file.tell() + size > end:
                return None
            file.seek(size, os.SEEK_CUR)
    return None


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """Return the next number; the zeros it begins with say how many bytes it has. None at the end."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    if len(rest) < length - 1:
        return None
    head = first[0] if keep_marker else first[0] - (1 << (8 - length))
    return int.from_bytes(bytes([head]) + rest, "big")
