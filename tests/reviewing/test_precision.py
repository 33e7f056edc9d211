"""How often suggestions are right, with an interval, and its words."""

from __future__ import annotations

import pytest

from organizer.library.reviews import Learnt, Review, Tally
from organizer.reviewing.precision import precision_of, precision_words
from organizer.reviewing.words import learnt_words, passed_over_words, place_words


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    [
        # Published values of Wilson's interval.
        (9, 2, 0.523, 0.949),
        (0, 10, 0.0, 0.278),
        (10, 0, 0.722, 1.0),
        (81, 182, 0.255, 0.366),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(right, wrong, low, high):
    found = precision_of(right, wrong)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


def test_it_is_said_in_words():
    assert precision_words(Tally("Dance", 9, 2, 5)) == "Dance: 9 of 11 right (52 to 95 %)"
    assert precision_words(Tally("100%", 1, 0, 5)) == "100%: 1 of 1 right (21 to 100 %)"
    assert precision_words(Tally("Dance", 0, 0, 5)) == ""


def test_how_a_review_stands():
    review = Review(1, "", "", 84, answered=9, skipped=1, elsewhere=1, gone=0, left=73, put_off=2)
    assert place_words(review) == "12 of 84"
    assert passed_over_words(review) == "1 was decided elsewhere meanwhile, 1 skipped, 2 put off"
    done = Review(1, "", "", 3, answered=3, skipped=0, elsewhere=0, gone=0, left=0, put_off=0)
    assert (place_words(done), passed_over_words(done)) == ("3 of 3", "")


def test_what_was_learnt():
    def words(given, maybes, sure, was):
        return learnt_words(Learnt("Sunset", given, maybes, sure=sure, was_sure=was))

    assert words(14, 6, True, False) == "Sunset: now sure, 14 given, 6 maybes"
    assert words(14, 1, True, True) == "Sunset: learnt again, 14 given, 1 maybe"
    assert words(0, 6, False, False) == "Sunset: learnt again, 6 maybes"
    assert words(0, 6, False, True) == "Sunset: not sure any more, 6 maybes"
