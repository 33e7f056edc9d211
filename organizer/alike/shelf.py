"""Where vectors are kept: two files for each library and feature space, in the cache folder.

The *base* holds most videos; the *tail*, which is small and written anew each time, holds those that came or
changed since. Both appear whole or not at all. Of two processes that write, the last one wins, and either's
files are right: a tail names the base that it follows, and is passed over beside another one.
"""

from __future__ import annotations

import hashlib
import io
import mmap
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from organizer.alike.vector_file import DamagedFileError, VectorWriter, read_vectors

if TYPE_CHECKING:
    from organizer.alike.measure import Measure
    from organizer.alike.vector_file import Origin, VectorFile
    from organizer.alike.vectors import Vectors

_BASE, _TAIL, _UNFINISHED = ".base", ".tail", ".part"
_LEAST_FREE = 2**30
"""Bytes of the disk that are left free."""
_BYTES_OF_ONE = 2200
"""Of a video, at most."""
_FORGOTTEN_S = 180 * 86_400
"""A library that nobody asked for so long may be gone: its files are."""
_BROKEN_OFF_S = 86_400
"""So old, what was not finished is nobody's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a library and space."""

    base: VectorFile | None
    tail: VectorFile | None


class Shelf:
    """The files of one library and feature space; for any thread and process."""

    def __init__(self, folder: Path | None, library: Path, space_id: str) -> None:
        """Touch nothing yet.

        Args:
            folder: of all vectors; None keeps nothing.
            library: its file.
            space_id: the feature space.
        """
        self._folder = folder
        self.library = hashlib.sha256(os.fsencode(library.absolute())).hexdigest()[:32]
        self.space_id = space_id
        self._stem = hashlib.sha256(f"{self.library} {space_id}".encode()).hexdigest()[:32]

    def load(self) -> Kept:
        """Return what is kept, as far as it is whole, of this library, and belongs together."""
        base, tail = self._read(_BASE), self._read(_TAIL)
        if base is None or (tail is not None and tail.origin.follows != base.origin.name):
            tail = None
        return Kept(base, tail)

    def begin(self, origin: Origin, measure: Measure, videos: int) -> Keeping:
        """Begin to keep vectors, in memory where no file can be written.

        Args:
            origin: what they are made of; one that follows another is a tail.
            measure: with which they are made.
            videos: how many there will be, about.
        """
        file = self._begin(videos * _BYTES_OF_ONE)
        return Keeping(self, file, origin, measure)

    def _begin(self, size: int) -> tuple[IO[bytes], Path] | None:
        if self._folder is None:
            return None
        try:
            for made in (self._folder.parent, self._folder):
                made.mkdir(mode=0o700, parents=made is not self._folder, exist_ok=True)
            if shutil.disk_usage(self._folder).free < _LEAST_FREE + size:
                return None
            # For the person alone, as temporary files are: it tells which videos are alike.
            handle, unfinished = tempfile.mkstemp(_UNFINISHED, dir=self._folder)
            return os.fdopen(handle, "w+b"), Path(unfinished)
        except OSError:
            return None

    def _read(self, ending: str) -> VectorFile | None:
        if self._folder is None:
            return None
        try:
            with self._path(ending).open("rb") as file:
                found = read_vectors(_mapped(file))
            with suppress(OSError):
                os.utime(self._path(ending))
        except (OSError, DamagedFileError):
            return None
        ours = found.origin.library == self.library and found.origin.space_id == self.space_id
        return found if ours else None

    def _path(self, ending: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{self._stem}{ending}"

    def replace(self, unfinished: Path, ending: str) -> None:
        """Let a finished file take the place of the one before, if that can be."""
        with suppress(OSError):
            os.replace(unfinished, self._path(ending))
            self._tidy()

    def _tidy(self) -> None:
        """Delete what nobody will ask for any more."""
        assert self._folder is not None
        now = time.time()
        for name, age_s in _ages(self._folder, now):
            if age_s > (_BROKEN_OFF_S if name.endswith(_UNFINISHED) else _FORGOTTEN_S):
                with suppress(OSError):
                    (self._folder / name).unlink()


class Keeping:
    """Vectors that are being written; what is broken off leaves nothing behind."""

    def __init__(
        self, shelf: Shelf, file: tuple[IO[bytes], Path] | None, origin: Origin, measure: Measure
    ) -> None:
        self._shelf = shelf
        self._path = file[1] if file else None
        self._file = file[0] if file else io.BytesIO()
        self._ending = _TAIL if origin.follows else _BASE
        self._writer = VectorWriter(self._file, origin, measure)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._path is not None:
            self._file.close()
            # Not there any more where it took its place.
            with suppress(OSError):
                self._path.unlink()

    def add(self, part: Vectors) -> None:
        """Write the vectors of some more videos.

        Raises:
            OSError: the disk is full.
        """
        self._writer.add(part)

    def finish(self) -> VectorFile:
        """Put the file in its place and return it as it is read.

        Raises:
            OSError: the disk is full.
        """
        self._writer.finish()
        if isinstance(self._file, io.BytesIO):
            return read_vectors(self._file.getbuffer())
        found = read_vectors(_mapped(self._file))
        assert self._path is not None
        self._shelf.replace(self._path, self._ending)
        return found


def kept_size(folder: Path) -> tuple[int, int]:
    """Return how many files of vectors a folder holds, and their bytes."""
    sizes = []
    for name, _ in _ages(folder, 0.0):
        with suppress(OSError):
            sizes.append((folder / name).stat().st_size)
    return len(sizes), sum(sizes)


def clear(folder: Path) -> tuple[int, int]:
    """Delete all vectors in a folder; return how many files that were, and their bytes."""
    before = kept_size(folder)
    for name, _ in _ages(folder, 0.0):
        with suppress(OSError):
            (folder / name).unlink()
    return before


def _ages(folder: Path, now: float) -> list[tuple[str, float]]:
    """Return the names of files that are ours, and how long nobody used each, in seconds."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((_BASE, _TAIL, _UNFINISHED)):
                with suppress(OSError):
                    found.append((entry.name, now - entry.stat(follow_symlinks=False).st_mtime))
    return found


def _mapped(file: IO[bytes]) -> memoryview:
    """Return the bytes of an open file; its pages are the system's, and go when others need the room.

    Raises:
        DamagedFileError: it is empty.
        OSError: it cannot be read.
    """
    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except ValueError as error:
        raise DamagedFileError("empty") from error
