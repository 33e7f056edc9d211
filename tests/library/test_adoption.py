"""Decisions that follow a recording into another file."""

from __future__ import annotations

import json

import pytest

from organizer.errors import NotMissingError, UnknownVideoError
from organizer.library import queries
from organizer.library.adoption import (
    adopt,
    adopt_recordings,
    find_missing,
    new_since_the_last_scan,
    stranded_videos,
)
from organizer.library.decisions import confirm, reject
from organizer.library.filters import VideoFilter
from tests.library.build import add
from tests.library.test_same_recording import Shelf, scene, webp


def tags(db, video: int) -> dict[str, str]:
    return {tag.name: tag.state.value for tag in queries.video(db, video).tags}


def lose(store, video_path: str) -> None:
    store.forget_vanished(store.add_root("/v"), [video_path])


@pytest.fixture
def shelf(store):
    return Shelf(store)


def test_decisions_of_a_missing_video_move_and_those_of_the_other_win(db, store):
    old, new = add(store, "/v", "old.mov", "Animal"), add(store, "/v", "new.mp4", "Nature", "Food")
    for name in ("Holiday", "Nature", "Food"):
        confirm(db, old, name)
    reject(db, old, "Animal")
    reject(db, new, "Food")
    lose(store, "old.mov")
    adopted = adopt(db, old, new)
    assert (adopted.old_path, adopted.new_path) == ("/v/old.mov", "/v/new.mp4")
    assert {tag.name: tag.state.value for tag in adopted.tags} == {
        "Holiday": "confirmed",
        "Nature": "confirmed",
        "Animal": "rejected",
    }
    assert {tag.name: tag.state.value for tag in adopted.kept} == {"Food": "confirmed"}
    assert tags(db, new) == {
        "Holiday": "confirmed",
        "Nature": "confirmed",
        "Food": "rejected",
        "Animal": "rejected",
    }
    scores = {tag.name: tag.score for tag in queries.video(db, new).tags}
    assert scores == {"Holiday": None, "Nature": 0.9, "Food": 0.9, "Animal": 0.1}
    # The old one is not listed any more, nor counted.
    assert queries.video_ids(db, VideoFilter()) == [new]
    assert queries.tag_counts(db) == {"Holiday": 1, "Nature": 1}
    assert queries.count_videos(db, VideoFilter(text="old")) == 0
    assert stranded_videos(db) == []


def test_a_file_that_comes_back_after_all_has_its_own_decisions(db, store):
    old, new = add(store, "/v", "old.mov", content="1"), add(store, "/v", "new.mp4")
    confirm(db, old, "Holiday")
    lose(store, "old.mov")
    adopt(db, old, new)
    assert add(store, "/v", "old.mov", content="1") == old
    assert tags(db, old) == tags(db, new) == {"Holiday": "confirmed"}


def test_only_from_a_missing_video_to_one_that_is_there(db, store):
    old, new, gone = (add(store, "/v", name) for name in ("old.mov", "new.mp4", "gone.mp4"))
    confirm(db, old, "Holiday")
    with pytest.raises(NotMissingError, match=r"old\.mov: this video is not missing"):
        adopt(db, old, new)
    lose(store, "old.mov")
    lose(store, "gone.mp4")
    with pytest.raises(NotMissingError, match=r"gone\.mp4: this video is missing too"):
        adopt(db, old, gone)
    with pytest.raises(NotMissingError):
        adopt(db, old, old)
    store.set_offline(store.add_root("/v"), True)
    with pytest.raises(UnknownVideoError):
        adopt(db, old, 99)
    assert tags(db, old) == {"Holiday": "confirmed"}
    assert stranded_videos(db) == [old]


def test_only_missing_videos_with_decisions_are_stranded(db, store):
    ids = {name: add(store, "/v", name, "Animal") for name in ("a.mp4", "b.mp4", "c.mp4", "d.mp4")}
    confirm(db, ids["a.mp4"], "Holiday")
    reject(db, ids["b.mp4"], "Animal")
    confirm(db, ids["d.mp4"], "Holiday")
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        lose(store, name)
    assert stranded_videos(db) == [ids["a.mp4"], ids["b.mp4"]]


