"""Open a library's file: for writing, with its schema brought up to date, or for reading alone.

One that cannot be written lies on a disk or in a folder that is read-only, or is another person's.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING

from organizer.errors import LibraryError
from organizer.library.database.transaction import SLICE_S, USUAL_SYNC, is_busy, patiently, primary_code
from organizer.library.migrations.apply import MIGRATIONS, is_behind, migrate
from organizer.library.waiting import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlite_utils import Database

    from organizer.library.migrations.apply import Migration

_NO_RIGHT = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_RIGHT_CODES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


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
            raise LibraryError(
                f"{path}: there is no library here yet. Run: organizer scan FOLDER", ends_in_command=True
            )
        if not read_only:
            try:
                return _open_writable(path, migrations)
            except (sqlite3.Error, OSError) as error:
                if not _lacks_the_right(error) or not path.exists():
                    raise
        return open_read_only(path, migrations)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and is_busy(error):
            raise LibraryError(in_words(path, error)) from error
        raise LibraryError(
            f"{path}: the library cannot be opened ({error}). "
            "Check the folder's permissions and free space, or choose another library with --library."
        ) from error


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

    connection, _ = connect_read_only(path, connect)
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


def stamp(path: Path) -> str:
    """Return a word that is another one after each change of a library, by whichever process.

    Every commit writes to the library's file or to its write-ahead log. Folding the log into the file changes
    the word once more, though nothing else.
    """
    parts = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        try:
            status = file.stat()
        except FileNotFoundError:
            continue
        # An empty log comes and goes with every connection.
        if status.st_size:
            parts.append(f"{status.st_mtime_ns:x}.{status.st_size:x}")
    return "-".join(parts)


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


def _open_writable(path: Path, migrations: Sequence[Migration]) -> Database:
    from sqlite_utils import Database

    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # For the person alone, as the files that SQLite puts beside it: it tells what the videos show.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    # With addresses, for a merge attaches another library by one that says it is for reading only.
    connection = sqlite3.connect(path.absolute(), timeout=SLICE_S, uri=True)
    try:
        patiently(lambda: _refuse_other_databases(connection, path))
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


def connect_read_only(
    path: Path, connect: Callable[..., sqlite3.Connection] = sqlite3.connect
) -> tuple[sqlite3.Connection, str]:
    """Connect to a library of any version for reading, and return the address that it was reached by.

    Raises:
        LibraryError: it is no library, or a part of it cannot be read.
        sqlite3.Error: it cannot be read.
    """
    try:
        # Enough where the folder can be written or another program has the library open.
        return _tried(path, connect, "mode=ro")
    except sqlite3.OperationalError as error:
        if not _lacks_the_right(error):
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


def _tried(
    path: Path, connect: Callable[..., sqlite3.Connection], options: str
) -> tuple[sqlite3.Connection, str]:
    address = f"{path.absolute().as_uri()}?{options}"
    connection = connect(address, uri=True, timeout=SLICE_S)
    try:
        patiently(lambda: _refuse_other_databases(connection, path))
    except BaseException:
        connection.close()
        raise
    return connection, address


def _refuse_other_databases(connection: sqlite3.Connection, path: Path) -> None:
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


def _lacks_the_right(error: sqlite3.Error | OSError) -> bool:
    """Whether an error may come of a file or folder that is not to be written."""
    if isinstance(error, OSError):
        return error.errno in _NO_RIGHT
    return primary_code(error) in _NO_RIGHT_CODES
