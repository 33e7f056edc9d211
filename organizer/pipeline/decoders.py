"""Where videos are decoded: in processes of their own, or in threads of this one."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from threading import Event, RLock
from typing import TYPE_CHECKING, Protocol

from organizer.errors import NotNowError, ScanError, UnreadableVideoError
from organizer.features.processor import processors
from organizer.features.quiet import quiet_stderr
from organizer.frames.decode import Decoded, decode
from organizer.frames.load_decoders import load_decoders
from organizer.frames.sampling import Sampling, reader_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import BaseContext

    from pebble import ProcessPool

    from organizer.frames.reader import FrameReader
    from organizer.types import InputSpec, VideoFile

_TIME_LIMIT_S = 900.0
"""Longer than any video takes, even 8K on a slow drive; a decoder that hangs must not hold the scan."""
_KILLED = -9
_MEMORY_FOR_WORKER = 600 * 2**20
"""Bytes; what decoding one 4K video takes at the most, with room to spare."""
_MAX_BROKEN_POOLS = 3
_MAX_WORKERS = 16
"""By default. More decode more than one network can look at."""


class Decoders(Protocol):
    """Decodes several videos at once, each into pictures of network size."""

    def submit(self, file: VideoFile) -> Future[Decoded]:
        """Decode a file when a worker is free.

        The future raises VideoError: the file is no video, cannot be read, changed meanwhile, or made its
        decoder crash; and ScanError: no worker can be started.
        """
        ...

    def close(self) -> None:
        """Drop what has not started, end what has, and wait for it."""
        ...


class ProcessDecoders:
    """Decodes in processes of their own: a codec that crashes takes one file with it, not the scan."""

    def __init__(self, reader: FrameReader, spec: InputSpec, *, workers: int) -> None:
        """Prepare; workers start with the first file.

        reader: can be pickled. spec: the network's pictures. workers: how many processes.
        """
        self._work = (reader, spec)
        self._workers = workers
        self._lock = RLock()
        self._pools = [self._new_pool()]
        """The last one is in use; those before it broke."""
        self._waiting: dict[Future[Decoded], VideoFile] = {}
        self._started: set[ProcessPool] = set()

    def submit(self, file: VideoFile) -> Future[Decoded]:
        """See ``Decoders.submit``."""
        result: Future[Decoded] = Future()
        with self._lock:
            self._waiting[result] = file
            self._schedule(result, file)
        return result

    def close(self) -> None:
        """See ``Decoders.close``."""
        with self._lock:
            self._waiting.clear()
        for pool in self._pools:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _new_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        return ProcessPool(self._workers, context=_context(), initializer=load_decoders)

    def _schedule(self, result: Future[Decoded], file: VideoFile) -> None:
        """Give a file to the pool; a pool that is broken is replaced, and gets all files that wait."""
        pool = self._pools[-1]
        try:
            with nullcontext() if pool in self._started else _starting():
                self._started.add(pool)
                inner = pool.schedule(decode, [file, *self._work], timeout=_TIME_LIMIT_S)
        except (RuntimeError, OSError, EOFError) as error:
            self._replace(pool, error)
        else:
            inner.add_done_callback(lambda done: self._pass_on(pool, done, result, file))

    def _replace(self, pool: ProcessPool, error: BaseException) -> None:
        """Go on with a new pool: an idle worker that the system ended breaks all of pebble's pool."""
        with self._lock:
            if pool is not self._pools[-1]:
                return
            if len(self._pools) > _MAX_BROKEN_POOLS:
                reason = str(error) or type(error).__name__
                for result in list(self._waiting):
                    self._waiting.pop(result)
                    result.set_exception(
                        ScanError(
                            f"The processes that decode videos cannot be started ({reason}). Scan again."
                        )
                    )
                return
            self._pools.append(self._new_pool())
            for result, file in list(self._waiting.items()):
                self._schedule(result, file)

    def _pass_on(
        self, pool: ProcessPool, done: Future[Decoded], result: Future[Decoded], file: VideoFile
    ) -> None:
        """Hand a worker's answer on, the ends of a process in words."""
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        error = CancelledError() if done.cancelled() else done.exception()
        if isinstance(error, BrokenProcessPool):
            self._replace(pool, error)
            return
        if isinstance(error, ProcessExpired):
            error = _crash(file, error.exitcode)
        elif isinstance(error, TimeoutError):
            error = NotNowError(
                file.path, f"it was not read within {_TIME_LIMIT_S / 60:.0f} minutes", "Scan again later."
            )
        with self._lock:
            if self._waiting.pop(result, None) is None:
                return
        if error is None:
            result.set_result(done.result())
        else:
            result.set_exception(error)


class ThreadDecoders:
    """Decodes in threads of this process: starts at once, but a codec that crashes ends the process."""

    def __init__(self, reader: FrameReader, spec: InputSpec, *, workers: int) -> None:
        """reader: used by all threads. spec: the network's pictures. workers: how many threads."""
        self._stop = Event()
        self._work = (reader, spec, self._stop)
        self._pool = ThreadPoolExecutor(workers)

    def submit(self, file: VideoFile) -> Future[Decoded]:
        """See ``Decoders.submit``."""
        return self._pool.submit(decode, file, *self._work)

    def close(self) -> None:
        """See ``Decoders.close``."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)


def start_decoders(
    how: FrameReader | Sampling, spec: InputSpec, *, workers: int, files: int, isolated: bool
) -> Decoders:
    """Return decoders for a number of files.

    how: a reader, or the sampling to make one for. spec: the network's pictures. workers: at the most so many
    files at once. isolated: whether each worker is a process of its own.
    """
    workers = max(1, min(workers, files))
    # Few long files on many processors: what workers leave free, their decoders use.
    threads = max(1, processors() // workers)
    reader = reader_for(how, threads=threads) if isinstance(how, Sampling) else how
    kind = ProcessDecoders if isolated else ThreadDecoders
    return kind(reader, spec, workers=workers)


def default_workers() -> int:
    """Return how many files to decode at once: one a processor, as far as memory carries them."""
    memory = _memory()
    fitting = _MAX_WORKERS if memory is None else memory // 2 // _MEMORY_FOR_WORKER
    return max(1, min(processors(), fitting, _MAX_WORKERS))


def _memory() -> int | None:
    """Return the bytes of memory of this computer, None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _context() -> BaseContext:
    """Return how workers are made: never as forks of this process, whose threads a fork might wait for."""
    import multiprocessing

    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    # One process of its own loads the decoders once; workers are forks of it, before it has any threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["organizer.frames.preload"])
    return context


@contextmanager
def _starting() -> Iterator[None]:
    """Start workers without a share in Ctrl-C and, while they start up, in the terminal.

    A terminal sends Ctrl-C to all processes of a command, and only the main one knows how to stop well. A
    process that is ended while it starts up complains in Python's words.
    """
    from multiprocessing import resource_tracker

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # First, for Python unblocks the signal at the end of starting this one.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with nullcontext() if os.environ.get("ORGANIZER_DEBUG") else quiet_stderr():
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _crash(file: VideoFile, exit_code: int | None) -> UnreadableVideoError:
    if exit_code == _KILLED:
        # The system does this where memory runs out: the next time there may be enough.
        return NotNowError(
            file.path, "its decoder was ended by the system, perhaps for memory", "Scan with fewer --workers."
        )
    return UnreadableVideoError(
        file.path, "it makes its decoder crash", "Convert a copy of it to H.264 and add that."
    )
