"""What is done to many videos at once is one step; undo and redo restore exactly what was."""

from __future__ import annotations

import pytest

from organizer.errors import InvalidTagError, OrganizerError, UnknownVideoError
from organizer.library import Library
from organizer.library.actions import MarkChange, StepKind, TagChange
from organizer.library.changes import Tagging
from organizer.library.filters import VideoFilter
from organizer.types import SuggestedTag, TagState
from tests.library.build import add, tagging
from tests.library.sql import database_of

YES, NO = TagState.CONFIRMED, TagState.REJECTED
LEARNED = Tagging("mine 1", {"Garden": 0.8}, (SuggestedTag("Garden", 0.8, (1,)),))


def state(library):
    """All that a step may change of videos: their tags, marks, and what lists and counts know of them."""
    database = database_of(library)
    return [
        database.execute(sql).fetchall()
        for sql in (
            "SELECT * FROM video_tags ORDER BY video_id, tag_id",
            "SELECT id, marks, suggested, confirmed, rejected, maybe FROM videos ORDER BY id",
            "SELECT id, videos, maybes FROM tags WHERE videos > 0 OR maybes > 0 ORDER BY id",
        )
    ]


@pytest.fixture
def videos(library):
    """A library of four: two are animals, one maybe, one is not tagged at all."""
    return [
        add(library, "/v", "a.mp4", "Animal"),
        add(library, "/v", "b.mp4", "Animal", "Dance"),
        add(library, "/v", "c.mp4", "Animal?"),
        add(library, "/v", "d.mp4"),
    ]


