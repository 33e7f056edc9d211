"""What there is to do: folders walked and compared with the library, nothing read but names and dates."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import FolderError
from organizer.frames.folders.walk import Walk
from organizer.library import Library
from organizer.library.exclusions import LeftOut as LeftOutOfLibrary
from organizer.library.exclusions import is_at_or_below, is_path
from organizer.library.fingerprint import UNREADABLE
from organizer.library.spelling import is_same_path
from organizer.pipeline.progress import Listed
from organizer.stopping import check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from threading import Event

    from organizer.frames.folders.left_out import LeftOut
    from organizer.library.records import KnownPlace, Root
    from organizer.types import VideoFile


@dataclass(frozen=True, slots=True)
class Area:
    """A root, or a folder below one, that is to be walked."""

    root: Root
    below: str = ""
    chosen: tuple[str, ...] = ()
    """Relative paths of the files to look at, where known ones are looked at again."""


@dataclass(frozen=True, slots=True)
class WalkedArea:
    """What the walk of an area did not meet."""

    root: Root
    vanished: tuple[str, ...]
    """Relative paths of known files that it would have met, but did not."""
    cloud_only: frozenset[str] = frozenset()
    """Relative paths of files that lie only in a cloud."""


@dataclass(frozen=True, slots=True)
class FileJob:
    """A file that is not known unchanged."""

    root: Root
    file: VideoFile
    known: KnownPlace | None
    fingerprint: str = ""
    metadata_digest: str = ""
    """Of what its container says."""
    error: OSError | None = None
    """Why its content could not be read at all."""
    video_id: int | None = None
    """The video with this content, where it is known and needs no decoding."""
    again: bool = False
    """Whether it is decoded though its content is known."""

    @property
    def is_as_known(self) -> bool:
        """Whether its content is what it was when it was looked at last."""
        return self.known is not None and self.known.fingerprint == self.fingerprint

    @property
    def is_new_for_model(self) -> bool:
        """Whether its file is as it was when it was looked at last, but for another model."""
        known = self.known
        return known is not None and not known.failed and not known.has_features and is_same(known, self.file)


@dataclass(frozen=True, slots=True)
class Listing:
    """What all areas hold, compared with the library."""

    found: Listed
    """In numbers."""
    jobs: tuple[FileJob, ...]
    """What is to be done."""
    walked: tuple[WalkedArea, ...]
    """One for each area."""

    @property
    def vanished(self) -> set[str]:
        """Return the absolute paths of known files that were not met."""
        return {os.path.join(area.root.path, path) for area in self.walked for path in area.vanished}

    @property
    def cloud_only(self) -> set[str]:
        """Return the absolute paths of files that lie only in a cloud."""
        return {os.path.join(area.root.path, path) for area in self.walked for path in area.cloud_only}


def areas_of(library: Library, folders: Sequence[str]) -> list[Area]:
    """Turn folders into roots: a folder below a known root is a part of it, not a root of its own."""
    known = {root.path: root for root in library.roots.all()}
    paths = [_known_spelling(_real_path(folder), known) for folder in folders] or list(known)
    excluded = [one.pattern for one in library.exclusions()]
    for path in paths:
        if path not in known:
            check_folder(path)
            check_not_excluded(path, excluded)
    areas: dict[str, Area] = {}
    # Outer folders first, so that a folder inside another one becomes a part of it.
    for path in sorted(paths, key=len):
        root = known.get(path) or _root_above(list(known.values()), path)
        if root is None:
            root = known[path] = library.roots.add(path)
        if not _is_part(areas, root, path):
            areas[path] = Area(root, "" if root.path == path else os.path.relpath(path, root.path))
        for nested in known.values():
            if _is_inside(nested.path, path):
                areas[nested.path] = Area(nested)
    return list(areas.values())


def check_folder(path: str) -> None:
    """Refuse what cannot be scanned.

    Raises:
        FolderError: the path does not exist, or is no folder.
    """
    if os.path.isdir(path):
        return
    if not os.path.exists(path):
        raise FolderError(f"{path}: it does not exist. Give a folder that holds videos.")
    raise FolderError(
        f"{path}: it is not a folder. To look at this file, scan the folder that it lies in: "
        f"{os.path.dirname(os.path.abspath(path))}"
    )


def check_not_excluded(path: str, patterns: Iterable[str]) -> None:
    """Refuse to scan what the person wanted scans to leave out.

    Raises:
        FolderError: the folder lies at or below an excluded one.
    """
    for folder in patterns:
        if is_path(folder) and is_at_or_below(path, folder):
            raise FolderError(
                f"{path}: this library leaves it out of scans. To take it in again: "
                f"organizer folders include {shlex.quote(folder)}",
                ends_in_command=True,
            )


def _real_path(folder: str) -> str:
    if not folder:
        raise FolderError("An empty name is no folder. Give a folder that holds videos.")
    return os.path.realpath(folder)


def _known_spelling(path: str, known: Collection[str]) -> str:
    """Return the known root that is meant by a path, where only the composing of accents differs."""
    if path in known:
        return path
    return next((root for root in known if is_same_path(root, path)), path)


def _is_part(areas: dict[str, Area], root: Root, path: str) -> bool:
    """Whether the walk of another area of the same root comes to this folder."""
    return any(area.root.id == root.id and _is_inside(path, other) for other, area in areas.items())


def _root_above(roots: list[Root], path: str) -> Root | None:
    """Return the closest root that a folder lies in, if the walk of that root comes to the folder."""
    above = [root for root in roots if _is_inside(path, root.path)]
    closest = max(above, key=lambda root: len(root.path), default=None)
    if closest is None:
        return None
    walk = Walk(closest.path, below=os.path.relpath(path, closest.path))
    return closest if walk.enters else None


def _is_inside(path: str, folder: str) -> bool:
    return path != folder and path.startswith(folder.rstrip(os.sep) + os.sep)


def absent_roots(library: Library) -> set[int]:
    """Look which of all roots are there, store what changed, and return the ids of the absent ones.

    Of all roots, for a video must not count as moved when the drive of its other place is not plugged in.
    """
    absent = set()
    for root in library.roots.all():
        offline = not _is_there(library, root)
        if offline != root.offline:
            library.roots.set_offline(root, offline)
        if offline:
            absent.add(root.id)
    return absent


def _is_there(library: Library, root: Root) -> bool:
    """Whether a root's folder is there; an empty one that held videos is an absent drive's mount point."""
    try:
        with os.scandir(root.path) as entries:
            return any(entries) or not library.places.has_files(root)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return not library.places.has_files(root)


def list_jobs(
    library: Library, areas: list[Area], space_id: str, exclude: Sequence[str], *, stop: Event | None = None
) -> Listing:
    """Walk all areas and tell the unchanged files from those to look at.

    Raises:
        StoppedError: ``stop`` was set; the library is as it was.
    """
    roots = [root.path for root in library.roots.all()]
    excluded = LeftOutOfLibrary(one.pattern for one in library.exclusions())
    jobs: list[FileJob] = []
    walked: list[WalkedArea] = []
    returned: list[int] = []
    unreadable: list[str] = []
    left_out: list[LeftOut] = []
    videos = unchanged = links = cloud_only = 0
    for area in areas:
        root = area.root
        present = library.places.present_files(root, space_id)
        nested = [path for path in roots if _is_inside(path, root.path)]
        walk = Walk(
            root.path,
            below=area.below,
            exclude=[*exclude, *excluded.globs],
            skip_folders=[*nested, *excluded.paths],
            known=_known_file(library, root, space_id, present),
            stored=present.__contains__,
        )
        flagged = library.places.beside_pictures(root)
        beside: dict[str, bool] = {}
        for file in walk:
            check(stop)
            videos += 1
            if bool(file.beside_picture) != (file.relative_path in flagged):
                beside[file.relative_path] = bool(file.beside_picture)
            # Taken out, so that only what the walk does not meet is left at its end.
            if present.pop(file.relative_path, None) == (file.size_bytes, file.mtime_ns):
                unchanged += 1
                continue
            place = library.places.known(root, file.relative_path, space_id)
            if place is None or not _is_unchanged(place, file):
                jobs.append(FileJob(root, file, place))
                continue
            unchanged += 1
            if place.missing:
                returned.append(place.id)
        vanished = tuple(
            path
            for path in present
            if walk.covers(path) or (walk.passes_over(path) and is_gone(os.path.join(root.path, path)))
        )
        library.places.note_pictures(root, beside)
        links += walk.links_not_followed
        walked.append(WalkedArea(root, vanished, frozenset(walk.cloud_only)))
        # What is known and out of sight keeps its tags; there is nothing to do about it.
        cloud_only += sum(path not in present for path in walked[-1].cloud_only)
        left_out += walk.left_out
        unreadable += [os.path.join(root.path, folder) for folder in walk.unreadable]
    library.places.restore(returned)
    listed = Listed(
        videos, unchanged, len(returned), len(jobs), links, tuple(unreadable), cloud_only, tuple(left_out)
    )
    return Listing(listed, tuple(jobs), tuple(walked))


def without_done(library: Library, jobs: Sequence[FileJob], space_id: str) -> Sequence[FileJob]:
    """Return the jobs without those files that are known unchanged in another feature space."""
    left, returned = [], []
    for job in jobs:
        place = library.places.known(job.root, job.file.relative_path, space_id) if job.known else None
        if place is None or not _is_unchanged(place, job.file):
            left.append(job)
        elif place.missing:
            returned.append(place.id)
    library.places.restore(returned)
    return left


def _known_file(
    library: Library, root: Root, space_id: str, present: Mapping[str, tuple[int, int] | None]
) -> Callable[[VideoFile], bool]:
    def known(file: VideoFile) -> bool:
        if present.get(file.relative_path) == (file.size_bytes, file.mtime_ns):
            return True
        place = library.places.known(root, file.relative_path, space_id)
        return place is not None and _is_unchanged(place, file)

    return known


def _is_unchanged(place: KnownPlace, file: VideoFile) -> bool:
    done = place.has_features or (place.failed and not place.fingerprint.startswith(UNREADABLE))
    return is_same(place, file) and done


def is_same(place: KnownPlace, file: VideoFile) -> bool:
    """Whether a file has the size and date that it had when it was looked at last."""
    return (place.size_bytes, place.mtime_ns) == (file.size_bytes, file.mtime_ns)


def is_gone(path: str) -> bool:
    """Whether a file is not there; one that cannot be looked at may well be."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
