"""Tell a library from other files."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from organizer.errors import LibraryError

if TYPE_CHECKING:
    from pathlib import Path


def refuse_other_databases(connection: sqlite3.Connection, path: Path) -> None:
    """Leave alone what is not ours: no byte of another program's file is changed.

    Raises:
        LibraryError: the file is no library; an empty one may become one.
        sqlite3.Error: it cannot be read.
    """
    try:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        ours = False
    else:
        ours = not tables or "_sqlite_migrations" in tables
    if not ours:
        raise LibraryError(
            f"{path}: this file is no library of organizer. Choose another one with --library."
        )
