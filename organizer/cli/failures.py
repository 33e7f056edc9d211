"""Errors as one sentence for the terminal."""

from __future__ import annotations

import os

from organizer.errors import MissingDependencyError, OrganizerError, ScanError
from organizer.shortage import TOO_LITTLE_MEMORY, lacks_memory
from organizer.words import safe_text

_LEAST_MEMORY = 256 * 2**20
"""Bytes of address space. With less, numpy's library for matrices ends the process by itself."""
_LONGEST = 300
_PLENTY = 8 * 2**30
"""Bytes of address space with which no command that is not a training comes near its end."""


def in_words(error: BaseException) -> str:
    """Return what a person is told of an error that ended a command."""
    if lacks_memory(error):
        return f"{TOO_LITTLE_MEMORY}; a scan takes less with --workers 1. ({safe_text(_shortly(error))})"
    limit = _memory_limit()
    hint = f" This process may use {limit / 2**20:,.0f} MB of memory only (ulimit -v)." if limit else ""
    if isinstance(error, ScanError):
        # Processes that decode end without a word where they get too little.
        return safe_text(str(error)) + hint
    if isinstance(error, OrganizerError):
        return safe_text(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return (
            f"{safe_text(os.fsdecode(error.filename))}: {error.strerror}. Check the path and its permissions."
        )
    unexpected = f"something unexpected happened ({safe_text(_shortly(error))})."
    if hint:
        return f"{unexpected}{hint} That is the likely reason: raise the limit, then run it again."
    return (
        f"{unexpected} "
        "Nothing is lost; set ORGANIZER_DEBUG=1 and run it again to see where, and please report it."
    )


def check_memory_limit() -> None:
    """Refuse to begin under a limit (``ulimit -v``) that no command can live with.

    Raises:
        MissingDependencyError: the limit is that low.
    """
    limit = _memory_limit()
    if limit is not None and limit < _LEAST_MEMORY:
        raise MissingDependencyError(
            f"this process may use {limit / 2**20:.0f} MB of memory, and organizer needs more: "
            f"{_LEAST_MEMORY / 2**20:.0f} MB for a list, some 1,500 MB for a scan. Raise the limit "
            "(ulimit -v), then run it again."
        )


def _memory_limit() -> int | None:
    """Return the bytes of address space that this process may take, None where that is plenty."""
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY or limit >= _PLENTY else limit


def _shortly(error: BaseException) -> str:
    text = str(error).strip()[:_LONGEST]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
