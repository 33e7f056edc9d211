"""Dates as containers spell them: ISO 8601, RFC 2822, C's ctime, and the dialects of cameras.

Casio, Konica and others write AVI's IDIT chunk in ways of their own; ExifTool's RIFF module collects them
(``ConvertRIFFDate``, ``DTIM``), and FFmpeg passes on what it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_TIME = (
    r"(?P<hour>\d\d?):\s*(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?:(?P<half>[AaPp])[Mm]?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_PATTERNS = (
    # 2023-05-01T12:34:56Z, 2023:05:01 12:34:56, 2005/11/28/ 09:19, 2001/ 1/27  1:42PM, 2001- 1-27  1:42PM.
    re.compile(rf"(?P<year>\d{{4}})[-:/.]\s?(?P<month>\d\d?)[-:/.]\s?(?P<day>\d\d?)/?(?:(?:T|\s+){_TIME})?"),
    # MON APR 05 12:34:56 2004, Sun Jul 10 2005 12:34:56, Apr 5 2004.
    re.compile(
        r"(?:[A-Za-z]{3},?\s+)?(?P<name>[A-Za-z]{3})\s+(?P<day>\d\d?),?\s+"
        rf"(?:(?P<year_first>\d{{4}})(?:\s+{_TIME})?|(?P<clock>\d\d?:\d\d(?::\d\d)?)\s+(?P<year>\d{{4}}))"
    ),
    # Mon, 05 Apr 2004 12:34:56 +0200, 5 Apr 2004.
    re.compile(
        r"(?:[A-Za-z]{3},?\s+)?(?P<day>\d\d?)[\s-](?P<name>[A-Za-z]{3})[\s-](?P<year>\d{4})"
        rf"(?:\s+{_TIME})?"
    ),
    # 20230501T123456Z, 20230501.
    re.compile(
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
        r"(?:T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:[.,]\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
    ),
)
_TICKS = re.compile(r"(\d{1,10})\s+(\d{1,10})")
_SINCE_1601 = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as it is written."""

    moment: datetime
    """Aware where its offset from UTC is written too; midnight for a day alone."""
    day_only: bool
    zone_known: bool
    """Whether it gives an offset as numbers, which is that of a place, and not UTC by name."""


def written_date(text: str) -> WrittenDate | None:
    """Return the date that a text is, None for anything else: a year alone, an impossible day, words."""
    text = text.strip(" \t\r\n\0")
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            return _from_groups(match.groupdict())
    return None


def ticks_date(text: str) -> WrittenDate | None:
    """Return the date of AVI's DTIM: halves of a number of 100 ns since 1601; some cameras write a date."""
    match = _TICKS.fullmatch(text.strip(" \t\r\n\0"))
    if match is None:
        return written_date(text)
    try:
        moment = _SINCE_1601 + timedelta(microseconds=(int(match[1]) * 2**32 + int(match[2])) // 10)
    except OverflowError:
        return None
    # Cameras know no zone: what they call UTC is the time on their display.
    return WrittenDate(moment.replace(tzinfo=None), day_only=False, zone_known=False)


def _from_groups(found: dict[str, str | None]) -> WrittenDate | None:
    if clock := found.get("clock"):
        found = {**found, **dict(zip(("hour", "minute", "second"), clock.split(":"), strict=False))}
    name = found.get("name")
    if name is not None and name.lower() not in _MONTHS:
        return None
    month = _MONTHS.index(name.lower()) + 1 if name else int(found["month"] or 0)
    year, day = int(found.get("year") or found.get("year_first") or 0), int(found["day"] or 0)
    hour, minute, second = (int(found.get(part) or 0) for part in ("hour", "minute", "second"))
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    zone = found.get("zone")
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
    except ValueError:
        return None
    return WrittenDate(
        moment, day_only=found.get("hour") is None, zone_known=zone is not None and zone[0] in "+-"
    )


def _zone(zone: str | None) -> timezone | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if zone[0] == "-" else ahead)
