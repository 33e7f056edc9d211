from datetime import date, datetime

import pytest

from organizer.gallery.view_state import PAGE_SIZE, Maybes, ViewState, from_query, pages, to_query
from organizer.library.filters import Sort
from organizer.library.records import Status
from organizer.types import TagState

FULL = ViewState(
    all_tags=("Animal", "a&b=c #?"),
    any_tags=("Food",),
    no_tags=("Dance",),
    untagged=True,
    maybes=Maybes.ONLY,
    state=TagState.CONFIRMED,
    status=Status.OFFLINE,
    text="söme <b>words</b>",
    first_day=date(2024, 1, 2),
    last_day=date(2024, 2, 3),
    sort=Sort.NAME,
    descending=False,
    page=7,
    video="k" * 22,
)


def test_a_view_survives_its_address():
    assert from_query(to_query(FULL)) == FULL


def test_a_new_view_has_a_bare_address():
    assert to_query(ViewState()) == {}
    assert from_query({}) == ViewState()


@pytest.mark.parametrize(
    "query",
    [
        {"page": ["0"]},
        {"page": ["-1"]},
        {"page": ["1e9"]},
        {"page": ["²"]},
        {"page": ["9" * 5000]},
        {"sort": ["id; DROP TABLE videos"]},
        {"maybes": ["1"]},
        {"state": ["?"]},
        {"status": [""]},
        {"from": ["2024-13-01"]},
        {"to": ["yesterday"]},
        {"to": ["2500-01-01"]},
        {"from": ["1887-12-31"]},
        {"untagged": ["yes"]},
        {"order": ["sideways"]},
        {"other": ["x"]},
        {"video": [""]},
        {"all": []},
    ],
)
def test_nonsense_in_an_address_is_ignored(query):
    assert from_query(query) == ViewState()


def test_endless_values_are_cut():
    view = from_query({"text": ["x" * 10_000], "all": [str(number) for number in range(10_000)]})
    assert len(view.text) == 200
    assert len(view.all_tags) == 50


def test_the_last_day_is_a_part_of_the_filter():
    chosen = FULL.filter()
    assert chosen.taken_from == datetime(2024, 1, 2)
    assert chosen.taken_before == datetime(2024, 2, 4)
    assert ViewState(last_day=date.max).filter().taken_before == datetime(9999, 12, 31)


@pytest.mark.parametrize(
    ("maybes", "with_maybes", "only_maybes"),
    [(None, False, False), (Maybes.WITH, True, False), (Maybes.ONLY, False, True)],
)
def test_maybes_count_only_where_they_are_asked_for(maybes, with_maybes, only_maybes):
    chosen = ViewState(maybes=maybes).filter()
    assert (chosen.with_maybes, chosen.only_maybes) == (with_maybes, only_maybes)


@pytest.mark.parametrize(
    ("view", "filtered"),
    [
        (ViewState(), False),
        (ViewState(sort=Sort.SIZE, descending=False, page=3, video="x"), False),
        (ViewState(text="x"), True),
        (ViewState(untagged=True), True),
        (ViewState(maybes=Maybes.WITH), True),
        (ViewState(status=Status.OK), True),
    ],
)
def test_order_page_and_open_video_are_no_filter(view, filtered):
    assert view.is_filtered is filtered


@pytest.mark.parametrize(
    ("videos", "expected"), [(0, 1), (1, 1), (PAGE_SIZE, 1), (PAGE_SIZE + 1, 2), (10 * PAGE_SIZE, 10)]
)
def test_pages(videos, expected):
    assert pages(videos) == expected
