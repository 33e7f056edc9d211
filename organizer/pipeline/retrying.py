"""What a retry looks at: files that could not be read, whether or not they changed since."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from organizer.errors import FolderError
from organizer.frames.cloud import is_cloud_only
from organizer.library.names import composed
from organizer.pipeline.listing import Area, Job
from organizer.pipeline.progress import Listed
from organizer.stopping import check
from organizer.types import VideoFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event

    from organizer.library.store import Store


def failed_areas(store: Store, paths: Sequence[str]) -> list[Area]:
    """Return the roots that hold failed files, with those at or below the given files and folders.

    Args:
        store: the library.
        paths: files and folders; none means all failed files.

    Raises:
        FolderError: one of the paths does not exist and nothing at or below it is known to have failed.
    """
    asked = [composed(os.path.realpath(path)) for path in paths]
    met = set()
    areas = []
    for root in store.roots():
        failed = []
        for relative_path in store.failed_files(root):
            path = composed(os.path.join(root.path, relative_path))
            wanted = [one for one in asked if path == one or path.startswith(one.rstrip(os.sep) + os.sep)]
            met.update(wanted)
            if wanted or not paths:
                failed.append(relative_path)
        if failed:
            areas.append(Area(root, failed=tuple(failed)))
    for path, real in zip(paths, asked, strict=True):
        if real not in met and not os.path.lexists(path):
            raise FolderError(f"{path}: it does not exist. What failed: organizer list --status failed")
    return areas


def list_failed(
    store: Store, areas: list[Area], space_id: str, *, stop: Event | None = None
) -> tuple[Listed, list[Job]]:
    """Turn failed files into jobs; those that are gone count as vanished, those in a cloud are left alone.

    Raises:
        StoppedError: ``stop`` was set; the library is as it was.
    """
    jobs: list[Job] = []
    unreadable: list[str] = []
    cloud_only = 0
    for area in areas:
        vanished = []
        for relative_path in area.failed:
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
                jobs.append(Job(area.root, file, store.place(area.root, relative_path, space_id)))
        area.vanished = tuple(vanished)
    videos = sum(len(area.failed) for area in areas)
    return Listed(videos, 0, 0, len(jobs), 0, tuple(unreadable), cloud_only), jobs
