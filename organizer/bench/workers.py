"""Worker processes that are ready before the clock starts."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Self, TypeVar

from organizer.errors import ScanError
from organizer.frames.loading import load_decoders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

Item = TypeVar("Item")

_START_LIMIT_S = 120.0
_barrier: Any = None
"""In a worker: where all of them meet."""


class WarmWorkers:
    """Processes with the decoders loaded, as a scan's workers are after their first video."""

    def __init__(self, workers: int) -> None:
        """Start them and wait until all are ready.

        Raises:
            ScanError: they cannot be started.
        """
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        started = time.perf_counter()
        self._pool = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_prepare, initargs=(context.Barrier(workers),)
        )
        # Each waits for the others, so that no worker takes two of these and none comes late.
        self.seconds(_meet, range(workers))
        self.start_s = time.perf_counter() - started
        """Seconds from the first to the last worker's being ready."""

    def seconds(self, function: Callable[[Item], object], items: Sequence[Item]) -> float:
        """Return how long ``function`` takes for all items, its results' way back included.

        Raises:
            ScanError: a worker crashed.
            Exception: what the function raises.
        """
        started = time.perf_counter()
        futures = []
        try:
            futures = [self._pool.submit(function, item) for item in items]
            while futures:
                # Let go of each result as soon as it is there: together they may be large.
                futures.pop(0).result()
        except BrokenProcessPool as error:
            raise ScanError(f"A process that decodes videos ended unexpectedly ({error}).") from error
        return time.perf_counter() - started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _prepare(barrier: Any) -> None:

    global _barrier  # noqa: PLW0603 - a worker process has no other place to keep it
    _barrier = barrier
    # Ctrl-C goes to every process of the terminal; the main one ends the workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load_decoders()


def _meet(_number: int) -> None:
    _barrier.wait(_START_LIMIT_S)
