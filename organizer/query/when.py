"""Dates as people write them: which words are one, and which days they mean.

Some are one period (``2023-06``, ``summer 2023``), some come back every year (``june``, ``summer``), and some
move with the day on which they are looked at (``last week``). Seasons are those of the north, in whole
months: spring is March to May, and a winter has the year in which it begins.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from organizer.dates.believable import FIRST_FILM_YEAR
from organizer.folding import folded

FIRST_YEAR, LAST_YEAR = 1800, 2999
"""Years that can be written."""
LAST_PLAIN_YEAR = 2099
"""A number above, or below ``FIRST_FILM_YEAR``, is a year only where a date is asked for."""
LONGEST_DATE = 4
"""Words that a date has at the most."""


class Season(StrEnum):
    """Three months of the northern year."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


class Unit(StrEnum):
    """What ``last`` and ``this`` stand before."""

    DAY = "day"
    WEEK = "week"
    """From Monday on."""
    MONTH = "month"
    YEAR = "year"


MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_FIRST_MONTH = {Season.SPRING: 3, Season.SUMMER: 6, Season.AUTUMN: 9, Season.WINTER: 12}
_SEASONS = {season.value: season for season in Season} | {"fall": Season.AUTUMN}
_WHOLE_MONTHS = {name: number for number, name in enumerate(MONTHS, 1)}
_SHORT_MONTHS = {name[:3]: number for name, number in _WHOLE_MONTHS.items()} | {"sept": 9}
_ISO = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[tT]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?)?)?"
)
_WITH_DOTS = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A year, month, day, minute or second: as much as is given."""

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class SeasonOf:
    """A season of one year, or of every one."""

    season: Season
    year: int | None = None
    """The one in which it begins."""


@dataclass(frozen=True, slots=True)
class MonthOf:
    """A month, or a day, of every year."""

    month: int
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """This or the last one: a day (today, yesterday), week, month, year or season."""

    unit: Unit | Season
    back: bool
    """Whether the last one is meant: for a season the last that is over."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last so many days, weeks, months or years, today included."""

    number: int
    unit: Unit


