"""Write TFRecord files, and read them so that damage costs what is damaged and no more.

A record is its length (8 bytes, little endian), the length's masked CRC-32C (4), the data, the data's masked
CRC-32C (4): https://www.tensorflow.org/tutorials/load_data/tfrecord. TensorFlow's own reader ends the whole
data set at the first damage. Here a record with damaged data is left out and the next one read; where a
length is damaged or the file ends too early, nothing tells where the next record begins, so the rest of the
shard is given up.

The file is read, not mapped: pages of a mapped file count as the process's memory, and a file that shrinks or
a drive that fails would kill the process instead of raising.
"""

from __future__ import annotations

import os
import struct
import threading
from dataclasses import dataclass
from io import FileIO
from typing import TYPE_CHECKING, Any

from organizer.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_HEADER_BYTES = _LENGTH.size + _CRC.size
_MOST_KEPT = 1000
"""Skipped records that are remembered in words."""
_SPARE_BYTES = 1 << 16
"""More room than a record needs, so that one a little longer does not need other room."""


@dataclass(frozen=True, slots=True)
class SkippedRecord:
    """A record, or the rest of a shard from a record on, that was left out."""

    shard: str
    """Path of the file."""
    record_number: int
    """Counted from 0 in its shard."""
    reason: str
    """What is wrong with it, no full stop at the end."""

    def __str__(self) -> str:
        return f"{self.shard}, record {self.record_number}: {self.reason}"


class SkipLog:
    """Counts each skipped record once, however often the shards are read; safe to use from several threads.

    Memory stays small whatever the shards hold: one bit a record for the count, and the first thousand in
    words.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        """By shard, a number whose bit k says that record k was skipped."""
        self._first: list[SkippedRecord] = []

    def add(self, skipped: SkippedRecord) -> None:
        """Note one record; nothing changes where it is known already."""
        bit = 1 << skipped.record_number
        with self._lock:
            seen = self._seen.get(skipped.shard, 0)
            if seen & bit:
                return
            self._seen[skipped.shard] = seen | bit
            if len(self._first) < _MOST_KEPT:
                self._first.append(skipped)

    @property
    def count(self) -> int:
        """How many different records were skipped; a shard that was given up counts as one."""
        with self._lock:
            return sum(seen.bit_count() for seen in self._seen.values())

    @property
    def first(self) -> tuple[SkippedRecord, ...]:
        """The first thousand, in the order in which they were met."""
        with self._lock:
            return tuple(self._first)


def load_crc32c() -> Callable[[Any], int]:
    """Return the function that makes the CRC-32C of bytes, in C: about 20 us a frame-level record.

    Raises:
        MissingDependencyError: the package is not installed.
    """
    try:
        from google_crc32c import value
    except ImportError as error:
        raise MissingDependencyError(
            "TFRecord files, as of YouTube-8M, need the package google-crc32c, which is not installed. Run: "
            'pip install "google-crc32c>=1.6"'
        ) from error
    checksum: Callable[[Any], int] = value
    return checksum


def masked(crc: int) -> int:
    """Return a CRC as TFRecord files store it, so that a CRC of CRCs stays a good one."""
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def framed(record: bytes, crc32c: Callable[[Any], int]) -> bytes:
    """Return a record as it stands in a file: its length, the data, and the checksums of both.

    Args:
        record: the data.
        crc32c: of ``load_crc32c``.
    """
    length = _LENGTH.pack(len(record))
    return b"".join((length, _CRC.pack(masked(crc32c(length))), record, _CRC.pack(masked(crc32c(record)))))


def read_records(shard: Path, on_skip: Callable[[SkippedRecord], None]) -> Iterator[tuple[int, memoryview]]:
    """Yield the whole records of a shard with their numbers, counted from 0.

    All records use the same memory: one is gone when the next is asked for.

    Args:
        shard: a TFRecord file, not compressed.
        on_skip: told of each record that is left out, and of the place from which a shard is given up; also
            when the file cannot be opened or read.

    Raises:
        MissingDependencyError: google-crc32c is not installed.
    """
    import numpy as np

    crc32c = load_crc32c()
    number = 0
    header = bytearray(_HEADER_BYTES)
    # One for all records: fresh memory for each costs more than reading it, one page fault for every 4 KB.
    buffer = np.empty(0, np.uint8)

    def skip(reason: str) -> None:
        on_skip(SkippedRecord(str(shard), number, reason))

    try:
        # Buffering would copy every record once more.
        with FileIO(shard) as file:
            left = os.fstat(file.fileno()).st_size
            while came := _fill(file, memoryview(header)):
                left -= came
                if came < _HEADER_BYTES:
                    skip("the shard ends within this record's length")
                    return
                length = _LENGTH.unpack_from(header)[0]
                if masked(crc32c(bytes(header[: _LENGTH.size]))) != _CRC.unpack_from(header, _LENGTH.size)[0]:
                    skip("its length is damaged, so the rest of the shard cannot be found")
                    return
                # Held against the file first: a length is believed only as far as there is a file to read.
                left -= length + _CRC.size
                if left < 0:
                    skip("the shard ends within this record")
                    return
                if len(buffer) < length + _CRC.size:
                    buffer = np.empty(length + _CRC.size + _SPARE_BYTES, np.uint8)
                body = buffer.data[: length + _CRC.size]
                if _fill(file, body) < len(body):
                    skip("the shard ends within this record")
                    return
                if masked(crc32c(buffer[:length])) == _CRC.unpack_from(body, length)[0]:
                    yield number, body[:length]
                else:
                    skip("its data is damaged (wrong checksum)")
                number += 1
    except OSError as error:
        skip(f"the shard cannot be read from here on ({error.strerror or error})")


def _fill(file: FileIO, space: memoryview) -> int:
    """Read until the space is full or the file ends; return the bytes that came."""
    filled = 0
    # One read need not bring all, on network drives for example.
    while filled < len(space):
        came = file.readinto(space[filled:])
        if not came:
            break
        filled += came
    return filled
