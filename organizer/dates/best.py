"""Which date wins: what the container says, else what a file's name says, else when a file was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from organizer.dates.in_names import date_in_name
from organizer.types import CaptureDate, DateClock, DateSource

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER_S = 15 * 60
_WEST_S, _EAST_S = -12 * 3600, 14 * 3600
_SLACK_S = 15
"""A phone makes up the name some seconds before it records, and notes the time some seconds after."""


@dataclass(frozen=True, slots=True)
class DatedFile:
    """A file of a video, as far as it tells when the video was taken."""

    name: str
    """Its name or path."""
    mtime_ns: int
    """When it was last changed, nanoseconds since 1970."""


def best_date(
    container: CaptureDate | None, files: Sequence[DatedFile], duration_s: float | None, now: datetime
) -> CaptureDate:
    """Return when a video was taken, from everything that tells it.

    A name with a time says more than one with a day; of several files' own dates the earliest counts, for
    copies get new ones.

    Args:
        container: what the video itself says, None where that is nothing.
        files: all files with this content; at least one.
        duration_s: of the video; None when unknown.
        now: aware; names of later moments are not believed.
    """
    named = [taken for file in files if (taken := date_in_name(file.name, now)) is not None]
    if container is not None:
        return with_time(with_zone(container, named, duration_s), named)
    if named:
        return min(named, key=lambda taken: (taken.day_only, taken.moment.replace(tzinfo=None)))
    return CaptureDate(_file_moment(min(file.mtime_ns for file in files)), DateSource.FILE)


def with_zone(container: CaptureDate, named: Sequence[CaptureDate], duration_s: float | None) -> CaptureDate:
    """Return what the container says, in the zone of the place where a name gives it away.

    Phones write the time of the place into the name and the same instant in UTC into the container: what
    lies between is the place's offset. Many note the end of the recording there, not its begin, which the
    name tells.
    """
    if container.clock is not DateClock.UTC:
        return container
    for name in named:
        if name.clock is DateClock.LOCAL:
            wall = name.moment.replace(tzinfo=UTC)
            ahead_s = (wall - container.moment).total_seconds()
            for begin_s in (ahead_s, ahead_s + (duration_s or 0.0)):
                offset_s = round(begin_s / _QUARTER_S) * _QUARTER_S
                if abs(begin_s - offset_s) <= _SLACK_S and _WEST_S <= offset_s <= _EAST_S:
                    zone = timezone(timedelta(seconds=offset_s))
                    return replace(container, moment=name.moment.replace(tzinfo=zone), zone_known=True)
    return container


def with_time(container: CaptureDate, named: Sequence[CaptureDate]) -> CaptureDate:
    """Return what the container says, with the time that a name gives of the same day."""
    if container.clock is DateClock.DAY:
        for name in named:
            if not name.day_only and name.moment.date() == container.moment.date():
                return replace(name, source=DateSource.CONTAINER)
    return container


def _file_moment(mtime_ns: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=mtime_ns // 1000)
    except OverflowError:
        return _EPOCH
