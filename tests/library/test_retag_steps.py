"""Tagging again is one step: undone, each video is as the model before had left it."""

from __future__ import annotations

import pytest

from organizer.library.actions import StepKind, TagChange
from organizer.library.deciding import retagging
from organizer.types import TagState
from tests.library.build import add, tagging
from tests.library.sql import database_of
from tests.library.test_steps import state

YES, NO = TagState.CONFIRMED, TagState.REJECTED


def stored(library):
    scores = database_of(library).execute("SELECT * FROM scores ORDER BY video_id").fetchall()
    return [*state(library), scores]


def tag_again(library, *taggings):
    """What the pipeline does: parts of one step."""
    step_id = library.contents.begin_retag(taggings[0][1].bundle)
    for one in taggings:
        library.contents.store_tagging([one], step_id=step_id)
    library.contents.end_retag(step_id)
    return step_id


@pytest.fixture
def videos(library):
    ids = [
        add(library, "/v", "a.mp4", "Animal", "Dance?"),
        add(library, "/v", "b.mp4", "Animal"),
        add(library, "/v", "c.mp4"),
    ]
    library.confirm(ids[0], "Animal")
    library.confirm(ids[0], "Holiday")
    library.reject(ids[1], "Animal")
    library.reject(ids[2], "Food")
    return ids


def test_all_videos_of_a_run_are_undone_and_redone_at_once(library, videos):
    before = stored(library)
    a, b, c = videos
    step_id = tag_again(
        library,
        (a, tagging("Dance", "Nature?", bundle="lite 2")),
        (b, tagging("Animal?", bundle="lite 2", score=0.8)),
        (c, tagging("Food", bundle="lite 2")),
    )
    after = stored(library)
    (step,) = library.steps(1)
    assert (step.id, step.kind, step.words, step.videos) == (
        step_id,
        StepKind.RETAG,
        "Tagged again with lite 2",
        3,
    )
    for _ in range(2):
        assert library.undo_step(step_id).videos == 3
        assert stored(library) == before
        assert library.redo_step(step_id).videos == 3
        assert stored(library) == after


def test_a_video_without_a_tagging_has_none_again(library, videos):
    for table in ("scores", "video_tags", "decision_journal"):
        database_of(library).execute(f"DELETE FROM {table} WHERE video_id = ?", [videos[0]])
    database_of(library).conn.commit()
    before = stored(library)
    step_id = tag_again(library, (videos[0], tagging("Dance")))
    assert library.undo_step(step_id)
    assert stored(library) == before


def test_what_was_decided_since_stays(library, videos):
    a, b, c = videos
    step_id = tag_again(library, *((video, tagging("Dance", bundle="lite 2")) for video in videos))
    library.apply(TagChange("Dance", YES), [a])
    library.apply(TagChange("Dance", NO), [b])
    library.forget(a, "Animal")
    library.undo_step(step_id)
    assert {tag.name: (tag.state, tag.tier) for tag in library.video(a).tags} == {
        "Animal": ("suggested", "given"),
        "Dance": ("confirmed", "maybe"),
        "Holiday": ("confirmed", None),
    }
    assert {tag.name: (tag.state, tag.score) for tag in library.video(b).tags} == {
        "Animal": ("rejected", 0.9),
        "Dance": ("rejected", 0.1),
    }
    assert {tag.name: tag.state for tag in library.video(c).tags} == {"Food": "rejected"}


def test_what_was_tagged_again_since_stays(library, videos):
    a, b, c = videos
    first = tag_again(library, *((video, tagging("Dance", bundle="lite 2")) for video in videos))
    second = tag_again(library, (a, tagging("Food", bundle="lite 3")))
    after = stored(library)
    # A scan is no step.
    library.contents.store_tagging([(b, tagging("Nature", bundle="lite 4"))])
    outcome = library.undo_step(first)
    assert (outcome.videos, outcome.kept) == (1, 2)
    assert outcome.reasons == ("2 videos left alone: it was tagged again since.",)
    assert library.video(c).bundle == "lite 1"
    assert library.redo_step(first).videos == 1
    assert library.undo_step(second).videos == 1
    assert library.redo_step(second).videos == 1
    library.contents.store_tagging([(b, tagging("Dance", bundle="lite 2"))])
    assert [row[:2] for row in stored(library)[-1]] == [row[:2] for row in after[-1]]


