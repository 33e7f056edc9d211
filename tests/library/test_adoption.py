"""Decisions that follow a recording into another file."""

from __future__ import annotations

import json

import pytest

from organizer.errors import NotMissingError, UnknownVideoError
from organizer.library.filters import VideoFilter
from organizer.library.recordings.adoption import adopt_recordings, new_since_the_last_scan, stranded_videos
from tests.library.build import add
from tests.library.sql import database_of
from tests.library.test_same_recording import Shelf, scene, webp


def tags(library, video: int) -> dict[str, str]:
    return {tag.name: tag.state.value for tag in library.video(video).tags}


def lose(library, video_path: str) -> None:
    library.places.forget_vanished(library.roots.add("/v"), [video_path])


def adopt_the_stranded(library, new_ids):
    db = database_of(library)
    return adopt_recordings(db, stranded_videos(db), new_ids)


@pytest.fixture
def shelf(library):
    return Shelf(library)


def test_decisions_of_a_missing_video_move_and_those_of_the_other_win(library):
    old, new = add(library, "/v", "old.mov", "Animal"), add(library, "/v", "new.mp4", "Nature", "Food")
    for name in ("Holiday", "Nature", "Food"):
        library.confirm(old, name)
    library.reject(old, "Animal")
    library.reject(new, "Food")
    lose(library, "old.mov")
    adopted = library.adopt(old, new)
    assert (adopted.old_path, adopted.new_path) == ("/v/old.mov", "/v/new.mp4")
    assert {tag.name: tag.state.value for tag in adopted.tags} == {
        "Holiday": "confirmed",
        "Nature": "confirmed",
        "Animal": "rejected",
    }
    assert {tag.name: tag.state.value for tag in adopted.kept} == {"Food": "confirmed"}
    assert tags(library, new) == {
        "Holiday": "confirmed",
        "Nature": "confirmed",
        "Food": "rejected",
        "Animal": "rejected",
    }
    scores = {tag.name: tag.score for tag in library.video(new).tags}
    assert scores == {"Holiday": None, "Nature": 0.9, "Food": 0.9, "Animal": 0.1}
    # The old one is not listed any more, nor counted.
    assert library.ids(VideoFilter()) == [new]
    assert library.tag_counts() == {"Holiday": 1, "Nature": 1}
    assert library.count(VideoFilter(text="old")) == 0
    assert stranded_videos(database_of(library)) == []


def test_a_decision_moves_onto_a_maybe_which_stays_one_below_it(library):
    old, new = add(library, "/v", "old.mov", "Animal"), add(library, "/v", "new.mp4", "Animal?", "Food?")
    library.confirm(old, "Animal")
    library.reject(old, "Food")
    lose(library, "old.mov")
    library.adopt(old, new)
    assert tags(library, new) == {"Animal": "confirmed", "Food": "rejected"}
    assert library.maybe_counts() == {}
    for name in ("Animal", "Food"):
        assert library.undo(new, name)
    assert library.maybe_counts() == {"Animal": 1, "Food": 1}


def test_a_file_written_anew_inherits_decisions_and_has_tiers_of_its_own(library):
    old = add(library, "/v", "a.mp4", "Animal", "Food?", content="old")
    library.confirm(old, "Animal")
    library.confirm(old, "Food")
    new = add(library, "/v", "a.mp4", "Animal?", "Food", content="new")
    assert [(tag.name, tag.state, tag.tier) for tag in library.video(new).tags] == [
        ("Food", "confirmed", "given"),
        ("Animal", "confirmed", "maybe"),
    ]
    assert library.forget(new, "Animal")
    assert library.maybe_counts() == {"Animal": 1}


def test_a_file_that_comes_back_after_all_has_its_own_decisions(library):
    old, new = add(library, "/v", "old.mov", content="1"), add(library, "/v", "new.mp4")
    library.confirm(old, "Holiday")
    lose(library, "old.mov")
    library.adopt(old, new)
    assert add(library, "/v", "old.mov", content="1") == old
    assert tags(library, old) == tags(library, new) == {"Holiday": "confirmed"}


def test_only_from_a_missing_video_to_one_that_is_there(library):
    old, new, gone = (add(library, "/v", name) for name in ("old.mov", "new.mp4", "gone.mp4"))
    library.confirm(old, "Holiday")
    with pytest.raises(NotMissingError, match=r"old\.mov: this video is not missing"):
        library.adopt(old, new)
    lose(library, "old.mov")
    lose(library, "gone.mp4")
    with pytest.raises(NotMissingError, match=r"gone\.mp4: this video is missing too"):
        library.adopt(old, gone)
    with pytest.raises(NotMissingError):
        library.adopt(old, old)
    library.roots.set_offline(library.roots.add("/v"), True)
    with pytest.raises(UnknownVideoError):
        library.adopt(old, 99)
    assert tags(library, old) == {"Holiday": "confirmed"}
    assert stranded_videos(database_of(library)) == [old]


def test_only_missing_videos_with_decisions_are_stranded(library):
    ids = {name: add(library, "/v", name, "Animal") for name in ("a.mp4", "b.mp4", "c.mp4", "d.mp4")}
    library.confirm(ids["a.mp4"], "Holiday")
    library.reject(ids["b.mp4"], "Animal")
    library.confirm(ids["d.mp4"], "Holiday")
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        lose(library, name)
    assert stranded_videos(database_of(library)) == [ids["a.mp4"], ids["b.mp4"]]


