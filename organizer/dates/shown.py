"""The one rule by which dates of videos are shown, filtered and sorted.

A date is shown in the zone of the place where it was taken, as far as that is known, and an instant of which
only UTC is known in the zone of whoever looks; a day alone is that day everywhere. Lists, pages, filters and
orders all go by the time on that clock, so what is shown as 2 May is found as 2 May.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from organizer.types import DateClock

_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class ShownDate:
    """When a video was taken, as it is shown here."""

    moment: datetime
    """On the clock that is shown; aware where its offset from UTC is known."""
    day_only: bool
    """Whether only the day is known; the time is midnight then and means nothing."""

    @property
    def day(self) -> str:
        """The day as ``2024-05-03``."""
        return f"{self.moment.date()}"

    def to_the_minute(self) -> str:
        """Return ``2024-05-03 14:05``; a day alone as ``2024-05-03``."""
        return self.day if self.day_only else f"{self.day} {self.moment:%H:%M}"

    def to_the_second(self) -> str:
        """Return ``2024-05-03T14:05:09+02:00``, the offset where known; a day alone as ``2024-05-03``."""
        return self.day if self.day_only else self.moment.isoformat(timespec="seconds")


def shown_date(taken_at: str | None, clock: str | None) -> ShownDate | None:
    """Return a stored date as it is shown here, None where there is none.

    Args:
        taken_at: ISO 8601, as the library stores it.
        clock: what is known of its clock, a ``DateClock``; None where the date itself has to tell.
    """
    if not taken_at:
        return None
    moment = datetime.fromisoformat(taken_at)
    if clock is None:
        clock = DateClock.LOCAL if moment.tzinfo is None else DateClock.PLACE
    return ShownDate(here(moment) if clock == DateClock.UTC else moment, clock == DateClock.DAY)


def here(moment: datetime) -> datetime:
    """Return an aware moment in the zone of whoever looks; a naive one is in it already."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):
        # Years 1 and 9999, and on some systems those before 1970, where local time does not reach.
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def wall_seconds(moment: datetime) -> float:
    """Return what the clock on the wall shows, as seconds since 1970 on that same clock."""
    return (moment.replace(tzinfo=None) - _EPOCH).total_seconds()


def utc_seconds(moment: datetime) -> float:
    """Return seconds since 1970 in UTC; a naive moment is in the zone of whoever looks."""
    local = here(moment)
    return wall_seconds(local) - (local.utcoffset() or timedelta()).total_seconds()
