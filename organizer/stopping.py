"""How long work is asked to end early, or to wait for a while."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_EVERY_S = 0.2


class StoppedError(Exception):
    """The work was asked to stop; nothing is wrong, and everything done so far is stored."""


class Wishes(Event):
    """A wish to end, as any event, that knows a wish to wait too.

    Whoever works looks at it with ``check`` between two steps, and stands still there while ``pause`` is set.
    Nothing is held meanwhile: ``check`` is never called inside a transaction.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pause = Event()
        """Set while the work shall wait; another thread sets and clears it."""
        self.waits = False
        """Whether the work stands still now."""
        self.on_pause: Callable[[bool], None] | None = None
        """Is told when the work begins to wait (True), and when it goes on (False)."""
        self._waited_s = 0.0
        self._since_s = 0.0

    def waited_s(self) -> float:
        """Return for how many seconds in all the work stood still."""
        return self._waited_s + (time.monotonic() - self._since_s if self.waits else 0.0)

    def stand_still(self) -> None:
        """Wait while ``pause`` is set, but not longer than until the work shall end."""
        if not self.pause.is_set() or self.is_set():
            return
        self._since_s, self.waits = time.monotonic(), True
        if self.on_pause is not None:
            self.on_pause(True)
        try:
            while self.pause.is_set() and not self.wait(_LOOK_EVERY_S):
                pass
        finally:
            self.waits = False
            self._waited_s += time.monotonic() - self._since_s
            if self.on_pause is not None:
                self.on_pause(False)


def check(stop: Event | None) -> None:
    """Raise StoppedError when ``stop`` is set; before that, wait while it says so.

    A flag that is looked at between two steps, not an exception that may strike inside one: an interrupt that
    lands between taking a lock and noting that it is held would leave it held for ever.
    """
    if isinstance(stop, Wishes):
        stop.stand_still()
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
