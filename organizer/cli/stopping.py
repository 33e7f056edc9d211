"""Ctrl-C as a wish that is looked at between two steps."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def stop_asked_for() -> Iterator[threading.Event]:
    """Give a flag that the first Ctrl-C sets; the second one interrupts the block as usual.

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

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
