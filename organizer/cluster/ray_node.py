"""One computer of a cluster that Ray connects, seen from the one that hands out the work."""

from __future__ import annotations

import os
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


class RayNode:
    """The actor of one computer; see ``NodeHandle``."""

    def __init__(self, ray: Any, actor: Any, senders: ThreadPoolExecutor, workers: int) -> None:
        """Take a computer that is ready."""
        self.workers = workers
        self._ray = ray
        self._actor = actor
        self._senders = senders

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
            if not self._ray.get(self._actor.begin.remote(token, file.size_bytes)):
                return NotSeen(root_is_there=True, reason="there is no room for it")
            for piece in _pieces(file.path):
                # One after the other: what is on its way takes memory on both sides.
                self._ray.get(self._actor.add.remote(token, name, piece))
            answer: Answer = self._ray.get(self._actor.look_at_sent.remote(token, file, fingerprint))
            return answer
        except (RayTaskError, CannotSendError):
            with suppress(RayError):
                self._ray.get(self._actor.drop.remote(token))
            raise
        except RayError as error:
            raise NodeGoneError(str(error)) from error


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
