"""Write transactions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Run a block as one write transaction: all of it is stored or nothing is.

    The write lock is taken at once (``BEGIN IMMEDIATE``): a transaction that starts by reading and asks for
    the lock later fails, instead of waiting, when another process wrote in between.
    """
    try:
        # Inside, for an interrupt right after it must not leave the lock held.
        db.conn.execute("BEGIN IMMEDIATE")
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        # Does nothing where none is open: some errors (a full disk) end it by themselves.
        db.rollback()
        raise
