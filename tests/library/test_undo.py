"""Undo restores what was before a decision, as the newest tagging has it."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.library.changes import Tagging
from organizer.library.deciding import decisions, journal
from organizer.types import SuggestedTag
from tests.library.build import add, analysis, tagging
from tests.library.sql import database_of

LEARNED = Tagging("mine 1", {"Garden": 0.8}, (SuggestedTag("Garden", 0.8, (1,)),))


def rows(library, video_id):
    """All that is stored of a video's tags."""
    stored = database_of(library).execute(
        """
        SELECT t.name, vt.state, vt.score, vt.seconds, vt.bundle, vt.changed_at, vt.tier
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


@pytest.mark.parametrize("decide", [Library.confirm, Library.reject])
def test_a_suggestion_comes_back_as_it_was(library, clock, decide):
    video = add(library, "/v", "a.mp4", "Animal", "Nature")
    database_of(library).execute("UPDATE video_tags SET changed_at = '2020-01-01T00:00:00+00:00'")
    database_of(library).conn.commit()
    before = rows(library, video)
    decide(library, video, "animal")
    assert rows(library, video) != before
    assert library.undo(video, "animal")
    assert rows(library, video) == before
    assert before["Animal"] == ("suggested", 0.9, "[0]", "lite 1", "2020-01-01T00:00:00+00:00", "given")
    assert not library.undo(video, "Animal")
    assert rows(library, video) == before


def test_every_step_comes_back_in_turn(library, clock):
    video = add(library, "/v", "a.mp4", "Animal")
    steps = [rows(library, video)]
    for decide in (Library.reject, Library.confirm, Library.reject, Library.confirm):
        decide(library, video, "Animal")
        steps.append(rows(library, video))
    for before in reversed(steps[:-1]):
        assert library.undo(video, "Animal")
        assert rows(library, video) == before
    assert not library.undo(video, "Animal")


@pytest.mark.parametrize("decide", [Library.confirm, Library.reject])
def test_deciding_the_same_twice_is_one_decision(library, decide):
    video = add(library, "/v", "a.mp4", "Animal")
    decide(library, video, "Animal")
    decide(library, video, "Animal")
    assert library.undo(video, "Animal")
    assert rows(library, video)["Animal"][0] == "suggested"


@pytest.mark.parametrize("tag", ["Holiday", "Dance"])
def test_an_added_tag_is_gone_again(library, tag):
    video = add(library, "/v", "a.mp4", "Animal")
    before = rows(library, video)
    library.confirm(video, tag)
    assert library.undo(video, tag)
    assert rows(library, video) == before


def test_a_label_rejected_without_a_suggestion_is_gone_again(library):
    video = add(library, "/v", "a.mp4")
    library.reject(video, "Dance")
    assert library.undo(video, "Dance")
    assert rows(library, video) == {}


def test_a_tag_of_ones_own_that_was_removed_is_there_again(library, clock):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Holiday")
    before = rows(library, video)
    assert library.reject(video, "Holiday")
    assert rows(library, video) == {}
    assert library.undo(video, "Holiday")
    assert rows(library, video) == before
    assert library.undo(video, "Holiday")
    assert rows(library, video) == {}


def test_counts_of_tags_follow(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.confirm(video, "Holiday")
    library.reject(video, "Holiday")
    library.reject(video, "Animal")
    assert library.tag_counts() == {}
    library.undo(video, "Holiday")
    library.undo(video, "Animal")
    assert library.tag_counts() == {"Animal": 1, "Holiday": 1}


def test_undo_waits_in_the_library_for_a_restart_and_another_tab(tmp_path):
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        video = add(library, "/v", "a.mp4", "Animal")
        before = rows(library, video)
        library.confirm(video, "Animal")
    with Library.open(path) as first, Library.open(path) as second:
        shown = first.last_decisions(video)["Animal"].id
        assert second.undo(video, "Animal")
        assert not first.undo(video, "Animal", entry=shown)
        assert rows(first, video) == before


def test_a_page_undoes_the_decision_that_it_showed_and_no_other(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.reject(video, "Animal")
    shown = library.last_decisions(video)["Animal"].id
    library.confirm(video, "Animal")
    assert not library.undo(video, "Animal", entry=shown)
    assert rows(library, video)["Animal"][0] == "confirmed"
    assert library.undo(video, "Animal", entry=shown + 1)
    assert rows(library, video)["Animal"][0] == "rejected"


def test_the_last_decisions_of_a_video_by_tag_the_newest_last(library):
    video, other = add(library, "/v", "a.mp4", "Animal"), add(library, "/v", "b.mp4", "Animal")
    for id_, decide, tag in (
        (video, Library.confirm, "Holiday"),
        (other, Library.confirm, "Animal"),
        (video, Library.reject, "Animal"),
        (video, Library.reject, "Holiday"),
        (video, Library.confirm, "Animal"),
        (video, Library.confirm, "Dance"),
    ):
        decide(library, id_, tag)
    library.undo(video, "Dance")
    entries = library.last_decisions(video)
    assert list(entries) == ["Holiday", "Animal"]
    assert (entries["Holiday"].before.state, entries["Holiday"].after) == ("confirmed", None)
    assert (entries["Animal"].before.state, entries["Animal"].after.state) == ("rejected", "confirmed")


# Maybes are decided about like given tags


@pytest.mark.parametrize(("decide", "state"), [(Library.confirm, "confirmed"), (Library.reject, "rejected")])
@pytest.mark.parametrize("back", [Library.undo, Library.forget])
def test_a_maybe_that_was_decided_about_is_a_maybe_again(library, decide, state, back):
    video = add(library, "/v", "a.mp4", "Animal?")
    before = rows(library, video)
    decide(library, video, "Animal")
    assert rows(library, video)["Animal"][0] == state
    assert not library.maybe_counts()
    assert library.tag_counts() == ({"Animal": 1} if state == "confirmed" else {})
    assert back(library, video, "Animal")
    # All but the time of a change.
    assert rows(library, video)["Animal"][:4] == before["Animal"][:4]
    assert rows(library, video)["Animal"][5] == "maybe"
    assert (library.tag_counts(), library.maybe_counts()) == ({}, {"Animal": 1})


@pytest.mark.parametrize("decide", [Library.confirm, Library.reject])
@pytest.mark.parametrize("back", [Library.undo, Library.forget])
@pytest.mark.parametrize(("before", "after"), [("Animal", "Animal?"), ("Animal?", "Animal")])
def test_an_undone_decision_falls_back_to_the_tier_of_the_newest_tagging(
    library, decide, back, before, after
):
    video = add(library, "/v", "a.mp4", before)
    decide(library, video, "Animal")
    library.contents.store_tagging([(video, tagging(after, bundle="lite 2"))])
    assert back(library, video, "Animal")
    (tag,) = library.video(video).tags
    assert (tag.name + "?" * tag.is_maybe, tag.state) == (after, "suggested")
    assert library.tag_counts(with_maybes=True) == {"Animal": 1}
    assert library.maybe_counts() == ({"Animal": 1} if tag.is_maybe else {})


def test_a_decision_that_comes_back_keeps_the_tier_of_the_newest_tagging(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.reject(video, "Animal")
    library.confirm(video, "Animal")
    library.contents.store_tagging([(video, tagging("Animal?", bundle="lite 2"))])
    library.undo(video, "Animal")
    assert rows(library, video)["Animal"][0] == "rejected"
    library.undo(video, "Animal")
    assert [tag.is_maybe for tag in library.video(video).tags] == [True]


def test_a_tag_that_is_put_back_without_a_suggestion_has_no_tier_of_before(library):
    video = add(library, "/v", "a.mp4", "Animal?")
    library.confirm(video, "Animal")
    library.contents.store_tagging([(video, tagging(bundle="lite 2"))])
    library.forget(video, "Animal")
    assert rows(library, video) == {}
    library.undo(video, "Animal")
    assert rows(library, video)["Animal"][:4] == ("confirmed", 0.1, "[]", None)
    assert rows(library, video)["Animal"][5] == "given"
    assert [tag.tier for tag in library.video(video).tags] == [None]


def test_a_journal_of_before_there_were_two_tiers_is_read(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.reject(video, "Animal")
    db = database_of(library)
    db.execute(
        "UPDATE decision_journal SET before_row = json_remove(before_row, '$.tier'), "
        "after_row = json_remove(after_row, '$.tier')"
    )
    db.conn.commit()
    entry = library.last_decisions(video)["Animal"]
    assert (entry.before.tier, entry.after.tier) == ("given", "given")
    library.contents.store_tagging([(video, tagging("Animal?", bundle="lite 2"))])
    assert library.undo(video, "Animal")
    assert [tag.is_maybe for tag in library.video(video).tags] == [True]


# Models go on meanwhile


def test_a_suggestion_comes_back_with_the_newest_score_and_seconds(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.confirm(video, "Animal")
    library.contents.store_tagging([(video, tagging("Food", "Animal", score=0.7, bundle="lite 2"))])
    library.undo(video, "Animal")
    assert rows(library, video)["Animal"][:4] == ("suggested", 0.7, "[1]", "lite 2")


@pytest.mark.parametrize("decide", [Library.confirm, Library.reject])
def test_what_the_newest_tagging_does_not_suggest_goes(library, decide):
    video = add(library, "/v", "a.mp4", "Animal")
    decide(library, video, "Animal")
    library.contents.store_tagging([(video, tagging(bundle="lite 2"))])
    assert rows(library, video)["Animal"][1:4] == (0.1, "[]", None)
    library.undo(video, "Animal")
    assert rows(library, video) == {}
    assert library.tag_counts() == {}


def test_a_model_that_does_not_know_the_tag_does_not_suggest_it(library):
    video = add(library, "/v", "a.mp4")
    library.contents.store_tagging([(video, LEARNED)])
    library.confirm(video, "Garden")
    library.contents.store_tagging([(video, tagging(bundle="lite 2"))])
    assert rows(library, video)["Garden"][1:4] == (None, "[]", None)
    library.undo(video, "Garden")
    assert rows(library, video) == {}


def test_a_decision_before_this_one_comes_back_with_the_newest_score(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.reject(video, "Animal")
    library.confirm(video, "Animal")
    library.contents.store_tagging([(video, tagging("Animal", score=0.7, bundle="lite 2"))])
    library.undo(video, "Animal")
    assert rows(library, video)["Animal"][:4] == ("rejected", 0.7, "[0]", "lite 2")


def test_an_added_tag_that_a_model_learned_meanwhile_becomes_its_suggestion(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Garden")
    library.contents.store_tagging([(video, LEARNED)])
    library.undo(video, "Garden")
    assert rows(library, video)["Garden"][:4] == ("suggested", 0.8, "[1]", "mine 1")


def test_a_removed_tag_that_a_model_suggests_meanwhile_is_ones_own_again(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Garden")
    library.reject(video, "Garden")
    library.contents.store_tagging([(video, LEARNED)])
    library.undo(video, "Garden")
    assert rows(library, video)["Garden"][:4] == ("confirmed", 0.8, "[1]", "mine 1")


def test_a_forgotten_label_comes_back_with_the_newest_score(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Dance")
    library.forget(video, "Dance")
    library.contents.store_tagging([(video, tagging("Food", bundle="lite 2"))])
    library.undo(video, "Dance")
    assert rows(library, video)["Dance"][:4] == ("confirmed", 0.1, "[]", None)


# Decisions older than the journal, and those of another file


@pytest.mark.parametrize("decide", [Library.confirm, Library.reject])
def test_a_decision_older_than_the_journal_falls_back_to_what_the_model_says(library, decide):
    video = add(library, "/v", "a.mp4", "Animal")
    for tag in ("Animal", "Dance"):
        decide(library, video, tag)
    database_of(library).execute("DELETE FROM decision_journal")
    database_of(library).conn.commit()
    assert library.undo(video, "Dance")
    assert library.undo(video, "Animal")
    assert {name: row[:4] for name, row in rows(library, video).items()} == {
        "Animal": ("suggested", 0.9, "[0]", "lite 1")
    }


def test_what_a_repacked_file_inherits_can_be_undone(library):
    old = add(library, "/v", "a.mp4", "Animal", content="old")
    library.reject(old, "Animal")
    library.confirm(old, "Animal")
    library.confirm(old, "Holiday")
    library.reject(old, "Holiday")
    new = add(library, "/v", "a.mp4", "Animal", content="new")
    assert new != old
    assert rows(library, new)["Animal"][0] == "confirmed"
    for state in ("rejected", "suggested"):
        assert library.undo(new, "Animal")
        assert rows(library, new)["Animal"][0] == state
    assert library.undo(new, "Holiday")
    assert rows(library, new)["Holiday"][0] == "confirmed"
    assert rows(library, old)["Animal"][0] == "confirmed"


def test_what_the_newer_file_decided_itself_keeps_its_own_journal(library):
    old = add(library, "/v", "a.mp4", "Animal", content="old")
    new = add(library, "/v", "b.mp4", "Animal", content="new")
    library.reject(old, "Animal")
    library.confirm(new, "Animal")
    root = library.roots.add("/v")
    from organizer.types import VideoFile

    library.contents.store(root, VideoFile("/v", "a.mp4", 1000, 2), "new", analysis("Animal"))
    assert rows(library, new)["Animal"][0] == "confirmed"
    assert library.undo(new, "Animal")
    assert rows(library, new)["Animal"][0] == "suggested"
