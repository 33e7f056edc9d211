"""When a video was shot: what its container says, else its name, else when the file was last changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from organizer.types import TakenAt, TakenSource

EARLIEST_YEAR = 1990
"""Clocks that were never set say 1904 (QuickTime), 1970 (Unix) or 1980 (FAT)."""

_KEYS = (
    # Local time with the offset of the place: says more than the same moment in UTC.
    "com.apple.quicktime.creationdate",
    "creation_time",
    "datetimeoriginal",
    "date_recorded",
    "date_digitized",
    "date",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_CONTAINER_DATE = re.compile(
    r"\s*(?P<year>\d{4})[-:/.](?P<month>\d\d)[-:/.](?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?)?\s*",
)

_NAME_DATE = r"(?P<year>(?:19|20)\d\d)(?P<d>[-_.]?)(?P<month>\d\d)(?P=d)(?P<day>\d\d)"
_NAME_PATTERNS = (
    # 20230501_123456, 2023-05-01 12.34.56, 2023-05-01 at 12.34.56, 20230501123456789 and their kin.
    re.compile(
        rf"(?<!\d){_NAME_DATE}(?:[ _T-]|[ _-]at[ _-])?"
        r"(?P<hour>\d\d)(?P<t>[-_.:]?)(?P<minute>\d\d)(?P=t)(?P<second>\d\d)(?:\d{3})?(?!\d)"
        r"(?:[\s\u202f](?P<half>[AaPp])[Mm](?![A-Za-z]))?"
    ),
    # 2023-05-01 at 1.34.56 PM.
    re.compile(
        rf"(?<!\d){_NAME_DATE} at (?P<hour>\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)"
        r"(?:[\s\u202f](?P<half>[AaPp])[Mm])?(?![A-Za-z0-9])"
    ),
    # A date alone: as a word of its own, for eight digits inside a word are more often a number or a hash.
    re.compile(rf"(?<![A-Za-z0-9]){_NAME_DATE}(?![A-Za-z0-9])"),
)


def taken_at(
    metadata: Mapping[str, str], path: str, mtime_ns: int, *, now: datetime | None = None
) -> TakenAt:
    """Return when a video was shot, from the best source that gives a believable moment.

    metadata: the container's tags as FFmpeg names them. path: only its last part is looked at.
    mtime_ns: nanoseconds since 1970.
    now: aware, for tests; moments more than a day after it are not believed.
    """
    now = now or datetime.now(UTC)
    tags = {key.lower(): value for key, value in metadata.items()}
    for key in _KEYS:
        moment = _container_moment(tags.get(key, ""))
        if moment is not None and _believable(moment, now):
            return TakenAt(moment, TakenSource.CONTAINER)
    for moment in _name_moments(os.path.basename(path)):
        if _believable(moment, now):
            return TakenAt(moment, TakenSource.NAME)
    return TakenAt(_file_moment(mtime_ns), TakenSource.FILE)


def _container_moment(value: str) -> datetime | None:
    match = _CONTAINER_DATE.fullmatch(value)
    if match is None:
        return None
    moment = _moment(match)
    zone = match["zone"]
    if moment is None or zone is None:
        return moment
    try:
        return datetime.strptime(
            f"{moment.isoformat()}{'Z' if zone == 'UTC' else zone}", "%Y-%m-%dT%H:%M:%S%z"
        )
    except ValueError:
        return None


def _name_moments(name: str) -> Iterator[datetime]:
    for pattern in _NAME_PATTERNS:
        for match in pattern.finditer(name):
            moment = _moment(match)
            if moment is not None:
                # Pixel phones write UTC into their names, all others the time of the place.
                yield moment.replace(tzinfo=UTC) if name.startswith("PXL_") else moment


def _moment(match: re.Match[str]) -> datetime | None:
    """Return the naive moment that the groups spell, midnight for a date alone; None for 30 February."""
    found = match.groupdict()
    year, month, day, hour, minute, second = (
        int(found.get(part) or 0) for part in ("year", "month", "day", "hour", "minute", "second")
    )
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _believable(moment: datetime, now: datetime) -> bool:
    if moment.year < EARLIEST_YEAR:
        return False
    # A naive moment is off by the unknown zone, which the day of grace covers.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware <= now + timedelta(days=1)


def _file_moment(mtime_ns: int) -> datetime:
    try:
        return (_EPOCH + timedelta(microseconds=mtime_ns // 1000)).astimezone()
    except (OverflowError, ValueError, OSError):
        return _EPOCH
