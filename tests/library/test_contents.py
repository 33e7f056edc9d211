from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import replace

import pytest

from organizer.library import Library
from organizer.library.database import columns
from organizer.library.database.transaction import transaction
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.types import VideoFile
from tests.library.build import BUNDLE, SPACE, add, add_failed, analysis, tagging
from tests.library.sql import database_of

NOT_UTF8 = os.fsdecode(b"caf\xe9.mp4")


def tags(library, video_id: int) -> dict[str, str]:
    return {tag.name: tag.state.value for tag in library.video(video_id).tags}


def places(library, video_id: int) -> list[tuple[str, Status]]:
    return [(place.path, place.status) for place in library.video(video_id).places]


def rows(library) -> dict[str, list]:
    tables = ("videos", "places", "features", "posters", "scores", "tags", "video_tags")
    return {
        table: database_of(library).execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
        for table in tables
    }


def place(library: Library, root: str, path: str, video: int, *, there: tuple[str, ...] = ()) -> str:
    file = VideoFile(root, path, 1000, 2)
    return library.contents.place(library.roots.add(root), file, video, lambda path: path in there).value


def test_a_root_is_added_once(library):
    first = library.roots.add("/v")
    assert library.roots.add("/v") == first
    odd = library.roots.add("/" + NOT_UTF8)
    assert [root.path for root in library.roots.all()] == ["/v", "/" + NOT_UTF8]
    assert not odd.offline
    library.roots.set_offline(odd, True)
    assert [root.offline for root in library.roots.all()] == [False, True]


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


def test_a_transaction_stores_all_or_nothing_and_the_next_one_works(library):
    for error in (KeyboardInterrupt, sqlite3.OperationalError):
        with pytest.raises(error), transaction(database_of(library)):
            database_of(library).execute("INSERT INTO tags (name) VALUES ('a')")
            raise error
        assert not database_of(library).conn.in_transaction
    with pytest.raises(ZeroDivisionError), transaction(database_of(library)):
        # SQLite ends the transaction by itself in some errors.
        database_of(library).conn.execute("ROLLBACK")
        raise ZeroDivisionError
    assert database_of(library).execute("SELECT count(*) FROM tags").fetchone() == (0,)
    with transaction(database_of(library)):
        database_of(library).execute("INSERT INTO tags (name) VALUES ('b')")
    assert database_of(library).execute("SELECT name FROM tags").fetchall() == [("b",)]


class Interrupted:
    """A database whose connection is interrupted right after it began a transaction."""

    def __init__(self, database) -> None:
        self.conn, self.rollback, self._execute = self, database.rollback, database.conn.execute

    def execute(self, sql: str) -> None:
        self._execute(sql)
        raise KeyboardInterrupt


def test_an_interrupt_right_after_the_lock_was_taken_gives_it_back(library):
    with pytest.raises(KeyboardInterrupt), transaction(Interrupted(database_of(library))):
        pytest.fail("the block must not run")
    assert not database_of(library).conn.in_transaction