CHANGES = [
    TagChange("Animal", YES),
    TagChange("Animal", NO),
    TagChange("animal?", YES),
    TagChange("Holiday", YES),
    TagChange("Mine", NO),
    TagChange("Mine", None),
    TagChange("Dance", None),
    MarkChange(favourite=True),
    MarkChange(hidden=True, rating=4),
    MarkChange(favourite=False, rating=0),
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_undo_and_redo_restore_exactly_what_was(tmp_path, library, videos, change):
    library.confirm(videos[0], "Mine")
    library.confirm(videos[1], "Dance")
    library.apply(MarkChange(favourite=True, rating=2), videos[:2])
    before = state(library)
    step = library.apply(change, videos)
    after = state(library)
    assert after != before
    assert library.steps(1) == [step]
    # Another process, after a restart.
    with Library.open(library.path) as other:
        undone = other.undo_step(step.id)
        assert (bool(undone), undone.videos, undone.kept, undone.reasons) == (True, step.videos, 0, ())
        assert state(other) == before
        assert not other.undo_step(step.id)
        assert other.steps(1)[0].undone
    for _ in range(2):
        assert library.redo_step(step.id).videos == step.videos
        assert state(library) == after
        assert not library.redo_step(step.id)
        assert library.undo_step(step.id)
        assert state(library) == before


def test_a_step_says_what_it_did_and_to_how_many(library, videos):
    steps = [
        library.apply(TagChange("Animal", YES), videos),
        # The third is the first that it rejects of one's own: no model knows it.
        library.apply(TagChange("animal", NO), videos[:2]),
        library.apply(TagChange("Animal", None), videos[:1]),
        library.apply(MarkChange(favourite=True), videos),
        library.apply(MarkChange(favourite=True, hidden=True, rating=3), videos[:3]),
        library.apply(MarkChange(favourite=False, hidden=False, rating=0), videos[:1]),
    ]
    assert [(step.kind, step.words, step.videos, step.undone) for step in steps] == [
        (StepKind.TAG, "Tagged Animal", 4, False),
        (StepKind.TAG, "Not Animal", 2, False),
        (StepKind.TAG, "Decision about Animal taken back", 1, False),
        (StepKind.MARK, "Marked as favourite", 4, False),
        (StepKind.MARK, "Marked as favourite; Hidden; Rated 3 of 5", 3, False),
        (StepKind.MARK, "No favourite any more; Shown again; Rating taken away", 1, False),
    ]
    assert library.steps() == steps[::-1]
    assert library.steps(2, before=steps[4].id) == [steps[3], steps[2]]


def test_single_decisions_stand_in_the_same_history(library, videos):
    library.confirm(videos[0], "Holiday")
    library.apply(TagChange("Holiday", YES), videos[1:])
    library.reject(videos[2], "Animal")
    library.forget(videos[2], "Animal")
    assert [(step.words, step.videos) for step in library.steps()] == [
        ("Decision about Animal taken back", 1),
        ("Not Animal", 1),
        ("Tagged Holiday", 3),
        ("Tagged Holiday", 1),
    ]
    # Undo of one tag of a video is undo of its step.
    assert library.undo(videos[2], "Animal")
    assert [step.undone for step in library.steps()] == [True, False, False, False]
    assert library.redo_step(library.steps()[0].id)
    assert not library.undo_step(library.steps()[1].id)


def test_one_video_of_a_step_is_undone_alone(library, videos):
    step = library.apply(TagChange("Holiday", YES), videos[:2])
    assert library.undo(videos[0], "Holiday")
    assert library.ids(VideoFilter(all_tags=("Holiday",))) == [videos[1]]
    assert not library.steps(1)[0].undone
    assert library.undo_step(step.id).videos == 1
    assert library.count(VideoFilter(all_tags=("Holiday",))) == 0
    # What was undone alone is not done again.
    assert library.redo_step(step.id).videos == 1
    assert library.ids(VideoFilter(all_tags=("Holiday",))) == [videos[1]]
    # The last of it, too: so the step is.
    assert library.undo(videos[1], "Holiday")
    assert library.steps(1)[0].undone


def test_who_decided_since_keeps_that_and_is_told(library, videos):
    first = library.apply(TagChange("Animal", YES), videos)
    second = library.apply(TagChange("Animal", NO), videos[:1])
    after = state(library)
    outcome = library.undo_step(first.id)
    assert (outcome.videos, outcome.kept) == (3, 1)
    assert outcome.reasons == ("1 video left alone: something was decided there since.",)
    assert library.video(videos[0]).tags[0].state is NO
    # Redone, all is as it was.
    assert library.redo_step(first.id).videos == 3
    assert state(library) == after
    # In the order of a pile, everything is exact.
    assert library.undo_step(second.id)
    assert library.undo_step(first.id).videos == 4
    assert not library.undo_step(second.id)


def test_nothing_is_undone_where_all_was_decided_anew(library, videos):
    first = library.apply(MarkChange(rating=2), videos)
    library.apply(MarkChange(rating=5), videos)
    before = state(library)
    outcome = library.undo_step(first.id)
    assert (bool(outcome), outcome.kept) == (False, 4)
    assert (state(library), library.steps()[1].undone) == (before, False)


def test_marks_do_not_stand_in_each_others_way(library, videos):
    favourite = library.apply(MarkChange(favourite=True), videos)
    library.apply(MarkChange(rating=5, hidden=True), videos)
    assert library.undo_step(favourite.id).videos == 4
    assert {(v.favourite, v.hidden, v.rating) for v in library.list(VideoFilter(hidden=None))} == {
        (False, True, 5)
    }


def test_what_a_model_said_since_stands(library, videos):
    step = library.apply(TagChange("Animal", NO), videos)
    library.contents.store_tagging(
        [(videos[0], tagging(bundle="lite 2")), (videos[3], tagging("Animal", bundle="lite 2"))]
    )
    assert library.undo_step(step.id).videos == 4
    found = {id_: [(tag.name, tag.state) for tag in library.video(id_).tags] for id_ in videos}
    assert found[videos[0]] == []
    assert found[videos[3]] == [("Animal", "suggested")]


def test_a_redone_decision_stands_on_what_the_model_says_now(library, videos):
    step = library.apply(TagChange("Animal", YES), videos)
    library.undo_step(step.id)
    library.contents.store_tagging([(videos[0], tagging("Animal", score=0.7, bundle="lite 2"))])
    before = state(library)
    assert library.redo_step(step.id).videos == 4
    tag = library.video(videos[0]).tags[0]
    assert (tag.state, tag.score) == (YES, 0.7)
    assert library.undo_step(step.id)
    assert state(library) == before


def test_a_tag_that_a_model_of_ones_own_knows_is_rejected_for_good(library, videos):
    library.contents.store_tagging([(videos[0], LEARNED)])
    library.confirm(videos[1], "garden")
    step = library.apply(TagChange("Garden", NO), videos)
    assert step.videos == 2
    assert {tag.name: tag.state for tag in library.video(videos[0]).tags}["Garden"] is NO
    assert "garden" not in {tag.name for tag in library.video(videos[1]).tags}


def test_what_changes_nothing_is_no_step(library, videos):
    library.apply(TagChange("Animal", YES), videos)
    library.apply(MarkChange(rating=3), videos)
    before = library.steps()
    for change in (
        TagChange("Animal", YES),
        TagChange("Nobody's", NO),
        TagChange("Nobody's", None),
        MarkChange(rating=3),
        MarkChange(),
    ):
        step = library.apply(change, videos)
        assert (step.id, step.videos) == (0, 0)
    assert library.apply(TagChange("Animal", NO), []).id == 0
    assert library.steps() == before
    assert "Nobody's" not in library.tag_names()


def test_videos_that_are_gone_are_left_out(library, videos):
    assert library.apply(TagChange("Animal", YES), [videos[0], 999, videos[0]]).videos == 1
    with pytest.raises(UnknownVideoError):
        library.apply(TagChange("Animal", YES), [999])
    with pytest.raises(UnknownVideoError):
        library.apply(MarkChange(favourite=True), [999])


@pytest.mark.parametrize("rating", [-1, 6])
def test_a_rating_is_one_to_five(library, videos, rating):
    with pytest.raises(OrganizerError, match="1 to 5"):
        library.apply(MarkChange(rating=rating), videos)
    with pytest.raises(InvalidTagError):
        library.apply(TagChange("New?", YES), videos)
    assert library.steps() == []


def test_undo_and_redo_without_a_word_go_through_the_history(library, videos):
    assert (library.last_step(), library.last_step(undone=True)) == (None, None)
    steps = [library.apply(TagChange(tag, YES), videos) for tag in ("One", "Two", "Three")]
    for step in reversed(steps):
        assert library.last_step().id == step.id
        library.undo_step(step.id)
    assert library.last_step() is None
    for step in steps:
        assert library.last_step(undone=True).id == step.id
        library.redo_step(step.id)
    assert library.last_step(undone=True) is None
    library.undo_step(steps[2].id)
    # Who does something else instead has nothing to redo.
    library.apply(TagChange("Four", YES), videos)
    assert library.last_step(undone=True) is None


def test_there_is_no_such_step(library):
    assert library.undo_step(7).reasons == ("There is no such step.",)
    assert not library.redo_step(7)


def test_hidden_videos_and_clips_of_live_photos_are_left_out(library, videos):
    a, b, c, d = videos
    library.apply(MarkChange(hidden=True), [a])
    database_of(library).execute("UPDATE videos SET marks = marks | 4 WHERE id IN (?, ?)", [a, b])
    database_of(library).conn.commit()
    for words in ("", "mp4"):
        for hidden, live, expected in (
            (False, False, {c, d}),
            (None, False, {c, d}),
            (False, None, {b, c, d}),
            (None, None, {a, b, c, d}),
            (True, None, {a}),
            (True, False, set()),
            (None, True, {a, b}),
            (True, True, {a}),
        ):
            chosen = VideoFilter(hidden=hidden, live=live, text=words)
            assert set(library.ids(chosen)) == expected
            assert library.count(chosen) == len(expected)
    # What nobody sees is not counted beside the tags.
    assert library.tag_counts() == {}
    assert library.maybe_counts() == {"Animal": 1}
    library.undo_step(library.steps()[0].id)
    database_of(library).execute("UPDATE videos SET marks = marks & ~4")
    assert library.tag_counts() == {"Animal": 2, "Dance": 1}
    record = library.video(a)
    assert (record.favourite, record.hidden, record.live, record.rating) == (False, False, False, 0)
