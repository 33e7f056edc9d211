"""Bring the library up to date with folders."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.errors import VideoError
from organizer.library.fingerprint import fingerprint, unreadable_fingerprint
from organizer.pipeline.analyse import Decoded, NotNowError, analyse, decode
from organizer.pipeline.listing import Job, absent_roots, areas_of, list_jobs
from organizer.pipeline.look_ahead import look_ahead
from organizer.pipeline.progress import (
    FileOutcome,
    OutcomeKind,
    RootOffline,
    ScanEvent,
    Stored,
    Vanished,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from organizer.frames.reader import FrameReader
    from organizer.library.store import Store
    from organizer.tags.tagger import Tagger


def scan(
    store: Store,
    tagger: Tagger,
    reader: FrameReader,
    folders: Sequence[str] = (),
    *,
    exclude: Sequence[str] = (),
    workers: int | None = None,
) -> Generator[ScanEvent, None, None]:
    """Find new, changed, moved and vanished videos below folders and store what they show.

    Every file is one transaction, so the generator may be closed at any point: the next scan goes on from
    there. Unchanged files cost one ``stat``. A file that cannot be used is stored with its reason and tried
    again only when it changes. Originals are only ever read.

    Args:
        store: the library.
        tagger: scores and tags with the bundle to use.
        reader: decodes frames.
        folders: folders to scan; none means all folders ever scanned.
        exclude: globs of names or relative paths to leave alone, see ``find_videos``.
        workers: files decoded at the same time; None takes one for each processor.

    Yields:
        A ``RootOffline`` for each root to scan that is absent, one ``Listed``, a ``Stored`` for each file
        that is not known unchanged, and at the end one ``Vanished``.

    Raises:
        FolderError: a folder is missing and was never scanned, or is no folder. Nothing was scanned.
        BundleError: the model is missing or damaged.
        LibraryError: the library cannot be written.
    """
    areas = areas_of(store, folders)
    absent = absent_roots(store)
    for path in dict.fromkeys(area.root.path for area in areas if area.root.id in absent):
        yield RootOffline(path)
    present = [area for area in areas if area.root.id not in absent]
    listed, jobs = list_jobs(store, present, tagger.bundle.space_id, exclude)
    yield listed
    vanished = {os.path.join(area.root.path, path) for area in present for path in area.vanished}
    workers = workers or os.cpu_count() or 1
    with closing(_work(store, tagger, reader, jobs, vanished=vanished, workers=workers)) as outcomes:
        for done, outcome in enumerate(outcomes, start=1):
            yield Stored(outcome, done, listed.to_do)
    missing: list[str] = []
    for area in present:
        missing += store.forget_vanished(area.root, area.vanished)
        if not area.below:
            store.finish_root(area.root)
    yield Vanished(tuple(missing))


def _work(
    store: Store,
    tagger: Tagger,
    reader: FrameReader,
    jobs: list[Job],
    *,
    vanished: set[str],
    workers: int,
) -> Generator[FileOutcome, None, None]:
    def exists(path: str) -> bool:
        return path not in vanished and not _is_gone(path)

    stop = threading.Event()
    size = tagger.bundle.input_size

    def decode_job(job: Job) -> Decoded | None:
        if job.error is not None or job.video_id is not None:
            return None
        return decode(job.file, reader, size, stop)

    identified = (_identify(store, job, tagger.bundle.space_id) for job in jobs)
    with closing(look_ahead(decode_job, identified, workers=workers, stop=stop)) as ahead:
        for job, future in ahead:
            yield _finish(store, tagger, job, future, exists)


def _is_gone(path: str) -> bool:
    """Whether a file is not there; one that cannot be looked at may well be."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _identify(store: Store, job: Job, space_id: str) -> Job:
    """Read a job's fingerprint and look its content up."""
    try:
        digest = fingerprint(job.file.path, job.file.size_bytes)
    except OSError as error:
        return replace(job, fingerprint=unreadable_fingerprint(job.file.path), error=error)
    return replace(job, fingerprint=digest, video_id=store.find_video(digest, space_id))


def _store_failure(store: Store, job: Job, reason: str) -> None:
    """Store that a file is broken, unless that would hide a video that was read before.

    A file that could not even be opened may hold what it always held; and content that was once read does not
    break. Such a file is tried again at the next scan, for its place in the library is as it was.
    """
    known = job.known
    if known is None or known.failed or (job.error is None and known.fingerprint != job.fingerprint):
        store.store_failure(job.root, job.file, job.fingerprint, reason)


def _finish(
    store: Store,
    tagger: Tagger,
    job: Job,
    future: Future[Decoded | None],
    exists: Callable[[str], bool],
) -> FileOutcome:
    """Store what came out of one job."""
    file, root, path = job.file, job.root, job.file.path
    if job.error is not None:
        reason = "it disappeared during the scan"
        if not isinstance(job.error, FileNotFoundError):
            reason = f"it cannot be opened ({job.error.strerror or job.error})"
            _store_failure(store, job, reason)
        return FileOutcome(path, OutcomeKind.FAILED, reason)
    # Looked up again: a copy of the same content may have been stored since this one was submitted.
    video_id = job.video_id or store.find_video(job.fingerprint, tagger.bundle.space_id)
    if video_id is not None:
        moved = store.place_video(root, file, video_id, exists)
        if job.known is not None and job.known.fingerprint == job.fingerprint:
            return FileOutcome(path, OutcomeKind.UNCHANGED)
        return FileOutcome(path, OutcomeKind.MOVED if moved else OutcomeKind.COPY)
    try:
        decoded = future.result()
    except VideoError as error:
        # What may be read the next time is not stored: it must be tried again whatever its date says.
        if not isinstance(error, NotNowError):
            _store_failure(store, job, error.reason)
        return FileOutcome(path, OutcomeKind.FAILED, error.reason)
    assert decoded is not None
    analysis = analyse(decoded, tagger)
    store.store_video(root, file, job.fingerprint, analysis)
    tags = tuple(tag.name for tag in analysis.tagging.suggestions)
    return FileOutcome(path, OutcomeKind.CHANGED if job.known else OutcomeKind.NEW, tags=tags)
