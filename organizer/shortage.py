"""Whether an error is that there was no memory left: libraries say so in many ways."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError

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
