"""Ctrl-C, and the end of a session, as a wish that is looked at between two steps."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from organizer.stopping import Wishes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


_ENDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stop_asked_for() -> Iterator[Wishes]:
    """Give a flag that the first Ctrl-C sets; the second one interrupts the block as usual.

    The work that looks at it can be asked to wait too, from the gallery or with ``organizer job pause``.

    SIGTERM and SIGHUP, which a logout, a closed terminal or a guard of memory sends, count as Ctrl-C.

    An interrupt may strike between any two instructions, also while a lock or a transaction is half taken; a
    flag is seen only where the work can end well.
    """
    stop = Wishes()
    stop.on_pause = _say_paused
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


def _say_paused(paused: bool) -> None:
    if paused:
        click.echo('Paused. To go on: "organizer job resume", or "Go on" in the gallery.', err=True)
    else:
        click.echo("Going on.", err=True)
