"""What Matroska and WebM files tell of their tracks that PyAV does not give.

These files are nested elements, each an identifier and a size of one to eight bytes, and its content
(RFC 8794); which there are is said by RFC 9559.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from organizer.frames.formats.nested import ebml_elements
from organizer.frames.read_errors import note

_SEGMENT = b"\x18\x53\x80\x67"
_TRACKS = b"\x16\x54\xae\x6b"
_CLUSTER = b"\x1f\x43\xb6\x75"
_PROJECTION = b"\x76\x70"
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
    for segment in ebml_elements(file, 0, end):
        if segment.kind != _SEGMENT:
            continue
        for element in ebml_elements(file, segment.start, segment.end):
            if element.kind == _CLUSTER:
                return None
            if element.kind == _TRACKS:
                size = element.end - element.start
                file.seek(element.start)
                return file.read(size) if size <= _MAX_TRACKS_BYTES else None
    return None
