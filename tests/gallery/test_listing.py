"""A list as plain values."""

import json

import pytest

from organizer.gallery import listing
from organizer.library import Library
from organizer.library.records import Month
from tests.gallery_server.seed import SeedVideo, seed


def test_months_are_plain():
    assert listing.months([Month("2023-06", 3), Month(None, 1)]) == [
        {"month": "2023-06", "count": 3},
        {"month": None, "count": 1},
    ]


def test_cards_keep_the_order_asked_for_and_say_which_are_gone(tmp_path):
    videos = [
        SeedVideo("cat.mp4", ("Animal", "Dance?")),
        SeedVideo("IMG_0001.mp4"),
        SeedVideo("bad.mp4", reason="x"),
    ]
    seed(tmp_path / "library.db", tmp_path, videos)
    with Library.open(tmp_path / "library.db") as library:
        cards = listing.cards(library, [3, 99, 1, 2])
    assert [card and card["title"] for card in cards] == ["bad.mp4", None, "cat.mp4", "IMG_0001.mp4"]
    assert cards[0]["status"] == "Not readable"
    assert cards[0]["poster"] == ""
    assert (cards[2]["date"], cards[2]["named"]) == ("1 May 2024", True)
    assert cards[2]["poster"].startswith(f"/poster/{cards[2]['key']}?v=")
    assert not cards[3]["named"]
    assert [(tag["name"], tag["maybe"]) for tag in cards[2]["tags"]] == [("Animal", False), ("Dance", True)]
    assert json.loads(json.dumps(cards)) == json.loads(json.dumps(cards, ensure_ascii=False))


def test_parameters_of_the_view_are_told_from_those_of_the_list():
    asked = [("q", "cat"), ("offset", "3"), ("any", "a"), ("any", "b"), ("version", "v"), ("limit", "1")]
    asked += [("since", "v"), ("anchor", "k"), ("sort", "name")]
    assert listing.view_parameters(asked) == {"q": ["cat"], "any": ["a", "b"], "sort": ["name"]}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"offset": "96", "limit": "48"}, (96, 144)),
        ({"limit": "48"}, (0, 48)),
        ({"offset": "7"}, (7, 7)),
        ({"offset": "-1", "limit": "-1"}, (0, 0)),
        ({"offset": "x", "limit": "٣"}, (0, 0)),
        ({"offset": "1" * 30, "limit": "5"}, (0, 5)),
        ({"limit": "100000"}, (0, listing.MOST_CARDS)),
    ],
)
def test_which_part_is_asked_for(parameters, expected):
    assert listing.span(parameters) == expected


@pytest.mark.parametrize(
    ("parameters", "place", "videos", "expected"),
    [
        ({"limit": "48"}, None, 100, (0, 48)),
        ({"limit": "48"}, 50, 100, (48, 96)),
        ({"limit": "48", "offset": "97"}, None, 100, (96, 144)),
        ({"limit": "48", "offset": "5000"}, None, 100, (96, 144)),
        ({"limit": "48", "offset": "97"}, 3, 100, (0, 48)),
        ({"offset": "97"}, 3, 100, (0, 0)),
        ({"limit": "48"}, None, 0, (0, 0)),
    ],
)
def test_the_part_about_a_place(parameters, place, videos, expected):
    assert listing.part(parameters, place, videos) == expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([[0, 2]], [10, 11]),
        ([[3, 5], [0, 1]], [13, 14, 10]),
        ([[0, 2], [1, 3]], [10, 11, 12]),
        ([[3, 100]], [13, 14]),
        ([[-3, 2]], [10, 11]),
        ([[2, 1]], []),
        ([], []),
        (None, []),
        ("0", []),
        ([[0]], []),
        ([[0, 1, 2]], []),
        ([[0.5, 2]], []),
        ([[True, 2]], []),
        ([["0", "2"]], []),
        ([[0, 2], "x"], []),
    ],
)
def test_which_videos_are_chosen(spans, expected):
    assert listing.chosen_ids([10, 11, 12, 13, 14], spans) == expected
