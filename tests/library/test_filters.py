"""Filters as tables: (filter, names of the videos that it chooses, in its order)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from organizer.library.database import columns
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.types import TagState
from tests.library.build import add, add_failed
from tests.library.sql import database_of

CONFIRMED, SUGGESTED, REJECTED = TagState.CONFIRMED, TagState.SUGGESTED, TagState.REJECTED


@pytest.fixture
def filled(library):
    """Videos a..h in the order they were added, with tags in all states and in every status."""
    added = {
        "a": add(library, "/home/videos", "a.mp4", "Animal", duration_s=30, size=10, taken=day(3)),
        "b": add(library, "/home/videos", "b.mp4", "Animal", "Food", duration_s=10, size=30, taken=day(1)),
        "c": add(library, "/home/videos", "c.mp4", "Animal", duration_s=None, size=20, taken=day(2)),
        "d": add(library, "/home/videos", "d.mp4", duration_s=20, size=50, taken=day(5)),
        "e": add(library, "/home/videos", "e.mp4", duration_s=20, size=40, taken=day(4)),
        "f": add_failed(library, "/home/videos", "f.mp4", "it is cut off"),
        "g": add(library, "/home/videos", "g.mp4", "Food", size=60, taken=day(6)),
        "h": add(library, "/usb", "h.mp4", "Concert", size=70, taken=day(7)),
    }
    library.confirm(added["b"], "Animal")
    library.reject(added["c"], "Animal")
    library.confirm(added["d"], "Holiday")
    home, usb = library.roots.all()
    library.places.forget_vanished(home, ["g.mp4"])
    library.roots.set_offline(usb, True)
    return library


def day(number: int) -> datetime:
    return datetime(2024, 5, number, 12, tzinfo=UTC)


def names(library, filter_: VideoFilter) -> str:
    chosen = [os.path.basename(video.places[0].path)[0] for video in library.list(filter_)]
    if filter_.limit is None and not filter_.offset:
        assert library.count(filter_) == len(chosen)
    return "".join(chosen)


CHOICES = [
    ({}, "abcdefgh"),
    ({"all_tags": ("Animal",)}, "ab"),
    ({"all_tags": ("animal",)}, "ab"),
    ({"all_tags": ("Animal", "Food")}, "b"),
    ({"all_tags": ("Animal", "Concert")}, ""),
    ({"any_tags": ("Animal",)}, "ab"),
    ({"any_tags": ("Animal", "Concert")}, "abh"),
    ({"any_tags": ("Food", "Nothing")}, "bg"),
    ({"no_tags": ("Animal",)}, "cdefgh"),
    ({"no_tags": ("Animal", "Concert")}, "cdefg"),
    ({"all_tags": ("Food",), "no_tags": ("Animal",)}, "g"),
    ({"all_tags": ("Animal",), "any_tags": ("Food", "Dance")}, "b"),
    ({"all_tags": ("Holiday",)}, "d"),
    ({"all_tags": ("Animal' OR 1=1 --",)}, ""),
    ({"untagged": True}, "cef"),
    ({"untagged": True, "status": Status.OK}, "ce"),
    ({"state": CONFIRMED}, "bd"),
    ({"state": SUGGESTED}, "abgh"),
    ({"state": REJECTED}, "c"),
    ({"state": CONFIRMED, "all_tags": ("Animal",)}, "b"),
    ({"state": SUGGESTED, "all_tags": ("Animal",)}, "a"),
    ({"state": REJECTED, "all_tags": ("Animal",)}, "c"),
    ({"state": REJECTED, "no_tags": ("Animal",)}, "abdefgh"),
    ({"state": SUGGESTED, "untagged": True}, "cdef"),
    ({"status": Status.OK}, "abcde"),
    ({"status": Status.FAILED}, "f"),
    ({"status": Status.MISSING}, "g"),
    ({"status": Status.OFFLINE}, "h"),
    ({"status": Status.OFFLINE, "all_tags": ("Animal",)}, ""),
    ({"text": "usb"}, "h"),
    ({"text": "HOME mp4"}, "abcdefg"),
    ({"text": "videos/a"}, "a"),
    ({"text": "home usb"}, ""),
    ({"text": "  "}, "abcdefgh"),
    ({"taken_from": day(4)}, "degh"),
    ({"taken_before": day(4)}, "abc"),
    ({"taken_from": day(2), "taken_before": day(4)}, "ac"),
    ({"taken_from": day(4).astimezone().replace(tzinfo=None)}, "degh"),
    ({"taken_from": datetime(1, 1, 1)}, "abcdegh"),
    ({"taken_before": datetime(9999, 12, 31)}, "abcdegh"),
]


@pytest.mark.parametrize(("choice", "expected"), CHOICES)
def test_a_filter_chooses(filled, choice, expected):
    assert names(filled, VideoFilter(**choice, sort=Sort.ADDED, descending=False)) == expected


MAYBES, ONLY = {"with_maybes": True}, {"only_maybes": True}
WITH_MAYBES = [
    # a Animal; b Animal?; c Animal? and Food; d Animal?, confirmed; e Animal?, rejected; f none; g Dance?.
    ({}, "abcdefg"),
    ({"all_tags": ("Animal",)}, "ad"),
    ({"all_tags": ("Animal",), **MAYBES}, "abcd"),
    ({"all_tags": ("Animal",), **ONLY}, "bc"),
    ({"all_tags": ("Animal", "Food")}, ""),
    ({"all_tags": ("Animal", "Food"), **MAYBES}, "c"),
    ({"any_tags": ("Animal", "Food")}, "acd"),
    ({"any_tags": ("Animal", "Food"), **MAYBES}, "abcd"),
    ({"any_tags": ("Animal", "Food"), **ONLY}, "bc"),
    ({"no_tags": ("Animal",)}, "bcefg"),
    ({"no_tags": ("Animal",), **MAYBES}, "efg"),
    # A maybe there must be, whatever else is asked.
    ({"no_tags": ("Animal",), **ONLY}, "g"),
    ({"no_tags": ("Food",), **ONLY}, "bcg"),
    ({"no_tags": ("Nothing",), **ONLY}, "bcg"),
    ({"all_tags": ("Animal",), "no_tags": ("Dance",), **ONLY}, "bc"),
    ({"untagged": True}, "befg"),
    ({"untagged": True, **MAYBES}, "ef"),
    # Without a tag that counts, and with a maybe.
    ({"untagged": True, **ONLY}, "bg"),
    ({"untagged": True, "all_tags": ("Animal",), **ONLY}, "b"),
    ({"untagged": True, "no_tags": ("Animal",), **ONLY}, "g"),
    ({"untagged": True, "state": REJECTED, **ONLY}, "bg"),
    ({"state": SUGGESTED}, "ac"),
    ({"state": SUGGESTED, **MAYBES}, "abcg"),
    ({"state": SUGGESTED, "untagged": True}, "bdefg"),
    ({"state": SUGGESTED, "untagged": True, **MAYBES}, "def"),
    ({"state": CONFIRMED}, "d"),
    ({"state": CONFIRMED, **MAYBES}, "d"),
    ({"state": REJECTED, **MAYBES}, "e"),
    (ONLY, "bcg"),
    ({"state": CONFIRMED, **ONLY, **MAYBES}, "bcg"),
    (MAYBES, "abcdefg"),
]


@pytest.mark.parametrize(("choice", "expected"), WITH_MAYBES)
def test_a_maybe_counts_only_where_it_is_asked_for(library, choice, expected):
    add(library, "/v", "a.mp4", "Animal")
    add(library, "/v", "b.mp4", "Animal?")
    add(library, "/v", "c.mp4", "Animal?", "Food")
    for name, decide in (("d.mp4", library.confirm), ("e.mp4", library.reject)):
        decide(add(library, "/v", name, "Animal?"), "Animal")
    add(library, "/v", "f.mp4")
    add(library, "/v", "g.mp4", "Dance?")
    assert names(library, VideoFilter(**choice, sort=Sort.ADDED, descending=False)) == expected


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        (Sort.ADDED, False, "abcdefgh"),
        (Sort.ADDED, True, "hgfedcba"),
        (Sort.NAME, False, "abcdefgh"),
        (Sort.NAME, True, "hgfedcba"),
        # What has no date or no length comes last either way.
        (Sort.TAKEN, False, "bcaedghf"),
        (Sort.TAKEN, True, "hgdeacbf"),
        (Sort.DURATION, False, "bghdeacf"),
        (Sort.DURATION, True, "aedhgbfc"),
        (Sort.SIZE, False, "facbedgh"),
        (Sort.SIZE, True, "hgdebcaf"),
    ],
)
def test_a_filter_sorts(filled, sort, descending, expected):
    assert names(filled, VideoFilter(sort=sort, descending=descending)) == expected


@pytest.mark.parametrize(
    ("limit", "offset", "expected"),
    [
        (3, 0, "abc"),
        (3, 3, "def"),
        (3, 6, "gh"),
        (3, 9, ""),
        (None, 6, "gh"),
        (0, 0, ""),
        (100, 0, "abcdefgh"),
    ],
)
def test_pages(filled, limit, offset, expected):
    filter_ = VideoFilter(sort=Sort.ADDED, descending=False, limit=limit, offset=offset)
    assert names(filled, filter_) == expected
    assert filled.count(filter_) == 8
    found = filled.list(filter_, found=8)
    assert "".join(video.places[0].relative_path[0] for video in found) == expected


def test_names_are_sorted_whatever_their_case(library):
    for name in ("b.mp4", "A.mp4", "C.mp4"):
        add(library, "/v", name)
    assert names(library, VideoFilter(sort=Sort.NAME, descending=False)) == "AbC"


NAMES = ["100%.mp4", "100x.mp4", "a_b.mp4", "aXb.mp4", "back\\slash.mp4", "Caf\u00e9.mp4", "U\u0308ber.mp4"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100%", ["100%.mp4"]),
        ("100", ["100%.mp4", "100x.mp4"]),
        ("a_b", ["a_b.mp4"]),
        ("%", ["100%.mp4"]),
        ("_", ["a_b.mp4"]),
        ("\\", ["back\\slash.mp4"]),
        ("k\\s", ["back\\slash.mp4"]),
        ("CAF\u00c9", ["Caf\u00e9.mp4"]),
        ("cafe\u0301", ["Caf\u00e9.mp4"]),
        ("\u00fcber", ["U\u0308ber.mp4"]),
        ("\u00fcber MP4", ["U\u0308ber.mp4"]),
        ("\u00fcber avi", []),
        ("'", []),
        (os.fsdecode(b"\xff"), [os.fsdecode(b"\xff.mp4")]),
    ],
)
def test_words_are_found_as_they_are_written(library, text, expected):
    for name in [*NAMES, os.fsdecode(b"\xff.mp4")]:
        add(library, "/v", name)
    found = [video.places[0].relative_path for video in library.list(VideoFilter(text=text))]
    assert sorted(found) == sorted(expected)


def test_a_word_may_lie_in_any_of_a_videos_places(library):
    add(library, "/v", "a.mp4", content="1")
    add(library, "/backup", "old/b.mp4", content="1")
    for text in ("a.mp4", "backup", "old/b"):
        assert library.count(VideoFilter(text=text)) == 1


@pytest.mark.parametrize(
    ("gone", "offline", "expected"),
    [
        ((), (), Status.OK),
        (("/v",), (), Status.OK),
        ((), ("/v",), Status.OK),
        (("/v",), ("/usb",), Status.OFFLINE),
        ((), ("/v", "/usb"), Status.OFFLINE),
        (("/v", "/usb"), (), Status.MISSING),
    ],
)
def test_a_videos_status_is_that_of_its_best_place(library, gone, offline, expected):
    for root in ("/v", "/usb"):
        video = add(library, root, "a.mp4", content="1")
    for root in library.roots.all():
        library.roots.set_offline(root, root.path in offline)
        if root.path in gone:
            database_of(library).execute(
                "UPDATE places SET missing_since = 'now' WHERE root_id = ?", [root.id]
            )
    record = library.video(video)
    assert record.status is expected
    assert record.places[0].status is expected
    for status in Status:
        assert library.count(VideoFilter(status=status)) == (status is expected)


def test_a_video_that_lies_nowhere_is_not_shown(library):
    add(library, "/v", "a.mp4", "Animal", content="1", duration_s=10)
    add(library, "/v", "a.mp4", "Food", content="2", duration_s=100)
    assert [video.tags[0].name for video in library.list(VideoFilter())] == ["Food"]
    assert library.count(VideoFilter()) == 1
    assert library.tag_counts() == {"Food": 1}


def test_more_videos_than_one_query_reads_come_in_order(library, monkeypatch):
    monkeypatch.setattr(columns, "CHUNK", 4)
    start = day(1)
    for number in range(10):
        add(library, "/v", f"{number}.mp4", "Food", taken=start + timedelta(days=(number * 7) % 10))
    chosen = [video.places[0].relative_path for video in library.list(VideoFilter())]
    assert chosen == [f"{number}.mp4" for number in sorted(range(10), key=lambda n: -(n * 7 % 10))]
    ids = library.ids(VideoFilter())
    assert sorted(id_ for id_, _ in library.features.of(ids, "lite-space")) == sorted(ids)
