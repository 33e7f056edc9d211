"""The few facts of MP4 and MOV files that PyAV does not give: index there? how rotated? what is shown when?

These files are nested boxes, each a 32-bit size, four letters and its content (ISO/IEC 14496-12). Phones
store the picture as the sensor lies and say in the track header (``tkhd``) how a player has to turn it.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

# Ends the listing of a damaged file; real files have a few dozen boxes on a level.
_MAX_BOXES = 10_000
_MATRIX_OFFSET = {0: 40, 1: 52}
_TRACK_ID_OFFSET = {0: 12, 1: 20}


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    """Its four letters."""
    start: int
    """Where its content begins, in bytes from the beginning of the file."""
    end: int
    """Where its content should end, in bytes from the beginning of the file; beyond it in a file cut off."""


def has_index(path: str) -> bool:
    """Tell whether an MP4 or MOV file has, whole, the box (``moov``) without which nothing can be found.

    False when the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            return any(box.kind == b"moov" and box.end <= size for box in _boxes(file, 0, size))
    except OSError:
        return False


def rotation_deg(path: str, track_id: int) -> int:
    """Return how far a player turns a track's picture clockwise: 0, 90, 180 or 270 degrees.

    0 when the file says nothing or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return _rotation(file, os.fstat(file.fileno()).st_size, track_id)
    except OSError:
        return 0


def composition_offsets(path: str, track_id: int, samples: int) -> Sequence[int] | None:
    """Return by how much each of a track's first samples is shown later than decoded, in the track's ticks.

    samples: how many. None when the file does not say it for so many, when its samples are (also) listed
    in fragments all over the file, or when it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            movie = _inside(file, _Box(b"", 0, size), b"moov")
            if movie is None or _inside(file, movie, b"mvex") is not None:
                return None
            for track in _boxes(file, movie.start, movie.end):
                if track.kind == b"trak" and _is_track(file, track, track_id):
                    return _offsets(file, track, samples)
    except OSError:
        pass
    return None


def _is_track(file: BinaryIO, track: _Box, track_id: int) -> bool:
    header = _inside(file, track, b"tkhd")
    if header is None:
        return False
    file.seek(header.start)
    return _turned_by(file.read(96), track_id) is not None


def _offsets(file: BinaryIO, track: _Box, samples: int) -> Sequence[int] | None:
    table: _Box | None = track
    for kind in (b"mdia", b"minf", b"stbl"):
        table = table and _inside(file, table, kind)
    if table is None:
        return None
    box = _inside(file, table, b"ctts")
    if box is None:
        return [0] * samples
    file.seek(box.start)
    (runs,) = struct.unpack(">4xI", file.read(8).ljust(8, b"\0"))
    offsets: list[int] = []
    # Each run is at least one sample long, so no more of them are needed, whatever the file says.
    for count, offset in struct.iter_unpack(">Ii", _whole(file.read(8 * min(runs, samples)), 8)):
        offsets += [offset] * min(count, samples - len(offsets))
    return offsets if len(offsets) == samples else None


def _whole(data: bytes, size: int) -> bytes:
    """Return what there is of complete entries of so many bytes."""
    return data[: len(data) // size * size]


def _inside(file: BinaryIO, box: _Box, kind: bytes) -> _Box | None:
    """Return the first box of a kind that lies right inside another."""
    return next((inner for inner in _boxes(file, box.start, box.end) if inner.kind == kind), None)


def _rotation(file: BinaryIO, size: int, track_id: int) -> int:
    for movie in _boxes(file, 0, size):
        if movie.kind != b"moov":
            continue
        for track in _boxes(file, movie.start, movie.end):
            if track.kind != b"trak":
                continue
            for header in _boxes(file, track.start, track.end):
                if header.kind == b"tkhd":
                    file.seek(header.start)
                    turned = _turned_by(file.read(min(header.end - header.start, 96)), track_id)
                    if turned is not None:
                        return turned
    return 0


def _turned_by(header: bytes, track_id: int) -> int | None:
    """Return the rotation in degrees that this track header asks for; None when it is another track's."""
    version = header[0] if header else -1
    if version not in _MATRIX_OFFSET or len(header) < _MATRIX_OFFSET[version] + 36:
        return None
    (found_id,) = struct.unpack_from(">I", header, _TRACK_ID_OFFSET[version])
    if found_id != track_id:
        return None
    # The first two of nine fixed-point numbers say where the picture's x axis points.
    across, down = struct.unpack_from(">ii", header, _MATRIX_OFFSET[version])
    return round(math.degrees(math.atan2(down, across)) / 90) % 4 * 90


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes between two positions; stops at the first that is damaged."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
        content = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))
            content += 8
        elif size == 0:
            size = end - start
        if size < content - start:
            return
        yield _Box(kind, content, start + size)
        start += size
