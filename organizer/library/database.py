"""Open the library file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from organizer.errors import LibraryError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

_WAIT_FOR_WRITER_S = 30.0


def open_database(path: Path, *, create: bool = True) -> Database:
    """Open a library and bring its schema up to date.

    Write-ahead logging is on, so that readers never wait for the scan that writes; foreign keys are enforced.
    A connection belongs to the thread that opened it.

    Args:
        path: the SQLite file; its folder is made when missing.
        create: whether a missing file is made or is an error.

    Raises:
        LibraryTooNewError: a newer organizer wrote the file.
        LibraryError: the file cannot be opened, made or is no library.
    """
    from sqlite_utils import Database

    from organizer.library.migrations import migrate

    if not create and not path.exists():
        raise LibraryError(f"{path}: there is no library here yet. Run: organizer scan FOLDER")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_WAIT_FOR_WRITER_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            db = Database(connection)
            migrate(db, path)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise LibraryError(
            f"{path}: the library cannot be opened ({error}). "
            "Check the folder's permissions and free space, or choose another library with --library."
        ) from error
    return db
