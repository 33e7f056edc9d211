"""A review from its begin to what is learnt of its answers."""

from __future__ import annotations

import pytest

from organizer.errors import ReviewError
from organizer.library import Library
from organizer.library.changes import Tagging
from organizer.reviewing import background
from organizer.reviewing.background import Relearning
from organizer.reviewing.queue import begin, like_this
from organizer.reviewing.relearn import due, relearn
from organizer.teaching.teach import suggest, teach
from organizer.types import SuggestedTag, Tier
from tests.teaching.planted import TAG, give, plant, planted_bundle, states

BUNDLE = planted_bundle()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as library:
        library.sunsets = plant(library)
        yield library


@pytest.fixture
def taught(library):
    """A tag that was taught with five sunsets of twenty, and is suggested."""
    give(library, library.sunsets[:5])
    learn(library)
    return library


def learn(library):
    tag = teach(library, BUNDLE, TAG)
    library.teaching.store(tag)
    for _ in suggest(library, BUNDLE, tag):
        pass


def answer(library, review, number):
    for item in library.reviews.left(review.id, number):
        assert library.reviews.answer(review.id, item.position, yes=item.video_id in library.sunsets)


def test_nothing_to_ask_about_is_said(library):
    with pytest.raises(ReviewError, match="all of them were decided about"):
        begin(library, BUNDLE)


def test_a_review_holds_all_suggestions_once(taught):
    review = begin(taught, BUNDLE, asked="all")
    left = taught.reviews.left(review.id)
    assert [item.position for item in left] == list(range(1, review.total + 1))
    suggested = {one for one, state in states(taught).items() if state != "confirmed"}
    assert sorted(item.video_id for item in left) == sorted(suggested)
    assert review.asked == "all"
    assert taught.reviews.left(begin(taught, BUNDLE).id) == left
    chosen = begin(taught, BUNDLE, [TAG], [left[0].video_id])
    assert [item.video_id for item in taught.reviews.left(chosen.id)] == [left[0].video_id]


def test_a_tag_is_learnt_again_from_the_answers_of_its_review(taught):
    review = begin(taught, BUNDLE)
    answer(taught, review, 4)
    assert due(taught, BUNDLE, review.id) == []
    assert due(taught, BUNDLE, review.id, at_end=True) == [TAG]
    answer(taught, review, 10)
    assert due(taught, BUNDLE, review.id) == [TAG]
    before = {item.position for item in taught.reviews.left(review.id)}
    (learnt,) = relearn(taught, BUNDLE, review.id, [TAG, "Nothing"])
    assert (learnt.tag, learnt.was_sure, learnt.sure) == (TAG, False, True)
    assert taught.reviews.get(review.id).learnt == (learnt,)
    assert due(taught, BUNDLE, review.id, at_end=True) == []
    # Its list is what it was, whatever is suggested now.
    assert {item.position for item in taught.reviews.left(review.id)} == before
    found = states(taught)
    assert sum(state == "suggested" for state in found.values()) == learnt.given


def test_what_is_learnt_brings_other_suggestions_forward(taught):
    review = begin(taught, BUNDLE)
    order = [item.position for item in taught.reviews.left(review.id)]
    answer(taught, review, 6)
    list(relearn(taught, BUNDLE, review.id, [TAG]))
    after = [item.position for item in taught.reviews.left(review.id)]
    assert sorted(after) == sorted(order[6:])
    taught.reviews.put_off(review.id, after[0])
    answer(taught, review, 5)
    list(relearn(taught, BUNDLE, review.id, [TAG]))
    # What was put off stays last.
    assert taught.reviews.left(review.id)[-1].position == after[0]


def test_a_label_of_the_model_is_refined_by_the_answers_of_its_review(library):
    label = BUNDLE.labels[0]
    said = {
        video_id: Tagging(
            BUNDLE.id,
            dict.fromkeys(BUNDLE.labels, 0.1) | {label: 0.5},
            (SuggestedTag(label, 0.5, (0,), Tier.MAYBE),),
        )
        for video_id in range(1, 61)
    }
    library.contents.store_tagging(said.items())
    review = begin(library, BUNDLE, [label])
    answer(library, review, 40)
    assert due(library, BUNDLE, review.id) == [label]
    (learnt,) = relearn(library, BUNDLE, review.id, [label])
    assert (learnt.tag, learnt.sure, learnt.was_sure) == (label, True, True)
    (refined,) = library.teaching.tags()
    assert refined.refines == BUNDLE.id
    assert {item.tag for item in library.reviews.left(review.id)} == {label}
    assert library.reviews.get(review.id).left == 20
    assert due(library, BUNDLE, review.id, at_end=True) == []


def test_those_that_look_like_one_are_found(taught):
    review = begin(taught, BUNDLE)
    left = taught.reviews.left(review.id)
    sunset = next(item for item in left if item.video_id in taught.sunsets)
    alike = like_this(taught, BUNDLE, review, sunset)
    by_position = {item.position: item.video_id for item in left}
    assert sunset.position in alike
    assert {by_position[position] for position in alike} <= set(taught.sunsets)
    assert len(alike) > 1


def test_learning_again_runs_beside_the_answers(taught):
    review = begin(taught, BUNDLE)
    answer(taught, review, 10)
    relearning = Relearning(taught.path, lambda: BUNDLE)
    relearning.ask(review.id)
    relearning.ask(review.id, at_end=True)
    assert relearning.wait()
    assert [one.tag for one in taught.reviews.get(review.id).learnt] == [TAG]
    assert relearning.problem == ""
    (tag,) = taught.teaching.tags()
    assert tag.since == 0


def test_what_goes_wrong_there_is_kept_and_the_next_answers_try_again(taught):
    review = begin(taught, BUNDLE)
    answer(taught, review, 5)

    def broken():
        raise ReviewError("No model.")

    relearning = Relearning(taught.path, broken)
    relearning.ask(review.id)
    assert relearning.wait()
    assert relearning.problem == "No model."
    relearning.ask(review.id)
    assert relearning.wait()


def test_what_nobody_expected_is_kept_too(taught, monkeypatch):
    review = begin(taught, BUNDLE)
    relearning = background.Relearning(taught.path, lambda: BUNDLE)
    monkeypatch.setattr(background, "due", lambda *_args, **_named: 1 / 0)
    relearning.ask(review.id)
    assert relearning.wait(60)
    assert relearning.problem == "Something unexpected happened (ZeroDivisionError)."
