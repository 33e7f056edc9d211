"""Which dates can be true: film is older than computers, but a clock that was never set is no date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

FIRST_FILM_YEAR = 1888
"""Roundhay Garden Scene, the oldest film there is; digitised ones carry the date of their scene."""

UNSET_DAYS = frozenset(
    {
        # OLE dates and NTP.
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
        # QuickTime, Unix and FAT, each with the evening before, which is the same instant further west.
        date(1903, 12, 31),
        date(1904, 1, 1),
        date(1969, 12, 31),
        date(1970, 1, 1),
        date(1979, 12, 31),
        date(1980, 1, 1),
        # FAT's zero: month 0 and day 0 of 1980.
        date(1979, 11, 30),
    }
)
"""Days on which the clocks of computers and cameras begin: what one says of them is that it was not set."""

UNSET_MOMENTS = frozenset({datetime(2000, 1, 1), datetime(2001, 1, 1)})
"""Clocks begin here too, but people were filming: only these very seconds are not believed."""

_GRACE = timedelta(days=1)
"""A naive moment is off by the unknown zone, and clocks are off a little."""


def believable(moment: datetime, now: datetime, *, from_a_clock: bool = True) -> bool:
    """Tell whether a video can have been taken at a moment.

    Args:
        moment: naive or aware.
        now: aware.
        from_a_clock: whether a machine wrote it; a person who types 1970-01-01 means that day.
    """
    if moment.year < FIRST_FILM_YEAR:
        return False
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if aware > now + _GRACE:
        return False
    if not from_a_clock:
        return True
    return moment.date() not in UNSET_DAYS and moment.replace(tzinfo=None) not in UNSET_MOMENTS
