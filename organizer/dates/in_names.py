"""The date in a file's name, as phones, cameras, recorders and people write it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from organizer.dates.believable import believable
from organizer.types import CaptureDate, DateSource

_YEAR = r"(?P<year>(?:18|19|20)\d\d)"
_DATE = rf"{_YEAR}(?P<d>[-_.]?)(?P<month>\d\d)(?P=d)(?P<day>\d\d)"
_IN_UTC = r"(?P<utc>(?<![A-Za-z0-9])(?:PXL_|(?:GMT|UTC)[ _-]?))?"
"""Pixel phones and Zoom write UTC into their names, nearly all others the time of the place."""
_AT = r"(?:at|um|à|a las|alle(?: ore)?|om|às|kl\.?)"
"""What stands before the time in names of screen recordings and messengers, by language."""
_HALF = r"(?:[\s\u202f](?P<half>[AaPp])[Mm](?![A-Za-z]))?"
_IS_UTC = r"(?P<z>[ _-]?(?:UTC|GMT)|Z)(?![A-Za-z0-9+])"

_PATTERNS = (
    # 20230501_123456, 2023-05-01 12.34.56, 2023.05.01 - 12.34.56.78, 2023-05-01 at 12.34.56,
    # 20230501123456789, 20230501T123456Z, 2023-05-01T12-34-56+0200 and their kin.
    re.compile(
        rf"{_IN_UTC}(?<!\d){_DATE}(?:[ _-]|(?P<iso>T)|[ _-]{_AT}[ _-]| - )?"
        r"(?P<hour>\d\d)(?P<t>[-_.:]?)(?P<minute>\d\d)(?P=t)(?P<second>\d\d)(?:\d{2,3})?(?!\d)"
        rf"{_HALF}(?:(?(iso)(?:[.,]\d+)?(?P<offset>[+-]\d\d:?\d\d)(?!\d)|(?!))|(?:[.,]\d+)?{_IS_UTC})?"
    ),
    # 2023-05-01 at 1.34.56 PM.
    re.compile(
        rf"(?<!\d){_DATE} {_AT} (?P<hour>\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)"
        r"(?:[\s\u202f](?P<half>[AaPp])[Mm])?(?![A-Za-z0-9])"
    ),
    # 2023-05-01-12h34m56s, as VLC and recorders write it; 2023-05-01 9h05.
    re.compile(
        rf"(?<!\d){_DATE}[ _T-]+(?P<hour>\d\d?)h(?P<minute>\d\d)"
        r"(?:m(?:in)?(?:(?P<second>\d\d)s?)?)?(?![A-Za-z0-9])"
    ),
    # 2023_0501_123456, as dashboard cameras write it.
    re.compile(
        rf"(?<!\d){_YEAR}[-_](?P<month>\d\d)(?P<day>\d\d)[-_]"
        r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?!\d)"
    ),
    # A date alone: as a word of its own, for eight digits inside a word are more often a number or a hash.
    re.compile(rf"(?<![A-Za-z0-9]){_DATE}(?![A-Za-z0-9])"),
)

_FURTHEST_MIN = 14 * 60


def date_in_name(path: str, now: datetime) -> CaptureDate | None:
    """Return the first believable date in a file's name, None where there is none.

    Args:
        path: only its last part is looked at.
        now: aware; later moments are not believed.
    """
    for match, moment in _moments(os.path.basename(path)):
        day_only = "hour" not in match.groupdict()
        # Eight digits are a machine's way; a person who types a day writes it with marks between.
        from_a_clock = not day_only or not match["d"]
        if believable(moment, now, from_a_clock=from_a_clock):
            known = moment.tzinfo is not None and match.groupdict().get("offset") is not None
            return CaptureDate(moment, DateSource.NAME, day_only=day_only, zone_known=known)
    return None


def _moments(name: str) -> Iterator[tuple[re.Match[str], datetime]]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(name):
            moment = _moment(match)
            if moment is not None:
                yield match, moment


def _moment(match: re.Match[str]) -> datetime | None:
    """Return the moment that the groups spell, midnight for a date alone; None for 30 February."""
    found = match.groupdict()
    year, month, day, hour, minute, second = (
        int(found.get(part) or 0) for part in ("year", "month", "day", "hour", "minute", "second")
    )
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found))
    except ValueError:
        return None


def _zone(found: dict[str, str | None]) -> timezone | None:
    if offset := found.get("offset"):
        digits = offset[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        # No place is so far off; it is a number of something else then.
        if minutes % 15 or minutes > _FURTHEST_MIN:
            return None
        return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
    return UTC if found.get("utc") or found.get("z") else None
