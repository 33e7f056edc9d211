"""Files that cannot be read just now: a network that stands still, a drive that was pulled out.

FFmpeg takes what it cannot read for the end of the file, and what it found up to there looks like a shorter
recording. So whoever reads a file notes the error here, and whoever asked for all of it looks afterwards.
"""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from organizer.errors import NotNowError, OrganizerError, VideoError
from organizer.memory import lacks_memory
from organizer.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSING_NAMES = {
    # The rights of a network drive come and go with the login; files and memory that all programs share.
    "EACCES",
    "EMFILE",
    "ENFILE",
    "ENOMEM",
    "ENOBUFS",
    # A server or a connection.
    "ESTALE",
    "ETIMEDOUT",
    "ETIME",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ENETUNREACH",
    "ENETRESET",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTCONN",
    "ENOLINK",
    "ECOMM",
    "EPIPE",
    "ESHUTDOWN",
    # A drive that is not there any more.
    "ENODEV",
    "ENXIO",
    "ENOMEDIUM",
}
# What Windows makes of all that its C library has no name for, such as a network name that is gone.
if sys.platform == "win32":
    _PASSING_NAMES.add("EINVAL")
PASSING = frozenset(getattr(errno, name) for name in _PASSING_NAMES if hasattr(errno, name))
"""Numbers of errors for which a sound file cannot be read just now. EIO is none of them: so says a bad
sector, and what is before it is all that can be had of the file."""

_noted: ContextVar[list[OSError] | None] = ContextVar("noted", default=None)


def note(error: OSError) -> None:
    """Note that a file could not be read, for the innermost ``all_is_read`` around the caller, if any."""
    errors = _noted.get()
    if errors is not None:
        errors.append(error)


@contextmanager
def all_is_read(path: str) -> Iterator[None]:
    """Let nothing come of a block in which a file could not be read for a reason that passes.

    Args:
        path: the one file that is read within.

    Raises:
        NotNowError: then, instead of what the block made of it, but for what is no failure of the file.
    """
    errors: list[OSError] = []
    token = _noted.set(errors)
    try:
        yield
    except Exception as error:
        if lacks_memory(error) or isinstance(error, StoppedError):
            raise
        if isinstance(error, VideoError):
            # Those that could not even open it have said why.
            if getattr(error.__cause__, "errno", None) in PASSING:
                raise NotNowError(error.path, error.reason, "Scan again later.") from error
        elif isinstance(error, OrganizerError):
            raise
        _check(path, errors)
        raise
    finally:
        _noted.reset(token)
    _check(path, errors)


def _check(path: str, errors: list[OSError]) -> None:
    for error in errors:
        if error.errno in PASSING:
            words = error.strerror or error
            raise NotNowError(path, f"it could not be read on ({words})", "Scan again later.") from error
