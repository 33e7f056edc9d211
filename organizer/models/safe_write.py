"""Writing a model's files so that a full disk ends in one clear sentence, and a power cut in no half file."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import StorageError
from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN_AGAIN = "then run the command again."
"""What to do when a file can be written again, as the end of a sentence."""
RESUME = "then run the command again: it goes on where it stopped."
"""The same where what came so far is kept."""
_PIECE_BYTES = 1 << 20
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def storage_errors(path: Path, advice: str = RUN_AGAIN) -> Iterator[None]:
    """Turn what goes wrong while writing below ``path`` into words.

    Args:
        path: the file or folder that is written.
        advice: what to do when there is room again, the end of a sentence.

    Raises:
        StorageError: an OSError came out of the block.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageError(f"{path}: the disk is full. Make room; {advice}") from error
        reason = error.strerror or str(error)
        raise StorageError(
            f"{path}: it cannot be written ({reason}). Check the folder and its permissions; {advice}"
        ) from error


def check_free_space(folder: Path, needed: int, advice: str = RUN_AGAIN) -> None:
    """Refuse to begin what will not fit.

    Args:
        folder: an existing folder on the disk in question.
        needed: bytes that are still to be written.
        advice: what to do when there is room, the end of a sentence.

    Raises:
        StorageError: fewer bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageError(
            f"{folder}: {needed / 1e6:,.1f} MB are needed, {free / 1e6:,.1f} MB are free. Make room; {advice}"
        )


def durable_rename(source: Path, target: Path) -> None:
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


@contextmanager
def new_folder(target: Path, advice: str = RUN_AGAIN) -> Iterator[Path]:
    """Yield an empty folder; it becomes ``target``, whole and on the disk, when the block ends well.

    It lies beside the target, hidden, and goes where the block fails.

    Args:
        target: the folder to make; it must not exist yet, or be empty.
        advice: what to do when there is room, the end of a sentence.

    Raises:
        StorageError: there is no room, or the target cannot be written.
    """
    target = Path(os.path.realpath(target))
    with storage_errors(target, advice):
        target.parent.mkdir(parents=True, exist_ok=True)
        # A folder of its own: whatever lies beside the target belongs to the person.
        scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        growing = scratch / target.name
        with storage_errors(target, advice):
            growing.mkdir()
        yield growing
        with storage_errors(target, advice):
            sync_files(growing)
            if target.exists():
                target.rmdir()
            durable_rename(growing, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def sync_files(folder: Path) -> None:
    """Make sure that a power cut leaves no half file behind a whole name.

    Raises:
        OSError: a file cannot be written.
    """
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())


def copy_folder(source: Path, target: Path, advice: str = RUN_AGAIN) -> None:
    """Copy a folder's plain files to a new folder.

    One after the other: ``shutil.copytree`` goes on when the disk is full, and then tells of each file.

    Args:
        source: the folder; links in it are followed.
        target: it must not exist yet.
        advice: what to do when there is room, the end of a sentence.

    Raises:
        StorageError: there is no room for it.
        OSError: a file cannot be read or written.
    """
    check_free_space(target.parent, size_of(source), advice)
    _copy_into(source, target)


def _copy_into(source: Path, target: Path) -> None:
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _copy_into(entry, target / entry.name)
        else:
            copy_regular(entry, target / entry.name)


def copy_regular(source: Path, target: Path) -> None:
    """Copy a regular file to a new one.

    Raises:
        OSError: it is none, or a file cannot be read or written.
    """
    with open_regular(source) as file, target.open("xb") as copy:
        shutil.copyfileobj(file, copy, _PIECE_BYTES)


def size_of(path: Path) -> int:
    """Return the bytes of a file or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(size_of(entry) for entry in path.iterdir())
    return path.stat().st_size if path.is_file() else 0