def test_two_writers_wait_for_each_other(tmp_path):
    Library.open(tmp_path / "library.db").close()
    errors = []

    def write(root: str):
        library = Library.open(tmp_path / "library.db")
        try:
            for number in range(15):
                add(library, root, f"{number}.mp4", "Animal", content=f"{root}{number}")
        except Exception as error:
            errors.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=write, args=(root,)) for root in ("/a", "/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    library = Library.open(tmp_path / "library.db")
    assert library.count(VideoFilter(all_tags=("Animal",))) == 30
    library.close()


def test_names_that_are_not_utf8_come_back_as_they_were(library):
    root = "/" + NOT_UTF8
    video = add(library, root, NOT_UTF8, "Animal")
    (record,) = library.video(video).places
    assert (record.root, record.relative_path, record.path) == (root, NOT_UTF8, f"{root}/{NOT_UTF8}")
    (stored_root,) = library.roots.all()
    assert library.places.known(stored_root, NOT_UTF8, SPACE).video_id == video
    assert library.places.present_files(stored_root, SPACE) == {NOT_UTF8: (1000, 1)}
    assert library.places.forget_vanished(stored_root, [NOT_UTF8]) == [f"{root}/{NOT_UTF8}"]
    add_failed(library, root, "b.mp4", f"cannot open {NOT_UTF8}")
    assert [v.error for v in library.list(VideoFilter(status=Status.FAILED))] == [
        "cannot open caf\\udce9.mp4"
    ]


def test_what_is_known_of_a_file(library):
    root = library.roots.add("/v")
    assert library.places.known(root, "a.mp4", SPACE) is None
    assert not library.places.has_files(root)
    video = add(library, "/v", "a.mp4", content="11", size=5, mtime_ns=7)
    known = library.places.known(root, "a.mp4", SPACE)
    assert (known.video_id, known.size_bytes, known.mtime_ns, known.fingerprint) == (video, 5, 7, "11")
    assert (known.missing, known.failed, known.has_features) == (False, False, True)
    assert not library.places.known(root, "a.mp4", "another space").has_features
    assert library.places.has_files(root)
    library.places.forget_vanished(root, ["a.mp4"])
    assert library.places.known(root, "a.mp4", SPACE).missing
    assert not library.places.has_files(root)
    add_failed(library, "/v", "b.mp4", "broken")
    assert library.places.known(root, "b.mp4", SPACE).failed


def test_all_files_of_a_root_at_once(library):
    root = library.roots.add("/v")
    assert library.places.present_files(root, SPACE) == {}
    add(library, "/v", "a.mp4", content="1", size=5, mtime_ns=7)
    add(library, "/w", "elsewhere.mp4", content="2")
    add(library, "/v", "gone.mp4", content="3")
    add(library, "/v", "other space.mp4", content="4", space="another space")
    add_failed(library, "/v", "broken.mp4", "broken")
    add_failed(library, "/v", "locked.mp4", "no permission", content="unreadable:1")
    library.places.forget_vanished(root, ["gone.mp4"])
    assert library.places.present_files(root, SPACE) == {
        "a.mp4": (5, 7),
        "broken.mp4": (0, 1),
        "locked.mp4": None,
        "other space.mp4": None,
    }


def test_known_content_is_found_only_when_readable_and_of_the_space(library):
    video = add(library, "/v", "a.mp4", content="1")
    add_failed(library, "/v", "b.mp4", "broken", content="2")
    assert library.contents.find("1", SPACE) == video
    assert library.contents.find("1", "another space") is None
    assert library.contents.find("2", SPACE) is None
    assert library.contents.find("3", SPACE) is None


def test_a_copy_is_another_place_of_the_same_video(library):
    video = add(library, "/v", "a.mp4", content="1")
    assert place(library, "/w", "b.mp4", video, there=("/v/a.mp4",)) == "copy"
    assert places(library, video) == [("/v/a.mp4", Status.OK), ("/w/b.mp4", Status.OK)]


def test_a_moved_video_leaves_its_old_place(library):
    video = add(library, "/v", "a.mp4", content="1")
    library.confirm(video, "Holiday")
    assert place(library, "/w", "b.mp4", video) == "moved"
    assert places(library, video) == [("/w/b.mp4", Status.OK)]
    assert tags(library, video) == {"Holiday": "confirmed"}


def test_a_video_found_again_elsewhere_after_it_was_missing_moved(library):
    video = add(library, "/v", "a.mp4", content="1")
    library.places.forget_vanished(library.roots.add("/v"), ["a.mp4"])
    assert place(library, "/w", "b.mp4", video) == "moved"
    assert places(library, video) == [("/w/b.mp4", Status.OK)]


def test_a_video_that_another_scan_found_at_the_same_file_did_not_move(library):
    video = add(library, "/v", "a.mp4", content="1")
    assert place(library, "/v", "a.mp4", video) == "here"
    assert place(library, "/v", "b.mp4", video, there=("/v/a.mp4",)) == "copy"
    assert place(library, "/v", "b.mp4", video) == "here"
    assert places(library, video) == [("/v/b.mp4", Status.OK)]


def test_a_place_in_a_root_that_is_offline_is_kept(library):
    video = add(library, "/usb", "a.mp4", content="1")
    library.roots.set_offline(library.roots.add("/usb"), True)
    assert place(library, "/v", "a.mp4", video) == "copy"
    assert places(library, video) == [("/v/a.mp4", Status.OK), ("/usb/a.mp4", Status.OFFLINE)]


def test_a_video_whose_place_was_taken_by_another_one_moved(library):
    first, second = add(library, "/v", "a.mp4", content="1"), add(library, "/v", "b.mp4", content="2")
    # a became b, and b became c.
    assert place(library, "/v", "b.mp4", first) == "moved"
    assert place(library, "/v", "c.mp4", second) == "moved"
    assert (places(library, first), places(library, second)) == (
        [("/v/b.mp4", Status.OK)],
        [("/v/c.mp4", Status.OK)],
    )


def test_the_last_place_of_a_video_is_marked_and_others_are_forgotten(library):
    video = add(library, "/v", "a.mp4", "Animal", content="1")
    place(library, "/v", "b.mp4", video, there=("/v/a.mp4",))
    root = library.roots.add("/v")
    assert library.places.forget_vanished(root, ["b.mp4"]) == []
    assert places(library, video) == [("/v/a.mp4", Status.OK)]
    assert library.places.forget_vanished(root, ["a.mp4", "never seen.mp4"]) == ["/v/a.mp4"]
    assert places(library, video) == [("/v/a.mp4", Status.MISSING)]
    assert library.places.forget_vanished(root, ["a.mp4"]) == []
    library.places.restore([library.places.known(root, "a.mp4", SPACE).id])
    assert places(library, video) == [("/v/a.mp4", Status.OK)]
    assert tags(library, video) == {"Animal": "suggested"}


def test_many_files_go_and_come_back_in_steps(library, monkeypatch):
    monkeypatch.setattr(columns, "CHUNK", 2)
    names = [f"{number}.mp4" for number in range(5)]
    for name in names:
        add(library, "/v", name)
    root = library.roots.add("/v")
    assert library.places.forget_vanished(root, iter(names)) == [f"/v/{name}" for name in names]
    assert library.count(VideoFilter(status=Status.MISSING)) == 5
    library.places.restore({library.places.known(root, name, SPACE).id for name in names})
    assert library.count(VideoFilter(status=Status.OK)) == 5


def test_both_places_gone_at_once_leave_one_that_is_missing(library):
    video = add(library, "/v", "a.mp4", content="1")
    place(library, "/v", "b.mp4", video, there=("/v/a.mp4",))
    assert library.places.forget_vanished(library.roots.add("/v"), ["a.mp4", "b.mp4"]) == ["/v/b.mp4"]
    assert places(library, video) == [("/v/b.mp4", Status.MISSING)]


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


def test_tagging_replaces_suggestions_and_never_decisions(library):
    video = add(library, "/v", "a.mp4", "Animal", "Food", "Dance", "Nature")
    library.confirm(video, "Animal")
    library.reject(video, "Food")
    library.confirm(video, "Holiday")
    (change,) = library.contents.store_tagging(
        [(video, tagging("Food", "Nature", "Concert", score=0.8, bundle="lite 2"))]
    )
    assert (change.video_id, change.added, change.removed) == (video, ("Concert",), ("Dance",))
    assert [(tag.name, tag.state, tag.score, tag.seconds) for tag in library.video(video).tags] == [
        ("Concert", "suggested", 0.8, (2,)),
        ("Nature", "suggested", 0.8, (1,)),
        ("Animal", "confirmed", 0.1, ()),
        ("Holiday", "confirmed", None, ()),
        ("Food", "rejected", 0.8, (0,)),
    ]
    assert library.video(video).bundle == "lite 2"


def test_tagging_reports_only_videos_whose_tags_changed(library):
    first, second = add(library, "/v", "a.mp4", "Animal"), add(library, "/v", "b.mp4", "Animal")
    changes = library.contents.store_tagging(
        [(first, tagging("Animal", score=0.7)), (second, tagging("Food"))]
    )
    assert [change.video_id for change in changes] == [second]


def test_tagging_writes_only_what_changed(library):
    videos = [
        add(library, "/v", f"{number}.mp4", "Animal", "Food", content=str(number)) for number in range(700)
    ]
    library.confirm(videos[3], "Dance")
    before, written = rows(library), database_of(library).conn.total_changes
    assert library.contents.store_tagging((video, tagging("Animal", "Food")) for video in videos) == []
    assert database_of(library).conn.total_changes == written
    assert rows(library) == before
    taggings = {video: tagging("Animal", "Food") for video in videos}
    taggings[videos[650]] = tagging("Animal", "Nature")
    (change,) = library.contents.store_tagging(taggings.items())
    assert (change.video_id, change.added, change.removed) == (videos[650], ("Nature",), ("Food",))
    assert tags(library, videos[650]) == {"Animal": "suggested", "Nature": "suggested"}
    assert tags(library, videos[649]) == {"Animal": "suggested", "Food": "suggested"}


def test_tagging_many_videos_is_one_transaction(library):
    video = add(library, "/v", "a.mp4", "Animal")

    def taggings():
        yield video, tagging("Food")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        library.contents.store_tagging(taggings())
    assert tags(library, video) == {"Animal": "suggested"}


def test_counts_of_tags_leave_rejected_ones_out(library):
    first, second = add(library, "/v", "a.mp4", "Animal", "Food"), add(library, "/v", "b.mp4", "Animal")
    library.confirm(second, "Animal")
    library.confirm(second, "Holiday")
    library.reject(first, "Food")
    assert list(library.tag_counts().items()) == [("Animal", 2), ("Holiday", 1)]


def test_only_videos_that_can_be_tagged_again_are_counted(library):
    add(library, "/v", "a.mp4", content="1")
    add(library, "/v", "b.mp4", content="2", bundle="lite 2")
    add(library, "/v", "c.mp4", content="3", space="another space")
    add(library, "/v", "d.mp4", content="4", duration_s=5)
    add(library, "/v", "d.mp4", content="5", bundle="lite 2", duration_s=50)
    assert library.features.count_tagged_by_others("lite 2", SPACE) == 1
    assert library.features.count_tagged_by_others("lite 1", SPACE) == 2


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
