from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organizer.query import CompletionKind, Names, QueryError, SavedSearch, complete, parse
from organizer.query.complete import FIELD_WORDS, MOST, STATE_WORDS
from organizer.query.expr import Is
from organizer.query.fields import FIELDS
from tests.query.expressions import TEXTS

NAMES = Names(
    tags=("Animal", "Mobile phone", "Dance", "Oma's Geburtstag", "Animal farm", "was?"),
    labels=("Animal", "Mobile phone"),
    folders=("/home/me/Videos", "2023", "2023/Summer holiday", "Übung"),
    years=(2024, 2023),
    saved=(
        SavedSearch("Anything", "a OR b"),
        SavedSearch("Broken", "("),
        SavedSearch("Holidays", "folder:holiday"),
    ),
)


def offered(text: str, cursor: int | None = None) -> list[str]:
    """What the text becomes with each completion."""
    found = complete(text, len(text) if cursor is None else cursor, NAMES)
    return [text[: one.start] + one.insert + text[one.end :] for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dan", ["tag:Dance"]),
        ("DAN", ["tag:Dance"]),
        ("ani", ["tag:Animal", 'tag:"Animal farm"']),
        ("x pho", ['x tag:"Mobile phone"']),
        ("gebu", ['tag:"Oma\'s Geburtstag"']),
        ("-dan", ["-tag:Dance"]),
        ("(dan", ["(tag:Dance"]),
        ("a OR dan", ["a OR tag:Dance"]),
        ("was", ['tag:"was?"']),
        ("tag:pho", ['tag:"Mobile phone"']),
        ('tag:"mobile ph', ['tag:"Mobile phone"']),
        ("maybe:dan", ["maybe:Dance"]),
        ("score:ani", ["score:Animal>"]),
        ("is:fa", ["is:failed", "is:favourite"]),
        ("unt", ["is:untagged"]),
        ("sco", ["score:"]),
        ("rat", ["rating:"]),
        ("rating:", ["rating:>=4", "rating:5", "rating:0"]),
        ("length:<", ["length:<30s"]),
        ("date:last-w", ["date:last-week"]),
        ("date:summer-202", ["date:summer-2024", "date:summer-2023"]),
        ("date:>apri", ["date:>april-2024", "date:>april-2023"]),
        ("date:2023..202", ["date:2023..2024", "date:2023..2023"]),
        ("yest", ["date:yesterday"]),
        ("folder:holi", ['folder:"2023/Summer holiday"']),
        ("folder:üb", ["folder:Übung"]),
        ("hei", ["height:"]),
        ("summer hid", ["summer is:hidden"]),
        ("codec:he", ["codec:hevc"]),
        ("xyzzy", []),
        ("nofield:x", []),
        ("name:x", []),
    ],
)
def test_what_is_typed_is_completed(text, expected):
    assert offered(text) == expected


def test_a_word_in_the_middle_is_replaced_as_a_whole():
    assert offered("a dance b", 4) == ["a tag:Dance b", "a date: b"]
    assert offered("tag:Dan -x", 5)[0] == "tag:Dance -x"


def test_nothing_typed_offers_what_is_kept_and_the_fields():
    found = complete("", 0, NAMES)
    assert [one.words for one in found[:2]] == ["Anything", "Holidays"]
    assert found[0].kind is CompletionKind.SAVED
    assert {one.kind for one in found[2:]} == {CompletionKind.FIELD}
    assert len(found) == MOST


def test_a_saved_search_stands_in_brackets_where_it_has_to():
    assert offered("anyt") == ["a OR b"]
    assert offered("x anyt") == ["x (a OR b)"]
    assert offered("x holid")[0] == "x folder:holiday"


def test_a_year_goes_with_a_month_only_where_something_was_taken():
    assert [one for one in offered("june") if one.startswith("date:")] == [
        "date:june",
        "date:june-2024",
        "date:june-2023",
    ]


def test_every_field_and_state_is_described():
    assert set(FIELD_WORDS) == set(FIELDS)
    assert set(STATE_WORDS) == set(Is)


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(TEXTS, st.sampled_from(["tag:a", "is:u", "date:2", "score:a", "folder:2", "(s", "-a"])),
    data=st.data(),
)
def test_completions_are_searches_or_the_beginnings_of_such(text, data):
    cursor = data.draw(st.integers(-1, len(text) + 1))
    for one in complete(text, cursor, NAMES):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.words
        if one.kind is not CompletionKind.FIELD and not one.insert.endswith(">"):
            try:
                assert parse(one.insert) is not None
            except QueryError as error:
                pytest.fail(f"{one.insert}: {error.message}")
