"""How values lie in columns: file names, times, and lists of ids in a query.

POSIX file names are bytes. Python shows bytes that are not UTF-8 as lone surrogates, which SQLite's TEXT
cannot hold; such a name is stored as the bytes themselves. All others are stored as text.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHUNK = 500
"""Values of one query: SQLite bounds how many may be bound, and a write transaction stays short."""

_Value = TypeVar("_Value")


def to_column(path: str) -> str | bytes:
    """Return what to store for a path."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def from_column(value: str | bytes) -> str:
    """Return the path that a stored value stands for."""
    return os.fsdecode(value) if isinstance(value, bytes) else value


def now_text() -> str:
    """Return the present as the library stores it: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def time_text(time_s: float) -> str:
    """Return a moment, in seconds since 1970, as ``now_text`` would have returned it then."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="seconds")


def now_exactly() -> str:
    """Return the present such that what is stored in the same second has an order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def chunks(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """Yield the values a few hundred at a time, as many as one query takes."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def marks(values: Sequence[object]) -> str:
    """Return a question mark for each value, for ``IN (...)`` and ``VALUES (...)``."""
    return ", ".join("?" * len(values))
