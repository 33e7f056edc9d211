"""The other library of a merge: attached for reading; an older one is copied and brought up to date there."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from organizer.errors import JobRunningError, LibraryError, LibraryTooNewError
from organizer.library.database.transaction import patiently, transaction
from organizer.library.jobs import Jobs
from organizer.library.migrations.apply import is_behind, migration_set
from organizer.library.opening import connect_read_only, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database

SCHEMA = "other"
"""The name by which SQL knows it."""
_COPY = ".merging"


@contextmanager
def attached(db: Database, library: Path, other: Path) -> Iterator[None]:
    """Attach another library for the length of a block, so that no statement can write to it.

    Args:
        db: the library that it comes into, without an open transaction.
        library: that one's file. A copy of an older library lies beside it for as long as the block, under a
            name of its own, for several merges may run.
        other: the other library's file.

    Raises:
        LibraryError: it does not exist, is no library or cannot be read.
        LibraryTooNewError: a newer organizer wrote it.
        JobRunningError: a job writes to it.
    """
    _sweep(library)
    copy = library.with_name(f"{library.name}{_COPY}-{secrets.token_hex(4)}")
    with _held(copy) as held:
        assert held
        try:
            address = _address(other, copy)
            patiently(lambda: db.execute(f"ATTACH ? AS {SCHEMA}", [address]))
            try:
                yield
            finally:
                db.rollback()
                db.execute(f"DETACH {SCHEMA}")
        finally:
            _remove(copy)


def _sweep(library: Path) -> None:
    """Delete the copies of merges that were ended in the middle, and of no merge that runs."""
    name = re.compile(re.escape(f"{library.name}{_COPY}") + "(-[0-9a-f]{8})?")
    for copy in [file for file in library.parent.iterdir() if name.fullmatch(file.name)]:
        with _held(copy) as held:
            if held:
                _remove(copy)


@contextmanager
def _held(copy: Path) -> Iterator[bool]:
    """Hold a copy, which is made and deleted only inside; tell whether another process holds it instead.

    The system lets go of what a process held that was ended.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(f"{copy}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
        with suppress(OSError):
            os.unlink(lock.lock_file)


def _address(other: Path, copy: Path) -> str:
    """Return the address to attach a library by: its own, or that of its copy where it is an older one."""
    from sqlite_utils import Database

    if not other.is_file():
        raise LibraryError(f"{other}: there is no such library. Name the file of one, such as library.db.")
    try:
        connection, address = connect_read_only(other)
        with closing(connection):
            db = Database(connection)
            try:
                behind = is_behind(db, other)
            except LibraryTooNewError as error:
                raise LibraryTooNewError(
                    f"{other}: this library was written by a newer organizer, so nothing was merged. Update "
                    "organizer here, then merge again."
                ) from error
            if not behind:
                _check_idle(db, other)
                return address
            _copy_up_to_date(connection, copy)
    except sqlite3.Error as error:
        raise LibraryError(in_words(other, error)) from error
    connection, address = connect_read_only(copy)
    with closing(connection):
        _check_idle(Database(connection), other)
    return address


def _check_idle(db: Database, other: Path) -> None:
    job = Jobs(db).newest()
    if job is not None and not job.finished:
        raise JobRunningError(
            f"{other}: a job of this library is running. Wait for its end or stop it, then merge again."
        )


def _copy_up_to_date(source: sqlite3.Connection, copy: Path) -> None:
    """Copy a library of an older version and migrate the copy; the library itself stays as it is."""
    from sqlite_utils import Database

    # For the person alone: it tells what the videos show.
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(copy)) as connection:
        source.backup(connection)
        # It is thrown away whatever happens.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection)
        with transaction(db):
            migration_set().apply(db)


def _remove(copy: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
