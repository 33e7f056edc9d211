"""A tag is learnt from what a person decided, and suggested to the others."""

from __future__ import annotations

import pytest

from organizer.errors import TeachingError
from organizer.stopping import StoppedError
from organizer.teaching.learn import ANSWERS
from organizer.teaching.taught_tags import NEVER
from organizer.teaching.teach import FEWEST, suggest, teach
from organizer.teaching.words import advice, how_sure, learnt_from
from tests.teaching.planted import TAG, give, planted, planted_bundle, states

BUNDLE = planted_bundle()


@pytest.fixture
def library(tmp_path):
    library, sunsets = planted(tmp_path / "library.db")
    library.sunsets = sunsets
    with library:
        yield library


def learn(library):
    tag = teach(library, BUNDLE, TAG)
    library.teaching.store(tag)
    return tag, list(suggest(library, BUNDLE, tag))[-1]


def test_the_others_that_show_it_are_maybes(library):
    give(library, library.sunsets[:6])
    _, progress = learn(library)
    found = states(library)
    maybes = {video_id for video_id, state in found.items() if state == "maybe"}
    assert maybes >= set(library.sunsets[6:])
    assert len(maybes - set(library.sunsets)) <= 6
    assert (progress.done, progress.total) == (140, 140)
    assert progress.maybes == len(maybes) + 6
    assert all(found[video_id] == "confirmed" for video_id in library.sunsets[:6])


def test_too_few_examples_are_said(library):
    give(library, library.sunsets[: FEWEST - 1])
    with pytest.raises(TeachingError, match=rf"{TAG}.*takes {FEWEST} videos"):
        teach(library, BUNDLE, TAG)


def test_it_is_given_only_when_enough_maybes_were_answered(library):
    give(library, library.sunsets[:5])
    tag, _ = learn(library)
    assert tag.given == NEVER
    answered = [video_id for video_id, state in states(library).items() if state == "maybe"]
    for video_id in answered[: ANSWERS - 1]:
        library.confirm(video_id, TAG)
    assert learn(library)[0].given == NEVER
    library.confirm(answered[ANSWERS - 1], TAG)
    tag, progress = learn(library)
    assert tag.report.answers == ANSWERS
    assert tag.given < NEVER
    assert progress.given > 0
    assert "suggested" in states(library).values()


def test_one_that_is_sure_stays_so_under_another_name(library):
    give(library, library.sunsets[:5])
    learn(library)
    for video_id in [one for one, state in states(library).items() if state == "maybe"][:ANSWERS]:
        library.confirm(video_id, TAG)
    sure, _ = learn(library)
    assert sure.given < NEVER
    library.merge_tags([TAG], "Evening")
    again = teach(library, BUNDLE, "Evening")
    assert (again.report, again.given) == (sure.report, sure.given)


def test_tags_that_were_put_by_hand_are_no_answers(library):
    give(library, library.sunsets)
    assert learn(library)[0].report.answers == 0


def test_a_no_takes_it_from_those_like_it(library):
    give(library, library.sunsets[:6])
    learn(library)
    wrong = [one for one, state in states(library).items() if state == "maybe" and one not in library.sunsets]
    kept = library.sunsets[10]
    library.reject(kept, TAG)
    for video_id in wrong:
        library.reject(video_id, TAG)
    tag, _ = learn(library)
    assert tag.not_shown == 1 + len(wrong)
    assert states(library)[kept] == "rejected"


def test_learning_again_gives_the_same(library):
    give(library, library.sunsets[:6])
    first, second = (teach(library, BUNDLE, TAG) for _ in range(2))
    assert (first.slope, first.offset, first.weights.tolist()) == (
        second.slope,
        second.offset,
        second.weights.tolist(),
    )


def test_a_library_in_which_all_was_decided_is_learnt_from(tmp_path):
    library, sunsets = planted(tmp_path / "small.db", sunsets=3, others=1)
    with library:
        give(library, sunsets)
        library.confirm(4, "Other")
        tag = teach(library, BUNDLE, TAG)
        assert tag.shown == 3
        give(library, [4])
        assert teach(library, BUNDLE, TAG).shown == 4


def test_suggesting_can_be_stopped_between_steps(library, monkeypatch):
    from threading import Event

    from organizer.teaching import teach as module

    monkeypatch.setattr(module, "_CHUNK", 10)
    give(library, library.sunsets[:6])
    tag = teach(library, BUNDLE, TAG)
    library.teaching.store(tag)
    stop = Event()
    steps = suggest(library, BUNDLE, tag, stop=stop)
    assert next(steps).done == 10
    stop.set()
    with pytest.raises(StoppedError):
        next(steps)
    assert set(states(library)) <= set(library.sunsets[:10])


def test_how_sure_it_is_is_said_in_words(library):
    give(library, library.sunsets[:6])
    learn(library)
    (tag,) = library.teaching.tags()
    assert learnt_from(tag) == "6 videos"
    assert how_sure(tag) == f"finds {tag.report.suggested} of its 6 examples by the others"
    assert f"{ANSWERS} more of its maybes" in advice(tag)
    library.confirm(library.sunsets[10], TAG)
    (tag,) = library.teaching.tags()
    assert advice(tag) == "1 decision since it was learnt: learn it again."


def test_examples_that_have_nothing_in_common_do_not_ask_for_the_whole_library(tmp_path):
    library, _ = planted(tmp_path / "large.db", sunsets=0, others=400)
    with library:
        give(library, range(1, 11))
        tag = teach(library, BUNDLE, TAG)
        library.teaching.store(tag)
        (*_, last) = suggest(library, BUNDLE, tag)
        maybes = sum(state == "maybe" for state in states(library).values())
        assert maybes <= 0.15 * 400
        assert last.given == 0
