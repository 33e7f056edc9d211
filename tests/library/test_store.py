from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import replace

import pytest

from organizer.library import queries
from organizer.library import store as store_module
from organizer.library.database import open_database
from organizer.library.decisions import confirm, reject
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.library.store import Store
from organizer.library.transaction import transaction
from organizer.types import VideoFile
from tests.library.build import BUNDLE, SPACE, add, add_failed, analysis, tagging

NOT_UTF8 = os.fsdecode(b"caf\xe9.mp4")


def tags(db, video_id: int) -> dict[str, str]:
    return {tag.name: tag.state.value for tag in queries.video(db, video_id).tags}


def places(db, video_id: int) -> list[tuple[str, Status]]:
    return [(place.path, place.status) for place in queries.video(db, video_id).places]


def rows(db) -> dict[str, list]:
    tables = ("videos", "places", "features", "posters", "scores", "tags", "video_tags")
    return {table: db.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in tables}


def place(store: Store, root: str, path: str, video: int, *, there: tuple[str, ...] = ()) -> str:
    file = VideoFile(root, path, 1000, 2)
    return store.place_video(store.add_root(root), file, video, lambda path: path in there).value


def test_a_root_is_added_once(store):
    first = store.add_root("/v")
    assert store.add_root("/v") == first
    odd = store.add_root("/" + NOT_UTF8)
    assert [root.path for root in store.roots()] == ["/v", "/" + NOT_UTF8]
    assert not odd.offline
    store.set_offline(odd, True)
    assert [root.offline for root in store.roots()] == [False, True]


def test_everything_of_a_video_is_stored(db, store):
    video = add(store, "/v", "a/b.mp4", "Animal", "Food", size=1234)
    record = queries.video(db, video)
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
    assert queries.poster(db, video) == b"webp"
    ((id_, features),) = queries.stored_features(db, [video], SPACE)
    assert (id_, features.space_id, features.quantised.tolist()) == (video, SPACE, [[0, 1, 2], [3, 4, 5]])


def test_how_pictures_lie_in_the_file_is_stored(db, store):
    plain = analysis("Animal")
    info = replace(plain.info, rotation_deg=90, mirrored=True, stored_width=720, stored_height=576)
    file = VideoFile("/v", "a.mp4", 1000, 1)
    video = store.store_video(store.add_root("/v"), file, "content", replace(plain, info=info))
    record = queries.video(db, video)
    assert (record.rotation_deg, record.mirrored) == (90, True)
    assert (record.stored_width, record.stored_height) == (720, 576)


def test_keys_differ(db, store):
    keys = {queries.video(db, add(store, "/v", f"{n}.mp4")).key for n in range(20)}
    assert len(keys) == 20


@pytest.mark.parametrize(
    ("owner", "function"),
    [
        (Store, "_put_video"),
        (Store, "_put_place"),
        (store_module, "refresh_names"),
        (store_module, "put_taggings"),
    ],
)
def test_a_failure_in_the_middle_stores_nothing(db, store, monkeypatch, owner, function):
    add(store, "/v", "a.mp4", "Animal", content="1")
    before = rows(db)
    original = getattr(owner, function)

    def fail_afterwards(*arguments):
        original(*arguments)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(owner, function, fail_afterwards)
    with pytest.raises(sqlite3.OperationalError):
        add(store, "/v", "a.mp4", "Food", content="2")
    assert rows(db) == before
    monkeypatch.undo()
    video = add(store, "/v", "a.mp4", "Food", content="2")
    assert tags(db, video) == {"Food": "suggested"}


def test_a_transaction_stores_all_or_nothing_and_the_next_one_works(db, store):
    for error in (KeyboardInterrupt, sqlite3.OperationalError):
        with pytest.raises(error), transaction(db):
            db.execute("INSERT INTO tags (name) VALUES ('a')")
            raise error
        assert not db.conn.in_transaction
    with pytest.raises(ZeroDivisionError), transaction(db):
        # SQLite ends the transaction by itself in some errors.
        db.conn.execute("ROLLBACK")
        raise ZeroDivisionError
    assert db.execute("SELECT count(*) FROM tags").fetchone() == (0,)
    with transaction(db):
        db.execute("INSERT INTO tags (name) VALUES ('b')")
    assert db.execute("SELECT name FROM tags").fetchall() == [("b",)]


