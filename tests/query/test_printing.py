from __future__ import annotations

from hypothesis import given, settings

from organizer.query import QueryError, chips, parse, print_query, without
from tests.query.expressions import TEXTS, expressions


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_what_is_printed_is_read_as_the_same(expr):
    text = print_query(expr)
    assert parse(text) == expr
    assert print_query(parse(text)) == text


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_is_a_search_or_an_error_with_a_place_in_it(text):
    try:
        expr = parse(text)
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.message
    else:
        assert parse(print_query(expr)) == expr


@settings(max_examples=100, deadline=None)
@given(expressions())
def test_a_search_is_its_chips(expr):
    text = print_query(expr)
    parts = chips(text)
    assert all(text[chip.start : chip.end] == chip.text and chip.words for chip in parts)
    assert all(parse(chip.text) == chip.expr for chip in parts)
    for number in range(len(parts)):
        left = [chip.expr for at, chip in enumerate(parts) if at != number]
        assert [chip.expr for chip in chips(without(text, number))] == left
