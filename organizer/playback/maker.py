"""A process that makes pieces and strips, as the gallery's server sees it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TypeVar

from organizer.errors import NotNowError, OrganizerError, UnreadableVideoError
from organizer.pipeline.decoding.child import Child, WorkerDiedError, WorkerStalledError
from organizer.pipeline.decoding.worker_process import Sign
from organizer.playback.desk import STOPPED, Asked, Draw, Leave, Look, Make, Opened, serve
from organizer.playback.plan import Piece
from organizer.playback.strip import Strip

T = TypeVar("T", Opened, Piece, Strip)

_SILENT_S = 60.0
"""By the clock, without one more picture: a drive that stands still, or a file that goes round in circles."""
_TRIES = 2
"""A process may end for what another one did, or for memory; two that end say something of the file."""
_OTHER_PLAYERS = "Other players may play it."


class Maker:
    """A process that answers questions, started when it is needed.

    One thread asks; ``leave`` and ``end`` are for any.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._asked = 0
        self._busy = False
        self._closed = False

    def answer(self, question: Look | Make | Draw, kind: type[T]) -> T:
        """Answer a question.

        Raises:
            CancelledError: nobody wants the answer any more.
            OrganizerError: there is none.
        """
        deaths: list[WorkerDiedError] = []
        while len(deaths) < _TRIES:
            try:
                answer = self._once(question)
            except WorkerStalledError:
                self._drop()
                raise NotNowError(
                    question.original.path, "it was not read in time", "Perhaps its disk stands still."
                ) from None
            except (WorkerDiedError, OSError, EOFError) as death:
                self._drop()
                if self._closed:
                    raise CancelledError from None
                deaths.append(death if isinstance(death, WorkerDiedError) else WorkerDiedError(None))
                continue
            if answer == STOPPED:
                raise CancelledError
            if isinstance(answer, OrganizerError):
                raise answer
            assert isinstance(answer, kind)
            return answer
        raise _verdict(question.original.path, deaths[-1])

    def leave(self) -> None:
        """Let the question at hand be: its answer is not wanted any more."""
        with self._lock:
            if self._busy and self._child is not None:
                with suppress(OSError, ValueError):
                    self._child.connection.send(Leave(self._asked))

    def end(self) -> None:
        """End the process at once; whoever waits for an answer gets none."""
        self._closed = True
        with self._lock:
            child = self._child
        if child is not None:
            child.end()

    def rest(self) -> None:
        """End the process, which waits for a question; the next question starts another one."""
        self._drop()

    def _once(self, question: Look | Make | Draw) -> object:
        child = self._started()
        with self._lock:
            self._asked += 1
            self._busy = True
            child.due_s = time.monotonic() + _SILENT_S
            child.connection.send(Asked(self._asked, question))
        try:
            while True:
                if not child.connection.poll(max(0.0, (child.due_s or 0.0) - time.monotonic())):
                    child.end_if_late()
                    continue
                answer = child.receive()
                if answer is not Sign.PICTURE:
                    return answer
                child.due_s = time.monotonic() + _SILENT_S
        finally:
            with self._lock:
                self._busy = False
            child.due_s = None

    def _started(self) -> Child:
        if self._closed:
            raise CancelledError
        if self._child is not None and not self._child.is_there():
            self._drop()
        if self._child is None:
            child = Child(serve, self._threads)
            with self._lock:
                self._child = child
            child.wait_until_ready()
            if self._closed:
                child.end()
        return self._child

    def _drop(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.close()


def _verdict(path: str, death: WorkerDiedError) -> OrganizerError:
    if death.out_of_time:
        return UnreadableVideoError(
            path, "it takes more processor time than a video may take", _OTHER_PLAYERS
        )
    if death.own_doing:
        return UnreadableVideoError(path, "it makes its decoder crash", _OTHER_PLAYERS)
    return NotNowError(path, "its decoder was ended by the system, perhaps for memory", _OTHER_PLAYERS)


def warm_up() -> None:
    """Load what such processes have in common, so that the first one starts in a moment."""
    with suppress(WorkerDiedError, WorkerStalledError, OSError, EOFError):
        child = Child(serve, 1)
        try:
            child.wait_until_ready()
        finally:
            child.close()
