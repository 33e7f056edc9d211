"""Values as words, for terminal and page alike. File names and tags are data: nothing in them may act."""

from __future__ import annotations

import unicodedata

_UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def safe_text(text: str) -> str:
    """Return text on one line: control characters, line ends and direction marks are spelled out."""
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSAFE or character in _DIRECTION_MARKS
        else character
        for character in text
    )


def clock_time(seconds: float) -> str:
    """Return a duration as 0:07, 12:30 or 1:02:03."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count(number: int, noun: str) -> str:
    """Return ``1 video`` or ``1,234 videos``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def lite_meanwhile(reason: str) -> str:
    """Return why the chosen model cannot be run, and what happens until it can; ``reason`` is sentences."""
    return f"{reason} Until then lite takes its place."
