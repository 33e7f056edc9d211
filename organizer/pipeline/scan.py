"""Bring the library up to date with folders."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from organizer.errors import FolderError, VideoError
from organizer.frames.walk import find_videos
from organizer.library.fingerprint import UNREADABLE, fingerprint, unreadable_fingerprint
from organizer.pipeline.analyse import Decoded, NotNowError, analyse, decode
from organizer.pipeline.look_ahead import look_ahead
from organizer.pipeline.progress import (
    FileOutcome,
    Listed,
    OutcomeKind,
    RootOffline,
    ScanEvent,
    Stored,
    Vanished,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from organizer.frames.reader import FrameReader
    from organizer.library.records import KnownPlace, Root
    from organizer.library.store import Store
    from organizer.tags.tagger import Tagger
    from organizer.types import VideoFile


@dataclass(slots=True)
class _Area:
    """A root, or a folder below one, that is walked."""

    root: Root
    below: str = ""
    vanished: tuple[str, ...] = ()
    """Relative paths of known files that the walk would have met, but did not."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A file that is not known unchanged."""

    root: Root
    file: VideoFile
    known: KnownPlace | None
    fingerprint: str = ""
    error: OSError | None = None
    """Why its content could not be read at all."""
    video_id: int | None = None
    """The video with this content, where it is known and needs no decoding."""


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
    areas = _areas(store, folders)
    absent = _absent_roots(store)
    for path in dict.fromkeys(area.root.path for area in areas if area.root.id in absent):
        yield RootOffline(path)
    present = [area for area in areas if area.root.id not in absent]
    listed, jobs = _list(store, present, tagger.bundle.space_id, exclude)
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


def _areas(store: Store, folders: Sequence[str]) -> list[_Area]:
    """Turn folders into roots: a folder below a known root is a part of it, not a root of its own."""
    known = {root.path: root for root in store.roots()}
    paths = [_real_path(folder) for folder in folders] or list(known)
    for path in paths:
        if path not in known and not os.path.isdir(path):
            reason = "is not a folder" if os.path.exists(path) else "does not exist"
            raise FolderError(f"{path}: it {reason}. Give a folder that holds videos.")
    areas: dict[str, _Area] = {}
    # Outer folders first, so that a folder inside another one becomes a part of it.
    for path in sorted(paths, key=len):
        root = known.get(path) or _root_above(list(known.values()), path)
        if root is None:
            root = known[path] = store.add_root(path)
        if not _is_part(areas, root, path):
            areas[path] = _Area(root, "" if root.path == path else os.path.relpath(path, root.path))
        for nested in known.values():
            if _is_inside(nested.path, path):
                areas[nested.path] = _Area(nested)
    return list(areas.values())


def _real_path(folder: str) -> str:
    if not folder:
        raise FolderError("An empty name is no folder. Give a folder that holds videos.")
    return os.path.realpath(folder)


def _is_part(areas: dict[str, _Area], root: Root, path: str) -> bool:
    """Whether the walk of another area of the same root comes to this folder."""
    return any(area.root.id == root.id and _is_inside(path, other) for other, area in areas.items())


def _root_above(roots: list[Root], path: str) -> Root | None:
    """Return the closest root that a folder lies in, if the walk of that root comes to the folder."""
    above = [root for root in roots if _is_inside(path, root.path)]
    closest = max(above, key=lambda root: len(root.path), default=None)
    if closest is None:
        return None
    walk = find_videos(closest.path, below=os.path.relpath(path, closest.path))
    return closest if walk.enters else None


def _is_inside(path: str, folder: str) -> bool:
    return path != folder and path.startswith(folder.rstrip(os.sep) + os.sep)


def _absent_roots(store: Store) -> set[int]:
    """Look which of all roots are there, store what changed, and return the ids of the absent ones.

    Of all roots, for a video must not count as moved when the drive of its other place is not plugged in.
    """
    absent = set()
    for root in store.roots():
        offline = not _is_there(store, root)
        if offline != root.offline:
            store.set_offline(root, offline)
        if offline:
            absent.add(root.id)
    return absent


def _is_there(store: Store, root: Root) -> bool:
    """Whether a root's folder is there; an empty one that held videos is an absent drive's mount point."""
    try:
        with os.scandir(root.path) as entries:
            return any(entries) or not store.has_files(root)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return not store.has_files(root)


def _list(
    store: Store, areas: list[_Area], space_id: str, exclude: Sequence[str]
) -> tuple[Listed, list[_Job]]:
    """Walk all areas and tell the unchanged files from those to look at."""
    roots = [root.path for root in store.roots()]
    jobs: list[_Job] = []
    returned: list[int] = []
    unreadable: list[str] = []
    videos = unchanged = links = 0
    for area in areas:
        root = area.root
        known_file = _known_file(store, root, space_id)
        nested = [path for path in roots if _is_inside(path, root.path)]
        walk = find_videos(
            root.path, below=area.below, exclude=exclude, skip_folders=nested, known=known_file
        )
        met = set()
        for file in walk:
            videos += 1
            met.add(file.relative_path)
            place = store.place(root, file.relative_path, space_id)
            if place is None or not _is_unchanged(place, file):
                jobs.append(_Job(root, file, place))
                continue
            unchanged += 1
            if place.missing:
                returned.append(place.id)
        area.vanished = tuple(
            path for path in store.present_paths(root) if path not in met and walk.covers(path)
        )
        links += walk.links_not_followed
        unreadable += [os.path.join(root.path, folder) for folder in walk.unreadable]
    store.restore_places(returned)
    return Listed(videos, unchanged, len(returned), len(jobs), links, tuple(unreadable)), jobs


def _known_file(store: Store, root: Root, space_id: str) -> Callable[[VideoFile], bool]:
    def known(file: VideoFile) -> bool:
        place = store.place(root, file.relative_path, space_id)
        return place is not None and _is_unchanged(place, file)

    return known


def _is_unchanged(place: KnownPlace, file: VideoFile) -> bool:
    same_file = (place.size_bytes, place.mtime_ns) == (file.size_bytes, file.mtime_ns)
    done = place.has_features or (place.failed and not place.fingerprint.startswith(UNREADABLE))
    return same_file and done


def _work(
    store: Store,
    tagger: Tagger,
    reader: FrameReader,
    jobs: list[_Job],
    *,
    vanished: set[str],
    workers: int,
) -> Generator[FileOutcome, None, None]:
    def exists(path: str) -> bool:
        return path not in vanished and not _is_gone(path)

    stop = threading.Event()
    size = tagger.bundle.input_size

    def decode_job(job: _Job) -> Decoded | None:
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


def _identify(store: Store, job: _Job, space_id: str) -> _Job:
    """Read a job's fingerprint and look its content up."""
    try:
        digest = fingerprint(job.file.path, job.file.size_bytes)
    except OSError as error:
        return replace(job, fingerprint=unreadable_fingerprint(job.file.path), error=error)
    return replace(job, fingerprint=digest, video_id=store.find_video(digest, space_id))


def _store_failure(store: Store, job: _Job, reason: str) -> None:
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
    job: _Job,
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
