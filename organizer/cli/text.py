"""Values as words for a terminal. File names and tags are data: nothing in them may act on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.text import clock_time, safe_text

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from organizer.dates.shown import ShownDate
    from organizer.library.records import TagRecord


def duration(seconds: float | None) -> str:
    """Return a duration as 0:07, 12:30 or 1:02:03; a dash where it is unknown."""
    return "-" if seconds is None else clock_time(seconds)


def date(taken: ShownDate | None) -> str:
    """Return a shown date as 2024-05-06 07:08, a day alone as 2024-05-06; a dash where it is unknown."""
    return "-" if taken is None else taken.to_the_minute()


def count_list(counts: Counter[str]) -> str:
    """Return counted names as ``Animal 12, Food 3``, most frequent first."""
    return ", ".join(f"{safe_text(name)} {count}" for name, count in counts.most_common())


def tag_list(tags: Iterable[TagRecord], *, rejected: bool = False) -> str:
    """Return shown tags as ``Animal 0.98, Holiday (yours)``, or ``no tag``.

    Rejected ones are left out, unless they are asked for: ``not Dance``.
    """
    tags = tuple(tags)
    words = [_tag(tag) for tag in tags if tag.state != "rejected"]
    if rejected:
        words += [f"not {safe_text(tag.name)}" for tag in tags if tag.state == "rejected"]
    return ", ".join(words) if words else "no tag"


def _tag(tag: TagRecord) -> str:
    score = "" if tag.score is None else f" {tag.score:.2f}"
    return f"{safe_text(tag.name)}{score}{' (yours)' if tag.state == 'confirmed' else ''}"


def decided(tags: Iterable[TagRecord]) -> str:
    """Return decisions as ``Holiday, not Dance``."""
    return ", ".join(("not " if tag.state == "rejected" else "") + safe_text(tag.name) for tag in tags)


def spans(seconds: Iterable[int]) -> str:
    """Return seconds as spans: 0-4, 7, 9-10."""
    runs: list[list[int]] = []
    for second in seconds:
        if runs and second == runs[-1][1] + 1:
            runs[-1][1] = second
        else:
            runs.append([second, second])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)
