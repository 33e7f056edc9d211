"""Waiting for another program that holds the library's write lock, with a word for whoever waits."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 30.0
"""How long another writer is waited for; a scan's own transactions take milliseconds."""
QUIET_S = 1.5
"""How long a wait may be before it is told."""
SLICE_S = 0.5
"""How long SQLite itself waits at a time: between two times Ctrl-C is heard and the wait is told."""
_PAUSE_S = 0.01
_PRIMARY_CODE = 0xFF

Result = TypeVar("Result")
_tellers: list[Callable[[], None]] = []


def tell_waits(tell: Callable[[], None] | None) -> None:
    """Have ``tell`` called, in whichever thread, when a wait becomes long; None has nobody told."""
    _tellers[:] = [] if tell is None else [tell]


def patiently(act: Callable[[], Result]) -> Result:
    """Do something that needs a lock, again and again while another program holds it.

    Args:
        act: it changes nothing where it fails.

    Raises:
        sqlite3.OperationalError: SQLITE_BUSY when the patience is over; any other error at once.
    """
    began = time.monotonic()
    told = False
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            waited = time.monotonic() - began
            if not is_busy(error) or waited > PATIENCE_S:
                raise
            if waited >= QUIET_S and not told:
                told = True
                for tell in _tellers:
                    tell()
        # SQLite does not wait for each kind of lock.
        time.sleep(_PAUSE_S)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program holds a lock."""
    return primary_code(error) == sqlite3.SQLITE_BUSY


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code without its details; 0 for errors of Python's own."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE
