"""One video that is being played: what is asked for, and the thread that has it made."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, TypeVar

from organizer.errors import OrganizerError
from organizer.playback.desk import Look, Make, Opened
from organizer.playback.plan import Piece

if TYPE_CHECKING:
    from organizer.playback.maker import Maker
    from organizer.playback.original import Original
    from organizer.playback.shelf import Shelf

T = TypeVar("T", Opened, Piece)


class Player:
    """Makes pieces of one video, in a thread of its own: those that are asked for, then a few of the next."""

    def __init__(self, original: Original, shelf: Shelf, maker: Maker, *, ahead: int, idle_s: float) -> None:
        """Begin to wait for questions.

        Args:
            original: the file.
            shelf: where what is made is kept.
            maker: a process of its own.
            ahead: how many pieces are made that nobody asked for yet.
            idle_s: seconds without a question after which the process is ended.
        """
        self._original = original
        self._shelf = shelf
        self._maker = maker
        self._ahead = ahead
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._wanted: OrderedDict[int, list[Future[Piece]]] = OrderedDict()
        self._looking: list[Future[Opened]] = []
        self._at: int | None = None
        """The piece that is being made."""
        self._coming: list[int] = []
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True, name="player")
        self._thread.start()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for something."""
        with self._changed:
            return bool(self._wanted or self._looking)

    def look(self) -> Future[Opened]:
        """Ask how the video is served."""
        future: Future[Opened] = Future()
        with self._changed:
            self._check_open(future)
            self._looking.append(future)
            self._changed.notify_all()
        return future

    def piece(self, number: int) -> Future[Piece]:
        """Ask for a piece; what is being made for nobody is let be for it."""
        future: Future[Piece] = Future()
        with self._changed:
            self._check_open(future)
            self._wanted.setdefault(number, []).append(future)
            self._wanted.move_to_end(number)
            if self._at is not None and self._at not in self._wanted and number != self._at:
                self._maker.leave()
            self._changed.notify_all()
        return future

    def give_up(self, number: int, future: Future[Piece]) -> None:
        """Take back a question for a piece; what nobody waits for is not made to its end."""
        with self._changed:
            future.cancel()
            futures = self._wanted.get(number, [])
            if future in futures:
                futures.remove(future)
            if not futures:
                self._wanted.pop(number, None)
                self._coming.clear()
                if self._at == number:
                    self._maker.leave()

    def close(self) -> None:
        """End the process and the thread; whoever waits is told that it was cancelled."""
        with self._changed:
            self._closed = True
            futures: list[Future[Piece] | Future[Opened]] = [*self._looking]
            futures += [future for waiting in self._wanted.values() for future in waiting]
            self._wanted.clear()
            self._looking.clear()
            self._changed.notify_all()
        for future in futures:
            future.cancel()
        self._maker.end()

    def _check_open(self, future: Future[Piece] | Future[Opened]) -> None:
        if self._closed:
            future.cancel()

    def _serve(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(self._has_work, self._idle_s):
                    self._maker.rest()
                    self._changed.wait_for(self._has_work)
                if self._closed:
                    break
                looking, self._looking = self._looking, []
                number = None if looking else self._next_number()
                self._at = number
            if looking:
                self._tell_opened(looking)
            elif number is not None:
                self._make(number)
        self._maker.rest()

    def _has_work(self) -> bool:
        return bool(self._closed or self._looking or self._wanted or self._coming)

    def _next_number(self) -> int:
        if not self._wanted:
            return self._coming.pop(0)
        # The one that continues what was made last costs least; else the one that was asked for last, which
        # is where the viewer is.
        return next(
            (number for number in self._coming[:1] if number in self._wanted), next(reversed(self._wanted))
        )

    def _tell_opened(self, looking: list[Future[Opened]]) -> None:
        try:
            opened = self._maker.answer(Look(self._original), Opened)
        except CancelledError:
            _settle(looking, None)
        except OrganizerError as error:
            _settle(looking, error)
        else:
            self._shelf.keep_opened(self._original, opened)
            _settle(looking, opened)

    def _make(self, number: int) -> None:
        outcome: Piece | OrganizerError | None = None
        with self._changed:
            if number not in self._wanted and self._shelf.has_piece(self._original, number):
                return
        outcome = self._shelf.piece(self._original, number)
        if outcome is None:
            try:
                outcome = self._maker.answer(Make(self._original, number), Piece)
                self._shelf.keep_piece(self._original, number, outcome)
            except CancelledError:
                outcome = None
            except OrganizerError as error:
                outcome = error
        with self._changed:
            self._at = None
            if outcome is None:
                # Somebody else may have asked meanwhile; then it is made from its beginning.
                return
            asked = self._wanted.pop(number, [])
            if asked:
                self._coming = []
            if isinstance(outcome, OrganizerError) or outcome.is_last:
                self._coming = []
            elif asked:
                self._coming = [*range(number + 1, number + 1 + self._ahead)]
        _settle(asked, outcome)


def _settle(futures: list[Future[T]], outcome: T | OrganizerError | None) -> None:
    for future in futures:
        if outcome is None:
            future.cancel()
        elif future.set_running_or_notify_cancel():
            if isinstance(outcome, OrganizerError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
