"""Walking over nested pieces of a file: boxes of MP4 and MOV, chunks of AVI, elements of Matroska.

Each piece has a name, a size and its content. Only heads are read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MOST = 10_000
"""Ends the listing of a damaged file; real ones have a few hundred pieces on a level."""
_LARGEST_ID, _LARGEST_SIZE = 4, 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file."""

    kind: bytes
    """Its name: four letters, or an element's number as it is written."""
    start: int
    """Where its content begins, in bytes from the beginning of the file."""
    end: int
    """Where its content ends; what is cut off ends with what it lies in."""
    is_whole: bool = True
    """Whether all of it lies there; not so in a file that is cut off."""


def iso_boxes(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Yield the boxes between two positions (ISO/IEC 14496-12); stops at the first that is damaged."""
    for _ in range(_MOST):
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
        if size < content - start or content > end:
            return
        yield Chunk(kind, content, min(start + size, end), is_whole=start + size <= end)
        start += size


def riff_chunks(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Yield the chunks between two positions; the content of a list begins with its own four letters."""
    for _ in range(_MOST):
        if start + 8 > end:
            return
        file.seek(start)
        kind, size = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
        last = start + 8 + size
        yield Chunk(kind, start + 8, min(last, end), is_whole=last <= end)
        # Chunks begin at even positions.
        start += 8 + size + size % 2


def ebml_elements(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Yield the elements between two positions (RFC 8794); one of unknown size reaches to the end."""
    for _ in range(_MOST):
        if start >= end:
            return
        file.seek(start)
        head = file.read(_LARGEST_ID + _LARGEST_SIZE)
        id_bytes = _length(head[:1])
        size_bytes = _length(head[id_bytes : id_bytes + 1])
        content = start + id_bytes + size_bytes
        if not 0 < id_bytes <= _LARGEST_ID or not size_bytes or content > end:
            return
        bits = 7 * size_bytes
        size = int.from_bytes(head[id_bytes : id_bytes + size_bytes], "big") & ((1 << bits) - 1)
        last = end if size == (1 << bits) - 1 else content + size
        yield Chunk(head[:id_bytes], content, min(last, end), is_whole=last <= end)
        start = last


def _length(first: bytes) -> int:
    """Return how many bytes a number has, told by the zeros before its first 1; 0 for more than eight."""
    return 9 - first[0].bit_length() if first and first[0] else 0
