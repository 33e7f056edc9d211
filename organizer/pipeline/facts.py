"""What is another fact now of a known video, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.types import TakenSource
from organizer.words import clock_time, safe_text

if TYPE_CHECKING:
    from organizer.library.records import Facts

_SAME_LENGTH_S = 0.05
_UNKNOWN = "unknown"


def is_better_dated(found: TakenSource, stored: str | None) -> bool:
    """Whether one of two files with the same pictures tells when they were taken and the other does not."""
    return found is TakenSource.CONTAINER and stored != TakenSource.CONTAINER


def changed_facts(before: Facts, after: Facts) -> tuple[str, ...]:
    """Return what differs, each as ``taken 2022-03-04T05:06:07 -> 2006-06-09``."""
    rows = (
        ("taken", _taken(before), _taken(after)),
        ("length", *_lengths(before, after)),
        ("picture", _picture(before), _picture(after)),
        ("turned by", f"{before.rotation_deg}", f"{after.rotation_deg}"),
        ("mirrored", "yes" if before.mirrored else "no", "yes" if after.mirrored else "no"),
        ("codec", before.codec or _UNKNOWN, after.codec or _UNKNOWN),
        ("frames/s", _rate(before), _rate(after)),
    )
    return tuple(f"{name} {safe_text(old)} -> {safe_text(new)}" for name, old, new in rows if old != new)


def _taken(facts: Facts) -> str:
    return facts.taken.to_the_second() if facts.taken else _UNKNOWN


def _lengths(before: Facts, after: Facts) -> tuple[str, str]:
    old, new = before.duration_s, after.duration_s
    if old is not None and new is not None and abs(old - new) <= _SAME_LENGTH_S:
        return _UNKNOWN, _UNKNOWN
    words = [_UNKNOWN if length is None else clock_time(length) for length in (old, new)]
    if words[0] == words[1]:
        words = [_UNKNOWN if length is None else f"{length:.2f} s" for length in (old, new)]
    return words[0], words[1]


def _picture(facts: Facts) -> str:
    return f"{facts.width} x {facts.height}" if facts.width and facts.height else _UNKNOWN


def _rate(facts: Facts) -> str:
    return f"{facts.frame_rate:.4g}" if facts.frame_rate else _UNKNOWN