When = Calendar | SeasonOf | MonthOf | Relative | Last


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment to another, on the clock that is shown."""

    start: datetime
    """Naive."""
    end: datetime
    """Naive; itself not part of it."""


@dataclass(frozen=True, slots=True)
class EachYear:
    """Some months of every year, or one day of one of them."""

    months: tuple[int, ...]
    day: int | None = None


def read_when(text: str) -> When | None:
    """Return the date that a text means, its words with spaces or hyphens between; None where it is none."""
    text = folded(text).strip()
    if found := _ISO.fullmatch(text):
        return _calendar(*(int(number) if number else None for number in found.groups()))
    if found := _WITH_DOTS.fullmatch(text):
        return _calendar(int(found[3]), int(found[2]), int(found[1]))
    words = [word.rstrip(",") for word in re.split(r"[\s-]+", text)]
    return _named(words) if len(words) <= LONGEST_DATE else None


def plain_date(words: Sequence[str]) -> int:
    """Return how many of the first of some plain words are a date together, as many as can be; else 0."""
    for length in range(min(LONGEST_DATE, len(words)), 0, -1):
        if is_plain_date(" ".join(words[:length])):
            return length
    return 0


def is_plain_date(text: str) -> bool:
    """Whether words are taken for a date where none is asked for: stricter than ``read_when``."""
    if folded(text) in _SHORT_MONTHS and folded(text) not in _WHOLE_MONTHS:
        return False
    when = read_when(text)
    year = when.year if isinstance(when, Calendar | SeasonOf) else None
    return when is not None and (year is None or FIRST_FILM_YEAR <= year <= LAST_PLAIN_YEAR)


def write_when(when: When) -> str:
    """Return the text, without a space, from which ``read_when`` reads a date."""
    match when:
        case Calendar(year, month, day, hour, minute, second):
            date = "-".join(
                [f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)],
            )
            time = ":".join(f"{part:02}" for part in (hour, minute, second) if part is not None)
            return f"{date}T{time}" if time else date
        case SeasonOf(season, None):
            return season.value
        case SeasonOf(season, year):
            return f"{season.value}-{year}"
        case MonthOf(month, None):
            return MONTHS[month - 1]
        case MonthOf(month, day):
            return f"{day}-{MONTHS[month - 1]}"
        case Relative(Unit.DAY, back):
            return "yesterday" if back else "today"
        case Relative(unit, back):
            return f"{'last' if back else 'this'}-{unit.value}"
        case Last(number, unit):
            return f"last-{number}-{unit.value}s"


def is_one_period(when: When | None) -> bool:
    """Whether a date means one period, and not one of every year."""
    return not (
        when is None or isinstance(when, MonthOf) or (isinstance(when, SeasonOf) and when.year is None)
    )


def days_of(when: When, now: datetime) -> Period | EachYear:
    """Return which days a date means.

    Args:
        when: the date.
        now: the present, on the clock of whoever looks; naive.
    """
    match when:
        case Calendar():
            return _period(when)
        case SeasonOf(season, None):
            first = _FIRST_MONTH[season]
            return EachYear(tuple((first + more - 1) % 12 + 1 for more in range(3)))
        case SeasonOf(season, int(year)):
            return _season(season, year)
        case MonthOf(month, day):
            return EachYear((month,), day)
        case Relative(Season() as season, back):
            seasons = (_season(season, now.year - ago) for ago in range(3))
            return next(one for one in seasons if (one.end if back else one.start) <= now)
        case Relative(Unit() as unit, back):
            this = _begin(now, unit)
            return Period(_before(this, unit, 1), this) if back else Period(this, _before(this, unit, -1))
        case Last(number, unit):
            today = _begin(now, Unit.DAY)
            return Period(_before(today, unit, number), today + timedelta(days=1))
    raise AssertionError(when)


def _calendar(
    year: int | None, month: int | None = None, day: int | None = None, *time: int | None
) -> When | None:
    assert year is not None
    hour, minute, second = (*time, None, None, None)[:3]
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= (1 if month is None else month) <= 12:
        return None
    if day is not None and not 1 <= day <= monthrange(year, month or 1)[1]:
        return None
    if (hour or 0) > 23 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    return Calendar(year, month, day, hour, minute, second)


def _named(words: list[str]) -> When | None:
    """Return the date that is not all numbers."""
    match words:
        case ["today"]:
            return Relative(Unit.DAY, back=False)
        case ["yesterday"]:
            return Relative(Unit.DAY, back=True)
        case ["this" | "last" as which, name] if (unit := _unit(name)) is not None:
            return Relative(unit, back=which == "last")
        case ["last", number, name] if _NUMBER.fullmatch(number) and int(number):
            counted = _UNITS.get(name.removesuffix("s"))
            return Last(int(number), counted) if counted else None
    return _with_a_name(words)


def _with_a_name(words: list[str]) -> When | None:
    """Return the date with the name of a month or season, a day and a year as far as they are given."""
    names = [word for word in words if not _NUMBER.fullmatch(word)]
    numbers = [word for word in words if _NUMBER.fullmatch(word)]
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) < 3]
    if len(names) != 1 or len(years) > 1 or len(days) > 1 or len(years) + len(days) < len(numbers):
        return None
    year, day = next(iter(years), None), next(iter(days), None)
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    season = _SEASONS.get(names[0])
    if season is not None:
        return SeasonOf(season, year) if day is None else None
    month = _WHOLE_MONTHS.get(names[0]) or _SHORT_MONTHS.get(names[0])
    if month is None:
        return None
    if year is not None:
        return _calendar(year, month, day)
    # The 29th of February is a day of some years.
    return MonthOf(month, day) if day is None or 1 <= day <= monthrange(2024, month)[1] else None


_UNITS = {unit.value: unit for unit in Unit}


def _unit(name: str) -> Unit | Season | None:
    unit = _UNITS.get(name) or _SEASONS.get(name)
    # Days have words of their own.
    return None if unit is Unit.DAY else unit


def _period(when: Calendar) -> Period:
    start = datetime(
        when.year, when.month or 1, when.day or 1, when.hour or 0, when.minute or 0, when.second or 0
    )
    if when.month is None:
        return Period(start, datetime(when.year + 1, 1, 1))
    if when.day is None:
        return Period(start, _before(start, Unit.MONTH, -1))
    if when.hour is None:
        return Period(start, start + timedelta(days=1))
    return Period(start, start + timedelta(seconds=60 if when.second is None else 1))


def _season(season: Season, year: int) -> Period:
    start = datetime(year, _FIRST_MONTH[season], 1)
    return Period(start, _before(start, Unit.MONTH, -3))


def _begin(moment: datetime, unit: Unit) -> datetime:
    """Return when the day, week, month or year of a moment begins."""
    day = datetime(moment.year, moment.month, moment.day)
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)


def _before(moment: datetime, unit: Unit, number: int) -> datetime:
    """Return the moment so many units earlier, or with a negative number later; years end at 1 and 9999."""
    if unit in {Unit.DAY, Unit.WEEK}:
        return moment - timedelta(days=number * (7 if unit is Unit.WEEK else 1))
    months = moment.year * 12 + moment.month - 1 - number * (12 if unit is Unit.YEAR else 1)
    year, month = months // 12, months % 12 + 1
    if year < 1:
        return datetime.min
    day = min(moment.day, monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)
