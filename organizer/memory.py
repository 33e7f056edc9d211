"""Too little memory: whether an error says so, as libraries do in many ways, and what is known before."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError, OrganizerError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOO_LITTLE_MEMORY = (
    "there is too little memory for this. Close other programs, or raise the limit if there is one "
    "(ulimit -v), then run it again"
)
_WORDS = (
    "cannot allocate memory",
    "can't allocate memory",
    "failed to allocate",
    "insufficient memory",
    "out of memory",
    "unable to allocate",
    "bad_alloc",
    # A shared library that finds no room in the address space, and a thread that finds none for its stack.
    "failed to map segment",
    "cannot map",
    "can't start new thread",
)
_PLENTY = 8 * 2**30
"""Bytes of address space that no command comes near, but for a training on much data."""
LEAST_FOR_ANYTHING = 256 * 2**20
"""Bytes of address space; with less, numpy's library for matrices ends the process by itself."""
LEAST_FOR_TENSORFLOW = 3 * 2**30
"""Bytes of address space; with less, loading it ends the process by itself now and then."""


def memory_limit() -> int | None:
    """Return the bytes of address space that this process may take, None where that is plenty."""
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY or limit >= _PLENTY else limit


def memory_of_computer() -> int | None:
    """Return the bytes of memory of this computer, None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def check_memory_limit(least: int) -> None:
    """Refuse to begin under a limit (``ulimit -v``) under which libraries would end the process.

    Args:
        least: bytes of address space that must be allowed.

    Raises:
        MissingDependencyError: the limit is lower.
    """
    limit = memory_limit()
    if limit is not None and limit < least:
        raise MissingDependencyError(
            f"this process may use {limit / 2**20:,.0f} MB of memory only, and at least "
            f"{least / 2**20:,.0f} MB are needed for this. Raise the limit (ulimit -v), then run it again."
        )


def lacks_memory(error: BaseException) -> bool:
    """Whether an error, or one that led to it, is that there was no memory left."""
    return any(_is_of_memory(found) for found in _causes(error))


def _is_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        # No process can be started where there is no memory, or none may be.
        return error.errno == errno.ENOMEM or (error.errno == errno.EAGAIN and error.filename is None)
    # Our own words quote names of files, which may say anything.
    return not isinstance(error, OrganizerError) and any(words in str(error).casefold() for words in _WORDS)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__
