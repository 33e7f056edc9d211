"""Values as words for the page. File names and tags are data: they are shown as they are, on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.text import clock_time, safe_text

if TYPE_CHECKING:
    from organizer.dates.shown import ShownDate
    from organizer.library.records import VideoRecord

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


def picture_size(video: VideoRecord) -> str:
    """Return a picture's size as ``1024 x 576 (stored 720 x 576)``; empty where it is unknown.

    The stored size is named only where it differs by more than the turn.
    """
    if not video.width or not video.height:
        return ""
    words = f"{video.width} x {video.height}"
    stored = (video.stored_width, video.stored_height)
    shown = (video.width, video.height)
    if None in stored or stored == (shown[::-1] if video.rotation_deg in (90, 270) else shown):
        return words
    return f"{words} (stored {stored[0]} x {stored[1]})"


def placed(video: VideoRecord) -> str:
    """Return what a player does to a stored picture, as ``turned by 90 degrees, mirrored``; mostly empty."""
    words = [f"turned by {video.rotation_deg} degrees"] if video.rotation_deg else []
    return ", ".join(words + ["mirrored"] * video.mirrored)


def size(size_bytes: int) -> str:
    """Return a file size as ``3.2 MB``, in units of 1000."""
    value = float(size_bytes)
    for unit in _UNITS:
        value /= 1000
        if value < 999.5 or unit == _UNITS[-1]:
            break
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
