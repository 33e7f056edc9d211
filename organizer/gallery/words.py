"""Values as words for the page. File names and tags are data: they are shown as they are, on one line."""

from __future__ import annotations

import unicodedata
from datetime import datetime

_UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNITS = ("KB", "MB", "GB", "TB")


def shown(text: str) -> str:
    """Return text that can be shown: what has no glyph, or turns the writing around, is spelled out."""
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSAFE or character in _DIRECTION_MARKS
        else character
        for character in text
    )


def duration(seconds: float | None) -> str:
    """Return a duration as 0:07, 12:30 or 1:02:03; empty where it is unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


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


def count(number: int, noun: str) -> str:
    """Return ``1 video`` or ``1,234 videos``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
