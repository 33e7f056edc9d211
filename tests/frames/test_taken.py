"""When a video was shot, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from organizer.frames.taken import taken_at
from organizer.types import TakenSource

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
MTIME_NS = 1_600_000_000_000_000_000
SHOT = datetime(2023, 5, 1, 12, 34, 56)
DAY = datetime(2023, 5, 1)


def at(metadata=None, name="clip.mp4", mtime_ns=MTIME_NS):
    return taken_at(metadata or {}, f"/videos/20200202_020202/{name}", mtime_ns, now=NOW)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"creation_time": "2023-05-01T12:34:56.000000Z"}, SHOT.replace(tzinfo=UTC)),
        ({"CREATION_TIME": "2023-05-01 12:34:56"}, SHOT),
        (
            {
                "creation_time": "2023-05-01T10:34:56.000000Z",
                "com.apple.quicktime.creationdate": "2023-05-01T12:34:56+0200",
            },
            SHOT.replace(tzinfo=timezone(timedelta(hours=2))),
        ),
        (
            {"com.apple.quicktime.creationdate": "2023-05-01T12:34:56-03:30"},
            SHOT.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30))),
        ),
        ({"DATE_RECORDED": "2023-05-01 12:34:56"}, SHOT),
        ({"DateTimeOriginal": "2023:05:01 12:34:56"}, SHOT),
        ({"date": "2023-05-01"}, DAY),
        ({"date": "2023-05-01T12:34:56Z"}, SHOT.replace(tzinfo=UTC)),
        ({"date": "2023-05-01 12:34:56 UTC"}, SHOT.replace(tzinfo=UTC)),
        ({"date": "2023-05-01T12:34"}, datetime(2023, 5, 1, 12, 34)),
        # An unset clock in the best place does not hide a good date in the next.
        ({"creation_time": "1904-01-01T00:00:00Z", "date": "2023-05-01"}, DAY),
    ],
)
def test_container(metadata, expected):
    taken = at(metadata, name="VID_20220101_000000.mp4")
    assert (taken.moment, taken.source) == (expected, TakenSource.CONTAINER)
    assert taken.moment.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "value",
    [
        "1904-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:00.000000Z",
        "1980-01-01T00:00:00Z",
        "2024-06-03T00:00:00Z",
        "2038-01-19T03:14:07Z",
        "2023",
        "2023-05",
        "2023-13-01",
        "2023-02-30T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "2023-05-01T12:34:56+99:99",
        "yesterday",
        "",
    ],
)
def test_garbage_in_the_container_is_not_believed(value):
    assert at({"creation_time": value}).source == TakenSource.FILE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("VID_20230501_123456.mp4", SHOT),
        ("20230501_123456.mp4", SHOT),
        ("20230501-123456.mp4", SHOT),
        ("20230501_123456(1).mp4", SHOT),
        ("VID20230501123456.mp4", SHOT),
        ("PXL_20230501_123456789.mp4", SHOT.replace(tzinfo=UTC)),
        ("PXL_20230501_123456789.TS.mp4", SHOT.replace(tzinfo=UTC)),
        ("2023-05-01 12.34.56.mov", SHOT),
        ("2023-05-01 12.34.56-1.mov", SHOT),
        ("2023-05-01_12-34-56.mp4", SHOT),
        ("video_2023-05-01_12-34-56.mp4", SHOT),
        ("2023-05-01T12:34:56.mp4", SHOT),
        ("2023.05.01_12.34.56.mp4", SHOT),
        ("WhatsApp Video 2023-05-01 at 12.34.56.mp4", SHOT),
        ("WhatsApp Video 2023-05-01 at 12.34.56 (2).mp4", SHOT),
        ("WhatsApp Video 2023-05-01 at 1.34.56 PM.mp4", SHOT.replace(hour=13)),
        ("Screen Recording 2023-05-01 at 12.34.56.mov", SHOT),
        ("Screen Recording 2023-05-01 at 12.34.56\u202fAM.mov", SHOT.replace(hour=0)),
        ("Screen Recording 2023-05-01 at 11.34.56\u202fPM.mov", SHOT.replace(hour=23)),
        ("Screen_Recording_20230501_123456_App.mp4", SHOT),
        ("signal-2023-05-01-123456.mp4", SHOT),
        ("signal-2023-05-01-12-34-56-789.mp4", SHOT),
        ("DJI_20230501123456_0001_D.MP4", SHOT),
        ("VID-20230501-WA0001.mp4", DAY),
        ("Birthday 2023-05-01.mp4", DAY),
        ("2023_05_01 party.mp4", DAY),
        # Of an impossible time the day still holds.
        ("20230501_993456.mp4", DAY),
        # The first believable date counts.
        ("18000101_000000 20230501_123456.mp4", SHOT),
    ],
)
def test_file_name(name, expected):
    taken = at(name=name)
    assert (taken.moment, taken.source) == (expected, TakenSource.NAME)
    assert taken.moment.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "name",
    [
        "clip.mp4",
        "MVI_0001.MP4",
        "1682937296000.mp4",
        "12345678901234567890.mp4",
        "920230501.mp4",
        "920230501_123456.mp4",
        "92023-05-01 12.34.56.mp4",
        "92023-05-01 at 1.34.56 PM.mp4",
        "202305011.mp4",
        "a20230501b.mp4",
        "f20230501.mp4",
        "20231301.mp4",
        "20230230_123456.mp4",
        "2023-0501.mp4",
        "2023-05-1.mp4",
        "30230501_123456.mp4",
        "19890501_123456.mp4",
        "20991231_235959.mp4",
        "9992023-05-01.mp4",
        "x20230501_1234567y.mp4",
    ],
)
def test_digits_that_are_no_date(name):
    assert at(name=name).source == TakenSource.FILE


def test_only_the_last_part_of_the_path_counts():
    assert at(name="clip.mp4").source == TakenSource.FILE


def test_file_time_is_aware():
    taken = at()
    assert taken.moment == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert taken.moment.utcoffset() is not None


@pytest.mark.parametrize("mtime_ns", [-(10**18), 0, 10**30, -(10**30)])
def test_a_strange_file_time_is_no_error(mtime_ns):
    assert at(mtime_ns=mtime_ns).moment.tzinfo is not None


def test_now_is_today_by_default():
    assert taken_at({"date": "2023-05-01"}, "/x.mp4", 0).moment == DAY
