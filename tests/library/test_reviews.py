"""Reviews: a list of suggestions that stays as it was begun, and ordinary decisions about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from organizer.errors import ReviewError
from organizer.library import Library
from organizer.library.reviews import Learnt, Tally
from organizer.types import TagState
from tests.library.build import add, tagging
from tests.library.sql import database_of
from tests.library.test_teaching import MAYBE, TAG


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as library:
        library.videos = [add(library, "/v", f"{number % 2}/{number}.mp4", "Animal?") for number in range(5)]
        yield library


@pytest.fixture
def review(library):
    return library.reviews.begin("", library.reviews.waiting())


def state(library, video_id, tag="Animal"):
    return next((one.state for one in library.video(video_id).tags if one.name == tag), None)


def positions(library, review):
    return [item.position for item in library.reviews.left(review.id)]


def test_what_waits_are_suggestions_nobody_decided_about(library):
    first, second, third, *_ = library.videos
    library.confirm(first, "Animal")
    library.reject(second, "Animal")
    library.confirm(third, "Birthday")
    waiting = library.reviews.waiting()
    assert [(one.video_id, one.tag, one.score, one.seconds) for one in waiting] == [
        (video_id, "Animal", 0.45, (0,)) for video_id in library.videos[2:]
    ]
    assert [one.folder[-2:] for one in waiting] == ["/0", "/1", "/0"]
    assert library.reviews.waiting(["Dance"]) == []
    assert library.reviews.waiting(["Nothing"]) == []
    assert len(library.reviews.waiting(["animal", "Nothing"], [third])) == 1
    library.hide_label("Animal", True)
    assert library.reviews.waiting() == []


def test_answers_are_decisions_with_steps(library, review):
    first, second, *_ = library.videos
    assert (review.number, review.total, review.left) == (1, 5, 5)
    assert library.reviews.answer(review.id, 1, yes=True)
    assert library.reviews.answer(review.id, 2, yes=False)
    assert state(library, first) is TagState.CONFIRMED
    assert state(library, second) is TagState.REJECTED
    now = library.reviews.get(review.id)
    assert (now.number, now.answered, now.left) == (3, 2, 3)
    assert library.reviews.tallies(review.id) == [Tally("Animal", 1, 1, 3)]
    assert len(library.steps()) == 2
    assert positions(library, review) == [3, 4, 5]


def test_an_answer_of_another_tab_is_not_overwritten(library, review):
    assert library.reviews.answer(review.id, 1, yes=True)
    assert not library.reviews.answer(review.id, 1, yes=False)
    assert not library.reviews.put_off(review.id, 1)
    assert not library.reviews.answer(review.id, 99, yes=True)
    assert state(library, library.videos[0]) is TagState.CONFIRMED


def test_it_is_the_same_after_a_restart(library, review):
    library.reviews.answer(review.id, 2, yes=True)
    library.reviews.put_off(review.id, 1)
    with Library.open(library.path) as again:
        assert again.reviews.newest() == library.reviews.get(review.id)
        assert positions(again, review) == [3, 4, 5, 1]
        assert again.reviews.left(review.id, 2) == library.reviews.left(review.id)[:2]


def test_the_list_stays_while_models_say_something_else(library, review):
    added = add(library, "/v", "new.mp4", "Animal?")
    for video_id in library.videos:
        library.contents.store_tagging([(video_id, tagging("Dance"))])
    assert positions(library, review) == [1, 2, 3, 4, 5]
    assert library.reviews.answer(review.id, 1, yes=True)
    assert state(library, library.videos[0]) is TagState.CONFIRMED
    assert added not in {item.video_id for item in library.reviews.left(review.id)}


def test_what_is_decided_elsewhere_is_passed_over_and_counted(library, review):
    first, second, *_ = library.videos
    library.reject(first, "Animal")
    now = library.reviews.get(review.id)
    assert (now.elsewhere, now.left, now.number) == (1, 4, 2)
    assert library.reviews.tallies(review.id) == [Tally("Animal", 0, 0, 4)]
    library.undo(first, "Animal")
    assert library.reviews.get(review.id).left == 5
    # An answer that is undone in the history waits again, and one that is changed counts as what it is now.
    library.reviews.answer(review.id, 2, yes=True)
    library.reject(second, "Animal")
    assert library.reviews.tallies(review.id) == [Tally("Animal", 0, 1, 4)]
    library.undo(second, "Animal")
    library.undo(second, "Animal")
    assert library.reviews.get(review.id).left == 5


def test_what_is_gone_or_hidden_is_passed_over(library, review):
    database_of(library).execute("DELETE FROM videos WHERE id = ?", [library.videos[0]])
    now = library.reviews.get(review.id)
    assert (now.gone, now.left, now.total) == (1, 4, 5)
    library.hide_label("Animal", True)
    assert library.reviews.get(review.id).gone == 5
    library.hide_label("Animal", False)
    assert library.reviews.get(review.id).left == 4


def test_a_tag_that_is_forgotten_or_switched_off_is_not_asked_about(library):
    library.teaching.store(TAG, create=True)
    library.teaching.suggest("Rex", dict.fromkeys(library.videos, MAYBE))
    review = library.reviews.begin("", library.reviews.waiting(["Rex"]))
    library.reviews.answer(review.id, 1, yes=True)
    # What it suggested and does not any more is still asked about: the list stays.
    library.teaching.suggest("Rex", {library.videos[-1]: None})
    assert library.reviews.get(review.id).left == 4

    def stands():
        now = library.reviews.get(review.id)
        return now.answered, now.gone, now.left

    library.teaching.switch("Rex", on=False)
    assert stands() == (1, 4, 0)
    library.teaching.switch("Rex", on=True)
    assert stands() == (1, 0, 4)
    step = library.teaching.unlearn("Rex")
    assert stands() == (1, 4, 0)
    library.undo_step(step.id)
    assert stands() == (1, 0, 4)
    library.redo_step(step.id)
    library.teaching.store(TAG)
    assert stands() == (1, 0, 4)


def test_a_tag_is_still_asked_about_where_one_that_is_taught_became_it(library):
    first, second, third, *_ = library.videos
    for name in ("Rex", "Dogs"):
        library.confirm(third, name)
        library.teaching.store(replace(TAG, name=name))
    maybe = replace(MAYBE, name="Dogs")
    library.teaching.suggest("Dogs", {first: maybe, second: maybe})
    review = library.reviews.begin("", library.reviews.waiting(["Dogs"]))
    library.teaching.unlearn("Dogs")
    assert library.reviews.get(review.id).gone == 2
    library.merge_tags(["Rex"], "Dogs")
    assert library.reviews.get(review.id).left == 2
    library.teaching.switch("Dogs", on=False)
    assert library.reviews.get(review.id).gone == 2


def test_later_comes_last_in_the_order_it_was_said(library, review):
    for position in (2, 1):
        assert library.reviews.put_off(review.id, position)
    assert positions(library, review) == [3, 4, 5, 2, 1]
    assert library.reviews.get(review.id).put_off == 2
    assert [item.put_off for item in library.reviews.left(review.id)] == [False, False, False, True, True]
    library.reviews.put_off(review.id, 2)
    assert positions(library, review) == [3, 4, 5, 1, 2]


def test_the_last_answers_are_undone_one_after_the_other(library, review):
    library.reviews.answer(review.id, 1, yes=False)
    library.reviews.put_off(review.id, 2)
    assert library.reviews.skip(review.id, [4, 3, 1]) == 2
    assert positions(library, review) == [5, 2]
    assert library.reviews.undo(review.id) == 3
    assert positions(library, review) == [3, 4, 5, 2]
    assert library.reviews.undo(review.id) == 2
    assert positions(library, review) == [2, 3, 4, 5]
    assert library.reviews.undo(review.id) == 1
    assert state(library, library.videos[0]) is TagState.SUGGESTED
    assert library.steps()[0].undone
    assert library.reviews.undo(review.id) == 0
    assert library.reviews.get(review.id).left == 5


def test_an_answer_that_was_undone_in_the_history_is_taken_back_here_too(library, review):
    library.reviews.answer(review.id, 1, yes=True)
    library.undo_step(library.steps()[0].id)
    assert positions(library, review) == [1, 2, 3, 4, 5]
    assert library.reviews.undo(review.id) == 1
    assert state(library, library.videos[0]) is TagState.SUGGESTED


def test_a_renamed_tag_is_asked_by_its_new_name(library):
    library.confirm(library.videos[0], "Rex")
    library.merge_tags(["Rex"], "Animal")
    review = library.reviews.begin("", library.reviews.waiting())
    assert {item.tag for item in library.reviews.left(review.id)} == {"Animal"}


def test_a_part_is_asked_in_another_order_at_its_own_places(library, review):
    library.reviews.rearrange(review.id, [5, 3, 1])
    assert positions(library, review) == [5, 2, 3, 4, 1]
    library.reviews.answer(review.id, 5, yes=False)
    library.confirm(library.videos[1], "Animal")
    assert library.reviews.answered(review.id, "Animal") == [library.videos[1], library.videos[4]]


def test_what_was_learnt_is_kept(library, review):
    learnt = Learnt("Animal", 14, 3, sure=True, was_sure=False)
    library.reviews.note_learnt(review.id, [learnt])
    assert library.reviews.newest().learnt == (learnt,)


def test_old_reviews_are_forgotten(library, review):
    for _ in range(20):
        newest = library.reviews.begin("", library.reviews.waiting())
    with pytest.raises(ReviewError, match="Begin a new one"):
        library.reviews.get(review.id)
    assert library.reviews.newest() == newest


def test_what_was_decided_anew_elsewhere_is_not_undone(library, review):
    first, second, *_ = library.videos
    library.reviews.answer(review.id, 1, yes=True)
    library.reviews.answer(review.id, 2, yes=True)
    library.reject(second, "Animal")
    # The one before it is taken back, and that stands.
    assert library.reviews.undo(review.id) == 1
    assert state(library, first) is TagState.SUGGESTED
    assert state(library, second) is TagState.REJECTED
    assert library.reviews.undo(review.id) == 0
