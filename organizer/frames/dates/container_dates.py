"""The dates in the headers of MP4 and MOV files, and the recording date of AVI files from cameras.

MP4 and MOV (``mvhd``, ``tkhd``, ``mdhd``; ISO/IEC 14496-12): FFmpeg gives them too, but takes every number
below that of 1970 for seconds since 1970, because some devices write so. It is a film of 1958 for others, who
write what the standard says: seconds since 1904. So both readings are returned.

AVI: the text of a chunk named IDIT, in whichever list it lies. FFmpeg passes it on only where it is written
as C's ctime or with slashes; others write ISO 8601 or dialects of it (``date_text.py``).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import BinaryIO

from organizer.frames.formats.nested import Chunk, iso_boxes, riff_chunks
from organizer.frames.read_errors import note

_SINCE_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_UNIX_EPOCH_S = 2_082_844_800
"""Seconds between 1904 and 1970."""
_MOST = 32
"""Dates that are looked at; a track has two."""
_HEADERS = (b"mvhd", b"mdhd", b"tkhd")

_MOST_BYTES = 100
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class HeaderDate:
    """A creation date of a header."""

    moment: datetime
    """UTC, by the standard."""
    if_unix: datetime | None
    """UTC, where the number may as well count from 1970; else None."""


def header_dates(path: str) -> list[HeaderDate]:
    """Return the creation dates of the movie, then of its tracks, none where a header has 0.

    Nothing for a file that is damaged, is no such file or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            seconds = [*islice(_seconds(file, size), _MOST)]
    except OSError as error:
        note(error)
        return []
    dates = []
    for value in dict.fromkeys(seconds):
        try:
            moment = _SINCE_1904 + timedelta(seconds=value)
        except OverflowError:
            continue
        if_unix = moment + timedelta(seconds=_UNIX_EPOCH_S) if 0 < value < _UNIX_EPOCH_S else None
        dates.append(HeaderDate(moment, if_unix))
    return dates


def _seconds(file: BinaryIO, size: int) -> Iterator[int]:
    """Yield what the headers count, the movie's first, then each track's media and track header."""
    for movie in iso_boxes(file, 0, size):
        if movie.kind != b"moov":
            continue
        boxes = [*iso_boxes(file, movie.start, movie.end)]
        yield from (_created(file, box) for box in boxes if box.kind == b"mvhd" and _created(file, box))
        for track in boxes:
            if track.kind == b"trak":
                yield from _of_track(file, track)


def _of_track(file: BinaryIO, track: Chunk) -> Iterator[int]:
    inner = [*iso_boxes(file, track.start, track.end)]
    media = [box for part in inner if part.kind == b"mdia" for box in iso_boxes(file, part.start, part.end)]
    for box in (*media, *inner):
        if box.kind in _HEADERS and (created := _created(file, box)):
            yield created


def _created(file: BinaryIO, box: Chunk) -> int:
    """Return a header's seconds since 1904; 0 where it was not set or is cut off."""
    file.seek(box.start)
    head = file.read(12)
    if len(head) < 12:
        return 0
    value: int = struct.unpack(">Q", head[4:12])[0] if head[0] == 1 else struct.unpack(">I", head[4:8])[0]
    return value


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
