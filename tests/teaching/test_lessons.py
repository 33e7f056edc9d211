"""Tags are learnt in a thread of their own, when asked for and after answers."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from organizer.library import Library
from organizer.teaching import lessons as module
from organizer.teaching.lessons import Lessons, Stage
from tests.gallery_server.process import wait_until
from tests.teaching.planted import TAG, give, planted, planted_bundle, states

WAIT_S = 60


@pytest.fixture
def library(tmp_path):
    library, sunsets = planted(tmp_path / "library.db")
    library.sunsets = sunsets
    with library:
        yield library


@pytest.fixture
def lessons(library):
    return Lessons(lambda: library.path, planted_bundle, quiet_s=0.2)


def over(lessons, tag=TAG, *, after=0):
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        lesson = lessons.of(tag)
        if lesson is not None and lesson.over and lessons.number > after and not lessons.busy:
            return lesson
        time.sleep(0.02)
    raise AssertionError(f"{tag} was not learnt: {lessons.of(tag)}")


def test_a_tag_is_learnt_and_suggested(library, lessons):
    give(library, library.sunsets[:6])
    lessons.ask(TAG)
    lesson = over(lessons)
    assert (lesson.stage, lesson.done, lesson.total) == (Stage.DONE, 140, 140)
    assert lesson.new == sum(state == "maybe" for state in states(library).values()) > 0
    assert not lessons.busy


def test_why_it_could_not_be_learnt_is_said(library, lessons):
    give(library, library.sunsets[:1])
    lessons.ask(TAG)
    lesson = over(lessons)
    assert lesson.stage is Stage.FAILED
    assert "takes 3 videos" in lesson.reason


def test_the_next_is_learnt_after_one_went_wrong(library, lessons, monkeypatch):
    give(library, library.sunsets[:6])
    give(library, library.sunsets[:6], "Other")
    learn = module.learn_tag
    monkeypatch.setattr(module, "learn_tag", lambda *given: learn(*given) if given[2] == "Other" else 1 / 0)
    lessons.ask(TAG)
    lessons.ask("Other")
    assert over(lessons, "Other").stage is Stage.DONE
    assert lessons.of(TAG).reason == "Something unexpected happened (ZeroDivisionError)."


def test_what_answers_concern_is_learnt_again_when_no_other_comes(library, lessons):
    give(library, library.sunsets[:6])
    lessons.ask(TAG)
    over(lessons)
    before = lessons.number
    for video_id in library.sunsets[6:9]:
        library.confirm(video_id, TAG)
        lessons.answered()
    over(lessons, after=before)
    (tag,) = library.teaching.tags()
    assert (tag.shown, tag.since, tag.report.answers) == (9, 0, 3)


def test_what_was_not_taught_or_is_switched_off_is_left_alone(library, lessons):
    give(library, library.sunsets[:6])
    lessons.answered()
    lessons.ask("Nothing of the kind")
    over(lessons, "Nothing of the kind")
    time.sleep(0.5)
    assert library.teaching.tags() == []
    lessons.ask(TAG)
    over(lessons)
    library.teaching.switch(TAG, on=False)
    before = lessons.number
    library.confirm(library.sunsets[8], TAG)
    lessons.answered()
    time.sleep(0.5)
    assert lessons.number == before


def test_one_that_waits_is_not_asked_for_twice(library, lessons, monkeypatch):
    learnt = []
    monkeypatch.setattr(
        module, "learn_tag", lambda _library, _bundle, tag: learnt.append(tag) or time.sleep(0.3) or 1 / 0
    )
    for tag in ("First", "Second", "second", "Second"):
        lessons.ask(tag)
    over(lessons, "Second")
    assert learnt == ["First", "Second"]


def test_a_library_that_is_gone_is_no_end(library, lessons, tmp_path):
    lessons._library = lambda: tmp_path / "none.db"
    lessons.ask(TAG)
    assert over(lessons).stage is Stage.FAILED
    assert not (tmp_path / "none.db").exists()
    lessons._library = lambda: library.path
    with Library.open(library.path) as other:
        give(other, library.sunsets[:6])
    before = lessons.number
    lessons.ask(TAG)
    assert over(lessons, after=before).stage is Stage.DONE


def test_what_is_switched_on_again_is_suggested_as_it_was_learnt(library, lessons):
    give(library, library.sunsets[:6])
    lessons.ask(TAG)
    over(lessons)
    (before,) = library.teaching.tags()
    maybes = states(library)
    library.teaching.switch(TAG, on=False)
    library.teaching.switch(TAG, on=True)
    number = lessons.number
    lessons.ask(TAG, learn=False)
    over(lessons, after=number)
    (tag,) = library.teaching.tags()
    assert (tag.taught_at, states(library)) == (before.taught_at, maybes)


def test_what_came_from_elsewhere_is_not_learnt_anew_from_the_first_answers(library, lessons):
    give(library, library.sunsets[:12])
    lessons.ask(TAG)
    over(lessons)
    (tag,) = library.teaching.tags()
    for video_id in library.sunsets[:12]:
        library.forget(video_id, TAG)
    library.teaching.store(replace(tag, last_decision=library.teaching.newest_decision()))
    give(library, library.sunsets[:4])
    number = lessons.number
    lessons.answered()
    time.sleep(1.0)
    assert lessons.number == number
    assert library.teaching.tags()[0].shown == 12
    give(library, library.sunsets[4:8])
    lessons.answered()
    over(lessons, after=number)
    assert library.teaching.tags()[0].shown == 8


def test_nobody_hears_of_a_lesson_that_nobody_asked_for(library, lessons, monkeypatch):
    give(library, library.sunsets[:6])
    lessons.ask(TAG)
    over(lessons)
    monkeypatch.setattr(module, "learn_tag", lambda *_: 1 / 0)
    number = lessons.number
    library.confirm(library.sunsets[7], TAG)
    lessons.answered()
    wait_until(lambda: lessons.number > number and not lessons.busy, timeout_s=WAIT_S)
    assert lessons.of(TAG) is None


def test_what_is_switched_off_while_it_is_learnt_stays_off(library, lessons, monkeypatch):
    give(library, library.sunsets[:6])
    lessons.ask(TAG)
    over(lessons)
    learn, number = module.learn_tag, lessons.number

    def meanwhile(*given):
        learnt = learn(*given)
        with Library.open(library.path) as other:
            other.teaching.switch(TAG, on=False)
        return learnt

    monkeypatch.setattr(module, "learn_tag", meanwhile)
    lessons.ask(TAG)
    over(lessons, after=number)
    assert set(states(library).values()) == {"confirmed"}
    assert not library.teaching.tags()[0].enabled


def test_the_last_word_on_whether_a_label_follows_answers_counts(library, monkeypatch):
    asked = []

    def model_again(_library, _bundle, label):
        asked.append(label)
        yield 1, 1

    lessons = Lessons(lambda: library.path, planted_bundle, model_again, quiet_s=0.2)
    give(library, library.sunsets[:6])
    lessons.ask(TAG)
    over(lessons)
    learn = module.learn_tag
    monkeypatch.setattr(module, "learn_tag", lambda *given: (time.sleep(0.5), learn(*given))[1])
    number = lessons.number
    # While something else is learnt.
    lessons.ask("Other")
    wait_until(lambda: lessons.of("Other").stage is not Stage.WAITING, timeout_s=WAIT_S)
    lessons.take_back(TAG)
    lessons.ask(TAG, learn=False)
    over(lessons, after=number)
    assert asked == []
    lessons.take_back(TAG)
    assert over(lessons, after=lessons.number).stage is Stage.DONE
    assert asked == [TAG]
