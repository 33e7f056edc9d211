"""Files that videos are found at: they move, are copied, go and come back."""

from __future__ import annotations

import os

from organizer.library.database import columns
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from tests.library.build import SPACE, add, add_failed, place, places, tags

NOT_UTF8 = os.fsdecode(b"caf\xe9.mp4")


def test_a_root_is_added_once(library):
    first = library.roots.add("/v")
    assert library.roots.add("/v") == first
    odd = library.roots.add("/" + NOT_UTF8)
    assert [root.path for root in library.roots.all()] == ["/v", "/" + NOT_UTF8]
    assert not odd.offline
    library.roots.set_offline(odd, True)
    assert [root.offline for root in library.roots.all()] == [False, True]


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
