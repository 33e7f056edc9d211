"""One file from one place to another, such that nothing is ever overwritten."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.library import Library
    from organizer.library.doubles import Move

_PIECE = 1 << 20
_AT_CWD = -100
_NO_REPLACE = 1
_EXCL = 4
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
"""What a disk or system says that cannot do it this way; the next way finds out what else is wrong."""


def carry(library: Library, move: Move, source: str, target: str, at: Callable[[str], None]) -> None:
    """Move one file to a place where nothing is; its folder is there.

    Raises:
        OSError: it cannot be; something may be left of it for ``settle``.
    """
    try:
        rename_new(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(library, move, source, target, at)
        at("named")
        os.unlink(source)
    at("moved")
    for path in (target, source):
        _flush_folder(os.path.dirname(path))


def rename_new(source: str, target: str) -> None:
    """Rename a file; where something lies at the target, both stay as they are.

    Raises:
        FileExistsError: something does.
        OSError: it cannot be renamed.
    """
    if _rename_at_once(source, target):
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        _rename_onto_own(source, target)
        return
    try:
        os.unlink(source)
    except OSError:
        os.unlink(target)
        raise


def _rename_at_once(source: str, target: str) -> bool:
    """Rename as one step that fails where something is; False where this system or disk cannot."""
    if sys.platform == "win32":
        os.rename(source, target)
        return True
    libc = ctypes.CDLL(None, use_errno=True)
    here, there = os.fsencode(source), os.fsencode(target)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(here, there, ctypes.c_uint(_EXCL))
    elif sys.platform != "darwin" and hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_CWD, here, _AT_CWD, there, ctypes.c_uint(_NO_REPLACE))
    else:
        return False
    if failed:
        number = ctypes.get_errno()
        if number in _NOT_HERE:
            return False
        raise OSError(number, os.strerror(number), source, None, target)
    return True


def _rename_onto_own(source: str, target: str) -> None:
    """Rename onto an empty file that was made here, where neither of the better ways is."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    try:
        own = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    now = os.lstat(target)
    if (now.st_dev, now.st_ino, now.st_size) != (own.st_dev, own.st_ino, 0):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.replace(source, target)


def part_of(library: Library, move: Move, target: str) -> str:
    """Return where a copy lies until it is whole: no other library has a file of that name."""
    whose = hashlib.sha256(os.fsencode(os.path.realpath(library.path))).hexdigest()[:10]
    return os.path.join(os.path.dirname(target), f".organizer-move-{whose}-{move.id}.part")


def sha256_of(path: str) -> str:
    """Return the checksum of a file, as hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with open_regular(Path(path)) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _copy(library: Library, move: Move, source: str, target: str, at: Callable[[str], None]) -> None:
    part, digest = part_of(library, move, target), hashlib.sha256()
    with open_regular(Path(source)) as original, open(part, "xb") as copy:
        before = os.fstat(original.fileno())
        while piece := original.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
        at("copied")
        copy.flush()
        os.fsync(copy.fileno())
    shutil.copystat(source, part)
    if sha256_of(part) != digest.hexdigest():
        raise OSError(errno.EIO, "the copy differs from the original")
    after = os.stat(source)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError(errno.EBUSY, "it was changed meanwhile")
    library.moves.set_sha256(move.id, digest.hexdigest())
    at("compared")
    rename_new(part, target)
    _flush_folder(os.path.dirname(target))


def _flush_folder(folder: str) -> None:
    """Bring new and gone names onto the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
