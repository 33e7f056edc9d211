"""What is looked at again though it did not change: files that could not be read, or those that could."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from organizer.errors import FolderError
from organizer.frames.folders.left_out import is_cloud_only
from organizer.library import Library
from organizer.library.records import Status
from organizer.library.spelling import composed
from organizer.pipeline.listing import Area, FileJob, Listing, WalkedArea
from organizer.pipeline.progress import Listed
from organizer.stopping import check
from organizer.types import VideoFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event


def known_areas(library: Library, paths: Sequence[str], *, failed: bool) -> list[Area]:
    """Return the roots that hold known files, with those at or below the given files and folders.

    Args:
        library: the library.
        paths: files and folders; none means all files.
        failed: whether files that could not be read are meant, else those that could.

    Raises:
        FolderError: one of the paths does not exist, and no such file is known at or below it.
    """
    wanted_paths = [composed(os.path.realpath(path)) for path in paths]
    met = set()
    areas = []
    for root in library.roots.all():
        chosen = []
        for relative_path in library.places.failed_files(root) if failed else library.places.read_files(root):
            path = composed(os.path.join(root.path, relative_path))
            matching = [
                one for one in wanted_paths if path == one or path.startswith(one.rstrip(os.sep) + os.sep)
            ]
            met.update(matching)
            if matching or not paths:
                chosen.append(relative_path)
        if chosen:
            areas.append(Area(root, chosen=tuple(chosen)))
    for path, real in zip(paths, wanted_paths, strict=True):
        if real not in met and not os.path.lexists(path):
            status = Status.FAILED if failed else Status.OK
            raise FolderError(
                f"{path}: it does not exist. What is known: organizer list --status {status}",
                ends_in_command=True,
            )
    return areas


def list_known(library: Library, areas: list[Area], space_id: str, *, stop: Event | None = None) -> Listing:
    """Turn known files into jobs, of a video's several files one.

    Those that are gone count as vanished, those in a cloud are left alone.

    Raises:
        StoppedError: ``stop`` was set; the library is as it was.
    """
    jobs: list[FileJob] = []
    walked: list[WalkedArea] = []
    unreadable: list[str] = []
    cloud_only = 0
    met: set[int] = set()
    for area in areas:
        vanished = []
        for relative_path in area.chosen:
            check(stop)
            path = os.path.join(area.root.path, relative_path)
            try:
                status = os.stat(path, follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                vanished.append(relative_path)
                continue
            except OSError:
                unreadable.append(path)
                continue
            if not stat.S_ISREG(status.st_mode):
                vanished.append(relative_path)
            elif is_cloud_only(status):
                cloud_only += 1
            else:
                file = VideoFile(area.root.path, relative_path, status.st_size, status.st_mtime_ns)
                place = library.places.known(area.root, relative_path, space_id)
                if place is not None and place.video_id in met:
                    continue
                met.update([place.video_id] if place is not None else [])
                jobs.append(FileJob(area.root, file, place, again=place is not None and not place.failed))
        walked.append(WalkedArea(area.root, tuple(vanished)))
    videos = sum(len(area.chosen) for area in areas)
    found = Listed(videos, 0, 0, len(jobs), 0, tuple(unreadable), cloud_only)
    return Listing(found, tuple(jobs), tuple(walked))
