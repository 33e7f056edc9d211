"""Searches drawn by Hypothesis: everything that ``parse`` can return."""

from __future__ import annotations

from calendar import monthrange

from hypothesis import strategies as st

from organizer.folding import composed
from organizer.query.amounts import read_amount, read_score
from organizer.query.expr import (
    Amount,
    And,
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
from organizer.query.scan import is_plain
from organizer.query.when import Calendar, Last, MonthOf, Relative, Season, SeasonOf, Unit

TEXTS = st.text(min_size=1, max_size=8).map(composed).filter(lambda text: text and text == composed(text))
NAMES = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
PLAIN_DATES = st.sampled_from(
    [
        "2023",
        "Summer 2023",
        "june",
        "15 june 2023",
        "last week",
        "yesterday",
        "last 7 days",
        "2023-06-01",
        "1.2.2023",
    ]
)
PLAIN = st.one_of(
    TEXTS, st.sampled_from(["dance", "15", "last", "7", "2023", "may", "and", "-", "C:", "12:30"])
)
WORDS = st.one_of(PLAIN.filter(is_plain), PLAIN_DATES).map(Word)

YEARS = st.integers(1800, 2999)


@st.composite
def calendars(draw):
    year, month = draw(YEARS), draw(st.integers(1, 12))
    day = draw(st.integers(1, monthrange(year, month)[1]))
    parts = [year, month, day, draw(st.integers(0, 23)), draw(st.integers(0, 59)), draw(st.integers(0, 59))]
    return Calendar(*parts[: draw(st.sampled_from([1, 2, 3, 5, 6]))])


ONCE = st.one_of(
    calendars(),
    st.builds(SeasonOf, st.sampled_from(Season), YEARS),
    st.builds(Relative, st.sampled_from([*Unit, *Season]), st.booleans()),
    st.builds(Last, st.integers(1, 9999), st.sampled_from(Unit)),
)
YEARLY = st.one_of(
    st.builds(SeasonOf, st.sampled_from(Season)),
    st.builds(MonthOf, st.integers(1, 12)),
    st.builds(MonthOf, st.integers(1, 12), st.integers(1, 29)),
)
SINGLE = st.sampled_from([Compare.BEFORE, Compare.UNTIL, Compare.AFTER, Compare.FROM])
DATES = st.one_of(
    st.builds(Date, ONCE | YEARLY),
    st.builds(Date, ONCE, SINGLE),
    st.builds(Date, ONCE, st.just(Compare.BETWEEN), ONCE),
)

SIGNS = st.sampled_from(["<", "<=", ">", ">=", "", "="])
NUMBERS = st.decimals(0, 999_999, places=3).map(str) | st.integers(0, 10**9 - 1).map(str)


@st.composite
def amounts(draw):
    measure = draw(st.sampled_from(Measure))
    units = {Measure.LENGTH: ("s", "m", "h", ""), Measure.SIZE: ("B", "KB", "MB")}.get(measure, ("",))
    numbers = {
        Measure.RATING: st.integers(0, 5).map(str),
        Measure.WIDTH: st.integers(0, 999_999).map(str),
        Measure.HEIGHT: st.integers(0, 999_999).map(str),
    }.get(measure, NUMBERS)
    value = st.builds(str.__add__, numbers, st.sampled_from(units))
    text = draw(st.builds(str.__add__, SIGNS, value) | st.builds(lambda a, b: f"{a}..{b}", value, value))
    try:
        return Amount(measure, read_amount(measure, text))
    except ValueError:
        # A size by itself, or a range that ends before it begins.
        return Amount(measure, read_amount(measure, f">={draw(value)}"))


@st.composite
def scores(draw):
    share = st.decimals(0, 1, places=4).map(str) | st.integers(0, 100).map(lambda number: f"{number}%")
    sign = draw(st.sampled_from(["<", "<=", ">", ">="]))
    return Score(draw(NAMES), read_score(sign + draw(share)))


TAGS = st.builds(Tag, NAMES, st.sampled_from(Carried))
TERMS = st.one_of(
    WORDS,
    TEXTS.map(Phrase),
    TAGS,
    TEXTS.map(Folder),
    TEXTS.map(FileName),
    st.sampled_from(["h264", "hevc", "odd codec"]).map(Codec),
    DATES,
    amounts(),
    scores(),
    st.sampled_from(Is).map(State),
)


def expressions(terms=TERMS):
    """Return searches of such terms, at most a few within each other."""
    return st.recursive(
        terms,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=4).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=8,
    )
