"""One command at a time moves originals of a library: a lock that is gone when its process is."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.errors import JobRunningError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.library import Library

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What systems say of a lock that another process has."""


@contextmanager
def moving_alone(library: Library) -> Iterator[None]:
    """Keep other commands from moving originals of a library, and from ending its moves, for a block.

    Raises:
        JobRunningError: another one does.
        OutputError: the file of the lock, beside the library, cannot be written or locked.
    """
    path = f"{os.path.realpath(library.path)}.moving"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise OutputError(
            f"{path}: the lock of moves cannot be written ({error.strerror}). "
            "Look whether the folder of the library can be written, then try again."
        ) from error
    try:
        try:
            _lock(descriptor)
        except OSError as error:
            if error.errno not in _HELD:
                raise OutputError(
                    f"{path}: it cannot be locked ({error.strerror}), so nothing is moved. "
                    "Keep the library on a disk of this computer."
                ) from error
            raise JobRunningError(
                "Another command moves files of this library. Wait for its end, then try again."
            ) from error
        yield
    finally:
        # The file stays: were it removed, two could each lock one of that name.
        os.close(descriptor)


def is_moving(library: Library) -> bool:
    """Whether another command moves originals of a library now."""
    try:
        with moving_alone(library):
            return False
    except JobRunningError:
        return True


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
