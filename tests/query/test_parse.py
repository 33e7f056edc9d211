from __future__ import annotations

import pytest

from organizer.query import QueryError, chips, describe, parse, print_query, without
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
    all_of,
    any_of,
    parts_of,
    terms_of,
)
from organizer.query.when import Calendar, Last, MonthOf, Season, SeasonOf, Unit

A, B, C = Word("a"), Word("b"), Word("c")

MEANINGS = [
    ("", None),
    ("  \t\n ", None),
    ("a", A),
    ("a b", And((A, B))),
    ("a AND b", And((A, B))),
    ("a and b or c", And((A, Word("and"), B, Word("or"), C))),
    ("a OR b", Or((A, B))),
    ("a OR b c", Or((A, And((B, C))))),
    ("a b OR c", Or((And((A, B)), C))),
    ("(a OR b) c", And((Or((A, B)), C))),
    ("((a))", A),
    ("(a b) c", And((And((A, B)), C))),
    ("NOT a b", And((Not(A), B))),
    ("-a", Not(A)),
    ("--a", Not(Not(A))),
    ("NOT -a", Not(Not(A))),
    ("-(a b)", Not(And((A, B)))),
    ("- a", And((Word("-"), A))),
    ("a - b", And((A, Word("-"), B))),
    ("a-b", Word("a-b")),
    ("a(b)c", And((A, B, C))),
    ('"a b"', Phrase("a b")),
    ('"AND"', Phrase("AND")),
    ('"say ""hi"""', Phrase('say "hi"')),
    ('a"b', Word('a"b')),
    ('"a""b" c', And((Phrase('a"b'), C))),
    ("\u201ca b\u201d", Phrase("a b")),
    ("\u201ea b\u201c", Phrase("a b")),
    ("Cafe\u0301", Word("Caf\u00e9")),
    ("C:\\Videos", Word("C:\\Videos")),
    ("12:30", Word("12:30")),
    ("summer 2023", Word("summer 2023")),
    ("a summer 2023 b", And((A, Word("summer 2023"), B))),
    ("summer AND 2023", And((Word("summer"), Word("2023")))),
    ("summer (2023)", And((Word("summer"), Word("2023")))),
    ("-summer 2023", Not(Word("summer 2023"))),
    ("last 7 days", Word("last 7 days")),
    ("last 7 cats", And((Word("last"), Word("7"), Word("cats")))),
    ("15 june 2023 a", And((Word("15 june 2023"), A))),
    ("mar 2023", Word("mar 2023")),
    ("tag:Dance", Tag("Dance")),
    ("TAG:Dance", Tag("Dance")),
    ("tags:Dance", Tag("Dance")),
    ('tag:"Mobile  phone"', Tag("Mobile phone")),
    ("tag:Dance?", Tag("Dance", Carried.MAYBE)),
    ('tag:"Dance?"', Tag("Dance?")),
    ("tag:?", Tag("?")),
    ("maybe:Dance?", Tag("Dance?", Carried.MAYBE)),
    ("-tag:Dance", Not(Tag("Dance"))),
    ("tag:a:b", Tag("a:b")),
    ("date:2023-06..2023-08", Date(Calendar(2023, 6), Compare.BETWEEN, Calendar(2023, 8))),
    ("date:..2023", Date(Calendar(2023), Compare.UNTIL)),
    ("date:2023..", Date(Calendar(2023), Compare.FROM)),
    ("date:=2023", Date(Calendar(2023))),
    ('date:>"june 2023"', Date(Calendar(2023, 6), Compare.AFTER)),
    ("taken:summer-2023", Date(SeasonOf(Season.SUMMER, 2023))),
    ("date:fall", Date(SeasonOf(Season.AUTUMN))),
    ("date:mar", Date(MonthOf(3))),
    ("date:last-2-weeks", Date(Last(2, Unit.WEEK))),
    ("length:<30s", Amount(Measure.LENGTH, Bounds(high=30, high_open=True))),
    ("length:>=1h30m", Amount(Measure.LENGTH, Bounds(low=5400))),
    ("length:1:02.5", Amount(Measure.LENGTH, Bounds(62, 63, high_open=True))),
    ("length:1:02:03", Amount(Measure.LENGTH, Bounds(3722.5, 3723.5, high_open=True))),
    ("length:2m", Amount(Measure.LENGTH, Bounds(90, 150, high_open=True))),
    ("duration:30..90", Amount(Measure.LENGTH, Bounds(30, 90))),
    ('length:"<2 minutes"', Amount(Measure.LENGTH, Bounds(high=120, high_open=True))),
    ("size:>1.5GB", Amount(Measure.SIZE, Bounds(low=1.5e9, low_open=True))),
    ("height:1080p", Amount(Measure.HEIGHT, Bounds(1080, 1080))),
    ("rating:>=4", Amount(Measure.RATING, Bounds(low=4))),
    ("stars:5", Amount(Measure.RATING, Bounds(5, 5))),
    ("score:Animal>0.8", Score("Animal", Bounds(low=0.8, low_open=True))),
    ('score:"Mobile phone"<=20%', Score("Mobile phone", Bounds(high=0.2))),
    ("score:Animal=0.2..0.4", Score("Animal", Bounds(0.2, 0.4))),
    ("folder:holiday", Folder("holiday")),
    ('in:"a b/"', Folder("a b/")),
    ("name:IMG_", FileName("IMG_")),
    ("codec:H265", Codec("hevc")),
    ("is:untagged", State(Is.UNTAGGED)),
    ("is:Favorite", State(Is.FAVOURITE)),
]


