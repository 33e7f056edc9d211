"""A tag that a step hid or brought back: undo and redo of that step take it from no other video."""

from __future__ import annotations

import pytest

from organizer.library.actions import TagChange
from organizer.types import TagState
from tests.library.build import add, tags
from tests.library.sql import database_of
from tests.library.test_tag_changes import learned

YES, NO = TagState.CONFIRMED, TagState.REJECTED


@pytest.fixture
def videos(library):
    """Four videos: a model knows Garden and Yard, and the first is a garden."""
    ids = [add(library, "/v", f"{name}.mp4") for name in "abcd"]
    library.contents.store_tagging([(id_, learned()) for id_ in ids])
    library.confirm(ids[0], "Garden")
    return ids


def carriers(library, tag="Garden"):
    return [id_ for id_ in sorted(library.ids()) if tag in tags(library, id_)]


def confirm(library, video, tag="Garden"):
    return library.apply(TagChange(tag, YES), [video])


def test_undoing_one_video_of_a_tag_that_came_back_leaves_the_others(library, videos):
    _, b, c, _ = videos
    library.delete_tag("Garden")
    first, second = confirm(library, b), confirm(library, c)
    assert library.undo_step(first.id)
    assert carriers(library) == [c]
    assert library.redo_step(first.id)
    assert carriers(library) == [b, c]
    # The last one takes it away again.
    assert library.undo_step(first.id)
    assert library.undo_step(second.id)
    assert "Garden" in [info.name for info in library.tags() if info.hidden]


def test_what_was_given_again_meanwhile_stays_when_the_first_is_undone(library, videos):
    _, b, c, _ = videos
    before = confirm(library, c)
    library.undo_step(before.id)
    library.delete_tag("Garden")
    first = confirm(library, b)
    assert library.redo_step(before.id)
    assert library.undo_step(first.id)
    assert carriers(library) == [c]


def test_an_undo_that_changes_nothing_hides_nothing(library, videos):
    _, b, *_ = videos
    library.delete_tag("Garden")
    first = confirm(library, b)
    library.apply(TagChange("Garden", NO), [b])
    confirm(library, b)
    assert not library.undo_step(first.id)
    assert carriers(library) == [b]


def test_a_step_of_which_a_part_stands_hides_nothing(library, videos):
    _, b, c, _ = videos
    library.delete_tag("Garden")
    first = library.apply(TagChange("Garden", YES), [b, c])
    second = library.apply(TagChange("Garden", NO), [c])
    assert library.undo_step(first.id).kept == 1
    assert library.undo_step(second.id)
    assert carriers(library) == [c]
    assert library.undo_step(first.id)
    assert [info.hidden for info in library.tags() if info.name == "Garden"] == [True]


def test_a_deletion_that_was_undone_hides_nothing(library, videos):
    a, b, *_ = videos
    deleted = library.delete_tag("Garden")
    step = confirm(library, b)
    library.undo_step(deleted.id)
    assert library.undo_step(step.id)
    assert carriers(library) == [a]


def test_redoing_a_deletion_leaves_what_was_given_since(library, videos):
    _, b, *_ = videos
    deleted = library.delete_tag("Garden")
    library.undo_step(deleted.id)
    confirm(library, b)
    outcome = library.redo_step(deleted.id)
    assert (bool(outcome), outcome.videos) == (True, 1)
    assert outcome.reasons == ("Garden is still shown: other videos carry it.",)
    assert carriers(library) == [b]


def test_a_deletion_whose_videos_were_decided_anew_is_not_undone(library, videos):
    a, *_ = videos
    deleted = library.delete_tag("Garden")
    confirm(library, a)
    outcome = library.undo_step(deleted.id)
    assert (bool(outcome), outcome.kept) == (False, 1)
    assert not library.steps()[1].undone


def test_what_is_done_again_is_seen(library, videos):
    _, b, c, _ = videos
    library.delete_tag("Garden")
    first, second = confirm(library, b), confirm(library, c)
    library.undo_step(second.id)
    library.undo_step(first.id)
    assert library.redo_step(second.id)
    assert carriers(library) == [c]
    assert library.undo_step(second.id)
    assert [info.hidden for info in library.tags() if info.name == "Garden"] == [True]


def test_a_tag_that_the_person_hid_is_hidden_again_with_all_its_videos(library, videos):
    a, b, *_ = videos
    library.hide_label("Garden", hidden=True)
    step = confirm(library, b)
    assert carriers(library) == [a, b]
    assert library.undo_step(step.id)
    assert carriers(library) == []
    library.hide_label("Garden", hidden=False)
    assert carriers(library) == [a]


def test_a_merge_that_was_undone_lets_the_tag_be(library, videos):
    _, b, *_ = videos
    library.confirm(b, "Outside")
    merged = library.merge_tags(["Garden"], "Outside")
    step = confirm(library, b)
    library.undo_step(merged.id)
    assert library.undo_step(step.id)
    library.contents.store_tagging([(b, learned("Garden", bundle="mine 2"))])
    assert tags(library, b) == {"Garden": "suggested", "Outside": "confirmed"}


def test_a_hidden_tag_that_is_deleted_comes_back_hidden(library, videos):
    a, *_ = videos
    library.hide_label("Garden", hidden=True)
    deleted = library.delete_tag("Garden")
    for _ in range(2):
        assert library.undo_step(deleted.id)
        assert carriers(library) == []
        assert library.redo_step(deleted.id)
    library.undo_step(deleted.id)
    shown = library.hide_label("Garden", hidden=False)
    assert carriers(library) == [a]
    # Deleted again while it was shown: so it is shown when that is undone.
    library.redo_step(deleted.id)
    library.undo_step(deleted.id)
    assert carriers(library) == [a]
    library.undo_step(shown.id)
    assert carriers(library) == []


def test_a_deletion_of_before_that_was_stored_is_undone_as_it_was(library, videos):
    a, *_ = videos
    deleted = library.delete_tag("Garden")
    database = database_of(library)
    database.execute("UPDATE steps SET details = json_remove(details, '$.hidden')")
    database.conn.commit()
    assert library.undo_step(deleted.id)
    assert carriers(library) == [a]
