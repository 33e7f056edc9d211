"""Open the library file."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from organizer.errors import LibraryError
from organizer.library.database.transaction import (
    SLICE_S,
    USUAL_SYNC,
    is_busy,
    patiently,
    primary_code,
)
from organizer.library.migrations.apply import MIGRATIONS, migrate
from organizer.library.opening.read_only import lacks_the_right, open_read_only, refuse_other_databases
from organizer.library.waiting import WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from organizer.library.migrations.apply import Migration


def open_database(
    path: Path, *, create: bool = True, read_only: bool = False, migrations: Sequence[Migration] = MIGRATIONS
) -> Database:
    """Open a library and bring its schema up to date; where it cannot be written, open it for reading.

    Write-ahead logging is on, so that readers never wait for the scan that writes; foreign keys are enforced.
    A connection belongs to the thread that opened it.

    Args:
        path: the SQLite file; its folder is made when missing.
        create: whether a missing file is made or is an error.
        read_only: whether it is opened for reading even where it could be written; nothing is made then.
        migrations: all that the schema consists of, in order.

    Raises:
        LibraryTooNewError: a newer organizer wrote the file.
        LibraryError: the file cannot be opened, made or is no library.
    """
    try:
        if (read_only or not create) and not path.exists():
            raise LibraryError(f"{path}: there is no library here yet. Run: organizer scan FOLDER")
        if not read_only:
            try:
                return _open_writable(path, migrations)
            except (sqlite3.Error, OSError) as error:
                if not lacks_the_right(error) or not path.exists():
                    raise
        return open_read_only(path, migrations)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and is_busy(error):
            raise LibraryError(in_words(path, error)) from error
        raise LibraryError(
            f"{path}: the library cannot be opened ({error}). "
            "Check the folder's permissions and free space, or choose another library with --library."
        ) from error


def _open_writable(path: Path, migrations: Sequence[Migration]) -> Database:
    from sqlite_utils import Database

    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # For the person alone, as the files that SQLite puts beside it: it tells what the videos show.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=SLICE_S)
    try:
        patiently(lambda: refuse_other_databases(connection, path))
        turn_write_ahead_on(connection)
        connection.execute(USUAL_SYNC)
        # Where flushing a file leaves it in the disk's own memory, have that flushed too.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection)
        migrate(db, path, migrations)
    except BaseException:
        connection.close()
        raise
    return db


def turn_write_ahead_on(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on; SQLite does not wait for another process that does so, but fails."""
    patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))


def in_words(path: Path, error: sqlite3.Error) -> str:
    """Return what SQLite reports of a library, with what to do about it."""
    if is_busy(error):
        return (
            f"{path}: another program has been writing to the library for {WAITING.patience_s:.0f} s, so "
            "nothing was changed. End that program, or wait until it is done, then try again."
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
