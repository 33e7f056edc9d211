"""Write transactions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.library.patience import patiently

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

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
