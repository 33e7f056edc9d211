"""Errors as one sentence for the terminal."""

from __future__ import annotations

import os

from organizer.errors import OrganizerError, ScanError
from organizer.shortage import TOO_LITTLE_MEMORY, lacks_memory, memory_limit
from organizer.text import safe_text

_LONGEST = 300


def in_words(error: BaseException) -> str:
    """Return what a person is told of an error that ended a command."""
    if lacks_memory(error):
        return f"{TOO_LITTLE_MEMORY}; a scan takes less with --workers 1. ({safe_text(_shortly(error))})"
    limit = memory_limit()
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


def _shortly(error: BaseException) -> str:
    text = str(error).strip()[:_LONGEST]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
