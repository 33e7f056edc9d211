"""Groups: which video is kept and why, and that nothing is lost that only another one shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from organizer.doubles.grouping import grouped
from organizer.doubles.keeping import choose
from organizer.doubles.words import as_objects, relation_words
from organizer.library.doubles import DoublePair, PairKind
from organizer.library.records import PlaceRecord, Status, VideoRecord


def video(id_, *, length=20.0, picture=(640, 360), size=1000, taken="2024-05-01", files=1, status=Status.OK):
    places = tuple(
        PlaceRecord("/videos", f"{id_}-{number}.mp4", f"/videos/{id_}-{number}.mp4", status)
        for number in range(files)
    )
    moment = datetime.fromisoformat(taken).replace(tzinfo=UTC).isoformat()
    return VideoRecord(
        *(id_, f"key{id_}", status, None, places, size, length, *picture),
        *("h264", 25.0, 0, moment, "container", "lite 1", {}, ()),
    )


def groups(pairs, *videos):
    made = [
        DoublePair(first, second, kind, offset_s, 10.0, 0.9, timing)
        for first, second, kind, offset_s, timing in (
            (*pair, 0.0, 0.9) if len(pair) == 3 else (*pair, 0.9)[:5] for pair in pairs
        )
    ]
    return grouped(made, {each.id: each for each in videos})


def shown(found):
    return [
        (group.kept.id, [(double.video.id, double.relation.value) for double in group.doubles])
        for group in found
    ]


COPY, PART, WHOLE = PairKind.COPY, PairKind.SECOND_IN_FIRST, PairKind.FIRST_IN_SECOND


@pytest.mark.parametrize(
    ("better", "why"),
    [
        ({"length": 22.0}, "the longest, 22 s"),
        ({"picture": (1920, 1080)}, "the largest picture, 1920 x 1080"),
        ({"size": 5000}, "the largest file"),
        ({"taken": "2001-02-03"}, "the oldest"),
        ({}, "it was added first"),
        # A little longer is no longer, and a length outweighs all else.
        ({"length": 20.5}, "it was added first"),
    ],
)
def test_which_is_kept_and_why(better, why):
    one, other = video(1, **better), video(2)
    choice = choose([other, one])
    assert choice.kept.id == 1
    assert choice.why.startswith(why)


def test_length_comes_before_the_picture():
    assert choose([video(1, picture=(4000, 2000)), video(2, length=30.0)]).kept.id == 2


def test_copies_make_one_group():
    found = groups([(1, 2, COPY), (2, 3, COPY)], video(1), video(2, picture=(1920, 1080)), video(3))
    assert shown(found) == [(2, [(1, "copy"), (3, "copy")])]


def test_parts_of_a_joined_video_do_not_take_each_others_place():
    found = groups(
        [(1, 3, WHOLE, 0.0), (2, 3, WHOLE, -20.0)], video(1), video(2, length=25.0), video(3, length=45.0)
    )
    assert shown(found) == [(3, [(2, "part"), (1, "part")])]
    (group,) = found
    assert [double.begins_s for double in group.doubles] == [20.0, 0.0]


def test_what_only_a_second_joined_video_shows_is_kept():
    """1 and 2 are in 4, 2 and 3 in 5: 5 is no part of 4, and 3 is only in 5."""
    videos = [video(1), video(2), video(3), video(4, length=42.0), video(5, length=40.0)]
    pairs = [(1, 4, WHOLE), (2, 4, WHOLE, -20.0), (2, 5, WHOLE), (3, 5, WHOLE, -20.0)]
    assert shown(groups(pairs, *videos)) == [(4, [(1, "part"), (2, "part")]), (5, [(3, "part")])]


def test_a_part_of_a_copy_is_a_part():
    found = groups([(1, 2, COPY), (2, 3, PART, 4.0)], video(1, size=9000), video(2), video(3, length=10.0))
    assert shown(found) == [(1, [(2, "copy"), (3, "part")])]
    assert relation_words(found[0].doubles[1]) == "a part of it, from 0:04 on"


def test_overlaps_are_shown_and_never_replaceable():
    found = groups([(1, 2, PairKind.OVERLAP, 6.0)], video(1, length=32.0), video(2, length=34.0))
    assert shown(found) == [(2, [(1, "overlap")])]
    assert not found[0].doubles[0].replaceable


def test_an_overlap_with_a_group_joins_it():
    pairs = [(1, 2, COPY), (1, 3, PairKind.OVERLAP, 6.0)]
    found = groups(pairs, video(1, length=40.0), video(2, length=40.0), video(3))
    assert shown(found) == [(1, [(2, "copy"), (3, "overlap")])]


def test_equal_files_are_a_group_too():
    found = groups([(1, 2, COPY)], video(1, files=2, size=5000), video(2, files=2), video(7, files=3))
    assert shown(found) == [
        (1, [(1, "same file"), (2, "copy"), (2, "copy")]),
        (7, [(7, "same file"), (7, "same file")]),
    ]
    paths = [found[0].kept.path, *(double.path for double in found[0].doubles)]
    assert len(set(paths)) == 4


def test_each_video_is_in_one_group_and_the_order_is_certain():
    pairs = [(first, second, COPY) for first in range(1, 9) for second in range(first + 1, 9)]
    videos = [video(id_) for id_ in range(1, 9)]
    assert shown(groups(pairs, *videos)) == shown(groups(pairs[::-1], *videos[::-1]))
    assert len(groups(pairs, *videos)) == 1


def test_videos_that_are_gone_are_passed_over():
    assert groups([(1, 2, COPY)], video(1)) == []


def test_what_lies_beyond_the_first_seconds_is_said_to_be_unknown():
    found = groups([(1, 2, COPY)], video(1, length=200.0), video(2, length=200.0))
    assert relation_words(found[0].doubles[0]) == "a copy, as far as is known: its first 45 s"
    (written,) = as_objects(found)
    assert written["others"][0]["known_s"] == 45


def test_a_missing_file_is_not_shown():
    one = replace(
        video(1, files=2), places=(video(1).places[0], replace(video(1).places[0], status=Status.MISSING))
    )
    assert groups([], one) == []


def test_what_may_be_another_take_is_said_so():
    found = groups([(1, 2, COPY, 0.0, None), (2, 3, COPY)], video(1, size=9000), video(2), video(3))
    assert [double.sure for double in found[0].doubles] == [False, False]
    assert relation_words(found[0].doubles[0]).startswith("a copy; perhaps another take")


@pytest.mark.parametrize(
    ("length", "other", "kind", "offset_s", "sure"),
    [
        # Two episodes with one intro; a minute of an hour; a clip of an hour; a copy of a long one.
        (2400.0, 2460.0, PART, 0.0, False),
        (3600.0, 60.0, PART, 0.0, False),
        (3600.0, 30.0, PART, 5.0, False),
        (2400.0, 2400.4, COPY, 0.0, True),
        (2400.0, 2400.8, COPY, 0.0, False),
        (2400.0, 2400.0, COPY, 1.0, False),
        (None, 20.0, PART, 0.0, False),
        (45.0, 30.0, PART, 5.0, True),
    ],
)
def test_what_goes_on_past_what_is_known_is_not_sure(length, other, kind, offset_s, sure):
    found = groups([(1, 2, kind, offset_s, 0.9)], video(1, length=length, size=9000), video(2, length=other))
    doubles = [double for group in found for double in group.doubles]
    assert [double.sure for double in doubles] == [sure]
    words = relation_words(doubles[0])
    assert ("perhaps another film that begins alike" in words) is not sure
    assert "too short" not in words


def test_what_is_no_double_is_in_no_group_by_way_of_a_third():
    videos = {each.id: each for each in (video(1, size=9000), video(2, size=5000), video(3))}
    pairs = [DoublePair(1, 2, COPY, 0.0, 10.0, 0.9, 0.9), DoublePair(2, 3, COPY, 0.0, 10.0, 0.9, 0.9)]
    assert shown(grouped(pairs, videos)) == [(1, [(2, "copy"), (3, "copy")])]
    assert shown(grouped(pairs, videos, {(1, 3)})) == [(1, [(2, "copy")])]


def test_no_link_of_a_chain_is_one_that_a_person_denied():
    """4 hangs together with 1 by way of 3 and 2; 2 and 4 are none."""
    videos = {each.id: each for each in (video(1, size=9000), video(2), video(3), video(4))}
    pairs = [DoublePair(one, one + 1, COPY, 0.0, 10.0, 0.9, 0.9) for one in (1, 2, 3)]
    assert shown(grouped(pairs, videos, {(2, 4)})) == [(1, [(2, "copy"), (3, "copy")])]


def test_what_can_be_carried_is_of_sure_copies_and_parts():
    pairs = [(1, 2, COPY), (1, 3, PART, 3.0), (1, 4, COPY, 0.0, None), (1, 5, PairKind.OVERLAP, 6.0)]
    one, *others = video(1, size=9000), video(2), video(3, length=9.0), video(4), video(5)
    (group,) = groups(pairs, one, *others)
    assert {double.video.id for double in group.doubles} == {2, 3, 4, 5}
    assert (group.copies, group.parts) == ((2,), (3,))