def test_new_is_what_was_added_since_the_last_finished_scan_of_its_root(library):
    first, second = library.roots.add("/v"), library.roots.add("/w")
    old, other = add(library, "/v", "a.mp4"), add(library, "/w", "x.mp4")
    assert set(new_since_the_last_scan(database_of(library), [first.id, second.id])) == {old, other}
    library.roots.finish(first)
    new = add(library, "/v", "b.mp4")
    gone = add(library, "/v", "gone.mp4")
    lose(library, "gone.mp4")
    assert gone
    assert new_since_the_last_scan(database_of(library), [first.id]) == [new]
    assert new_since_the_last_scan(database_of(library), [second.id]) == [other]
    library.roots.finish(first)
    assert (
        new_since_the_last_scan(database_of(library), [first.id])
        == new_since_the_last_scan(database_of(library), [])
        == []
    )
    # Of a library of before, with whole seconds.
    database_of(library).execute(
        "UPDATE videos SET added_at = '2024-01-01T00:00:00+00:00' WHERE id = ?", [old]
    )
    database_of(library).execute(
        "UPDATE roots SET scanned_at = '2024-01-01T00:00:00+00:00' WHERE id = ?", [first.id]
    )
    assert set(new_since_the_last_scan(database_of(library), [first.id])) == {old, new}


def test_scores_are_found_however_a_label_is_spelt(library):
    old, new = add(library, "/v", "old.mov"), add(library, "/v", "new.mp4")
    library.confirm(old, "Caf\u00e9")
    label = "CAFE\u0301"
    database_of(library).execute(
        "UPDATE scores SET scores = ? WHERE video_id = ?", [json.dumps({label: 0.7}), new]
    )
    lose(library, "old.mov")
    library.adopt(old, new)
    assert [(tag.name, tag.score) for tag in library.video(new).tags] == [("Caf\u00e9", 0.7)]


def test_what_was_overwritten_is_named_by_its_id(library):
    old = add(library, "/v", "a.mp4", content="1")
    other = add(library, "/v", "b.mp4")
    library.confirm(old, "Holiday")
    with pytest.raises(UnknownVideoError):
        library.find_missing("99")
    new = add(library, "/v", "a.mp4", content="2", duration_s=4.0)
    assert tags(library, new) == {}
    assert library.find_missing(str(old)) == old
    assert library.find_missing("b.mp4") == other
    adopted = library.adopt(old, new)
    assert (adopted.old_path, adopted.new_path) == (f"video {old}", "/v/a.mp4")
    assert tags(library, new) == {"Holiday": "confirmed"}


@pytest.mark.parametrize("others", [0, 5])
def test_the_same_recording_is_found_among_new_videos(library, shelf, others):
    """Whichever of the missing and the new videos are fewer."""
    old = shelf.put()
    library.confirm(old, "Holiday")
    lose(library, "1.mp4")
    new = [shelf.put(poster=webp(scene(seed))) for seed in range(7, 7 + others)]
    match = shelf.put(length_s=10.1)
    for number in range(4):
        stranded = shelf.put(length_s=30.0 + number)
        library.confirm(stranded, "Other")
        lose(library, f"{shelf.count}.mp4")
    adopted, alike = adopt_recordings(
        database_of(library), stranded_videos(database_of(library)), [*new, match]
    )
    assert ([(one.old_path, one.new_path) for one in adopted], alike) == (
        [("/v/1.mp4", f"/v/{2 + others}.mp4")],
        [],
    )
    assert tags(library, match) == {"Holiday": "confirmed"}
    assert len(stranded_videos(database_of(library))) == 4


def test_where_two_new_videos_agree_nothing_moves(library, shelf):
    old = shelf.put()
    library.confirm(old, "Holiday")
    lose(library, "1.mp4")
    new = [shelf.put(), shelf.put(off=1)]
    adopted, (alike,) = adopt_the_stranded(library, new)
    assert (adopted, alike.old_path, alike.new_paths) == ([], "/v/1.mp4", ("/v/2.mp4", "/v/3.mp4"))
    assert [tags(library, video) for video in new] == [{}, {}]
    assert tags(library, old) == {"Holiday": "confirmed"}


def test_where_two_missing_videos_agree_nothing_moves(library, shelf):
    for number in (1, 2):
        library.confirm(shelf.put(off=number / 2), f"Take {number}")
        lose(library, f"{number}.mp4")
    new = shelf.put()
    adopted, alike = adopt_the_stranded(library, [new])
    assert adopted == []
    assert [(one.old_path, one.new_paths) for one in alike] == [
        ("/v/1.mp4", ("/v/3.mp4",)),
        ("/v/2.mp4", ("/v/3.mp4",)),
    ]
    assert tags(library, new) == {}


def test_what_is_missing_itself_adopts_nothing(library, shelf):
    library.confirm(shelf.put(), "Holiday")
    new = shelf.put()
    lose(library, "1.mp4")
    lose(library, "2.mp4")
    assert adopt_the_stranded(library, [new]) == ([], [])