def test_a_run_that_changes_nothing_is_no_step(library, videos):
    tag_again(library, (videos[0], tagging("Animal", "Dance?")))
    assert library.steps(1)[0].kind is StepKind.TAG
    begun = library.contents.begin_retag("lite 2")
    assert library.steps(1)[0].kind is StepKind.TAG
    library.contents.end_retag(begun)
    assert database_of(library).execute("SELECT count(*) FROM steps WHERE id = ?", [begun]).fetchone() == (0,)


def test_only_the_newest_runs_can_be_undone(library, videos, monkeypatch):
    monkeypatch.setattr(retagging, "KEPT_VIDEOS", 3)
    runs = [
        tag_again(library, (videos[0], tagging("Dance", bundle=f"run {number}")))
        for number in range(retagging.KEPT_VIDEOS + 1)
    ]
    assert [step.undoable for step in library.steps(4)] == [True, True, True, False]
    for run in reversed(runs[1:]):
        assert library.last_step().id == run
        assert library.undo_step(run)
    assert library.video(videos[0]).bundle == "run 0"
    # Who says nothing but "undo" means what can be undone.
    assert library.last_step().kind is StepKind.TAG
    outcome = library.undo_step(runs[0])
    assert not outcome
    assert "too long ago" in outcome.reasons[0]


def test_a_run_over_all_videos_is_kept_while_a_few_are_tagged_again(library, videos, monkeypatch):
    monkeypatch.setattr(retagging, "KEPT_VIDEOS", 3)
    before = stored(library)
    large = tag_again(library, *((video, tagging("Dance", bundle="lite 2")) for video in videos))
    small = [tag_again(library, (videos[0], tagging("Food", bundle=f"lite {number}"))) for number in (3, 4)]
    for run in (*reversed(small), large):
        assert library.undo_step(run)
    assert stored(library) == before
    # Three videos were tagged again since.
    again = tag_again(library, *((video, tagging("Food", bundle="lite 5")) for video in videos))
    assert not library.redo_step(large)
    assert [(step.id, step.undoable) for step in library.steps(4)] == [
        (again, True),
        *((run, False) for run in reversed(small)),
        (large, False),
    ]
    assert library.last_step(undone=True) is None


def test_a_run_that_changes_nothing_lets_go_of_nothing(library, videos, monkeypatch):
    monkeypatch.setattr(retagging, "KEPT_VIDEOS", 1)
    before = stored(library)
    run = tag_again(library, (videos[0], tagging("Dance", bundle="lite 2")))
    for _ in range(3):
        tag_again(library, (videos[0], tagging("Dance", bundle="lite 2")))
    library.contents.begin_retag("lite 3")
    assert library.undo_step(run)
    assert stored(library) == before


def test_a_preview_stores_nothing_and_says_what_you_keep(library, videos):
    before = stored(library), library.steps()
    a, b, c = videos
    taggings = [
        (a, tagging("Dance", bundle="lite 2")),
        (b, tagging("Nature", bundle="lite 2")),
        (c, tagging("Food", bundle="lite 2")),
    ]
    changes = library.contents.changes_of(taggings)
    assert [(one.video_id, one.added, one.removed, one.maybes_removed, one.kept) for one in changes] == [
        (a, ("Dance",), (), ("Dance",), ("Animal",)),
        (b, ("Nature",), (), (), ()),
        (c, (), (), (), ("Food",)),
    ]
    assert (stored(library), library.steps()) == before
    assert library.contents.store_tagging(taggings) == changes[:2]


def test_what_was_merged_since_comes_back_as_the_tag_that_stays(library, videos):
    from tests.library.test_tag_changes import learned

    a, *_ = videos
    library.contents.store_tagging([(a, learned("Garden"))])
    step_id = tag_again(library, (a, learned("Pool", bundle="mine 2")))
    library.confirm(videos[1], "Garden")
    library.merge_tags(["Garden"], "Outside")
    assert library.undo_step(step_id)
    assert {tag.name: tag.state for tag in library.video(a).tags} == {
        "Animal": "confirmed",
        "Holiday": "confirmed",
        "Outside": "suggested",
    }
