"""How long work is asked to end early."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Event


class StoppedError(Exception):
    """The work was asked to stop; nothing is wrong, and everything done so far is stored."""


def check(stop: Event | None) -> None:
    """Raise StoppedError when ``stop`` is set.

    A flag that is looked at between two steps, not an exception that may strike inside one: an interrupt that
    lands between taking a lock and noting that it is held would leave it held for ever.
    """
    if stop is not None and stop.is_set():
        raise StoppedError


def pause(seconds: float, stop: Event | None) -> None:
    """Wait, but not longer than until ``stop`` is set.

    Raises:
        StoppedError: it is.
    """
    if stop is None:
        time.sleep(seconds)
    elif stop.wait(seconds):
        raise StoppedError
