"""Searches in words for people, as short as a label on a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.query.amounts import amount_text, write_amount
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
)
from organizer.query.when import MONTHS, Calendar, Last, MonthOf, Relative, SeasonOf, Unit, When

if TYPE_CHECKING:
    from organizer.query.expr import Expr

_CARRIED = {
    Carried.TAG: "{}",
    Carried.MAYBE: "maybe {}",
    Carried.SUGGESTED: "{}, suggested",
    Carried.CONFIRMED: "{}, confirmed",
    Carried.REJECTED: "not {}, you said",
}
_STATES = {
    Is.UNTAGGED: "without a tag",
    Is.TAGGED: "with a tag",
    Is.MAYBE: "with a maybe",
    Is.SUGGESTED: "with a suggested tag",
    Is.CONFIRMED: "with a tag you confirmed",
    Is.REJECTED: "with a tag you rejected",
    Is.OK: "readable",
    Is.FAILED: "not readable",
    Is.MISSING: "missing",
    Is.OFFLINE: "offline",
    Is.FAVOURITE: "favourites",
    Is.HIDDEN: "hidden",
    Is.LIVE: "Live Photo clips",
}
_AMOUNTS = {
    # Less than, at most, more than, at least, a number by itself, between two.
    Measure.LENGTH: (
        "shorter than {}",
        "up to {} long",
        "longer than {}",
        "{} or longer",
        "about {} long",
        "{} long",
    ),
    Measure.SIZE: ("smaller than {}", "up to {}", "larger than {}", "{} or larger", "{}", "{} large"),
    Measure.WIDTH: (
        "under {} pixels wide",
        "up to {} pixels wide",
        "over {} pixels wide",
        "{} pixels wide or more",
        "{} pixels wide",
        "{} pixels wide",
    ),
    Measure.HEIGHT: (
        "under {} pixels high",
        "up to {} pixels high",
        "over {} pixels high",
        "{} pixels high or more",
        "{} pixels high",
        "{} pixels high",
    ),
    Measure.RATING: (
        "under {} stars",
        "up to {} stars",
        "over {} stars",
        "{} stars or more",
        "{} stars",
        "{} stars",
    ),
}
_DATES = {
    Compare.IN: "{}",
    Compare.BEFORE: "before {}",
    Compare.UNTIL: "until {}",
    Compare.AFTER: "after {}",
    Compare.FROM: "from {} on",
}


def describe(expr: Expr) -> str:
    """Return what a search asks for, in words for people."""
    match expr:
        case Or(parts):
            return " or ".join(_inside(part) for part in parts)
        case And(parts):
            return " and ".join(_inside(part) for part in parts)
        case Not(part):
            return f"not ({describe(part)})" if isinstance(part, And | Or | Not) else f"not {describe(part)}"
        case Word(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case Tag(name, carried):
            return _CARRIED[carried].format(name)
        case Folder(text):
            return f"in folder {text}"
        case FileName(text):
            return f"file name with {text}"
        case Codec(name):
            return f"codec {name}"
        case Date(when, Compare.BETWEEN, until):
            return f"{_when(when)} to {_when(until)}"
        case Date(when, compare):
            return _DATES[compare].format(_when(when))
        case Amount(measure, bounds):
            return _amount(measure, bounds)
        case Score(label, bounds):
            return f"{label} scored {_score(bounds)}"
        case State(what):
            return _STATES[what]
    raise AssertionError(expr)


def _inside(expr: Expr) -> str:
    return f"({describe(expr)})" if isinstance(expr, And | Or) else describe(expr)


def _amount(measure: Measure, bounds: Bounds) -> str:
    less, at_most, more, at_least, itself, between = _AMOUNTS[measure]
    low, high = bounds.low, bounds.high
    if low is None and high is not None:
        return (less if bounds.high_open else at_most).format(amount_text(measure, high))
    if high is None and low is not None:
        return (more if bounds.low_open else at_least).format(amount_text(measure, low))
    if bounds.high_open or low == high:
        return itself.format(write_amount(measure, bounds))
    assert low is not None and high is not None
    return between.format(f"{amount_text(measure, low)} to {amount_text(measure, high)}")


def _score(bounds: Bounds) -> str:
    words = (
        ("above", bounds.low, bounds.low_open, "{} or more"),
        ("below", bounds.high, bounds.high_open, "{} or less"),
    )
    return " and ".join(
        f"{word} {value:g}" if is_open else closed.format(f"{value:g}")
        for word, value, is_open, closed in words
        if value is not None
    )


def _when(when: When | None) -> str:
    match when:
        case Calendar(year, None):
            return f"{year}"
        case Calendar(year, int(month), None):
            return f"{MONTHS[month - 1].capitalize()} {year}"
        case Calendar(year, int(month), int(day), hour, minute, second):
            time = ":".join(f"{part:02}" for part in (hour, minute, second) if part is not None)
            return f"{day} {MONTHS[month - 1].capitalize()} {year}" + (f", {time}" if time else "")
        case SeasonOf(season, year):
            return f"{season.value} {year}" if year else f"{season.value} of any year"
        case MonthOf(month, day):
            return f"{f'{day} ' if day else ''}{MONTHS[month - 1].capitalize()} of any year"
        case Relative(Unit.DAY, back):
            return "yesterday" if back else "today"
        case Relative(unit, back):
            return f"{'last' if back else 'this'} {unit.value}"
        case Last(number, unit):
            return f"the last {number} {unit.value}s"
    raise AssertionError(when)
