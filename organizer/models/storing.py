"""Writing a model's files so that a full disk ends in one clear sentence, and a power cut in no half file."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def storing(path: Path, again: str) -> Iterator[None]:
    """Turn what goes wrong while writing below ``path`` into words.

    Args:
        path: the file or folder that is written.
        again: what to do when there is room again, a full sentence.

    Raises:
        StorageError: an OSError came out of the block.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageError(f"{path}: the disk is full. Make room; {again}") from error
        reason = error.strerror or str(error)
        raise StorageError(
            f"{path}: it cannot be written ({reason}). Check the folder and its permissions; {again}"
        ) from error


def check_room(folder: Path, needed: int, again: str) -> None:
    """Refuse to begin what will not fit.

    Args:
        folder: an existing folder on the disk in question.
        needed: bytes that are still to be written.
        again: what to do when there is room, a full sentence.

    Raises:
        StorageError: fewer bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageError(
            f"{folder}: {needed / 1e6:,.1f} MB are needed, {free / 1e6:,.1f} MB are free. Make room; {again}"
        )


def rename_for_good(source: Path, target: Path) -> None:
    """Rename within a folder, in one step that also survives a power cut.

    Raises:
        OSError: it cannot be renamed.
    """
    os.replace(source, target)
    if os.name == "posix":
        # Elsewhere a folder cannot be opened, and renaming is durable enough.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def copy_folder(source: Path, target: Path, again: str) -> None:
    """Copy a folder's plain files to a new folder.

    One after the other: ``shutil.copytree`` goes on when the disk is full, and then tells of each file.

    Args:
        source: the folder; links in it are followed.
        target: it must not exist yet.
        again: what to do when there is room, a full sentence.

    Raises:
        StorageError: there is no room for it.
        OSError: a file cannot be read or written.
    """
    check_room(target.parent, size_of(source), again)
    _copy_into(source, target)


def _copy_into(source: Path, target: Path) -> None:
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _copy_into(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)


def size_of(path: Path) -> int:
    """Return the bytes of a file or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(size_of(entry) for entry in path.iterdir())
    return path.stat().st_size if path.is_file() else 0
