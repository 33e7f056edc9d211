"""Controls that edit the words of a search, and nothing else of it."""

from datetime import date, datetime

import pytest

from organizer.errors import QueryError
from organizer.gallery.query_terms import (
    MAYBE,
    WITH,
    WITHOUT,
    asks_for_maybes,
    days,
    folder,
    used_tags,
    with_days,
    with_folder,
    with_maybes,
    with_tag,
)
from organizer.query import parse
from organizer.query.expr import And

NOW = datetime(2024, 7, 15, 12, 0)


@pytest.mark.parametrize(
    ("text", "name", "use", "expected"),
    [
        ("", "Dance", WITH, "tag:Dance"),
        ("", "Gran's cat", WITHOUT, '-tag:"Gran\'s cat"'),
        ("", "Dance", MAYBE, "maybe:Dance"),
        ("tag:Dance", "Dance", "", ""),
        ("tag:dance  summer 2023", "Dance", "", "summer 2023"),
        ("tag:Dance", "dance", WITHOUT, "-tag:dance"),
        ("-tag:Dance holiday", "Dance", WITH, "holiday tag:Dance"),
        ("maybe:Dance", "Dance", WITH, "tag:Dance"),
        ("confirmed:Dance", "Dance", WITH, "confirmed:Dance tag:Dance"),
        ("dance", "Dance", WITH, "dance tag:Dance"),
        ("tag:Food   length:<30s", "Dance", WITH, "tag:Food length:<30s tag:Dance"),
        ("(tag:Dance OR tag:Food)", "Dance", "", "(tag:Dance OR tag:Food)"),
    ],
)
def test_a_tag(text, name, use, expected):
    assert with_tag(text, name, use) == expected


def test_what_is_added_is_asked_for_besides_all_that_was():
    changed = with_tag("dance OR food", "Animal", WITH)
    assert changed == "(dance OR food) tag:Animal"
    assert parse(changed) == And((parse("dance OR food"), parse("tag:Animal")))
    assert with_tag(changed, "Animal", "") == "(dance OR food)"
    assert with_tag("(dance OR food)", "Animal", WITH) == "(dance OR food) tag:Animal"


def test_how_tags_are_used():
    text = "tag:Dance -tag:Food maybe:Animal confirmed:Nature (tag:Home OR tag:Snow) cat"
    assert used_tags(text) == {"Dance": WITH, "Food": WITHOUT, "Animal": MAYBE}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("", None, None),
        ("date:2023-06-15", "2023-06-15", "2023-06-15"),
        ("date:2023-06", "2023-06-01", "2023-06-30"),
        ("date:2023-06..2023-08", "2023-06-01", "2023-08-31"),
        ("date:>=2023-06", "2023-06-01", None),
        ("date:>2023-06", "2023-07-01", None),
        ("date:<=2023-06", None, "2023-06-30"),
        ("date:<2023-06", None, "2023-05-31"),
        ("date:yesterday", "2024-07-14", "2024-07-14"),
        ("date:june", None, None),
        ("summer 2023", None, None),
    ],
)
def test_days(text, first, last):
    found = days(text, NOW)
    assert [day and day.isoformat() for day in found] == [first, last]


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("dance", date(2023, 6, 1), None, "dance date:>=2023-06-01"),
        ("date:2023 dance", date(2023, 6, 1), date(2023, 6, 30), "dance date:2023-06-01..2023-06-30"),
        ("date:2023 dance", None, None, "dance"),
    ],
)
def test_other_days(text, first, last, expected):
    assert with_days(text, first, last) == expected
    assert days(expected, NOW) == (first, last)


def test_a_folder():
    assert with_folder("dance", " school play ") == 'dance folder:"school play"'
    assert folder('dance folder:"school play"') == "school play"
    assert with_folder('folder:"school play" dance', "") == "dance"
    assert folder("dance") == ""


def test_what_cannot_be_understood_is_not_edited():
    with pytest.raises(QueryError):
        with_tag("length:<abc", "Dance", WITH)


@pytest.mark.parametrize(
    ("text", "wider"),
    [
        ("", None),
        ("length:<30s -tag:Food", None),
        ("maybe:Dance tag:Food", None),
        ("tag:Dance is:maybe", None),
        ("tag:Dance", "tag:Dance OR maybe:Dance"),
        ("tag:Dance length:<30s -tag:Food", "(tag:Dance OR maybe:Dance) length:<30s -tag:Food"),
        ("dance summer 2023", "(dance OR maybe:Dance) summer 2023"),
        ("PHONE", 'PHONE OR maybe:"Mobile phone"'),
        ('car Oma "dance floor"', None),
        ("tag:Dance OR tag:Food", "tag:Dance OR maybe:Dance OR tag:Food OR maybe:Food"),
    ],
)
def test_maybes_counted_too(text, wider):
    assert with_maybes(text) == wider


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("", False),
        ("tag:Dance", False),
        ("maybe:Dance", True),
        ("dance -is:maybe", True),
        ("tag:Dance?", True),
    ],
)
def test_whether_maybes_are_asked_for(text, asks):
    assert asks_for_maybes(text) is asks
