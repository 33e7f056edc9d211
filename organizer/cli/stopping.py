"""Ctrl-C, and the end of a session, as a wish that is looked at between two steps."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


_ENDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stop_asked_for() -> Iterator[threading.Event]:
    """Give a flag that the first Ctrl-C sets; the second one interrupts the block as usual.

    SIGTERM and SIGHUP, which a logout, a closed terminal or a guard of memory sends, count as Ctrl-C.

    An interrupt may strike between any two instructions, also while a lock or a transaction is half taken; a
    flag is seen only where the work can end well.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread gets signals.
        yield stop
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()

    before = {number: signal.getsignal(number) for number in _ENDS}
    for number, handler in before.items():
        # What is to be ignored, as SIGHUP below nohup, stays so.
        if number is signal.SIGINT or handler is not signal.SIG_IGN:
            signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
