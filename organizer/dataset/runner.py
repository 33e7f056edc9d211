"""Who writes shards: this computer, one after the other, or anything else that keeps the promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from organizer.dataset.write_shard import FileDone, ShardTools, shard_steps
from organizer.pipeline.decoding.decoders import start_decoders
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path
    from threading import Event

    from organizer.dataset.plan import ShardWork
    from organizer.dataset.shard_files import ShardReport
    from organizer.models.bundle import Bundle
    from organizer.pipeline.decoding.decoders import StartDecoders


class ShardRunner(Protocol):
    """Has shards written, here or on other computers."""

    def run(self, shards: Iterable[ShardWork], folder: Path) -> Generator[ShardReport | FileDone, None, None]:
        """Have each shard written by ``write_shard`` and yield its report, in any order.

        Shards are asked for when there is room for them, for each holds features that a library knows, and
        in the thread that iterates, for the library is that thread's. A shard whose writer died is given to
        another writer; what that one writes takes the place of whatever the first left. ``FileDone`` may be
        yielded as often as there is news, or never. Closed, the generator ends what it started.

        Raises:
            StoppedError: it was asked to stop. Shards that were reported are complete.
            OrganizerError: it cannot go on.
        """
        ...


class LocalRunner:
    """Writes one shard after the other here, each with all processors."""

    def __init__(
        self,
        *,
        bundle: Bundle | None = None,
        workers: int | None = None,
        isolated: bool = True,
        start: StartDecoders = start_decoders,
        stop: Event | None = None,
    ) -> None:
        """Prepare.

        Args:
            bundle: the model; None opens the installed one of the shards' description.
            workers: files decoded at the same time; None takes as many as processors and memory carry.
            isolated: whether each decoder is a process of its own.
            start: makes the decoders.
            stop: looked at between two files.
        """
        self._bundle = bundle
        self._workers = workers
        self._isolated = isolated
        self._start = start
        self._stop = stop

    def run(self, shards: Iterable[ShardWork], folder: Path) -> Generator[ShardReport | FileDone, None, None]:
        """See ``ShardRunner.run``."""
        tools: ShardTools | None = None
        try:
            for work in shards:
                check(self._stop)
                tools = tools or ShardTools(
                    work.description,
                    work.sampling,
                    bundle=self._bundle,
                    workers=self._workers,
                    isolated=self._isolated,
                    start=self._start,
                )
                report = yield from shard_steps(work, folder, tools, stop=self._stop)
                yield report
        finally:
            if tools is not None:
                tools.close()
