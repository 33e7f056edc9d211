"""Open the library file."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.errors import LibraryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database

_WAIT_FOR_WRITER_S = 30.0


@contextmanager
def opened(path: Path, *, create: bool = True) -> Iterator[Database]:
    """Open a library for the length of a block; see ``open_database``.

    Raises:
        LibraryTooNewError: a newer organizer wrote the file.
        LibraryError: the file cannot be opened or made, is no library, or fails inside the block.
    """
    db = open_database(path, create=create)
    try:
        yield db
    except sqlite3.Error as error:
        raise LibraryError(
            f"{path}: the library cannot be read or written ({error}). "
            "Check that its disk has space and that no other program holds it, then try again."
        ) from error
    finally:
        db.close()


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

    try:
        if not create and not path.exists():
            raise LibraryError(f"{path}: there is no library here yet. Run: organizer scan FOLDER")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # For the person alone, as the files that SQLite puts beside it: it tells what the videos show.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=_WAIT_FOR_WRITER_S)
        try:
            _refuse_other_databases(connection, path)
            _write_ahead(connection)
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


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on; SQLite does not wait for another process that does so, but fails."""
    patience_ends = time.monotonic() + _WAIT_FOR_WRITER_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience_ends:
                raise
            time.sleep(0.01)


def _refuse_other_databases(connection: sqlite3.Connection, path: Path) -> None:
    """Leave alone what is not ours: no byte of another program's file is changed."""
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
