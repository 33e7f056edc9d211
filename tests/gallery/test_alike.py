"""Videos that are alike, as cards."""

from __future__ import annotations

import pytest

from organizer.alike.neighbours import Match
from organizer.gallery.alike import alike_cards
from organizer.library import Library
from tests.library.build import add, add_failed


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


def test_a_card_says_where_and_how_much(library):
    video = add(library, "/v", "trip/cat.mp4")
    (card,) = alike_cards(library, [Match(video, 0.876, 4, 71)])
    assert (card.key, card.title, card.second, card.their_second) == (
        library.video(video).key,
        "cat.mp4",
        4,
        71,
    )
    assert card.words == "88% alike: 0:04 here, 1:11 there"
    assert card.poster
    assert (card.named, card.status) == (True, "")


def test_what_is_less_alike_than_nothing_is_nothing(library):
    video = add(library, "/v", "VID_20240501_120000.mp4")
    (card,) = alike_cards(library, [Match(video, -0.3, 0, 0)])
    assert card.words.startswith("0% alike")
    assert not card.named


def test_one_that_is_gone_is_passed_over_and_the_order_stays(library):
    one, two = add(library, "/v", "one.mp4"), add_failed(library, "/v", "two.mp4", "it is cut off")
    found = alike_cards(library, [Match(two, 0.9, 0, 0), Match(99, 0.8, 0, 0), Match(one, 0.7, 0, 0)])
    assert [(card.title, card.status, bool(card.poster)) for card in found] == [
        ("two.mp4", "Not readable", False),
        ("one.mp4", "", True),
    ]
