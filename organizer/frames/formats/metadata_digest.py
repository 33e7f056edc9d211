"""A digest of what a container says of its video, without the video: it changes when a header is patched.

The fingerprint of a file's content looks at 16 of its blocks and may miss the header that a program changed
in place (a date, a rotation). This looks at nothing but headers: of a file of any size some kilobytes are
read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from organizer.frames.formats.nested import Chunk, ebml_elements, iso_boxes, riff_chunks

DIGEST_BYTES = 16
_MOST_BYTES = 64 * 1024
"""Of each piece; cover pictures are larger, and nobody looks into them."""
_MOST_IN_ALL, _MOST_PIECES = 4 * 2**20, 10_000
"""Of a damaged file, which may hold anything; headers have some kilobytes."""
_DEEPEST = 8

_ISO_FIRST = frozenset({b"ftyp", b"moov", b"wide", b"free", b"skip", b"mdat", b"pnot", b"uuid"})
_ISO_NESTED = frozenset({b"moov", b"trak", b"mdia", b"minf", b"edts"})
_SAMPLE_TABLE, _SAMPLE_KINDS = b"stbl", b"stsd"

_EBML = bytes.fromhex("1a45dfa3")
_SEGMENT = bytes.fromhex("18538067")
_SEEK_HEAD = bytes.fromhex("114d9b74")
_SEEK_ID, _SEEK_POSITION = bytes.fromhex("53ab"), bytes.fromhex("53ac")
_CLUSTER = bytes.fromhex("1f43b675")
_INFO, _TRACKS, _TAGS = bytes.fromhex("1549a966"), bytes.fromhex("1654ae6b"), bytes.fromhex("1254c367")
_TOLD = frozenset({_INFO, _TRACKS, _TAGS})

_AVI_MEDIA = frozenset({b"idx1", b"JUNK"})

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def metadata_digest(path: str) -> str:
    """Return 32 hexadecimal digits for the headers of an MP4, MOV, Matroska, AVI or WMV file.

    Empty for other formats, which have no header apart from the video, and for headers that hold nothing.

    Raises:
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        empty = True
        left = _MOST_IN_ALL
        for chunk in islice(_describing(file, size), _MOST_PIECES):
            file.seek(chunk.start)
            # With their lengths, so that no two different headers run together to the same bytes.
            digest.update(chunk.kind + (chunk.end - chunk.start).to_bytes(8, "big"))
            content = file.read(min(chunk.end - chunk.start, _MOST_BYTES, left))
            digest.update(content)
            left -= len(content)
            empty = False
    return "" if empty else digest.hexdigest()


def _describing(file: BinaryIO, size: int) -> Iterator[Chunk]:
    head = file.read(16)
    if head[4:8] in _ISO_FIRST:
        return _iso(file, 0, size)
    if head[:4] == _EBML:
        return _matroska(file, size)
    if head[:4] == b"RIFF":
        return _riff(file, 12, size)
    if head == _ASF_HEADER:
        file.seek(16)
        length = int.from_bytes(file.read(8), "little")
        return iter([Chunk(b"asf ", 24, min(size, length))] if min(size, length) > 24 else [])
    return iter(())


def _iso(file: BinaryIO, start: int, end: int, depth: int = 0) -> Iterator[Chunk]:
    """Yield what lies in the movie's box, but for the tables of its samples."""
    for box in iso_boxes(file, start, end):
        if box.kind in _ISO_NESTED and depth < _DEEPEST:
            yield from _iso(file, box.start, box.end, depth + 1)
        elif box.kind == _SAMPLE_TABLE:
            yield from (inner for inner in iso_boxes(file, box.start, box.end) if inner.kind == _SAMPLE_KINDS)
        elif depth or box.kind in (b"meta", b"udta"):
            yield box


def _matroska(file: BinaryIO, size: int) -> Iterator[Chunk]:
    """Yield info, tracks and tags; those behind the video are found by the list of what is where."""
    segment = next((part for part in ebml_elements(file, 0, size) if part.kind == _SEGMENT), None)
    if segment is None:
        return
    seen: set[int] = set()
    listed: list[int] = []
    for part in ebml_elements(file, segment.start, segment.end):
        if part.kind == _CLUSTER:
            break
        if part.kind == _SEEK_HEAD:
            listed += _positions(file, part)
        elif part.kind in _TOLD:
            seen.add(part.start)
            yield part
    for position in sorted(set(listed)):
        later = next(ebml_elements(file, segment.start + position, segment.end), None)
        if later is not None and later.kind in _TOLD and later.start not in seen:
            yield later


def _positions(file: BinaryIO, seek_head: Chunk) -> Iterator[int]:
    for seek in ebml_elements(file, seek_head.start, seek_head.end):
        entry = {}
        for part in ebml_elements(file, seek.start, seek.end):
            file.seek(part.start)
            entry[part.kind] = file.read(min(part.end - part.start, 8))
        if entry.get(_SEEK_ID) in _TOLD and _SEEK_POSITION in entry:
            yield int.from_bytes(entry[_SEEK_POSITION], "big")


def _riff(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Yield the chunks of an AVI, but for its video and its index."""
    for chunk in riff_chunks(file, start, end):
        if chunk.kind in _AVI_MEDIA:
            continue
        if chunk.kind == b"RIFF":
            # What comes after the first gigabytes is more video.
            return
        if chunk.kind == b"LIST":
            file.seek(chunk.start)
            if file.read(4) == b"movi":
                continue
        yield chunk
