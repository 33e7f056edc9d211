"""Where videos are decoded: in processes of their own, or in threads of this one."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from organizer.errors import NotNowError, OrganizerError, OutOfMemoryError, ScanError, UnreadableVideoError
from organizer.features.processor import processors
from organizer.frames.decode import Decoded, decode
from organizer.frames.loading import load_decoders
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.pipeline.decoding.child import WorkerDiedError, WorkerStalledError
from organizer.pipeline.decoding.gate import Gate
from organizer.pipeline.decoding.worker import Worker
from organizer.pipeline.decoding.worker_count import shared_processors
from organizer.pipeline.decoding.worker_process import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from organizer.frames.readers.reader import FrameReader
    from organizer.models.bundle import Bundle
    from organizer.pipeline.analyse import Looked
    from organizer.pipeline.progress import WorkersEvent
    from organizer.types import InputSpec, VideoFile

_MAX_FAILED_STARTS = 6
"""In a row, by all workers together, and by themselves: then something is wrong with the installation."""
_MAX_ENDED_STARTS = 100
"""The same for those that were ended from outside while they started."""
_FAILURES_THAT_COUNT = 2
_START_AGAIN_S = 0.3
_WATCH_EVERY_S = 1.0


class Decoders(Protocol):
    """Looks at several videos at once: decodes them, and perhaps makes features of their pictures too."""

    @property
    def room(self) -> int:
        """Return how many files it wants to have at any time, at least 1; it may change."""
        ...

    def submit(self, file: VideoFile, fingerprint: str = "") -> Future[Decoded | Looked]:
        """Decode a file into pictures of network size, or further, when a worker is free.

        The future raises VideoError: the file is no video, cannot be read, changed meanwhile, or made its
        decoder crash; and ScanError: no worker can be started.

        Args:
            file: the file.
            fingerprint: of its content, where another file may lie at its path for who looks at it.
        """
        ...

    def news(self) -> Sequence[WorkersEvent]:
        """Return what happened to the workers since the last call that a person should know."""
        ...

    def close(self) -> None:
        """Drop what has not started, end what has, and wait for it."""
        ...


class StartDecoders(Protocol):
    """Makes decoders for a number of files; see ``start_decoders``."""

    def __call__(
        self, how: FrameReader | Sampling, bundle: Bundle, *, workers: int, files: int, isolated: bool
    ) -> Decoders:
        """Return decoders; the caller closes them."""
        ...


class ProcessDecoders:
    """Decodes in processes of their own: a codec that crashes takes one file with it, not the scan.

    A thread for each worker process gives it one file after the other and waits for the answer, over a pipe
    that no other process knows. So the end of a worker, whatever ended it, is the affair of this thread and
    of that one file. Whether it is the file's fault, only workers tell that did nothing before: it is when
    two of them end in the same way.
    """

    def __init__(
        self,
        reader: FrameReader,
        spec: InputSpec,
        *,
        workers: int,
        threads: int = 1,
        prepare: Callable[[], None] = load_decoders,
        decode: Callable[..., Decoded] = decode,
    ) -> None:
        """Prepare; workers start with the first file.

        Args:
            reader: can be pickled.
            spec: the network's pictures.
            workers: how many processes.
            threads: that ``reader`` decodes one video with; memory and processor time are allotted
                accordingly.
            prepare: is called once in each worker; can be pickled.
            decode: as ``organizer.frames.decode.decode``; can be pickled.
        """
        self._work = Work(reader, spec, threads, prepare, decode)
        self._wanted = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._own = threading.local()
        """``worker``: the one of this thread."""
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._failed_starts = 0.0
        """A share of those that are borne."""
        self._closed = threading.Event()
        self._gate = Gate()
        self._watch: threading.Thread | None = None

    @property
    def room(self) -> int:
        """See ``Decoders.room``: while a worker decodes, the next file waits for it."""
        return 2 * self._wanted

    def news(self) -> Sequence[WorkersEvent]:
        """See ``Decoders.news``: there is none, what ends a worker is told of its file."""
        return ()

    def submit(self, file: VideoFile, fingerprint: str = "") -> Future[Decoded | Looked]:
        """See ``Decoders.submit``."""
        if self._watch is None:
            self._watch = threading.Thread(target=self._end_the_late, daemon=True)
            self._watch.start()
        return self._pool.submit(self._decode, file)

    def close(self) -> None:
        """See ``Decoders.close``."""
        self._closed.set()
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            worker.end()
        self._pool.shutdown(cancel_futures=True)
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            worker.close()
        if self._watch is not None:
            self._watch.join()

    def _end_the_late(self) -> None:
        while not self._closed.wait(_WATCH_EVERY_S):
            with self._lock:
                workers = list(self._workers)
            for worker in workers:
                worker.end_if_late()

    def _decode(self, file: VideoFile) -> Decoded:
        """Decode a file, in as many workers as it takes to know whose fault a failure is."""
        counted: list[_Failure] = []
        failure: _Failure | None = None
        while len(counted) < _FAILURES_THAT_COUNT:
            # Memory may be short because of the others.
            with self._gate.alone() if failure is _Failure.MEMORY else self._gate.shared():
                worker = self._worker(fresh=failure is not None)
                fresh = worker.files == 0
                answer = self._answer(worker, file)
            if isinstance(answer, Decoded):
                return answer
            failure = answer
            # What a worker did before may have broken it, but takes nothing from the time of a file.
            if fresh or failure in (_Failure.TIME, _Failure.MEMORY):
                counted.append(failure)
        raise _verdict(file, counted)

    def _answer(self, worker: Worker, file: VideoFile) -> Decoded | _Failure:
        """Return what a worker makes of a file; raise what it says of it."""
        try:
            answer = worker.decode(file)
        except WorkerStalledError:
            self._drop()
            raise NotNowError(
                file.path, "it was not read in time; perhaps its disk stood still", "Scan again later."
            ) from None
        except WorkerDiedError as death:
            self._drop()
            if self._closed.is_set():
                raise CancelledError from None
            if death.out_of_time:
                return _Failure.TIME
            return _Failure.CRASH if death.own_doing else _Failure.ENDED
        if isinstance(answer, OutOfMemoryError):
            self._drop()
            return _Failure.MEMORY
        if isinstance(answer, OrganizerError):
            raise answer
        return answer

    def _worker(self, *, fresh: bool) -> Worker:
        """Return the worker of this thread.

        Args:
            fresh: whether it must be one that did nothing before.

        Raises:
            ScanError: no worker can be started.
        """
        worker: Worker | None = getattr(self._own, "worker", None)
        if worker is not None and (not worker.is_there() or (fresh and worker.files)):
            self._drop()
            worker = None
        if worker is None:
            worker = self._own.worker = self._started()
        return worker

    def _drop(self) -> None:
        worker: Worker = self._own.worker
        self._own.worker = None
        worker.close()
        with self._lock:
            self._workers.discard(worker)

    def _started(self) -> Worker:
        """Start a worker, again where it is ended meanwhile.

        Raises:
            ScanError: it is of no use.
        """
        reason = ""
        while self._failed_starts < 1:
            if self._closed.is_set():
                raise CancelledError
            try:
                worker = Worker(self._work)
                with self._lock:
                    self._workers.add(worker)
                if self._closed.is_set():
                    # Too late for ``close`` to see it.
                    worker.end()
                try:
                    worker.wait_until_ready()
                except BaseException:
                    worker.close()
                    with self._lock:
                        self._workers.discard(worker)
                    raise
            except (OSError, EOFError, WorkerDiedError, WorkerStalledError) as error:
                reason = str(error) or type(error).__name__
                from_outside = isinstance(error, WorkerDiedError) and not error.own_doing
                with self._lock:
                    self._failed_starts += 1 / (_MAX_ENDED_STARTS if from_outside else _MAX_FAILED_STARTS)
                # A fork server that was ended takes a moment to be seen so.
                self._closed.wait(_START_AGAIN_S)
            else:
                self._failed_starts = 0.0
                return worker
        reason = f" ({reason})" if reason else ""
        raise ScanError(f"The processes that decode videos cannot be started{reason}. Scan again.")


class _Failure(Enum):
    """Why a worker gave no answer about a file."""

    CRASH = "crash"
    TIME = "time"
    """Its processor time was used up."""
    MEMORY = "memory"
    ENDED = "ended"
    """Something outside ended it, or nobody knows what."""


def _verdict(file: VideoFile, failures: list[_Failure]) -> UnreadableVideoError:
    """Return what two workers that did nothing else say of a file."""
    last = failures[-1]
    if set(failures) == {_Failure.MEMORY}:
        return UnreadableVideoError(
            file.path,
            "it asks for more memory than a video may take",
            "If it plays, convert a copy of it to H.264 and add that.",
        )
    if set(failures) <= {_Failure.CRASH, _Failure.TIME}:
        reason = (
            "it makes its decoder crash"
            if last is _Failure.CRASH
            else "it takes more processor time than a video may take"
        )
        return UnreadableVideoError(file.path, reason, "Convert a copy of it to H.264 and add that.")
    if last is _Failure.MEMORY:
        return OutOfMemoryError(file.path, "there was not enough memory", "Scan again with fewer --workers.")
    # The system does this where memory runs out, a person or a logout at any time.
    return NotNowError(
        file.path, "its decoder was ended by the system, perhaps for memory", "Scan with fewer --workers."
    )


class ThreadDecoders:
    """Decodes in threads of this process: starts at once, but a codec that crashes ends the process.

    Limits of memory and time do not hold here (organizer/frames/limits.py), those of size and reading do.
    """

    def __init__(self, reader: FrameReader, spec: InputSpec, *, workers: int) -> None:
        """Prepare.

        Args:
            reader: used by all threads.
            spec: the network's pictures.
            workers: how many threads.
        """
        self._stop = threading.Event()
        """Looked at between two frames."""
        self._work = (reader, spec, self._stop)
        self._wanted = workers
        self._pool = ThreadPoolExecutor(workers)

    @property
    def room(self) -> int:
        """See ``Decoders.room``."""
        return 2 * self._wanted

    def news(self) -> Sequence[WorkersEvent]:
        """See ``Decoders.news``: there is none."""
        return ()

    def submit(self, file: VideoFile, fingerprint: str = "") -> Future[Decoded | Looked]:
        """See ``Decoders.submit``."""
        return self._pool.submit(decode, file, *self._work)

    def close(self) -> None:
        """See ``Decoders.close``."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)


def start_decoders(
    how: FrameReader | Sampling, bundle: Bundle, *, workers: int, files: int, isolated: bool
) -> Decoders:
    """Return decoders for a number of files.

    Args:
        how: a reader, or the sampling to make one for.
        bundle: the model that the pictures are for.
        workers: at the most so many files at once.
        files: how many there are.
        isolated: whether each worker is a process of its own.
    """
    workers, threads = shared_processors(workers, files, processors())
    reader = reader_for(how, threads=threads) if isinstance(how, Sampling) else how
    if isolated:
        return ProcessDecoders(reader, bundle.input_spec, workers=workers, threads=threads)
    return ThreadDecoders(reader, bundle.input_spec, workers=workers)
