"""What the page of insights draws: numbers with their words and the addresses of the videos they mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from organizer.gallery.links import videos_link
from organizer.query import any_of
from organizer.query.expr import Carried, Date, Is, Not, State, Tag
from organizer.query.when import Calendar
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.library.records import Answers, MonthTags, Reviewed

MOST_TAGS = 12
_MOST_MONTHS = 36
"""More are drawn by year: columns as narrow as a hair tell nothing."""
_MOST_YEARS = 80
ENOUGH_ANSWERS = 5
"""Fewer say nothing of a model."""


@dataclass(frozen=True, slots=True)
class Column:
    """A month, or a year."""

    words: str
    """``June 2023``, or ``2023``."""
    short: str
    """``Jun``, or ``2023``."""
    begins: str
    """The year, where a new one begins with this month; else empty."""
    videos: int
    link: str


@dataclass(frozen=True, slots=True)
class PlotRow:
    """A tag, over all columns."""

    words: str
    link: str
    counts: tuple[int, ...]
    links: tuple[str, ...]
    """Of the videos of each column; empty where there are none."""


@dataclass(frozen=True, slots=True)
class FilmedPlot:
    """What was filmed when."""

    by: str
    """``month`` or ``year``."""
    columns: tuple[Column, ...]
    rows: tuple[PlotRow, ...]
    undated: int


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all videos."""

    name: str
    words: str
    note: str
    videos: int
    link: str


@dataclass(frozen=True, slots=True)
class ModelRow:
    """How often the model was right about one tag."""

    words: str
    right: int
    answered: int
    percent: int | None
    """Of the answered ones; None where these are too few."""
    maybe_right: int
    maybe_answered: int
    missed: int
    link: str
    """The videos about which the person said no."""


def filmed_plot(months: Sequence[MonthTags], tags: Sequence[str]) -> FilmedPlot:
    """Return what was filmed in each month, or year where there are many months.

    Args:
        months: the earliest first, a month of None last.
        tags: the tags that were counted, in the order of their rows.
    """
    dated = [(month, date.fromisoformat(f"{month.month}-01")) for month in months if month.month]
    undated = sum(month.videos for month in months if not month.month)
    if not dated:
        return FilmedPlot("month", (), (), undated)
    first, last = dated[0][1], dated[-1][1]
    by_month = _ordinal(last) - _ordinal(first) < _MOST_MONTHS
    keys: list[tuple[int, int | None]]
    if by_month:
        keys = [(at // 12, at % 12 + 1) for at in range(_ordinal(first), _ordinal(last) + 1)]
    elif last.year - first.year < _MOST_YEARS:
        keys = [(year, None) for year in range(first.year, last.year + 1)]
    else:
        # A camera that had lost its date filmed in 1904.
        keys = [(year, None) for year in sorted({day.year for _, day in dated})]
    place = {key: number for number, key in enumerate(keys)}
    videos = [0] * len(keys)
    counts = {tag: [0] * len(keys) for tag in tags}
    for month, day in dated:
        at = place[(day.year, day.month if by_month else None)]
        videos[at] += month.videos
        for tag in tags:
            counts[tag][at] += month.tags.get(tag, 0)
    columns = tuple(_column(key, videos[at], first=at == 0) for at, key in enumerate(keys))
    rows = tuple(_row(tag, counts[tag], keys) for tag in tags if any(counts[tag]))
    return FilmedPlot("month" if by_month else "year", columns, rows, undated)


def _ordinal(day: date) -> int:
    return day.year * 12 + day.month - 1


def _column(key: tuple[int, int | None], videos: int, *, first: bool) -> Column:
    year, month = key
    link = videos_link(Date(Calendar(year, month))) if videos else ""
    if month is None:
        return Column(str(year), str(year), "", videos, link)
    day = date(year, month, 1)
    begins = str(year) if first or month == 1 else ""
    return Column(f"{day:%B} {year}", f"{day:%b}", begins, videos, link)


def _row(tag: str, counts: Sequence[int], keys: Sequence[tuple[int, int | None]]) -> PlotRow:
    links = tuple(
        videos_link(Tag(tag), Date(Calendar(*key))) if number else ""
        for key, number in zip(keys, counts, strict=True)
    )
    return PlotRow(safe_text(tag), videos_link(Tag(tag)), tuple(counts), links)


def reviewed_shares(reviewed: Reviewed) -> list[Share]:
    """Return how much is reviewed, as parts that make up all readable videos."""
    decided = any_of(State(Is.CONFIRMED), State(Is.REJECTED))
    waits = any_of(State(Is.SUGGESTED), State(Is.MAYBE))
    return [
        Share(
            "done",
            "Reviewed",
            "you decided, and nothing suggested is left to answer",
            reviewed.done,
            videos_link(decided, Not(waits)),
        ),
        Share(
            "begun",
            "Begun",
            "you decided, and some of what is suggested is left",
            reviewed.begun,
            videos_link(decided, waits),
        ),
        Share(
            "waiting",
            "Waiting",
            "tags are suggested, you answered none",
            reviewed.waiting,
            videos_link(waits, Not(decided)),
        ),
        Share(
            "nothing",
            "Nothing to answer",
            "no tag is suggested",
            reviewed.nothing,
            videos_link(Not(waits), Not(decided), Not(State(Is.FAILED))),
        ),
    ]


def model_rows(answers: Sequence[Answers]) -> list[ModelRow]:
    """Return how often the model was right, the tags with most answers first."""
    rows = []
    for each in answers:
        answered, maybes = each.right + each.wrong, each.maybe_right + each.maybe_wrong
        if not (answered or maybes or each.missed):
            continue
        enough = answered >= ENOUGH_ANSWERS
        rows.append(
            ModelRow(
                safe_text(each.tag),
                each.right,
                answered,
                round(100 * each.right / answered) if enough else None,
                each.maybe_right,
                maybes,
                each.missed,
                videos_link(Tag(each.tag, Carried.REJECTED)),
            )
        )
    return sorted(rows, key=lambda row: (-row.answered, -row.maybe_answered, row.words.casefold()))
