"""Addresses of before there was a search say the same in its words."""

from datetime import date

import pytest

from organizer.gallery.old_address import between_days, words_of
from organizer.gallery.view_state import ViewState, from_query
from organizer.query import parse, print_query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, ""),
        ({"all": ["Animal", "a b"]}, 'tag:Animal tag:"a b"'),
        ({"any": ["Animal"]}, "tag:Animal"),
        ({"any": ["Animal", "Food"]}, "tag:Animal OR tag:Food"),
        ({"any": ["Animal", "Food"], "all": ["Dance"]}, "tag:Dance (tag:Animal OR tag:Food)"),
        ({"none": ["Animal", "Food"]}, "-tag:Animal -tag:Food"),
        ({"untagged": ["1"]}, "is:untagged"),
        ({"untagged": ["1"], "maybes": ["with"]}, "is:untagged -is:maybe"),
        ({"untagged": ["1"], "maybes": ["only"]}, "is:untagged is:maybe"),
        ({"untagged": ["1"], "state": ["confirmed"]}, "-is:confirmed"),
        ({"maybes": ["with"]}, ""),
        ({"maybes": ["only"]}, "is:maybe"),
        ({"any": ["Dance"], "maybes": ["with"]}, "tag:Dance OR maybe:Dance"),
        ({"any": ["Dance"], "maybes": ["only"]}, "maybe:Dance"),
        ({"none": ["Dance"], "maybes": ["only"]}, "-maybe:Dance is:maybe"),
        ({"none": ["Dance"], "maybes": ["with"]}, "-(tag:Dance OR maybe:Dance)"),
        ({"all": ["Dance"], "state": ["rejected"]}, "rejected:Dance"),
        ({"any": ["Dance"], "state": ["suggested"], "maybes": ["with"]}, "suggested:Dance OR maybe:Dance"),
        ({"state": ["confirmed"]}, "is:confirmed"),
        ({"state": ["suggested"], "maybes": ["with"]}, "is:suggested OR is:maybe"),
        ({"state": ["confirmed"], "maybes": ["only"]}, "is:maybe"),
        ({"status": ["failed"]}, "is:failed"),
        ({"text": ["TRIP so"]}, '"TRIP" "so"'),
        ({"from": ["2024-05-02"], "to": ["2024-05-03"]}, "date:2024-05-02..2024-05-03"),
        ({"from": ["2024-05-02"], "to": ["2024-05-02"]}, "date:2024-05-02"),
        ({"from": ["2024-05-02"]}, "date:>=2024-05-02"),
        ({"to": ["2024-05-02"]}, "date:<=2024-05-02"),
        (
            {"text": ["cat"], "any": ["Animal"], "status": ["offline"], "to": ["2024-05-02"]},
            'tag:Animal is:offline "cat" date:<=2024-05-02',
        ),
    ],
)
def test_a_filter_in_words(query, words):
    assert words_of(query) == words
    assert print_query(parse(words)) == words
    assert from_query(query) == ViewState(words)


@pytest.mark.parametrize(
    "query",
    [
        {"maybes": ["1"]},
        {"state": ["?"]},
        {"status": [""]},
        {"from": ["2024-13-01"]},
        {"to": ["yesterday"]},
        {"to": ["2500-01-01"]},
        {"from": ["1887-12-31"]},
        {"untagged": ["yes"]},
        {"all": []},
        {"any": ["", "  "]},
    ],
)
def test_nonsense_is_ignored(query):
    assert from_query(query) == ViewState()


@pytest.mark.parametrize("name", ['say "hi"', "a\\b", "AND", "-x", "(", "a&b=c #?", "Dance?", "söme <b>"])
@pytest.mark.parametrize("parameter", ["all", "any", "none", "text"])
def test_no_name_makes_an_address_that_cannot_be_understood(name, parameter):
    parse(words_of({parameter: [name], "untagged": ["1"]}))


def test_words_of_a_search_win():
    assert from_query({"q": ["dance"], "any": ["Food"]}) == ViewState("dance")


def test_endless_values_are_cut():
    words = words_of({"text": ["x" * 10_000], "all": [str(number) for number in range(10_000)]})
    assert words.count("tag:") == 50
    assert words.count("x") == 200


def test_no_days_are_no_limit():
    assert between_days(None, None) is None
    assert print_query(between_days(date(2023, 6, 1), None)) == "date:>=2023-06-01"
