"""The few facts of MP4 and MOV files that PyAV does not give: index there? how rotated? what is shown when?

These files are nested boxes, each a 32-bit size, four letters and its content (ISO/IEC 14496-12). Phones
store the picture as the sensor lies and say in the track header (``tkhd``) how a player has to turn it; some
programs say it for the whole movie (``mvhd``), and both may.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import BinaryIO

from organizer.frames.formats.nested import Chunk, iso_boxes
from organizer.frames.read_errors import note

_Matrix = tuple[int, ...]
"""Nine fixed-point numbers, three by three, row by row."""
IDENTITY: _Matrix = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""The matrix of a picture that is shown as it lies."""
# Bits behind the point of the numbers in a matrix's first, second and third column.
_FRACTION_BITS = (16, 16, 30)
# Where a track's or a movie's header has its number and its matrix: with times of 32 bits, and of 64.
_TRACK_ID_OFFSETS = (12, 20)
_TRACK_MATRIX_OFFSETS = (40, 52)
_MOVIE_MATRIX_OFFSETS = (36, 48)
_HEADER_BYTES = 96


def has_index(path: str) -> bool:
    """Tell whether an MP4 or MOV file has, whole, the box (``moov``) without which nothing can be found.

    False when the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            return any(box.kind == b"moov" and box.is_whole for box in iso_boxes(file, 0, size))
    except OSError as error:
        note(error)
        return False


def display_matrix(path: str, track_id: int) -> tuple[int, ...] | None:
    """Return how a player places a track's picture: what FFmpeg makes of the track's and movie's matrices.

    Nine fixed-point numbers a b u, c d v, x y w, row by row; None where no such headers are found: the file
    cannot be read, is damaged, or its index is compressed.
    """
    try:
        with open(path, "rb") as file:
            return _display_matrix(file, os.fstat(file.fileno()).st_size, track_id)
    except OSError as error:
        note(error)
        return None


def composition_offsets(path: str, track_id: int, samples: int) -> Sequence[int] | None:
    """Return by how much each of a track's first samples is shown later than decoded, in the track's ticks.

    Args:
        samples: how many. None when the file does not say it for so many, when its samples are (also) listed
            in fragments all over the file, or when it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            movie = _inside(file, Chunk(b"", 0, size), b"moov")
            if movie is None or _inside(file, movie, b"mvex") is not None:
                return None
            for track in iso_boxes(file, movie.start, movie.end):
                if track.kind == b"trak" and _is_track(file, track, track_id):
                    return _offsets(file, track, samples)
    except OSError as error:
        note(error)
    return None


def _is_track(file: BinaryIO, track: Chunk, track_id: int) -> bool:
    header = _inside(file, track, b"tkhd")
    if header is None:
        return False
    return _track_id(_header(file, header)) == track_id


def _offsets(file: BinaryIO, track: Chunk, samples: int) -> Sequence[int] | None:
    table: Chunk | None = track
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


def _inside(file: BinaryIO, box: Chunk, kind: bytes) -> Chunk | None:
    """Return the first box of a kind that lies right inside another."""
    return next((inner for inner in iso_boxes(file, box.start, box.end) if inner.kind == kind), None)


def _display_matrix(file: BinaryIO, size: int, track_id: int) -> _Matrix | None:
    for movie in iso_boxes(file, 0, size):
        if movie.kind != b"moov":
            continue
        # As in FFmpeg, a movie's header counts for the tracks after it; it has to come first.
        whole: _Matrix | None = None
        for box in iso_boxes(file, movie.start, movie.end):
            if box.kind == b"mvhd":
                whole = _matrix(_header(file, box), _MOVIE_MATRIX_OFFSETS)
            if box.kind != b"trak":
                continue
            for inner in iso_boxes(file, box.start, box.end):
                if inner.kind == b"tkhd":
                    header = _header(file, inner)
                    if _track_id(header) == track_id:
                        return _both(_matrix(header, _TRACK_MATRIX_OFFSETS), whole)
    return None


def _both(track: _Matrix | None, movie: _Matrix | None) -> _Matrix | None:
    """Return the matrix that places by a track's and then by its movie's."""
    if track is None or movie is None:
        return None
    return tuple(
        sum(track[3 * row + k] * movie[3 * k + column] >> _FRACTION_BITS[k] for k in range(3))
        for row in range(3)
        for column in range(3)
    )


def _header(file: BinaryIO, box: Chunk) -> bytes:
    file.seek(box.start)
    return file.read(min(box.end - box.start, _HEADER_BYTES))


def _track_id(header: bytes) -> int | None:
    """Return the number of the track that this track header is of; None for one that is cut off."""
    at = _TRACK_ID_OFFSETS[_has_long_times(header)]
    return int.from_bytes(header[at : at + 4], "big") if len(header) >= at + 4 else None


def _matrix(header: bytes, offsets: tuple[int, int]) -> _Matrix | None:
    """Return the matrix of a track's or movie's header; None for one that is cut off."""
    at = offsets[_has_long_times(header)]
    return struct.unpack_from(">9i", header, at) if len(header) >= at + 36 else None


def _has_long_times(header: bytes) -> bool:
    return header[:1] == b"\1"
