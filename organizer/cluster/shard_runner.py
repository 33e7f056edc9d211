"""Shards of features, written by the computers that make them."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from typing import TYPE_CHECKING, Any

from organizer.cluster.dispatch import Dispatcher, Task
from organizer.dataset.write_shard import FileDone
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from pathlib import Path
    from threading import Event

    from organizer.cluster.computers import NodeHandle, Nodes
    from organizer.cluster.node import Answer
    from organizer.dataset.plan import ShardWork
    from organizer.dataset.runner import ShardRunner
    from organizer.dataset.shard_files import ShardReport
    from organizer.pipeline.progress import WorkersEvent

_AT_A_TIME = 2
"""Shards that a computer has: the next one waits there."""
_LOOK_AT_STOP_S = 0.1


class ClusterRunner:
    """Has each shard written by a computer that sees its files and the folder; see ``ShardRunner``.

    Shards that no computer can write are written here, one after the other.
    """

    def __init__(
        self,
        nodes: Nodes,
        here: ShardRunner,
        report: Callable[[WorkersEvent], None],
        stop: Event | None = None,
    ) -> None:
        """Prepare.

        Args:
            nodes: the computers.
            here: writes what no other can.
            report: is told what happens to computers.
            stop: looked at between two shards.
        """
        self._nodes = nodes
        self._here = here
        self._report = report
        self._stop = stop

    def run(self, shards: Iterable[ShardWork], folder: Path) -> Generator[ShardReport | FileDone, None, None]:
        """See ``ShardRunner.run``."""
        # Other computers may have another working directory.
        folder = folder.absolute()
        dispatcher = Dispatcher(self._nodes, lambda _info: _AT_A_TIME)
        running: dict[Future[Any], ShardWork] = {}
        coming = iter(shards)
        with closing(dispatcher):
            while True:
                check(self._stop)
                while len(running) < dispatcher.room and (work := next(coming, None)) is not None:
                    task = self._task(work, folder)
                    running[task.future] = work
                    dispatcher.submit(task)
                if not running:
                    break
                done, _ = wait(running, timeout=_LOOK_AT_STOP_S, return_when=FIRST_COMPLETED)
                for event in dispatcher.news():
                    self._report(event)
                for future in done:
                    work, report = running.pop(future), future.result()
                    if report is None:
                        # At once: shards that wait hold features, and may be many.
                        yield from self._here.run([work], folder)
                    else:
                        yield from (FileDone() for _ in range(work.size))
                        yield report

    def _task(self, work: ShardWork, folder: Path) -> Task:
        def ask(node: NodeHandle) -> Future[Answer]:
            return node.write(work, str(folder))

        return Task(f"{folder}, shard {work.number}", str(folder), ask, _later)


def _later() -> Future[Any]:
    """Leave a shard to the thread that iterates, for it is that thread's library and network: None."""
    future: Future[Any] = Future()
    future.set_result(None)
    return future
