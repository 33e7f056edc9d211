"""The page of tags teaches tags, and answers anywhere in the gallery make them better."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.models import catalogue
from organizer.ui.lessons import LESSONS
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of
from tests.teaching.planted import TAG, give, plant, planted_bundle, states


@pytest.fixture
def planted_page(page, monkeypatch):
    """A gallery of 140 videos; the first 20 show sunsets, and six of these have the tag."""
    bundle = planted_bundle()
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    monkeypatch.setattr(LESSONS, "_quiet_s", 0.2)
    with Library.open(page.library) as library:
        page.sunsets = plant(library)
        give(library, page.sunsets[:6])
    yield page
    # Its thread looks at this test's library.
    wait_until(lambda: not LESSONS.busy)


def row(page, name=TAG):
    return next(one for one in page.part("tags")["tags"] if one["name"] == name)


def learnt(page, name=TAG):
    wait_until(lambda: not LESSONS.busy)
    page.run()
    return row(page, name)


def test_a_tag_is_taught_and_says_how_sure_it_is(planted_page):
    planted_page.open(view="tags")
    assert (row(planted_page)["taught"], row(planted_page)["lacks"]) == ("", 0)
    planted_page.act("tags", "teach", name=TAG)
    found = learnt(planted_page)
    assert (found["taught"], found["lesson"], found["learning"]) == ("on", "", False)
    assert found["maybes"] > 0
    assert found["sure"].startswith("Learnt from 6 videos; finds ")
    assert found["advice"].startswith("It is at most a maybe until you answered")


def test_it_is_switched_off_and_on_and_forgotten(planted_page):
    planted_page.open(view="tags")
    planted_page.act("tags", "teach", name=TAG)
    maybes = learnt(planted_page)["maybes"]
    planted_page.act("tags", "suggest", name=TAG, on=False)
    assert (row(planted_page)["taught"], row(planted_page)["maybes"]) == ("off", 0)
    planted_page.act("tags", "suggest", name=TAG, on=True)
    assert (learnt(planted_page)["taught"], row(planted_page)["maybes"]) == ("on", maybes)
    planted_page.act("tags", "unlearn", name=TAG)
    found = learnt(planted_page)
    assert (found["taught"], found["maybes"], found["confirmed"]) == ("", 0, 6)
    assert planted_page.said()[-1].startswith(f"What was learnt of {TAG} is forgotten.")
    planted_page.act("toasts", "undo", step=planted_page.part("toasts")["toasts"][-1]["undo"])
    found = learnt(planted_page)
    assert (found["taught"], found["maybes"], found["confirmed"]) == ("on", maybes, 6)


def test_a_review_of_it_is_called_as_the_command_line_calls_it(planted_page):
    planted_page.open(view="tags")
    planted_page.act("tags", "teach", name=TAG)
    learnt(planted_page)
    planted_page.act("tags", "rename", name=TAG, to="My sunset")
    planted_page.open(view="review")
    planted_page.act("review", "begin", tag="My sunset")
    with Library.open(planted_page.library) as library:
        assert library.reviews.newest().asked == "'My sunset'"


def test_what_it_takes_is_said(planted_page):
    with Library.open(planted_page.library) as library:
        give(library, planted_page.sunsets[:1], "Other")
    planted_page.open(view="tags")
    assert row(planted_page, "Other")["lacks"] == 2
    planted_page.act("tags", "teach", name="Other")
    learnt(planted_page)
    found = row(planted_page, "Other")
    assert "to learn a tag takes 3 videos" in found["lesson"]
    assert found["taught"] == ""


@pytest.mark.parametrize("name", ["Nothing", "", None, 3])
def test_nonsense_is_said_or_does_nothing(planted_page, name):
    planted_page.open(view="tags")
    planted_page.act("tags", "suggest", name=name, on=False)
    planted_page.act("tags", "unlearn", name=name)
    assert row(planted_page)["confirmed"] == 6


def test_an_answer_on_the_page_of_a_video_is_learnt_from(planted_page):
    planted_page.open(view="tags")
    planted_page.act("tags", "teach", name=TAG)
    learnt(planted_page)
    with Library.open(planted_page.library) as library:
        asked = next(one for one, state in states(library).items() if state == "maybe")
        key = library.video(asked).key
    planted_page.open(view="", video=key)
    before = LESSONS.number
    planted_page.act("detail", "", do="yes", key=key, tag=TAG)
    wait_until(lambda: LESSONS.number > before and not LESSONS.busy)
    with Library.open(planted_page.library) as library:
        (tag,) = library.teaching.tags()
    assert (tag.shown, tag.since, tag.report.answers) == (7, 0, 1)


def test_why_tells_of_taught_tags_too(planted_page):
    from organizer.gallery.evidence import taught_rows

    planted_page.open(view="tags")
    planted_page.act("tags", "teach", name=TAG)
    learnt(planted_page)
    bundle = planted_bundle()
    with Library.open(planted_page.library) as library:
        asked = next(one for one, state in states(library).items() if state == "maybe")
        ((_, features),) = library.features.of([asked], bundle.space_id)
        rows = bundle.quantiser.dequantise(features.quantised)
        (row,) = taught_rows(library.video(asked), library.teaching.tags(), rows, (0, 2, 4, 6))
    assert (row.label, row.state, row.threshold, row.seconds) == (TAG, "maybe", None, (0, 2, 4, 6))
    assert len(row.strip) == 4
    assert row.best_second in row.seconds
    assert "never sure enough for a tag" in row.words


def test_what_was_learnt_with_another_model_says_so(planted_page, monkeypatch):
    planted_page.open(view="tags")
    planted_page.act("tags", "teach", name=TAG)
    learnt(planted_page)
    other = planted_bundle(backbone="d" * 64)
    monkeypatch.setattr(catalogue, "bundles", lambda: [other])
    planted_page.run()
    found = row(planted_page)
    assert found["taught"] == "other"
    assert "another model" in found["advice"]
    planted_page.act("tags", "unlearn", name=TAG)
    assert (row(planted_page)["taught"], row(planted_page)["maybes"]) == ("", 0)


@pytest.fixture
def answered_page(page, monkeypatch):
    """Sixteen videos, of which a model says that eight show an animal; four yes and four no were answered."""
    monkeypatch.setattr(LESSONS, "_quiet_s", 0.2)
    videos = [SeedVideo(f"{number}.mp4", ("Animal",)) for number in range(8)]
    videos += [SeedVideo(f"soup {number}.mp4", ("Food",)) for number in range(8)]
    seed(page.library, page.folder / "videos", videos)
    with Library.open(page.library) as library:
        for video_id in range(1, 5):
            library.confirm(video_id, "Animal")
        for video_id in range(9, 13):
            library.reject(video_id, "Animal")
    page.open(view="tags")
    yield page
    wait_until(lambda: not LESSONS.busy)


def said_by(page):
    """Who suggests animals where nobody decided, by video."""
    with Library.open(page.library) as library:
        rows = database_of(library).execute(
            "SELECT v.video_id, v.bundle FROM video_tags v JOIN tags t ON t.id = v.tag_id "
            "WHERE t.name = 'Animal' AND v.state = 'suggested'"
        )
        return dict(rows.fetchall())


def test_a_label_follows_answers_until_that_is_switched_off_and_on_again(answered_page):
    before = said_by(answered_page)
    assert set(before) == {5, 6, 7, 8}
    assert (row(answered_page, "Animal")["taught"], row(answered_page, "Animal")["follows"]) == ("", 0)
    LESSONS.ask("Animal")
    learnt(answered_page, "Animal")
    assert (row(answered_page, "Animal")["taught"], row(answered_page, "Animal")["follows"]) == ("on", 8)
    assert said_by(answered_page) == dict.fromkeys(before, "taught")
    answered_page.act("tags", "suggest", name="Animal", on=False)
    assert answered_page.said()[-1] == "Animal does not follow your answers any more."
    learnt(answered_page, "Animal")
    assert (row(answered_page, "Animal")["taught"], row(answered_page, "Animal")["follows"]) == ("off", 8)
    # The model alone, and what was decided, as before.
    assert said_by(answered_page) == before
    assert (row(answered_page, "Animal")["confirmed"], row(answered_page, "Animal")["rejected"]) == (4, 4)
    answered_page.act("tags", "suggest", name="Animal", on=True)
    learnt(answered_page, "Animal")
    assert (row(answered_page, "Animal")["taught"], row(answered_page, "Animal")["follows"]) == ("on", 8)
    assert said_by(answered_page) == dict.fromkeys(before, "taught")


def test_what_was_answered_while_it_was_off_counts_when_it_is_on(answered_page):
    LESSONS.ask("Animal")
    learnt(answered_page, "Animal")
    answered_page.act("tags", "suggest", name="Animal", on=False)
    learnt(answered_page, "Animal")
    with Library.open(answered_page.library) as library:
        library.confirm(5, "Animal")
    LESSONS.answered()
    answered_page.act("tags", "suggest", name="Animal", on=True)
    wait_until(
        lambda: not LESSONS.busy and answered_page.run() and row(answered_page, "Animal")["follows"] == 9
    )
