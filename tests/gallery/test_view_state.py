import pytest

from organizer.errors import QueryError
from organizer.gallery.view_state import Panel, ViewState, from_query, to_query
from organizer.library.filters import Sort
from organizer.query import parse

FULL = ViewState(
    query='tag:"a&b=c #?" OR "söme <b>words</b>"',
    sort=Sort.NAME,
    descending=False,
    video="k" * 22,
    panel=Panel.FOLDERS,
)


def test_a_view_survives_its_address():
    assert from_query(to_query(FULL)) == FULL


def test_a_new_view_has_a_bare_address():
    assert to_query(ViewState()) == {}
    assert from_query({}) == ViewState()


def test_the_address_says_what_is_searched_for():
    assert to_query(ViewState("tag:Dance -tag:Food")) == {"q": ["tag:Dance -tag:Food"]}


@pytest.mark.parametrize(
    "query",
    [
        {"page": ["0"]},
        {"page": ["-1"]},
        {"page": ["1e9"]},
        {"page": ["²"]},
        {"page": ["9" * 5000]},
        {"sort": ["id; DROP TABLE videos"]},
        {"view": ["elsewhere"]},
        {"order": ["sideways"]},
        {"other": ["x"]},
        {"video": [""]},
        {"q": ["  "]},
        {"q": []},
    ],
)
def test_nonsense_in_an_address_is_ignored(query):
    assert from_query(query) == ViewState()


def test_endless_words_are_cut():
    assert len(from_query({"q": ["x" * 10_000]}).query) == 1000


def test_the_filter_is_what_the_words_mean():
    view = ViewState("dance -tag:Concert length:<30s", Sort.SIZE, descending=False)
    chosen = view.filter()
    assert chosen.query == parse("dance -tag:Concert length:<30s")
    assert (chosen.sort, chosen.descending) == (Sort.SIZE, False)
    assert ViewState().filter().query is None


def test_words_that_are_no_search_have_no_filter():
    with pytest.raises(QueryError):
        ViewState("length:<abc").filter()


@pytest.mark.parametrize(
    ("view", "filtered"),
    [
        (ViewState(), False),
        (ViewState(sort=Sort.SIZE, descending=False, video="x", panel=Panel.FOLDERS), False),
        (ViewState("x"), True),
        (ViewState("is:maybe"), True),
    ],
)
def test_order_and_what_is_open_are_no_filter(view, filtered):
    assert view.is_filtered is filtered
