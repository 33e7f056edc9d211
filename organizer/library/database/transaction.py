"""Write transactions, and how another program that writes is waited for."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from organizer.library.waiting import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlite_utils import Database


SLICE_S = 0.5
"""How long SQLite itself waits at a time: between two times Ctrl-C is heard and the wait is told."""
_PAUSE_S = 0.01
_PRIMARY_CODE = 0xFF

Result = TypeVar("Result")


def patiently(act: Callable[[], Result]) -> Result:
    """Do something that needs a lock, again and again while another program holds it.

    Args:
        act: what to do; it changes nothing where it fails.

    Returns:
        What ``act`` returns.

    Raises:
        sqlite3.OperationalError: SQLITE_BUSY when the patience is over; any other error at once.
    """
    began = time.monotonic()
    is_told = False
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            waited = time.monotonic() - began
            if not is_busy(error) or waited > WAITING.patience_s:
                raise
            if waited >= WAITING.quiet_s and not is_told and WAITING.tell is not None:
                is_told = True
                WAITING.tell()
        # SQLite does not wait for each kind of lock.
        time.sleep(_PAUSE_S)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program holds a lock."""
    return primary_code(error) == sqlite3.SQLITE_BUSY


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code without its details; 0 for errors of Python's own."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE


USUAL_SYNC = "PRAGMA synchronous = NORMAL"
"""A power cut may take back the last transactions; what a scan stored so is found again by the next one."""
_DURABLE_SYNC = "PRAGMA synchronous = FULL"


@contextmanager
def transaction(db: Database, *, durable: bool = False) -> Iterator[None]:
    """Run a block as one write transaction: all of it is stored or nothing is.

    The write lock is taken at once (``BEGIN IMMEDIATE``): a transaction that starts by reading and asks for
    the lock later fails, instead of waiting, when another process wrote in between.

    Args:
        db: the library.
        durable: whether it is on the disk when the block has ended, as what a person decided must be: nothing
            finds that again. Otherwise it gets there in its own time, unless the power goes first.
    """
    if durable:
        db.conn.execute(_DURABLE_SYNC)
    try:
        # Inside, for an interrupt right after it must not leave the lock held.
        patiently(lambda: db.conn.execute("BEGIN IMMEDIATE"))
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        # Does nothing where none is open: some errors (a full disk) end it by themselves.
        db.rollback()
        raise
    finally:
        if durable:
            db.conn.execute(USUAL_SYNC)


_CACHE_KB = 64_000


@contextmanager
def with_room(db: Database) -> Iterator[None]:
    """Let the connection keep more pages while a block writes to many videos: each lies in ten indexes."""
    (before,) = db.execute("PRAGMA cache_size").fetchone()
    db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    try:
        yield
    finally:
        db.execute(f"PRAGMA cache_size = {before}")