@pytest.mark.parametrize(("text", "expected"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_a_text_means(text, expected):
    assert parse(text) == expected
    assert parse(print_query(expected)) == expected


LONG = "a " * 251
DEEP = "(" * 31 + "a" + ")" * 31
MISTAKES = [
    # The text, a part of the message, and what of the text it points at.
    ("(", "never closed", 0, 1),
    ("a (b OR (c", "never closed", 8, 9),
    ("a)", "never opened", 1, 2),
    (")", "never opened", 0, 1),
    ("a (b)) c", "never opened", 5, 6),
    ("a () b", "Nothing stands between these brackets", 2, 4),
    ("OR a", "Nothing stands before OR", 0, 2),
    ("AND", "Nothing stands before AND", 0, 3),
    ("a OR", "Nothing follows OR", 2, 4),
    ("a OR OR b", "Nothing follows OR", 2, 4),
    ("(a AND) b", "Nothing follows AND", 3, 6),
    ("a NOT", "Nothing follows NOT", 2, 5),
    ("a -OR b", "Nothing follows the hyphen", 2, 3),
    ('dance "exact wor', "not closed", 6, 16),
    ('a "" b', "between these quotation marks", 2, 4),
    ('tag:"', "not closed", 4, 5),
    ("dance lenght:<30s", "lenght: is nothing to search by", 6, 13),
    ("http://x", "quotation marks", 0, 5),
    ("tag:", "tag: needs something behind it.", 0, 4),
    ("a date: 2023", "right behind the colon", 2, 7),
    ("is:great", "is:great means nothing", 3, 8),
    ("date:2023-13", "2023-13 is no date", 5, 12),
    ("date:30-february", "is no date", 5, 16),
    ("date:<", "Nothing is no date", 5, 6),
    ("date:..", "before or after its two dots", 5, 7),
    ("date:>june", "comes every year", 5, 10),
    ("date:june..august", "comes every year", 5, 17),
    ("length:long", "long is no length", 7, 11),
    ("length:2m..30s", "ends before it begins", 7, 14),
    ("length:..", "before or after its two dots", 7, 9),
    ("size:>100", "100 is no size", 5, 9),
    ("size:5MB", "larger or smaller than which size", 5, 8),
    ("height:>tall", "no number of pixels", 7, 12),
    ("rating:6", "no number of stars from 0 to 5", 7, 8),
    ("score:>0.8", "the score of which tag", 6, 10),
    ("score:Animal", "above or below which score", 6, 12),
    ("score:Animal>8", "8 is no score", 6, 14),
    ("a\u0301 b date:nope", "nope is no date", 10, 14),
    (LONG, "up to 250 words", 500, 502),
    (DEEP, "within each other", 30, 31),
    ("-" * 31 + "a", "within each other", 30, 31),
]


def test_there_are_enough_mistakes():
    assert len(MISTAKES) >= 25


@pytest.mark.parametrize(
    ("text", "message", "start", "end"), MISTAKES, ids=[text[:20] for text, *_ in MISTAKES]
)
def test_a_mistake_has_its_place(text, message, start, end):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert message in caught.value.message
    assert (caught.value.start, caught.value.end) == (start, end)
    assert str(caught.value) == caught.value.message


def test_a_message_shows_no_control_characters():
    with pytest.raises(QueryError) as caught:
        parse("is:\x1b[31m")
    assert "\x1b" not in caught.value.message


CHIPS = [
    ("dance summer 2023", ["dance", "summer 2023"], ["dance", "summer 2023"]),
    ("a AND -(b OR c)", ["a", "-(b OR c)"], ["a", "not (b or c)"]),
    ("a OR b", ["a OR b"], ["a or b"]),
    ("(a b)", ["(a b)"], ["a and b"]),
    ("tag:Dance  -tag:Concert", ["tag:Dance", "-tag:Concert"], ["Dance", "not Concert"]),
    ("date:2023-06..2023-08", ["date:2023-06..2023-08"], ["June 2023 to August 2023"]),
    ("length:<30s size:>1GB", ["length:<30s", "size:>1GB"], ["shorter than 30s", "larger than 1GB"]),
    ("score:Animal>0.8", ["score:Animal>0.8"], ["Animal scored above 0.8"]),
    ("score:Animal=0.2..0.4", ["score:Animal=0.2..0.4"], ["Animal scored 0.2 or more and 0.4 or less"]),
    ("is:untagged is:maybe", ["is:untagged", "is:maybe"], ["without a tag", "with a maybe"]),
    ('"exact words" folder:x', ['"exact words"', "folder:x"], ['"exact words"', "in folder x"]),
    ("date:15-june-2023 date:june", ["date:15-june-2023", "date:june"], ["15 June 2023", "June of any year"]),
    (
        "date:last-7-days date:<yesterday",
        ["date:last-7-days", "date:<yesterday"],
        ["the last 7 days", "before yesterday"],
    ),
    ("length:2m", ["length:2m"], ["about 2m long"]),
    ("length:30s..2m", ["length:30s..2m"], ["30s to 2m long"]),
    ("", [], []),
]


@pytest.mark.parametrize(("text", "parts", "words"), CHIPS, ids=[text for text, *_ in CHIPS])
def test_chips_are_what_must_all_hold(text, parts, words):
    assert [chip.text for chip in chips(text)] == parts
    assert [chip.words for chip in chips(text)] == words
    assert all(text[chip.start : chip.end] == chip.text for chip in chips(text))


def test_a_chip_can_be_taken_away():
    text = "tag:Dance AND -tag:Concert  (a OR b)"
    assert without(text, 0) == "-tag:Concert (a OR b)"
    assert without(text, 2) == "tag:Dance -tag:Concert"
    assert without("a", 0) == ""
    # What is left would be a date together.
    assert without("summer x 2023", 1) == "summer AND 2023"
    with pytest.raises(IndexError):
        without(text, 3)


def test_searches_are_put_together():
    assert all_of(None, A, And((B, C)), None) == And((A, B, C))
    assert all_of() is None
    assert all_of(A) == A
    assert any_of(A, Or((B, C))) == Or((A, B, C))
    assert parts_of(None) == ()
    assert parts_of(And((A, B))) == (A, B)
    assert terms_of(parse("a (b OR -tag:c)")) == (A, B, Tag("c"))
    assert print_query(all_of(parse("a OR b"), parse("-c d"))) == "(a OR b) -c d"
    for kind in (And, Or):
        with pytest.raises(ValueError, match="two parts"):
            kind((A,))


def test_what_is_long_is_said_in_short_words():
    assert describe(parse("width:1920 height:<1080 rating:5 codec:av1 name:x")) == (
        "1920 pixels wide and under 1080 pixels high and 5 stars and codec av1 and file name with x"
    )
