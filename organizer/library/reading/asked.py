"""A search as conditions on ``videos v``: which tags, names and dates its words mean in this library.

What must all hold, and is a tag, a state, a date or words in names, becomes the same conditions as those of
a filter: bits, the index by date, the indexes of names. Inside ``OR`` and ``NOT`` words are conditions like
others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from organizer.library.database import mark_bits
from organizer.library.database.columns import marks
from organizer.library.database.names import in_file_names, in_folders, searchable
from organizer.library.filters import Sort
from organizer.library.reading.search import Search, few_ids, occurs, search, texts_of
from organizer.library.reading.sql import (
    SHARED_BIT,
    Held,
    Sql,
    all_of,
    any_of,
    carries,
    has_any,
    in_status,
    index_of,
    taken,
)
from organizer.library.reading.tags import scored_labels
from organizer.library.records import Status
from organizer.library.spelling import folded
from organizer.query.expr import (
    Amount,
    And,
    Bounds,
    Carried,
    Codec,
    Compare,
    Date,
    FileName,
    Folder,
    Is,
    Measure,
    Not,
    Or,
    Phrase,
    Score,
    State,
    Tag,
    Word,
    parts_of,
)
from organizer.query.when import EachYear, days_of, is_one_period, is_plain_date, read_when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.library.filters import VideoFilter
    from organizer.query.expr import Expr
    from organizer.query.when import When

_COLUMNS = {
    Carried.TAG: ("suggested", "confirmed"),
    Carried.MAYBE: ("maybe",),
    Carried.SUGGESTED: ("suggested",),
    Carried.CONFIRMED: ("confirmed",),
    Carried.REJECTED: ("rejected",),
}
"""The columns of bits in one of which a tag has its bit."""
_HAS_ANY = {
    Is.TAGGED: Carried.TAG,
    Is.MAYBE: Carried.MAYBE,
    Is.SUGGESTED: Carried.SUGGESTED,
    Is.CONFIRMED: Carried.CONFIRMED,
    Is.REJECTED: Carried.REJECTED,
}
_STATUS = {
    Is.OK: Status.OK,
    Is.FAILED: Status.FAILED,
    Is.MISSING: Status.MISSING,
    Is.OFFLINE: Status.OFFLINE,
}
_MARKS = {Is.FAVOURITE: mark_bits.FAVOURITE, Is.HIDDEN: mark_bits.HIDDEN, Is.LIVE: mark_bits.LIVE}
_AMOUNTS = {
    Measure.RATING: f"((v.marks & {mark_bits.RATING}) >> {mark_bits.RATING_SHIFT})",
    Measure.LENGTH: "v.duration_s",
    Measure.SIZE: "v.size_bytes",
    Measure.WIDTH: "v.width",
    Measure.HEIGHT: "v.height",
    Measure.RATING: f"((v.marks & {mark_bits.RATING}) >> {mark_bits.RATING_SHIFT})",
}
_MARKS = {
    Is.FAVOURITE: mark_bits.FAVOURITE,
    Is.HIDDEN: mark_bits.HIDDEN,
    Is.LIVE: mark_bits.LIVE,
}

_TAGS = "SELECT id, folded FROM tags WHERE NOT hidden AND merged_into IS NULL"
"""Those that a search can mean: none that is hidden, nor the old name of another one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words and the search of a filter ask of ``videos v``."""

    parts: tuple[Sql, ...]
    """Conditions that must all hold besides those of the names."""
    names: Search
    by: Sort
    """The order along which the videos are counted: one of the conditions takes a part of its index."""
    few: bool
    """Whether one of the conditions is a short list of ids."""


def ask(db: Database, filter_: VideoFilter, found: int | None = None) -> Asked:
    """Return what the words and the search of a filter ask for.

    Args:
        db: the library.
        filter_: the filter.
        found: how many videos it chooses, where that is known.
    """
    asking = _Asking(db, filter_.now or datetime.now())
    words: list[str] = []
    parts: list[Sql] = []
    orders: list[Sort] = []
    lists: list[bool] = []
    for part in parts_of(filter_.query):
        plain = asking.plain_text(part)
        if plain is not None:
            words += plain
            continue
        if isinstance(part, Folder | FileName):
            # The names as a whole are quicker to look at.
            words.append(part.text)
            parts.append(asking.path(part))
            continue
        condition, order = asking.sql(part), _order_of(part)
        if order is not None:
            orders.append(order)
            ids = few_ids(db, _along(order, condition)) if isinstance(part, Amount) else None
            lists.append(ids is not None)
            condition = ids or condition
        parts.append(condition)
    names = search(db, filter_.text, found, words)
    return Asked(tuple(parts), names, (orders or [Sort.ADDED])[0], names.few or any(lists))


def has_many_roots(db: Database) -> bool:
    """Whether there are roots that share a bit."""
    (many,) = db.execute("SELECT coalesce(max(id), 0) > ? FROM roots", [SHARED_BIT]).fetchone()
    return bool(many)


def _order_of(expr: Expr) -> Sort | None:
    """Return the order of which a part fits, if there is one."""
    match expr:
        case Date(when) if is_one_period(when):
            return Sort.TAKEN
        case Amount(Measure.LENGTH):
            return Sort.DURATION
        case Amount(Measure.SIZE):
            return Sort.SIZE
    return None


def _along(order: Sort, condition: Sql) -> Sql:
    """Return the query for the ids that a condition chooses, along the index of an order."""
    index = index_of(order, Held.IN_LISTS)
    text = f"SELECT v.id FROM videos v INDEXED BY {index} WHERE v.present_in IS NOT NULL AND {condition.text}"
    return Sql(text, condition.values)


class _Asking:
    """Looks up once what a search means in a library."""

    def __init__(self, db: Database, now: datetime) -> None:
        self.db, self.now = db, now
        self._tags: list[tuple[int, str]] | None = None

    @property
    def tags(self) -> list[tuple[int, str]]:
        """Id and folded name of each tag that is not hidden."""
        if self._tags is None:
            self._tags = [
                (id_, name) for id_, name in self.db.execute("SELECT id, folded FROM tags WHERE NOT hidden")
            ]
        return self._tags

    def plain_text(self, expr: Expr) -> list[str] | None:
        """Return the texts that must all occur in names for a search to fit, None where it asks for more."""
        if isinstance(expr, Phrase):
            return [expr.text]
        if isinstance(expr, Word) and not is_plain_date(expr.text) and not self.tags_like(expr.text):
            return expr.text.split()
        return None

    def tags_like(self, text: str) -> list[int]:
        """Return the ids of the tags in whose names some word begins with each of some words."""
        wanted = folded(text).split()
        return [
            id_
            for id_, name in self.tags
            if all(any(own.startswith(word) for own in name.split()) for word in wanted)
        ]

    def sql(self, expr: Expr) -> Sql:
        """Return the condition that a search stands for; it is NULL or 0 where it does not hold."""
        match expr:
            case And(parts):
                return all_of([self.sql(part) for part in parts])
            case Or(parts):
                return any_of([self.sql(part) for part in parts])
            case Not(part):
                holds = self.sql(part)
                # What is not known, such as the length of a broken file, does not fit either way round.
                return replace(holds, text=f"({holds.text}) IS NOT TRUE")
            case Word(text):
                return self.word(text)
            case Phrase(text):
                return self.text(text)
            case Tag(name, carried):
                ids = [id_ for id_, known in self.tags if known == folded(name)]
                return carries(ids, _COLUMNS[carried])
            case Folder(text) | FileName(text):
                return all_of([self.text(text), self.path(expr)])
            case Codec(name):
                return Sql("v.codec = ?", (name,))
            case Date(when, compare, until):
                return self.date(when, compare, until)
            case Amount(measure, bounds):
                within = _within(_AMOUNTS[measure], bounds)
                return replace(within, held=Held.IN_TALLIES) if measure is Measure.RATING else within
            case Score(label, bounds):
                return self.score(label, bounds)
            case State(what):
                return self.state(what)
        raise AssertionError(expr)

    def word(self, text: str) -> Sql:
        """Return the condition for a plain word: a tag, a name or a date fits it."""
        found = [all_of([self.text(word) for word in text.split()])]
        if ids := self.tags_like(text):
            found.insert(0, carries(ids, _COLUMNS[Carried.TAG]))
        when = read_when(text) if is_plain_date(text) else None
        if when is not None:
            found.insert(0, self.date(when, Compare.IN, None))
        return any_of(found)

    def text(self, text: str) -> Sql:
        return occurs(self.db, searchable(text))

    def path(self, term: Folder | FileName) -> Sql:
        """Return the condition that the right part of a path holds a text, for names that hold it at all."""
        text = searchable(term.text)
        if isinstance(term, Folder):
            inside, texts = in_folders, texts_of(self.db, text)
        else:
            inside, texts = in_file_names, [text]
        self.db.conn.create_function(inside.__name__, 2, inside, deterministic=True)
        return Sql(f"{inside.__name__}(v.search_text, ?)", (json.dumps(texts),), Held.IN_NAMES)

    def date(self, when: When, compare: Compare, until: When | None) -> Sql:
        days, last = days_of(when, self.now), days_of(until or when, self.now)
        if isinstance(days, EachYear) or isinstance(last, EachYear):
            assert isinstance(days, EachYear), "only one period can be compared"
            return _each_year(days)
        bounds = {
            Compare.IN: (days.start, days.end),
            Compare.BEFORE: (None, days.start),
            Compare.UNTIL: (None, days.end),
            Compare.AFTER: (days.end, None),
            Compare.FROM: (days.start, None),
            Compare.BETWEEN: (days.start, last.end),
        }[compare]
        return all_of(
            [taken(sign, moment) for sign, moment in zip((">=", "<"), bounds, strict=True) if moment]
        )

    def state(self, what: Is) -> Sql:
        if what in _STATUS:
            return in_status(_STATUS[what], many_roots=has_many_roots(self.db))
        if what in _HAS_ANY:
            return has_any(_COLUMNS[_HAS_ANY[what]])
        if what is Is.UNTAGGED:
            tagged = has_any(_COLUMNS[Carried.TAG])
            return replace(tagged, text=f"NOT {tagged.text}")
        return Sql(f"v.marks & {_MARKS[what]} != 0", held=Held.IN_TALLIES)

    def score(self, label: str, bounds: Bounds) -> Sql:
        """Return the condition on what a label is scored, in whatever case models write it."""
        labels = [known for known in scored_labels(self.db) if folded(known) == folded(label)]
        within = _within("j.value", bounds)
        # All scores are read once: that takes less than looking for those of one video after the other.
        return Sql(
            f"""+v.id IN (SELECT s.video_id FROM scores s, json_each(s.scores) j
                WHERE j.key IN ({marks(labels)}) AND {within.text})""",
            (*labels, *within.values),
        )


def _within(column: str, bounds: Bounds) -> Sql:
    """Return the condition that a number lies within bounds, one of which there is."""
    parts = []
    if bounds.low is not None:
        parts.append(Sql(f"{column} {'>' if bounds.low_open else '>='} ?", (bounds.low,)))
    if bounds.high is not None:
        parts.append(Sql(f"{column} {'<' if bounds.high_open else '<='} ?", (bounds.high,)))
    return all_of(parts)


def _each_year(days: EachYear) -> Sql:
    """Return the condition on the month, and the day, on the clock that is shown."""
    sign, wanted = ("%d", [days.day]) if days.day else ("%m", list(days.months))
    parts = [_clock(sign, [number for number in wanted if number is not None])]
    if days.day:
        parts.append(_clock("%m", days.months))
    return all_of(parts)


def _clock(sign: str, numbers: Sequence[int]) -> Sql:
    shown = (
        f"CASE WHEN v.taken_utc IS NULL THEN strftime('{sign}', v.taken_wall, 'unixepoch') "
        f"ELSE strftime('{sign}', v.taken_utc, 'unixepoch', 'localtime') END"
    )
    wanted = ", ".join(f"'{number:02}'" for number in numbers)
    return Sql(f"{shown} IN ({wanted})")
