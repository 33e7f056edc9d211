"""What was made of videos, kept in a folder of a limited size; what was not used for longest goes first."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DOWN_TO = 0.9
"""So much of the limit is left when room is made, so that it is not made for each piece."""
_LEAST_FREE = 2**30
"""Bytes of the disk that are left free."""
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a folder holds."""

    files: int
    size: int
    """Bytes."""


class PieceCache:
    """Files by the name of a video's content and their own; used by any number of threads and processes.

    It may be emptied at any time. Where nothing can be written, nothing is kept, and all is made again.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Make nothing yet.

        Args:
            folder: belongs to the cache alone.
            limit: bytes that it may hold.
        """
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._size: int | None = None
        """About how much is there; None while nobody looked."""

    def get(self, video: str, name: str) -> bytes | None:
        """Return a file, and take it as used; None where it is not kept."""
        path = self._folder / video / name
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def has(self, video: str, name: str) -> bool:
        """Tell whether a file is kept."""
        return (self._folder / video / name).is_file()

    def put(self, video: str, name: str, data: bytes) -> None:
        """Keep a file; whoever reads it meanwhile finds all of it or nothing."""
        folder = self._folder / video
        with suppress(OSError):
            for made in (self._folder.parent, self._folder, folder):
                made.mkdir(mode=0o700, parents=made is self._folder.parent, exist_ok=True)
            if shutil.disk_usage(folder).free < _LEAST_FREE + len(data):
                return
            handle, unfinished = tempfile.mkstemp(_UNFINISHED, dir=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(unfinished, folder / name)
            except BaseException:
                with suppress(OSError):
                    os.unlink(unfinished)
                raise
            self._count(len(data))

    def kept(self) -> Kept:
        """Return how much is kept."""
        sizes = [size for _, size, _ in self._files()]
        return Kept(len(sizes), sum(sizes))

    def clear(self) -> Kept:
        """Delete everything and return what that was."""
        before = self.kept()
        for path, _, _ in self._files():
            with suppress(OSError):
                path.unlink()
        self._remove_empty()
        with self._lock:
            self._size = None
        return before

    def _count(self, added: int) -> None:
        with self._lock:
            if self._size is None:
                self._size = self.kept().size
            else:
                self._size += added
            if self._size <= self._limit:
                return
            # Others may have written meanwhile, or made room.
            files = sorted(self._files())
            left = sum(size for _, size, _ in files)
            for path, size, _ in sorted(files, key=lambda file: file[2]):
                if left <= self._limit * _DOWN_TO:
                    break
                with suppress(OSError):
                    path.unlink()
                    left -= size
            self._size = left
            self._remove_empty()

    def _files(self) -> list[tuple[Path, int, int]]:
        """Return all files with their size in bytes and when they were used last, in nanoseconds."""
        found = []
        for folder in self._folders():
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        found.append((Path(entry.path), status.st_size, status.st_mtime_ns))
        return found

    def _folders(self) -> list[Path]:
        with suppress(OSError), os.scandir(self._folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        return []

    def _remove_empty(self) -> None:
        for folder in self._folders():
            with suppress(OSError):
                folder.rmdir()
