"""Bring the library up to date with folders."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from organizer.errors import FolderError, VideoError
from organizer.frames.walk import find_videos
from organizer.library.fingerprint import fingerprint
from organizer.library.store import UNREADABLE
from organizer.pipeline.analyse import Decoded, FileChangedError, analyse, decode
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
    from collections.abc import Callable, Iterator, Sequence

    from organizer.frames.reader import FrameReader
    from organizer.frames.walk import Walk
    from organizer.library.records import KnownPlace, Root
    from organizer.library.store import Store
    from organizer.tags.tagger import Tagger
    from organizer.types import VideoFile


@dataclass(slots=True)
class _Area:
    """A root, or a folder below one, that is walked."""

    root: Root
    below: str = ""
    walk: Walk | None = None
    seen: set[int] = field(default_factory=set)
    """Ids of the places that were met unchanged."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A file that is not known unchanged."""

    root: Root
    file: VideoFile
    known: KnownPlace | None
    fingerprint: str = ""
    error: OSError | None = None
    """Why not even its first bytes could be read."""
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
) -> Iterator[ScanEvent]:
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
        A ``RootOffline`` for each known root that is absent, one ``Listed``, a ``Stored`` for each file that
        is not known unchanged, and at the end one ``Vanished``.

    Raises:
        FolderError: a folder is missing and was never scanned, or is no folder. Nothing was scanned.
        BundleError: the model is missing or damaged.
        LibraryError: the library cannot be written.
    """
    areas = _areas(store, folders)
    present = []
    for area in areas:
        offline = not _is_there(store, area.root)
        if offline != area.root.offline:
            store.set_offline(area.root, offline)
        if offline:
            yield RootOffline(area.root.path)
        else:
            present.append(area)
    listed, jobs = _list(store, present, tagger.bundle.space_id, exclude)
    yield listed
    outcomes = _work(store, tagger, reader, jobs, workers or os.cpu_count() or 1)
    for done, outcome in enumerate(outcomes, start=1):
        yield Stored(outcome, done, listed.to_do)
    missing: list[str] = []
    for area in present:
        assert area.walk is not None
        missing += store.forget_vanished(area.root, area.seen, area.walk.covers)
        if not area.below:
            store.finish_root(area.root)
    yield Vanished(tuple(missing))


def _areas(store: Store, folders: Sequence[str]) -> list[_Area]:
    """Turn folders into roots: a folder below a known root is a part of it, not a root of its own."""
    known = {root.path: root for root in store.roots()}
    areas: dict[tuple[int, str], _Area] = {}
    paths = [os.path.realpath(folder) for folder in folders] or list(known)
    for path in paths:
        if path not in known and not os.path.isdir(path):
            reason = "is not a folder" if os.path.exists(path) else "does not exist"
            raise FolderError(f"{path}: it {reason}. Give a folder that holds videos.")
    for path in paths:
        root = known.get(path)
        if root is None and not (root := _root_above(list(known.values()), path)):
            root = known[path] = store.add_root(path)
        below = "" if root.path == path else os.path.relpath(path, root.path)
        areas[root.id, below] = _Area(root, below)
        for nested in known.values():
            if _is_inside(nested.path, path):
                areas[nested.id, ""] = _Area(nested)
    return [
        area for area in areas.values() if not area.below or (area.root.id, "") not in areas
    ]


def _root_above(roots: list[Root], path: str) -> Root | None:
    """Return the closest root that a folder lies in, if the walk of that root comes to the folder."""
    above = [root for root in roots if _is_inside(path, root.path)]
    closest = max(above, key=lambda root: len(root.path), default=None)
    if closest is not None and not find_videos(closest.path, below=os.path.relpath(path, closest.path)).enters:
        return None
    return closest


def _is_inside(path: str, folder: str) -> bool:
    return path != folder and path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_there(store: Store, root: Root) -> bool:
    """Whether a root's folder is there; an empty one that held videos is the mount point of an absent drive."""
    try:
        with os.scandir(root.path) as entries:
            return any(entries) or not store.has_places(root)
    except FileNotFoundError:
        return False
    except OSError:
        return not store.has_places(root)


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
        area.walk = find_videos(
            root.path, below=area.below, exclude=exclude, skip_folders=nested, known=known_file
        )
        for file in area.walk:
            videos += 1
            place = store.place(root, file.relative_path, space_id)
            if place is not None:
                area.seen.add(place.id)
            if place is None or not _is_unchanged(place, file):
                jobs.append(_Job(root, file, place))
                continue
            unchanged += 1
            if place.missing:
                returned.append(place.id)
        links += area.walk.links_not_followed
        unreadable += [os.path.join(root.path, folder) for folder in area.walk.unreadable]
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
    store: Store, tagger: Tagger, reader: FrameReader, jobs: list[_Job], workers: int
) -> Iterator[FileOutcome]:
    stop = threading.Event()
    size = tagger.bundle.input_size

    def decode_job(job: _Job) -> Decoded | None:
        if job.error is not None or job.video_id is not None:
            return None
        return decode(job.file, reader, size, stop)

    identified = (_identify(store, job, tagger.bundle.space_id) for job in jobs)
    try:
        for job, future in look_ahead(decode_job, identified, workers=workers):
            yield _finish(store, tagger, job, future)
    finally:
        stop.set()


def _identify(store: Store, job: _Job, space_id: str) -> _Job:
    """Read a job's fingerprint and look its content up."""
    try:
        digest = fingerprint(job.file.path, job.file.size_bytes)
    except OSError as error:
        return _Job(job.root, job.file, job.known, UNREADABLE + job.file.path, error)
    return _Job(job.root, job.file, job.known, digest, None, store.find_video(digest, space_id))


def _finish(store: Store, tagger: Tagger, job: _Job, future: Future[Decoded | None]) -> FileOutcome:
    """Store what came out of one job."""
    file, root, path = job.file, job.root, job.file.path
    space_id = tagger.bundle.space_id
    if isinstance(job.error, FileNotFoundError):
        return FileOutcome(path, OutcomeKind.FAILED, "it disappeared during the scan")
    if job.error is not None:
        reason = f"it cannot be opened ({job.error.strerror or job.error})"
        store.store_failure(root, file, job.fingerprint, reason)
        return FileOutcome(path, OutcomeKind.FAILED, reason)
    # Looked up again: a copy of the same content may have been stored since this one was submitted.
    video_id = job.video_id or store.find_video(job.fingerprint, space_id)
    if video_id is not None:
        moved = store.place_video(root, file, video_id, os.path.lexists)
        return FileOutcome(path, OutcomeKind.MOVED if moved else OutcomeKind.COPY)
    try:
        decoded = future.result()
    except FileChangedError as error:
        # Not stored: its content is not what was read, so it must be tried again whatever its date says.
        return FileOutcome(path, OutcomeKind.FAILED, error.reason)
    except VideoError as error:
        store.store_failure(root, file, job.fingerprint, error.reason)
        return FileOutcome(path, OutcomeKind.FAILED, error.reason)
    assert decoded is not None
    analysis = analyse(decoded, tagger)
    store.store_video(root, file, job.fingerprint, analysis)
    tags = tuple(tag.name for tag in analysis.tagging.suggestions)
    return FileOutcome(path, OutcomeKind.CHANGED if job.known else OutcomeKind.NEW, tags=tags)
