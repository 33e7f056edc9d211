"""Values as words, for page and terminal alike. File names and tags are data: nothing in them may act.

Where the two differ, both forms stand here side by side: the page leaves out what is unknown and spells dates
as people do, the terminal's columns show ``UNKNOWN`` and dates that sort.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from organizer.dates.shown import ShownDate
    from organizer.types import SampledSeconds

UNKNOWN = "-"
"""What a column of the terminal shows for a value that is not known."""

_UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SIZE_UNITS = ("KB", "MB", "GB", "TB")


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


def long_time(seconds: float) -> str:
    """Return about how long something takes: 40 s, 12 minutes, 2.5 hours."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def time_left(seconds: float) -> str:
    """Return about how long something still takes, in steps so coarse that it does not flicker."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} seconds"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds / 3600:.1f} hours"


def duration(seconds: float | None, *, unknown: str = "") -> str:
    """Return a duration as ``clock_time``; ``unknown`` where it is not known."""
    return unknown if seconds is None else clock_time(seconds)


def spans(seconds: Iterable[int], sampled: SampledSeconds | None = None) -> str:
    """Return ascending seconds as spans: 0-4, 7, 9-10.

    Args:
        seconds: the seconds.
        sampled: what was looked at, where that is known: 8-12 are then 8, 10 and 12, if 9 and 11 were not.
    """
    runs: list[list[int]] = []
    for second in seconds:
        if runs and second <= (sampled.after(runs[-1][1]) if sampled else runs[-1][1] + 1):
            runs[-1][1] = second
        else:
            runs.append([second, second])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def thinned(sampled: SampledSeconds) -> str:
    """Return which seconds are left out, as ``from 8 s on one second in 2``; empty where none are."""
    if all(second in sampled for second in range(MAX_SECONDS)):
        return ""
    begins = f"from {sampled.every_second_until} s on " if sampled.every_second_until > 1 else ""
    return f"{begins}one second in {sampled.then_every}"


def looked_at(duration_s: float | None, sampled: SampledSeconds | None, *, of: str = "") -> str:
    """Say how much of a video was looked at; empty where it was each of its seconds.

    Args:
        duration_s: its length in seconds; None where that is not known.
        sampled: which seconds the model looks at; None where that is not known.
        of: what else to say of the length, with a space before it.
    """
    if duration_s is None:
        return ""
    left_out = thinned(sampled) if sampled and duration_s > sampled.every_second_until + 1 else ""
    if duration_s > MAX_SECONDS + 1:
        return f"the first {MAX_SECONDS} s{of} were looked at" + (f", {left_out}" if left_out else "")
    return f"{left_out} was looked at" if left_out else ""


def spelled_date(taken: ShownDate | None) -> str:
    """Return the day of a shown date as ``3 May 2024``; empty where it is not known."""
    return "" if taken is None else f"{taken.moment.day} {taken.moment:%b} {taken.moment.year}"


def spelled_date_and_time(taken: ShownDate | None) -> str:
    """Return a shown date as ``3 May 2024, 14:05``, a day alone as ``3 May 2024``; empty where unknown."""
    day = spelled_date(taken)
    return day if taken is None or taken.day_only else f"{day}, {taken.moment:%H:%M}"


def sortable_date(taken: ShownDate | None) -> str:
    """Return a shown date as ``2024-05-03 14:05``, a day alone as ``2024-05-03``; else ``UNKNOWN``."""
    return UNKNOWN if taken is None else taken.to_the_minute()


def file_size(size_bytes: int) -> str:
    """Return a file size as ``3.2 MB``, in units of 1000."""
    value = float(size_bytes)
    for unit in _SIZE_UNITS:
        value /= 1000
        if value < 999.5 or unit == _SIZE_UNITS[-1]:
            break
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def count(number: int, noun: str) -> str:
    """Return ``1 video`` or ``1,234 videos``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def count_list(counts: Counter[str]) -> str:
    """Return counted names as ``Animal 12, Food 3``, most frequent first."""
    return ", ".join(f"{safe_text(name)} {number}" for name, number in counts.most_common())


def lite_meanwhile(reason: str) -> str:
    """Return why the chosen model cannot be run, and what happens until it can; ``reason`` is sentences."""
    return f"{reason} Until then lite takes its place."


def no_formula(text: str) -> str:
    """Return a text as a cell of a table holds it: spreadsheets run what begins as a formula does.

    An apostrophe before it says that it is text.
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
