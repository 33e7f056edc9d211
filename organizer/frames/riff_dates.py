"""The recording date of AVI files from cameras: the text of a chunk named IDIT, in whichever list it lies.

FFmpeg passes it on only where it is written as C's ctime or with slashes; others write ISO 8601 or dialects
of it (``date_text.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from organizer.frames.nested import riff_chunks
from organizer.frames.read_errors import note

_MOST_BYTES = 100
_DEEPEST = 4


def recorded_text(path: str) -> str:
    """Return what an AVI file's IDIT chunk says, empty where there is none or the file cannot be read."""
    try:
        with open(path, "rb") as file:
            if file.read(4) != b"RIFF":
                return ""
            return next(_texts(file, 12, os.fstat(file.fileno()).st_size), "")
    except OSError as error:
        note(error)
        return ""


def _texts(file: BinaryIO, start: int, end: int, depth: int = 0) -> Iterator[str]:
    for chunk in riff_chunks(file, start, end):
        if chunk.kind == b"IDIT":
            file.seek(chunk.start)
            yield file.read(min(chunk.end - chunk.start, _MOST_BYTES)).decode("latin-1")
        elif chunk.kind == b"LIST" and depth < _DEEPEST:
            file.seek(chunk.start)
            # The pictures and sounds; there are thousands of chunks.
            if file.read(4) != b"movi":
                yield from _texts(file, chunk.start + 4, chunk.end, depth + 1)
