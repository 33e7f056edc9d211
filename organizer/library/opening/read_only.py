"""Open a library that cannot be written: on a disk or in a folder that is read-only, or another person's."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from organizer.errors import LibraryError
from organizer.library.database.transaction import SLICE_S, patiently, primary_code
from organizer.library.migrations.apply import MIGRATIONS, is_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from organizer.library.migrations.apply import Migration


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


_NO_RIGHT = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_RIGHT_CODES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


def lacks_the_right(error: sqlite3.Error | OSError) -> bool:
    """Whether an error may come of a file or folder that is not to be written."""
    if isinstance(error, OSError):
        return error.errno in _NO_RIGHT
    return primary_code(error) in _NO_RIGHT_CODES


def open_read_only(
    path: Path,
    migrations: Sequence[Migration] = MIGRATIONS,
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect,
) -> Database:
    """Open a library for reading; writing to it fails with SQLITE_READONLY.

    Args:
        path: the SQLite file.
        migrations: all that the schema consists of, in order.
        connect: what opens the file, as ``sqlite3.connect`` does.

    Raises:
        LibraryTooNewError: a newer organizer wrote the file.
        LibraryError: it is no library, an older organizer wrote it, or a part of it cannot be read.
        sqlite3.Error: it cannot be read.
    """
    from sqlite_utils import Database

    connection = _connected(path, connect)
    try:
        db = Database(connection)
        if is_behind(db, path, migrations):
            raise LibraryError(
                f"{path}: this library was written by an older organizer and must be brought up to date, but "
                "it is read-only. Copy it to a disk that can be written, and name the copy with --library."
            )
    except BaseException:
        connection.close()
        raise
    return db


def _connected(path: Path, connect: Callable[..., sqlite3.Connection]) -> sqlite3.Connection:
    try:
        # Enough where the folder can be written or another program has the library open.
        return _tried(path, connect, "mode=ro")
    except sqlite3.OperationalError as error:
        if not lacks_the_right(error):
            raise
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise LibraryError(
                f"{path}: the newest changes lie beside it in {log.name}, and they cannot be read where "
                "nothing can be written. Copy both files together to a folder that can be written, and name "
                "the copy with --library."
            ) from error
    # Nobody has it open for writing, or there were a log: SQLite may take it for a file that stays as it is,
    # and needs no file beside it.
    return _tried(path, connect, "mode=ro&immutable=1")


def _tried(path: Path, connect: Callable[..., sqlite3.Connection], options: str) -> sqlite3.Connection:
    connection = connect(f"{path.absolute().as_uri()}?{options}", uri=True, timeout=SLICE_S)
    try:
        patiently(lambda: refuse_other_databases(connection, path))
    except BaseException:
        connection.close()
        raise
    return connection
