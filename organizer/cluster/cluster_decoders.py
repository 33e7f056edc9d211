"""A scan's files, looked at on other computers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from organizer.cluster.dispatch import Dispatcher, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from organizer.cluster.computers import NodeHandle, Nodes
    from organizer.cluster.node import Answer
    from organizer.frames.decode import Decoded
    from organizer.pipeline.analyse import Looked
    from organizer.pipeline.decoding.decoders import Decoders
    from organizer.pipeline.progress import WorkersEvent
    from organizer.types import VideoFile


class ClusterDecoders:
    """Looks at videos on other computers, and here where no other can; see ``Decoders``."""

    def __init__(self, nodes: Nodes, start_here: Callable[[], Decoders], *, most_sent_bytes: int) -> None:
        """Prepare; computers are looked for at once.

        Args:
            nodes: the computers.
            start_here: makes what looks at files on this one, when it is first needed.
            most_sent_bytes: larger files are not sent to computers that do not see them; 0 sends none.
        """
        self._start_here = start_here
        self._most_sent_bytes = most_sent_bytes
        self._here: Decoders | None = None
        # While a computer decodes some, the next ones wait there, so that it never waits for this one.
        self._dispatcher = Dispatcher(nodes, lambda info: 2 * info.workers)

    @property
    def room(self) -> int:
        """See ``Decoders.room``."""
        return self._dispatcher.room

    def submit(self, file: VideoFile, fingerprint: str = "") -> Future[Decoded | Looked]:
        """See ``Decoders.submit``."""

        def ask(node: NodeHandle) -> Future[Answer]:
            return node.look(file, fingerprint)

        def send(node: NodeHandle) -> Future[Answer]:
            return node.send(file, fingerprint)

        task = Task(
            file.path,
            file.root,
            ask,
            partial(self._look_here, file, fingerprint),
            send if file.size_bytes <= self._most_sent_bytes else None,
        )
        self._dispatcher.submit(task)
        return task.future

    def news(self) -> Sequence[WorkersEvent]:
        """See ``Decoders.news``."""
        return self._dispatcher.news()

    def close(self) -> None:
        """See ``Decoders.close``."""
        self._dispatcher.close()
        if self._here is not None:
            self._here.close()

    def _look_here(self, file: VideoFile, fingerprint: str) -> Future[Any]:
        # Only the dispatcher's thread comes here.
        if self._here is None:
            self._here = self._start_here()
        return self._here.submit(file, fingerprint)
