"""File names as SQLite values.

POSIX file names are bytes. Python shows bytes that are not UTF-8 as lone surrogates, which SQLite's TEXT
cannot hold; such a name is stored as the bytes themselves. All others are stored as text.
"""

from __future__ import annotations

import os


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
