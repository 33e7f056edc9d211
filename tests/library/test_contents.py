"""What is stored of a video, whatever it was before."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.types import VideoFile
from tests.library.build import BUNDLE, SPACE, add, add_failed, analysis, place, rows, tags
from tests.library.sql import database_of


def test_everything_of_a_video_is_stored(library):
    video = add(library, "/v", "a/b.mp4", "Animal", "Food", size=1234)
    record = library.video(video)
    assert (record.status, record.error, record.size_bytes) == (Status.OK, None, 1234)
    assert (record.duration_s, record.width, record.height) == (10.0, 64, 48)
    assert (record.codec, record.frame_rate, record.rotation_deg) == ("h264", 25.0, 0)
    assert (record.taken_at, record.taken_source) == ("2024-05-01T12:00:00+00:00", "container")
    assert (record.bundle, record.scores["Food"], record.scores["Dance"]) == (BUNDLE, 0.9, 0.1)
    assert [(tag.name, tag.state, tag.score, tag.seconds) for tag in record.tags] == [
        ("Animal", "suggested", 0.9, (0,)),
        ("Food", "suggested", 0.9, (1,)),
    ]
    assert len(record.key) >= 20
    assert library.media.poster_of(record.key) == b"webp"
    ((id_, features),) = library.features.of([video], SPACE)
    assert (id_, features.space_id, features.quantised.tolist()) == (video, SPACE, [[0, 1, 2], [3, 4, 5]])


def test_how_pictures_lie_in_the_file_is_stored(library):
    plain = analysis("Animal")
    info = replace(plain.info, rotation_deg=90, mirrored=True, stored_width=720, stored_height=576)
    file = VideoFile("/v", "a.mp4", 1000, 1)
    video = library.contents.store(library.roots.add("/v"), file, "content", replace(plain, info=info))
    record = library.video(video)
    assert (record.rotation_deg, record.mirrored) == (90, True)
    assert (record.stored_width, record.stored_height) == (720, 576)


def test_keys_differ(library):
    keys = {library.video(add(library, "/v", f"{n}.mp4")).key for n in range(20)}
    assert len(keys) == 20


@pytest.mark.parametrize(
    "change",
    [
        "INSERT ON videos",
        "INSERT ON features",
        "INSERT ON posters",
        "UPDATE OF video_id ON places",
        "UPDATE OF search_text ON videos",
        "INSERT ON scores",
        "INSERT ON video_tags",
    ],
)
def test_a_failure_in_the_middle_stores_nothing(library, change):
    add(library, "/v", "a.mp4", "Animal", content="1")
    before = rows(library)
    database_of(library).execute(
        f"CREATE TEMP TRIGGER fails AFTER {change} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    with pytest.raises(sqlite3.Error, match="the disk is full"):
        add(library, "/v", "a.mp4", "Food", content="2")
    assert rows(library) == before
    database_of(library).execute("DROP TRIGGER fails")
    video = add(library, "/v", "a.mp4", "Food", content="2")
    assert tags(library, video) == {"Food": "suggested"}


def test_known_content_is_found_only_when_readable_and_of_the_space(library):
    video = add(library, "/v", "a.mp4", content="1")
    add_failed(library, "/v", "b.mp4", "broken", content="2")
    assert library.contents.find("1", SPACE) == video
    assert library.contents.find("1", "another space") is None
    assert library.contents.find("2", SPACE) is None
    assert library.contents.find("3", SPACE) is None


def test_features_of_several_spaces_live_side_by_side(library):
    video = add(library, "/v", "a.mp4", content="1")
    assert add(library, "/v", "a.mp4", content="1", space="another space") == video
    for space in (SPACE, "another space"):
        assert [id_ for id_, _ in library.features.of([video], space)] == [video]


def test_a_file_that_failed_and_is_readable_now_is_one_video(library):
    failed = add_failed(library, "/v", "a.mp4", "broken", content="1")
    assert library.video(failed).error == "broken"
    assert add(library, "/v", "a.mp4", content="1") == failed
    record = library.video(failed)
    assert (record.status, record.error) == (Status.OK, None)


def test_a_failed_video_goes_when_its_file_is_replaced_unless_a_person_tagged_it(library):
    add_failed(library, "/v", "a.mp4", "broken", content="1")
    add(library, "/v", "a.mp4", content="2")
    assert database_of(library).execute("SELECT fingerprint FROM videos").fetchall() == [("2",)]
    tagged = add_failed(library, "/v", "b.mp4", "broken", content="3")
    library.confirm(tagged, "Holiday")
    whole = add(library, "/v", "b.mp4", content="4")
    assert tags(library, whole) == {"Holiday": "confirmed"}


@pytest.mark.parametrize(
    ("old_s", "new_s", "kept"),
    [(10.0, 10.0, True), (10.0, 10.9, True), (10.9, 10.0, True), (10.0, 11.1, False), (10.0, None, False)],
)
def test_decisions_are_inherited_by_a_file_rewritten_with_the_same_length(library, old_s, new_s, kept):
    old = add(library, "/v", "a.mp4", "Animal", "Food", "Dance", content="1", duration_s=old_s)
    library.confirm(old, "Animal")
    library.reject(old, "Food")
    library.confirm(old, "Holiday")
    new = add(library, "/v", "a.mp4", "Food", "Nature", content="2", duration_s=new_s)
    assert new != old
    inherited = {"Animal": "confirmed", "Food": "rejected", "Holiday": "confirmed"} if kept else {}
    assert tags(library, new) == {"Food": "suggested", "Nature": "suggested", **inherited}
    if kept:
        scores = {tag.name: tag.score for tag in library.video(new).tags}
        assert scores == {"Animal": 0.1, "Food": 0.9, "Holiday": None, "Nature": 0.9}


def test_the_video_that_was_there_before_comes_back_with_its_own_decisions(library):
    old = add(library, "/v", "a.mp4", "Animal", content="1", duration_s=10)
    library.reject(old, "Animal")
    new = add(library, "/v", "a.mp4", "Animal", content="2", duration_s=99)
    assert tags(library, new) == {"Animal": "suggested"}
    place(library, "/v", "a.mp4", old)
    assert tags(library, old) == {"Animal": "rejected"}
    assert [video.id for video in library.list(VideoFilter())] == [old]


def test_own_decisions_win_over_inherited_ones(library):
    known = add(library, "/v", "b.mp4", content="2")
    library.reject(known, "Animal")
    old = add(library, "/v", "a.mp4", content="1")
    library.confirm(old, "Animal")
    library.confirm(old, "Food")
    assert add(library, "/v", "a.mp4", "Animal", "Food", content="2") == known
    assert tags(library, known) == {"Animal": "rejected", "Food": "confirmed"}


def test_deleting_a_video_leaves_no_row_behind(library):
    video = add(library, "/v", "a.mp4", "Animal")
    database_of(library).execute("DELETE FROM videos WHERE id = ?", [video])
    left = rows(library)
    assert [table for table, found in left.items() if found] == ["tags"]


def test_the_feature_spaces_of_a_library(library):
    assert library.features.spaces() == []
    for number, space in enumerate(["b", "a", "b", "c", "a"]):
        add(library, "/v", f"{number}.mp4", space=space)
    assert library.features.spaces() == ["a", "b", "c"]
