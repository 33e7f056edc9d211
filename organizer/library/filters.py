"""Which videos to show, and in which order, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.dates.shown import here
from organizer.query.expr import (
    Carried,
    Compare,
    Date,
    Expr,
    Is,
    Not,
    Phrase,
    State,
    Tag,
    all_of,
    any_of,
)
from organizer.query.when import FIRST_YEAR, LAST_YEAR, Calendar
from organizer.types import TagState

if TYPE_CHECKING:
    from organizer.library.records import Status


class Sort(StrEnum):
    """What videos are ordered by; ties are broken by the order in which they were added."""

    TAKEN = "taken"
    NAME = "name"
    DURATION = "duration"
    SIZE = "size"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class VideoFilter:
    """A choice of videos; an empty filter means all but hidden ones and the clips of Live Photos.

    What carrying a tag means is one thing for all four of the choices by tags, and said by three fields:

    ===================================  ==========================================
    ``state``                            a video carries a tag that is
    ===================================  ==========================================
    None                                 given by a model, or confirmed
    None, ``with_maybes``                given or a maybe, or confirmed
    SUGGESTED                            given, and not decided about
    SUGGESTED, ``with_maybes``           given or a maybe, and not decided about
    CONFIRMED, REJECTED                  in this state, whatever a model says
    any, ``only_maybes``                 a maybe, and not decided about
    ===================================  ==========================================

    A filter with a state and without tags chooses the videos that carry any. With ``only_maybes`` every video
    has a maybe, one of the tags that are asked for where any are; ``no_tags`` leaves out those where one of
    its tags is a maybe, and ``untagged`` chooses those without a given or confirmed tag.
    """

    all_tags: tuple[str, ...] = ()
    """Videos that carry every one of these."""
    any_tags: tuple[str, ...] = ()
    """Videos that carry at least one of these."""
    no_tags: tuple[str, ...] = ()
    """Videos that carry none of these."""
    untagged: bool = False
    """Videos that carry no tag at all."""
    state: TagState | None = None
    """What carrying a tag means: in this state; None means given or confirmed."""
    with_maybes: bool = False
    """Whether maybes count as given tags do."""
    only_maybes: bool = False
    """Whether only videos with a maybe are chosen, whatever ``state`` and ``with_maybes`` say."""
    status: Status | None = None
    text: str = ""
    """Words that must all occur in the file's name or folder, whatever their case."""
    taken_from: datetime | None = None
    """Taken at this moment or later, on the clock that is shown; a naive one is that clock's."""
    taken_before: datetime | None = None
    """Taken before this moment."""
    query: Expr | None = None
    """What is searched for, as ``organizer.query.parse`` returns it; combined with the rest by AND."""
    now: datetime | None = None
    """What days such as yesterday in the query are counted from, naive; None for the present."""
    hidden: bool | None = False
    """Whether only videos that the person hid are chosen; False leaves these out unless the query
    speaks of hidden videos, None chooses both."""
    live: bool | None = False
    """The same of clips of Live Photos."""
    sort: Sort = Sort.TAKEN
    descending: bool = True
    limit: int | None = None
    offset: int = 0


def as_query(filter_: VideoFilter) -> Expr | None:
    """Return the search that chooses what a filter chooses; None for an empty filter.

    Order, limit and offset are no part of it.
    """
    ways = _ways(filter_)

    def carries(*names: str) -> Expr:
        return any_of(*(Tag(" ".join(name.split()), way) for name in names for way in ways))

    parts: list[Expr] = [carries(name) for name in filter_.all_tags]
    if filter_.any_tags:
        parts.append(carries(*filter_.any_tags))
    parts += [Not(carries(name)) for name in filter_.no_tags]
    if filter_.untagged:
        parts += [State(Is.UNTAGGED)] if filter_.only_maybes else [_carries_none(way) for way in ways]
    elif filter_.state is not None and not (
        filter_.only_maybes or filter_.all_tags or filter_.any_tags or filter_.no_tags
    ):
        parts.append(any_of(*(State(Is(way.value)) for way in ways)))
    if filter_.only_maybes and not (filter_.all_tags or filter_.any_tags):
        parts.append(State(Is.MAYBE))
    if filter_.status is not None:
        parts.append(State(Is(filter_.status.value)))
    parts += [*_marked(Is.HIDDEN, filter_.hidden), *_marked(Is.LIVE, filter_.live)]
    parts += [Phrase(word) for word in filter_.text.split()]
    return all_of(*parts, *_dates(filter_.taken_from, filter_.taken_before), filter_.query)


def _ways(filter_: VideoFilter) -> tuple[Carried, ...]:
    """Return in which ways a video may carry a tag that a filter counts."""
    if filter_.only_maybes:
        return (Carried.MAYBE,)
    way = Carried.TAG if filter_.state is None else Carried(filter_.state.value)
    counts_maybes = filter_.with_maybes and filter_.state in {None, TagState.SUGGESTED}
    return (way, Carried.MAYBE) if counts_maybes else (way,)


def _marked(what: Is, is_wanted: bool | None) -> list[Expr]:
    """Return what asks for videos that are set apart; both ways are asked for where either is wanted."""
    if is_wanted is None:
        return [any_of(State(what), Not(State(what)))]
    return [State(what)] if is_wanted else []


def _carries_none(way: Carried) -> Expr:
    return State(Is.UNTAGGED) if way is Carried.TAG else Not(State(Is(way.value)))


def _dates(first: datetime | None, before: datetime | None) -> list[Date]:
    """Return the periods that two bounds, to the second, leave: whole days as one, where both are given."""
    bounds = [moment and _calendar(here(moment) if moment.tzinfo else moment) for moment in (first, before)]
    start, end = bounds
    if start and end and before and end.hour is None and before.tzinfo is None:
        return [Date(start, Compare.BETWEEN, _calendar(before - timedelta(days=1)))]
    dates = [Date(start, Compare.FROM)] if start else []
    return [*dates, Date(end, Compare.BEFORE)] if end else dates


def _calendar(moment: datetime) -> Calendar:
    """Return a day, or where it does not begin then the second, within the years that can be written."""
    year = min(max(moment.year, FIRST_YEAR), LAST_YEAR)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return Calendar(year, moment.month, moment.day)
    return Calendar(year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
