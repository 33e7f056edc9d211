"""One computer of a cluster that Ray connects, seen from the one that hands out the work."""

from __future__ import annotations

import os
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from organizer.cluster.computers import CannotSendError, NodeGoneError
from organizer.cluster.node import NotSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.cluster.node import Answer
    from organizer.dataset.plan import ShardWork
    from organizer.types import VideoFile

PIECE_BYTES = 8 * 2**20
_LOOK_AT_CLOSED_S = 0.5


class RayNode:
    """The actor of one computer; see ``NodeHandle``."""

    def __init__(
        self, ray: Any, actor: Any, senders: ThreadPoolExecutor, workers: int, closed: threading.Event
    ) -> None:
        """Take a computer that is ready; ``closed`` is set when nobody waits for it any more."""
        self.workers = workers
        self._ray = ray
        self._actor = actor
        self._senders = senders
        self._closed = closed

    def look(self, file: VideoFile, fingerprint: str) -> Future[Answer]:
        """See ``NodeHandle.look``."""
        return _answer(self._actor.look.remote(file, fingerprint))

    def write(self, work: ShardWork, folder: str) -> Future[Answer]:
        """See ``NodeHandle.write``."""
        return _answer(self._actor.write.remote(work, folder))

    def send(self, file: VideoFile, fingerprint: str) -> Future[Answer]:
        """See ``NodeHandle.send``."""
        return self._senders.submit(self._send, file, fingerprint)

    def close(self) -> None:
        """See ``NodeHandle.close``: its processes end with it."""
        with suppress(Exception):
            self._ray.kill(self._actor)

    def _send(self, file: VideoFile, fingerprint: str) -> Answer:
        from ray.exceptions import RayError, RayTaskError

        token, name = uuid.uuid4().hex, os.path.basename(file.relative_path)
        try:
            if not self._wait_for(self._actor.begin.remote(token, file.size_bytes)):
                return NotSeen(root_is_there=True, reason="there is no room for it")
            for piece in _pieces(file.path):
                # One after the other: what is on its way takes memory on both sides.
                self._wait_for(self._actor.add.remote(token, name, piece))
            answer: Answer = self._wait_for(self._actor.look_at_sent.remote(token, file, fingerprint))
            return answer
        except (RayTaskError, CannotSendError):
            with suppress(RayError, NodeGoneError):
                self._wait_for(self._actor.drop.remote(token))
            raise
        except RayError as error:
            raise NodeGoneError(str(error)) from error

    def _wait_for(self, reference: Any) -> Any:
        return wait_for(self._ray, reference, self._closed)


def wait_for(ray: Any, reference: Any, closed: threading.Event, *, within_s: float | None = None) -> Any:
    """Wait for what a call gives.

    Ray's own ``get`` knows no end: a call that is under way when Ray is shut down would never come back.

    Args:
        ray: the package.
        reference: of the call.
        closed: looked at meanwhile.
        within_s: the longest time; None waits as long as it takes.

    Raises:
        NodeGoneError: ``closed`` was set.
        TimeoutError: it took too long.
        RayError: of many kinds; the call failed.
    """
    due_s = None if within_s is None else time.monotonic() + within_s
    while not closed.is_set():
        if ray.wait([reference], timeout=_LOOK_AT_CLOSED_S)[0]:
            return ray.get(reference)
        if due_s is not None and time.monotonic() >= due_s:
            raise TimeoutError(f"it did not answer within {within_s:.0f} s")
    raise NodeGoneError("nobody waits for it any more")


def _pieces(path: str) -> Iterator[bytes]:
    """Yield a file piece by piece.

    Raises:
        CannotSendError: it cannot be read.
    """
    try:
        with open(path, "rb") as source:
            while piece := source.read(PIECE_BYTES):
                yield piece
    except OSError as error:
        raise CannotSendError(str(error.strerror or error)) from error


def _answer(reference: Any) -> Future[Answer]:
    """Return what a call gives as a future that raises NodeGoneError where the computer has ended."""
    from ray.exceptions import RayError, RayTaskError

    answer: Future[Answer] = Future()

    def pass_on(done: Future[Answer]) -> None:
        error = done.exception()
        if error is None:
            answer.set_result(done.result())
        elif isinstance(error, RayError) and not isinstance(error, RayTaskError):
            answer.set_exception(NodeGoneError(str(error)))
        else:
            answer.set_exception(error)

    reference.future().add_done_callback(pass_on)
    return answer
