"""Undo restores what was before a decision, as the newest tagging has it."""

from __future__ import annotations

import pytest

from organizer.library import decisions, journal, queries
from organizer.library.database import opened
from organizer.library.decisions import confirm, forget, reject, undo
from organizer.library.store import Store
from organizer.library.taggings import Tagging
from organizer.types import SuggestedTag
from tests.library.build import add, analysis, tagging

LEARNED = Tagging("mine 1", {"Garden": 0.8}, (SuggestedTag("Garden", 0.8, (1,)),))


def rows(db, video_id):
    """All that is stored of a video's tags."""
    stored = db.execute(
        """
        SELECT t.name, vt.state, vt.score, vt.seconds, vt.bundle, vt.changed_at
        FROM video_tags vt JOIN tags t ON t.id = vt.tag_id WHERE vt.video_id = ? ORDER BY t.name
        """,
        [video_id],
    )
    return {name: tuple(values) for name, *values in stored}


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by a minute at each look."""
    minutes = iter(range(60))

    def tick():
        return f"2024-05-01T12:{next(minutes):02}:00+00:00"

    for module in (decisions, journal):
        monkeypatch.setattr(module, "now_text", tick)


@pytest.mark.parametrize("decide", [confirm, reject])
def test_a_suggestion_comes_back_as_it_was(db, store, clock, decide):
    video = add(store, "/v", "a.mp4", "Animal", "Nature")
    db.execute("UPDATE video_tags SET changed_at = '2020-01-01T00:00:00+00:00'")
    db.conn.commit()
    before = rows(db, video)
    decide(db, video, "animal")
    assert rows(db, video) != before
    assert undo(db, video, "animal")
    assert rows(db, video) == before
    assert before["Animal"] == ("suggested", 0.9, "[0]", "lite 1", "2020-01-01T00:00:00+00:00")
    assert not undo(db, video, "Animal")
    assert rows(db, video) == before


def test_every_step_comes_back_in_turn(db, store, clock):
    video = add(store, "/v", "a.mp4", "Animal")
    steps = [rows(db, video)]
    for decide in (reject, confirm, reject, confirm):
        decide(db, video, "Animal")
        steps.append(rows(db, video))
    for before in reversed(steps[:-1]):
        assert undo(db, video, "Animal")
        assert rows(db, video) == before
    assert not undo(db, video, "Animal")


@pytest.mark.parametrize("decide", [confirm, reject])
def test_deciding_the_same_twice_is_one_decision(db, store, decide):
    video = add(store, "/v", "a.mp4", "Animal")
    decide(db, video, "Animal")
    decide(db, video, "Animal")
    assert undo(db, video, "Animal")
    assert rows(db, video)["Animal"][0] == "suggested"


@pytest.mark.parametrize("tag", ["Holiday", "Dance"])
def test_an_added_tag_is_gone_again(db, store, tag):
    video = add(store, "/v", "a.mp4", "Animal")
    before = rows(db, video)
    confirm(db, video, tag)
    assert undo(db, video, tag)
    assert rows(db, video) == before


def test_a_label_rejected_without_a_suggestion_is_gone_again(db, store):
    video = add(store, "/v", "a.mp4")
    reject(db, video, "Dance")
    assert undo(db, video, "Dance")
    assert rows(db, video) == {}


def test_a_tag_of_ones_own_that_was_removed_is_there_again(db, store, clock):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    before = rows(db, video)
    assert reject(db, video, "Holiday")
    assert rows(db, video) == {}
    assert undo(db, video, "Holiday")
    assert rows(db, video) == before
    assert undo(db, video, "Holiday")
    assert rows(db, video) == {}


def test_counts_of_tags_follow(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    confirm(db, video, "Holiday")
    reject(db, video, "Holiday")
    reject(db, video, "Animal")
    assert queries.tag_counts(db) == {}
    undo(db, video, "Holiday")
    undo(db, video, "Animal")
    assert queries.tag_counts(db) == {"Animal": 1, "Holiday": 1}


def test_undo_waits_in_the_library_for_a_restart_and_another_tab(tmp_path):
    path = tmp_path / "library.db"
    with opened(path) as db:
        video = add(Store(db), "/v", "a.mp4", "Animal")
        before = rows(db, video)
        confirm(db, video, "Animal")
    with opened(path) as first, opened(path) as second:
        shown = journal.last_of_video(first, video)["Animal"].id
        assert undo(second, video, "Animal")
        assert not undo(first, video, "Animal", entry=shown)
        assert rows(first, video) == before


def test_a_page_undoes_the_decision_that_it_showed_and_no_other(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    reject(db, video, "Animal")
    shown = journal.last_of_video(db, video)["Animal"].id
    confirm(db, video, "Animal")
    assert not undo(db, video, "Animal", entry=shown)
    assert rows(db, video)["Animal"][0] == "confirmed"
    assert undo(db, video, "Animal", entry=shown + 1)
    assert rows(db, video)["Animal"][0] == "rejected"


def test_the_last_decisions_of_a_video_by_tag_the_newest_last(db, store):
    video, other = add(store, "/v", "a.mp4", "Animal"), add(store, "/v", "b.mp4", "Animal")
    for id_, decide, tag in (
        (video, confirm, "Holiday"),
        (other, confirm, "Animal"),
        (video, reject, "Animal"),
        (video, reject, "Holiday"),
        (video, confirm, "Animal"),
        (video, confirm, "Dance"),
    ):
        decide(db, id_, tag)
    undo(db, video, "Dance")
    entries = journal.last_of_video(db, video)
    assert list(entries) == ["Holiday", "Animal"]
    assert (entries["Holiday"].before.state, entries["Holiday"].after) == ("confirmed", None)
    assert (entries["Animal"].before.state, entries["Animal"].after.state) == ("rejected", "confirmed")


# Models go on meanwhile


def test_a_suggestion_comes_back_with_the_newest_score_and_seconds(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    confirm(db, video, "Animal")
    store.store_tagging([(video, tagging("Food", "Animal", score=0.7, bundle="lite 2"))])
    undo(db, video, "Animal")
    assert rows(db, video)["Animal"][:4] == ("suggested", 0.7, "[1]", "lite 2")


@pytest.mark.parametrize("decide", [confirm, reject])
def test_what_the_newest_tagging_does_not_suggest_goes(db, store, decide):
    video = add(store, "/v", "a.mp4", "Animal")
    decide(db, video, "Animal")
    store.store_tagging([(video, tagging(bundle="lite 2"))])
    assert rows(db, video)["Animal"][1:4] == (0.1, "[]", None)
    undo(db, video, "Animal")
    assert rows(db, video) == {}
    assert queries.tag_counts(db) == {}


def test_a_model_that_does_not_know_the_tag_does_not_suggest_it(db, store):
    video = add(store, "/v", "a.mp4")
    store.store_tagging([(video, LEARNED)])
    confirm(db, video, "Garden")
    store.store_tagging([(video, tagging(bundle="lite 2"))])
    assert rows(db, video)["Garden"][1:4] == (None, "[]", None)
    undo(db, video, "Garden")
    assert rows(db, video) == {}


def test_a_decision_before_this_one_comes_back_with_the_newest_score(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    reject(db, video, "Animal")
    confirm(db, video, "Animal")
    store.store_tagging([(video, tagging("Animal", score=0.7, bundle="lite 2"))])
    undo(db, video, "Animal")
    assert rows(db, video)["Animal"][:4] == ("rejected", 0.7, "[0]", "lite 2")


def test_an_added_tag_that_a_model_learned_meanwhile_becomes_its_suggestion(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Garden")
    store.store_tagging([(video, LEARNED)])
    undo(db, video, "Garden")
    assert rows(db, video)["Garden"][:4] == ("suggested", 0.8, "[1]", "mine 1")


def test_a_removed_tag_that_a_model_suggests_meanwhile_is_ones_own_again(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Garden")
    reject(db, video, "Garden")
    store.store_tagging([(video, LEARNED)])
    undo(db, video, "Garden")
    assert rows(db, video)["Garden"][:4] == ("confirmed", 0.8, "[1]", "mine 1")


def test_a_forgotten_label_comes_back_with_the_newest_score(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Dance")
    forget(db, video, "Dance")
    store.store_tagging([(video, tagging("Food", bundle="lite 2"))])
    undo(db, video, "Dance")
    assert rows(db, video)["Dance"][:4] == ("confirmed", 0.1, "[]", None)


# Decisions older than the journal, and those of another file


@pytest.mark.parametrize("decide", [confirm, reject])
def test_a_decision_older_than_the_journal_falls_back_to_what_the_model_says(db, store, decide):
    video = add(store, "/v", "a.mp4", "Animal")
    for tag in ("Animal", "Dance"):
        decide(db, video, tag)
    db.execute("DELETE FROM decision_journal")
    db.conn.commit()
    assert undo(db, video, "Dance")
    assert undo(db, video, "Animal")
    assert {name: row[:4] for name, row in rows(db, video).items()} == {
        "Animal": ("suggested", 0.9, "[0]", "lite 1")
    }


def test_what_a_repacked_file_inherits_can_be_undone(db, store):
    old = add(store, "/v", "a.mp4", "Animal", content="old")
    reject(db, old, "Animal")
    confirm(db, old, "Animal")
    confirm(db, old, "Holiday")
    reject(db, old, "Holiday")
    new = add(store, "/v", "a.mp4", "Animal", content="new")
    assert new != old
    assert rows(db, new)["Animal"][0] == "confirmed"
    for state in ("rejected", "suggested"):
        assert undo(db, new, "Animal")
        assert rows(db, new)["Animal"][0] == state
    assert undo(db, new, "Holiday")
    assert rows(db, new)["Holiday"][0] == "confirmed"
    assert rows(db, old)["Animal"][0] == "confirmed"


def test_what_the_newer_file_decided_itself_keeps_its_own_journal(db, store):
    old = add(store, "/v", "a.mp4", "Animal", content="old")
    new = add(store, "/v", "b.mp4", "Animal", content="new")
    reject(db, old, "Animal")
    confirm(db, new, "Animal")
    root = store.add_root("/v")
    from organizer.types import VideoFile

    store.store_video(root, VideoFile("/v", "a.mp4", 1000, 2), "new", analysis("Animal"))
    assert rows(db, new)["Animal"][0] == "confirmed"
    assert undo(db, new, "Animal")
    assert rows(db, new)["Animal"][0] == "suggested"
