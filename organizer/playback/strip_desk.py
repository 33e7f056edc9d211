"""Has strips made, one at a time: the one that was asked for last first, for there the pointer is."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError
from organizer.playback.desk import Draw
from organizer.playback.strip import Strip

if TYPE_CHECKING:
    from organizer.playback.maker import Maker
    from organizer.playback.original import Original
    from organizer.playback.shelf import Shelf


class StripDesk:
    """A process that makes strips, and the thread that talks with it."""

    def __init__(self, shelf: Shelf, maker: Maker, *, idle_s: float) -> None:
        """Begin to wait for questions.

        Args:
            shelf: where what is made is kept.
            maker: a process of its own.
            idle_s: seconds without a question after which the process is ended.
        """
        self._shelf = shelf
        self._maker = maker
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._asked: list[tuple[Original, Future[Strip]]] = []
        self._at: Future[Strip] | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def strip(self, original: Original) -> Future[Strip]:
        """Ask for the strip of a video."""
        future: Future[Strip] = Future()
        with self._changed:
            if self._closed:
                future.cancel()
                return future
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True, name="strips")
                self._thread.start()
            self._asked.append((original, future))
            self._changed.notify_all()
        return future

    def give_up(self, future: Future[Strip]) -> None:
        """Take back a question: the pointer went on."""
        with self._changed:
            future.cancel()
            self._asked = [asked for asked in self._asked if asked[1] is not future]
            if self._at is future:
                self._maker.leave()

    def close(self) -> None:
        """End the process and the thread; whoever waits is told that it was cancelled."""
        with self._changed:
            self._closed = True
            asked, self._asked = self._asked, []
            self._changed.notify_all()
        for _, future in asked:
            future.cancel()
        self._maker.end()

    def _serve(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(self._has_work, self._idle_s):
                    self._maker.rest()
                    self._changed.wait_for(self._has_work)
                if self._closed:
                    break
                original, future = self._asked.pop()
                self._at = future
            self._make(original, future)
            with self._changed:
                self._at = None
        self._maker.rest()

    def _has_work(self) -> bool:
        return bool(self._closed or self._asked)

    def _make(self, original: Original, future: Future[Strip]) -> None:
        strip: Strip | None = self._shelf.strip(original)
        error: OrganizerError | None = None
        if strip is None:
            try:
                strip = self._maker.answer(Draw(original), Strip)
                self._shelf.keep_strip(original, strip)
            except CancelledError:
                future.cancel()
            except OrganizerError as problem:
                error = problem
        if not future.set_running_or_notify_cancel():
            return
        if error is not None:
            future.set_exception(error)
        elif strip is not None:
            future.set_result(strip)
        else:
            future.set_exception(CancelledError())