class Interrupted:
    """A database whose connection is interrupted right after it began a transaction."""

    def __init__(self, db) -> None:
        self.conn, self.rollback, self._execute = self, db.rollback, db.conn.execute

    def execute(self, sql: str) -> None:
        self._execute(sql)
        raise KeyboardInterrupt


def test_an_interrupt_right_after_the_lock_was_taken_gives_it_back(db):
    with pytest.raises(KeyboardInterrupt), transaction(Interrupted(db)):
        pytest.fail("the block must not run")
    assert not db.conn.in_transaction


def test_two_writers_wait_for_each_other(tmp_path):
    open_database(tmp_path / "library.db").close()
    errors = []

    def write(root: str):
        db = open_database(tmp_path / "library.db")
        try:
            for number in range(15):
                add(Store(db), root, f"{number}.mp4", "Animal", content=f"{root}{number}")
        except Exception as error:
            errors.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=write, args=(root,)) for root in ("/a", "/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    db = open_database(tmp_path / "library.db")
    assert queries.count_videos(db, VideoFilter(all_tags=("Animal",))) == 30
    db.close()


def test_names_that_are_not_utf8_come_back_as_they_were(db, store):
    root = "/" + NOT_UTF8
    video = add(store, root, NOT_UTF8, "Animal")
    (record,) = queries.video(db, video).places
    assert (record.root, record.relative_path, record.path) == (root, NOT_UTF8, f"{root}/{NOT_UTF8}")
    (stored_root,) = store.roots()
    assert store.place(stored_root, NOT_UTF8, SPACE).video_id == video
    assert store.present_files(stored_root, SPACE) == {NOT_UTF8: (1000, 1)}
    assert store.forget_vanished(stored_root, [NOT_UTF8]) == [f"{root}/{NOT_UTF8}"]
    add_failed(store, root, "b.mp4", f"cannot open {NOT_UTF8}")
    assert [v.error for v in queries.videos(db, VideoFilter(status=Status.FAILED))] == [
        "cannot open caf\\udce9.mp4"
    ]


def test_what_is_known_of_a_file(db, store):
    root = store.add_root("/v")
    assert store.place(root, "a.mp4", SPACE) is None
    assert not store.has_files(root)
    video = add(store, "/v", "a.mp4", content="11", size=5, mtime_ns=7)
    known = store.place(root, "a.mp4", SPACE)
    assert (known.video_id, known.size_bytes, known.mtime_ns, known.fingerprint) == (video, 5, 7, "11")
    assert (known.missing, known.failed, known.has_features) == (False, False, True)
    assert not store.place(root, "a.mp4", "another space").has_features
    assert store.has_files(root)
    store.forget_vanished(root, ["a.mp4"])
    assert store.place(root, "a.mp4", SPACE).missing
    assert not store.has_files(root)
    add_failed(store, "/v", "b.mp4", "broken")
    assert store.place(root, "b.mp4", SPACE).failed


def test_all_files_of_a_root_at_once(db, store):
    root = store.add_root("/v")
    assert store.present_files(root, SPACE) == {}
    add(store, "/v", "a.mp4", content="1", size=5, mtime_ns=7)
    add(store, "/w", "elsewhere.mp4", content="2")
    add(store, "/v", "gone.mp4", content="3")
    add(store, "/v", "other space.mp4", content="4", space="another space")
    add_failed(store, "/v", "broken.mp4", "broken")
    add_failed(store, "/v", "locked.mp4", "no permission", content="unreadable:1")
    store.forget_vanished(root, ["gone.mp4"])
    assert store.present_files(root, SPACE) == {
        "a.mp4": (5, 7),
        "broken.mp4": (0, 1),
        "locked.mp4": None,
        "other space.mp4": None,
    }


def test_known_content_is_found_only_when_readable_and_of_the_space(store):
    video = add(store, "/v", "a.mp4", content="1")
    add_failed(store, "/v", "b.mp4", "broken", content="2")
    assert store.find_video("1", SPACE) == video
    assert store.find_video("1", "another space") is None
    assert store.find_video("2", SPACE) is None
    assert store.find_video("3", SPACE) is None


def test_a_copy_is_another_place_of_the_same_video(db, store):
    video = add(store, "/v", "a.mp4", content="1")
    assert place(store, "/w", "b.mp4", video, there=("/v/a.mp4",)) == "copy"
    assert places(db, video) == [("/v/a.mp4", Status.OK), ("/w/b.mp4", Status.OK)]


def test_a_moved_video_leaves_its_old_place(db, store):
    video = add(store, "/v", "a.mp4", content="1")
    confirm(db, video, "Holiday")
    assert place(store, "/w", "b.mp4", video) == "moved"
    assert places(db, video) == [("/w/b.mp4", Status.OK)]
    assert tags(db, video) == {"Holiday": "confirmed"}


def test_a_video_found_again_elsewhere_after_it_was_missing_moved(db, store):
    video = add(store, "/v", "a.mp4", content="1")
    store.forget_vanished(store.add_root("/v"), ["a.mp4"])
    assert place(store, "/w", "b.mp4", video) == "moved"
    assert places(db, video) == [("/w/b.mp4", Status.OK)]


def test_a_video_that_another_scan_found_at_the_same_file_did_not_move(db, store):
    video = add(store, "/v", "a.mp4", content="1")
    assert place(store, "/v", "a.mp4", video) == "here"
    assert place(store, "/v", "b.mp4", video, there=("/v/a.mp4",)) == "copy"
    assert place(store, "/v", "b.mp4", video) == "here"
    assert places(db, video) == [("/v/b.mp4", Status.OK)]


def test_a_place_in_a_root_that_is_offline_is_kept(db, store):
    video = add(store, "/usb", "a.mp4", content="1")
    store.set_offline(store.add_root("/usb"), True)
    assert place(store, "/v", "a.mp4", video) == "copy"
    assert places(db, video) == [("/v/a.mp4", Status.OK), ("/usb/a.mp4", Status.OFFLINE)]


def test_a_video_whose_place_was_taken_by_another_one_moved(db, store):
    first, second = add(store, "/v", "a.mp4", content="1"), add(store, "/v", "b.mp4", content="2")
    # a became b, and b became c.
    assert place(store, "/v", "b.mp4", first) == "moved"
    assert place(store, "/v", "c.mp4", second) == "moved"
    assert (places(db, first), places(db, second)) == (
        [("/v/b.mp4", Status.OK)],
        [("/v/c.mp4", Status.OK)],
    )


def test_the_last_place_of_a_video_is_marked_and_others_are_forgotten(db, store):
    video = add(store, "/v", "a.mp4", "Animal", content="1")
    place(store, "/v", "b.mp4", video, there=("/v/a.mp4",))
    root = store.add_root("/v")
    assert store.forget_vanished(root, ["b.mp4"]) == []
    assert places(db, video) == [("/v/a.mp4", Status.OK)]
    assert store.forget_vanished(root, ["a.mp4", "never seen.mp4"]) == ["/v/a.mp4"]
    assert places(db, video) == [("/v/a.mp4", Status.MISSING)]
    assert store.forget_vanished(root, ["a.mp4"]) == []
    store.restore_places([store.place(root, "a.mp4", SPACE).id])
    assert places(db, video) == [("/v/a.mp4", Status.OK)]
    assert tags(db, video) == {"Animal": "suggested"}


def test_many_files_go_and_come_back_in_steps(db, store, monkeypatch):
    monkeypatch.setattr(store_module, "_STEP", 2)
    names = [f"{number}.mp4" for number in range(5)]
    for name in names:
        add(store, "/v", name)
    root = store.add_root("/v")
    assert store.forget_vanished(root, iter(names)) == [f"/v/{name}" for name in names]
    assert queries.count_videos(db, VideoFilter(status=Status.MISSING)) == 5
    store.restore_places({store.place(root, name, SPACE).id for name in names})
    assert queries.count_videos(db, VideoFilter(status=Status.OK)) == 5


def test_both_places_gone_at_once_leave_one_that_is_missing(db, store):
    video = add(store, "/v", "a.mp4", content="1")
    place(store, "/v", "b.mp4", video, there=("/v/a.mp4",))
    assert store.forget_vanished(store.add_root("/v"), ["a.mp4", "b.mp4"]) == ["/v/b.mp4"]
    assert places(db, video) == [("/v/b.mp4", Status.MISSING)]


def test_features_of_several_spaces_live_side_by_side(db, store):
    video = add(store, "/v", "a.mp4", content="1")
    assert add(store, "/v", "a.mp4", content="1", space="another space") == video
    for space in (SPACE, "another space"):
        assert [id_ for id_, _ in queries.stored_features(db, [video], space)] == [video]


def test_a_file_that_failed_and_is_readable_now_is_one_video(db, store):
    failed = add_failed(store, "/v", "a.mp4", "broken", content="1")
    assert queries.video(db, failed).error == "broken"
    assert add(store, "/v", "a.mp4", content="1") == failed
    record = queries.video(db, failed)
    assert (record.status, record.error) == (Status.OK, None)


def test_a_failed_video_goes_when_its_file_is_replaced_unless_a_person_tagged_it(db, store):
    add_failed(store, "/v", "a.mp4", "broken", content="1")
    add(store, "/v", "a.mp4", content="2")
    assert db.execute("SELECT fingerprint FROM videos").fetchall() == [("2",)]
    tagged = add_failed(store, "/v", "b.mp4", "broken", content="3")
    confirm(db, tagged, "Holiday")
    whole = add(store, "/v", "b.mp4", content="4")
    assert tags(db, whole) == {"Holiday": "confirmed"}


@pytest.mark.parametrize(
    ("old_s", "new_s", "kept"),
    [(10.0, 10.0, True), (10.0, 10.9, True), (10.9, 10.0, True), (10.0, 11.1, False), (10.0, None, False)],
)
def test_decisions_are_inherited_by_a_file_rewritten_with_the_same_length(db, store, old_s, new_s, kept):
    old = add(store, "/v", "a.mp4", "Animal", "Food", "Dance", content="1", duration_s=old_s)
    confirm(db, old, "Animal")
    reject(db, old, "Food")
    confirm(db, old, "Holiday")
    new = add(store, "/v", "a.mp4", "Food", "Nature", content="2", duration_s=new_s)
    assert new != old
    inherited = {"Animal": "confirmed", "Food": "rejected", "Holiday": "confirmed"} if kept else {}
    assert tags(db, new) == {"Food": "suggested", "Nature": "suggested", **inherited}
    if kept:
        scores = {tag.name: tag.score for tag in queries.video(db, new).tags}
        assert scores == {"Animal": 0.1, "Food": 0.9, "Holiday": None, "Nature": 0.9}


def test_the_video_that_was_there_before_comes_back_with_its_own_decisions(db, store):
    old = add(store, "/v", "a.mp4", "Animal", content="1", duration_s=10)
    reject(db, old, "Animal")
    new = add(store, "/v", "a.mp4", "Animal", content="2", duration_s=99)
    assert tags(db, new) == {"Animal": "suggested"}
    place(store, "/v", "a.mp4", old)
    assert tags(db, old) == {"Animal": "rejected"}
    assert [video.id for video in queries.videos(db, VideoFilter())] == [old]


def test_own_decisions_win_over_inherited_ones(db, store):
    known = add(store, "/v", "b.mp4", content="2")
    reject(db, known, "Animal")
    old = add(store, "/v", "a.mp4", content="1")
    confirm(db, old, "Animal")
    confirm(db, old, "Food")
    assert add(store, "/v", "a.mp4", "Animal", "Food", content="2") == known
    assert tags(db, known) == {"Animal": "rejected", "Food": "confirmed"}


def test_tagging_replaces_suggestions_and_never_decisions(db, store):
    video = add(store, "/v", "a.mp4", "Animal", "Food", "Dance", "Nature")
    confirm(db, video, "Animal")
    reject(db, video, "Food")
    confirm(db, video, "Holiday")
    (change,) = store.store_tagging(
        [(video, tagging("Food", "Nature", "Concert", score=0.8, bundle="lite 2"))]
    )
    assert (change.video_id, change.added, change.removed) == (video, ("Concert",), ("Dance",))
    assert [(tag.name, tag.state, tag.score, tag.seconds) for tag in queries.video(db, video).tags] == [
        ("Concert", "suggested", 0.8, (2,)),
        ("Nature", "suggested", 0.8, (1,)),
        ("Animal", "confirmed", 0.1, ()),
        ("Holiday", "confirmed", None, ()),
        ("Food", "rejected", 0.8, (0,)),
    ]
    assert queries.video(db, video).bundle == "lite 2"


def test_tagging_reports_only_videos_whose_tags_changed(store):
    first, second = add(store, "/v", "a.mp4", "Animal"), add(store, "/v", "b.mp4", "Animal")
    changes = store.store_tagging([(first, tagging("Animal", score=0.7)), (second, tagging("Food"))])
    assert [change.video_id for change in changes] == [second]


def test_tagging_writes_only_what_changed(db, store):
    videos = [
        add(store, "/v", f"{number}.mp4", "Animal", "Food", content=str(number)) for number in range(700)
    ]
    confirm(db, videos[3], "Dance")
    before, written = rows(db), db.conn.total_changes
    assert store.store_tagging((video, tagging("Animal", "Food")) for video in videos) == []
    # The score of what the person decided about.
    assert db.conn.total_changes - written == 1
    assert rows(db) == before
    taggings = {video: tagging("Animal", "Food") for video in videos}
    taggings[videos[650]] = tagging("Animal", "Nature")
    (change,) = store.store_tagging(taggings.items())
    assert (change.video_id, change.added, change.removed) == (videos[650], ("Nature",), ("Food",))
    assert tags(db, videos[650]) == {"Animal": "suggested", "Nature": "suggested"}
    assert tags(db, videos[649]) == {"Animal": "suggested", "Food": "suggested"}


def test_tagging_many_videos_is_one_transaction(db, store):
    video = add(store, "/v", "a.mp4", "Animal")

    def taggings():
        yield video, tagging("Food")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.store_tagging(taggings())
    assert tags(db, video) == {"Animal": "suggested"}


def test_counts_of_tags_leave_rejected_ones_out(db, store):
    first, second = add(store, "/v", "a.mp4", "Animal", "Food"), add(store, "/v", "b.mp4", "Animal")
    confirm(db, second, "Animal")
    confirm(db, second, "Holiday")
    reject(db, first, "Food")
    assert list(queries.tag_counts(db).items()) == [("Animal", 2), ("Holiday", 1)]


def test_only_videos_that_can_be_tagged_again_are_counted(db, store):
    add(store, "/v", "a.mp4", content="1")
    add(store, "/v", "b.mp4", content="2", bundle="lite 2")
    add(store, "/v", "c.mp4", content="3", space="another space")
    add(store, "/v", "d.mp4", content="4", duration_s=5)
    add(store, "/v", "d.mp4", content="5", bundle="lite 2", duration_s=50)
    assert queries.count_tagged_by_others(db, "lite 2", SPACE) == 1
    assert queries.count_tagged_by_others(db, "lite 1", SPACE) == 2


def test_deleting_a_video_leaves_no_row_behind(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    db.execute("DELETE FROM videos WHERE id = ?", [video])
    left = rows(db)
    assert [table for table, found in left.items() if found] == ["tags"]


def test_the_feature_spaces_of_a_library(store):
    assert store.spaces() == []
    for number, space in enumerate(["b", "a", "b", "c", "a"]):
        add(store, "/v", f"{number}.mp4", space=space)
    assert store.spaces() == ["a", "b", "c"]
