"""Values as words for the page. File names and tags are data: they are shown as they are, on one line."""

from __future__ import annotations

from datetime import datetime

from organizer.words import clock_time, safe_text

_UNITS = ("KB", "MB", "GB", "TB")

shown = safe_text
"""Text that can be shown on the page."""


def duration(seconds: float | None) -> str:
    """Return a duration as 0:07, 12:30 or 1:02:03; empty where it is unknown."""
    return "" if seconds is None else clock_time(seconds)


def date(taken_at: str | None) -> str:
    """Return a stored ISO 8601 date as ``3 May 2024``; empty where it is unknown."""
    if not taken_at:
        return ""
    moment = datetime.fromisoformat(taken_at)
    return f"{moment.day} {moment:%b %Y}"


def date_and_time(taken_at: str | None) -> str:
    """Return a stored ISO 8601 date as ``3 May 2024, 14:05``; empty where it is unknown."""
    return f"{date(taken_at)}, {datetime.fromisoformat(taken_at):%H:%M}" if taken_at else ""


def size(size_bytes: int) -> str:
    """Return a file size as ``3.2 MB``, in units of 1000."""
    value = float(size_bytes)
    for unit in _UNITS:
        value /= 1000
        if value < 999.5 or unit == _UNITS[-1]:
            break
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
