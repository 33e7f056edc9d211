"""Open the library file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.errors import LibraryError
from organizer.library.read_only import lacks_the_right, open_read_only, refuse_other_databases
from organizer.library.transaction import PATIENCE_S, SLICE_S, USUAL_SYNC, is_busy, patiently, primary_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database


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
        raise LibraryError(_in_words(path, error)) from error
    finally:
        db.close()


def open_database(path: Path, *, create: bool = True) -> Database:
    """Open a library and bring its schema up to date; where it cannot be written, open it for reading.

    Write-ahead logging is on, so that readers never wait for the scan that writes; foreign keys are enforced.
    A connection belongs to the thread that opened it.

    Args:
        path: the SQLite file; its folder is made when missing.
        create: whether a missing file is made or is an error.

    Raises:
        LibraryTooNewError: a newer organizer wrote the file.
        LibraryError: the file cannot be opened, made or is no library.
    """
    try:
        if not create and not path.exists():
            raise LibraryError(f"{path}: there is no library here yet. Run: organizer scan FOLDER")
        try:
            return _open_writable(path)
        except (sqlite3.Error, OSError) as error:
            if not lacks_the_right(error) or not path.exists():
                raise
        return open_read_only(path)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and is_busy(error):
            raise LibraryError(_in_words(path, error)) from error
        raise LibraryError(
            f"{path}: the library cannot be opened ({error}). "
            "Check the folder's permissions and free space, or choose another library with --library."
        ) from error


def _open_writable(path: Path) -> Database:
    from sqlite_utils import Database

    from organizer.library.migrations import migrate

    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # For the person alone, as the files that SQLite puts beside it: it tells what the videos show.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=SLICE_S)
    try:
        patiently(lambda: refuse_other_databases(connection, path))
        _write_ahead(connection)
        connection.execute(USUAL_SYNC)
        # Where flushing a file leaves it in the disk's own memory, have that flushed too.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection)
        migrate(db, path)
    except BaseException:
        connection.close()
        raise
    return db


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on; SQLite does not wait for another process that does so, but fails."""
    patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))


def _in_words(path: Path, error: sqlite3.Error) -> str:
    if is_busy(error):
        return (
            f"{path}: another program has been writing to the library for {PATIENCE_S:.0f} s, so nothing was "
            "changed. End that program, or wait until it is done, then try again."
        )
    if primary_code(error) == sqlite3.SQLITE_READONLY:
        return (
            f"{path}: the library is read-only, so nothing was changed. Make its file and folder writable, "
            "or copy it to a disk that is, and name the copy with --library."
        )
    return (
        f"{path}: the library cannot be read or written ({error}). "
        "Check that its disk has space and that no other program holds it, then try again."
    )
