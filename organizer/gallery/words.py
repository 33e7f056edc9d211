"""Values as words for the page. File names and tags are data: they are shown as they are, on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.words import clock_time, safe_text

if TYPE_CHECKING:
    from organizer.dates.shown import ShownDate

_UNITS = ("KB", "MB", "GB", "TB")

shown = safe_text
"""Text that can be shown on the page."""


def duration(seconds: float | None) -> str:
    """Return a duration as 0:07, 12:30 or 1:02:03; empty where it is unknown."""
    return "" if seconds is None else clock_time(seconds)


def date(taken: ShownDate | None) -> str:
    """Return a shown date as ``3 May 2024``; empty where it is unknown."""
    return "" if taken is None else f"{taken.moment.day} {taken.moment:%b} {taken.moment.year}"


def date_and_time(taken: ShownDate | None) -> str:
    """Return a shown date as ``3 May 2024, 14:05``, a day alone as ``3 May 2024``; empty where unknown."""
    return date(taken) if taken is None or taken.day_only else f"{date(taken)}, {taken.moment:%H:%M}"


def size(size_bytes: int) -> str:
    """Return a file size as ``3.2 MB``, in units of 1000."""
    value = float(size_bytes)
    for unit in _UNITS:
        value /= 1000
        if value < 999.5 or unit == _UNITS[-1]:
            break
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
