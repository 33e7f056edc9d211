"""Fingerprints of the next few files are read while the current one is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from organizer.frames.formats.metadata_digest import metadata_digest
from organizer.library.fingerprint import unreadable_fingerprint

if TYPE_CHECKING:
    from organizer.pipeline.listing import FileJob

Item = TypeVar("Item")
Result = TypeVar("Result")
Fingerprint = Callable[[str, int], str]
"""Gets a file's absolute path and its bytes, as ``library.fingerprint``; raises OSError."""

_THREADS = 4
"""Waiting for a network drive, which answers several questions as quickly as one."""


def with_fingerprints(jobs: Iterable[FileJob], fingerprint: Fingerprint) -> Generator[FileJob, None, None]:
    """Yield the jobs in their order with what tells their files from others, or with the error."""

    def read(job: FileJob) -> FileJob:
        path = job.file.path
        digest = fingerprint(path, job.file.size_bytes)
        return replace(job, fingerprint=digest, metadata_digest=metadata_digest(path))

    with closing(look_ahead(read, jobs, workers=_THREADS)) as ahead:
        for job, future in ahead:
            try:
                yield future.result()
            except OSError as error:
                yield replace(job, fingerprint=unreadable_fingerprint(job.file.path), error=error)


def look_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int
) -> Generator[tuple[Item, Future[Result]], None, None]:
    """Yield (item, future) in the order of the items, never holding more than ``workers + 1`` of them.

    ``items`` is advanced, and the results are used, in the caller's thread; ``function`` runs in ``workers``
    threads. Closing the generator, and any error in it, drops what has not started and waits for what has.
    """
    pending: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                pending.append((item, pool.submit(function, item)))
                if len(pending) > workers:
                    yield pending.popleft()
            while pending:
                yield pending.popleft()
        finally:
            for _, future in pending:
                future.cancel()
