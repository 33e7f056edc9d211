"""Open a file below a folder so that no link, also one put there meanwhile, leads out of it.

A path that was checked and is opened afterwards may be another by then. So each step is opened inside the
one before, links refused, and the descriptor that comes out is the only thing that is looked at and read.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP_BY_STEP = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Whether this system can open a file inside an opened folder."""
# Enough for looking into: a folder may be passed through that may not be listed.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def open_contained(root: str, relative_path: str, *, step_by_step: bool = STEP_BY_STEP) -> int:
    """Open a regular file for reading.

    Args:
        root: absolute path of a folder; links in it are followed, for a person chose it so.
        relative_path: of the file below it; no step of it may be a link or lead upwards.
        step_by_step: whether each folder is opened inside the one before.

    Returns:
        A descriptor that belongs to the caller.

    Raises:
        OSError: there is no such file, or it is no regular one.
        ValueError: the path is none of a file below a folder.
    """
    steps = _steps(relative_path)
    return _open_steps(root, steps) if step_by_step else _open_checked(root, steps)


def _steps(relative_path: str) -> list[str]:
    if os.path.isabs(relative_path) or os.path.splitdrive(relative_path)[0]:
        raise ValueError(f"{relative_path!r} is not relative")
    steps = relative_path.replace(os.altsep or os.sep, os.sep).split(os.sep)
    if {"", os.curdir, os.pardir} & set(steps):
        raise ValueError(f"{relative_path!r} is no plain path")
    return steps


def _open_steps(root: str, steps: Sequence[str]) -> int:
    folder = os.open(root, _FOLDER)
    try:
        for step in steps[:-1]:
            inner = os.open(step, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Opening a device may already do something.
        _check_regular(os.stat(steps[-1], dir_fd=folder, follow_symlinks=False))
        file = os.open(steps[-1], _FILE | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)
    return _checked(file)


def _open_checked(root: str, steps: Sequence[str]) -> int:
    """Do it where folders cannot be opened: what was opened must be what lies at the real path afterwards."""
    real_root = os.path.realpath(root)
    path = os.path.join(real_root, *steps)
    _check_regular(os.lstat(path))
    file = _checked(os.open(path, _FILE | _BINARY))
    try:
        if os.path.realpath(path) != path or not os.path.samestat(os.lstat(path), os.fstat(file)):
            raise OSError(f"{path}: a link leads elsewhere")
    except BaseException:
        os.close(file)
        raise
    return file


def _checked(file: int) -> int:
    try:
        _check_regular(os.fstat(file))
    except BaseException:
        os.close(file)
        raise
    return file


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError("this is no regular file")