def test_new_is_what_was_added_since_the_last_finished_scan_of_its_root(db, store):
    first, second = store.add_root("/v"), store.add_root("/w")
    old, other = add(store, "/v", "a.mp4"), add(store, "/w", "x.mp4")
    assert set(new_since_the_last_scan(db, [first.id, second.id])) == {old, other}
    store.finish_root(first)
    new = add(store, "/v", "b.mp4")
    gone = add(store, "/v", "gone.mp4")
    lose(store, "gone.mp4")
    assert gone
    assert new_since_the_last_scan(db, [first.id]) == [new]
    assert new_since_the_last_scan(db, [second.id]) == [other]
    store.finish_root(first)
    assert new_since_the_last_scan(db, [first.id]) == new_since_the_last_scan(db, []) == []
    # Of a library of before, with whole seconds.
    db.execute("UPDATE videos SET added_at = '2024-01-01T00:00:00+00:00' WHERE id = ?", [old])
    db.execute("UPDATE roots SET scanned_at = '2024-01-01T00:00:00+00:00' WHERE id = ?", [first.id])
    assert set(new_since_the_last_scan(db, [first.id])) == {old, new}


def test_scores_are_found_however_a_label_is_spelt(db, store):
    old, new = add(store, "/v", "old.mov"), add(store, "/v", "new.mp4")
    confirm(db, old, "Caf\u00e9")
    label = "CAFE\u0301"
    db.execute("UPDATE scores SET scores = ? WHERE video_id = ?", [json.dumps({label: 0.7}), new])
    lose(store, "old.mov")
    adopt(db, old, new)
    assert [(tag.name, tag.score) for tag in queries.video(db, new).tags] == [("Caf\u00e9", 0.7)]


def test_what_was_overwritten_is_named_by_its_id(db, store):
    old = add(store, "/v", "a.mp4", content="1")
    other = add(store, "/v", "b.mp4")
    confirm(db, old, "Holiday")
    with pytest.raises(UnknownVideoError):
        find_missing(db, "99")
    new = add(store, "/v", "a.mp4", content="2", duration_s=4.0)
    assert tags(db, new) == {}
    assert find_missing(db, str(old)) == old
    assert find_missing(db, "b.mp4") == other
    adopted = adopt(db, old, new)
    assert (adopted.old_path, adopted.new_path) == (f"video {old}", "/v/a.mp4")
    assert tags(db, new) == {"Holiday": "confirmed"}


@pytest.mark.parametrize("others", [0, 5])
def test_the_same_recording_is_found_among_new_videos(db, store, shelf, others):
    """Whichever of the missing and the new videos are fewer."""
    old = shelf.put()
    confirm(db, old, "Holiday")
    lose(store, "1.mp4")
    new = [shelf.put(poster=webp(scene(seed))) for seed in range(7, 7 + others)]
    match = shelf.put(length_s=10.1)
    for number in range(4):
        stranded = shelf.put(length_s=30.0 + number)
        confirm(db, stranded, "Other")
        lose(store, f"{shelf.count}.mp4")
    adopted, alike = adopt_recordings(db, stranded_videos(db), [*new, match])
    assert ([(one.old_path, one.new_path) for one in adopted], alike) == (
        [("/v/1.mp4", f"/v/{2 + others}.mp4")],
        [],
    )
    assert tags(db, match) == {"Holiday": "confirmed"}
    assert len(stranded_videos(db)) == 4


def test_where_two_new_videos_agree_nothing_moves(db, store, shelf):
    old = shelf.put()
    confirm(db, old, "Holiday")
    lose(store, "1.mp4")
    new = [shelf.put(), shelf.put(off=1)]
    adopted, (alike,) = adopt_recordings(db, stranded_videos(db), new)
    assert (adopted, alike.old_path, alike.new_paths) == ([], "/v/1.mp4", ("/v/2.mp4", "/v/3.mp4"))
    assert [tags(db, video) for video in new] == [{}, {}]
    assert tags(db, old) == {"Holiday": "confirmed"}


def test_where_two_missing_videos_agree_nothing_moves(db, store, shelf):
    for number in (1, 2):
        confirm(db, shelf.put(off=number / 2), f"Take {number}")
        lose(store, f"{number}.mp4")
    new = shelf.put()
    adopted, alike = adopt_recordings(db, stranded_videos(db), [new])
    assert adopted == []
    assert [(one.old_path, one.new_paths) for one in alike] == [
        ("/v/1.mp4", ("/v/3.mp4",)),
        ("/v/2.mp4", ("/v/3.mp4",)),
    ]
    assert tags(db, new) == {}


def test_what_is_missing_itself_adopts_nothing(db, store, shelf):
    confirm(db, shelf.put(), "Holiday")
    new = shelf.put()
    lose(store, "1.mp4")
    lose(store, "2.mp4")
    assert adopt_recordings(db, stranded_videos(db), [new]) == ([], [])
