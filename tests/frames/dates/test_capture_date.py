"""When a video was shot, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from organizer.frames.dates.capture_date import capture_date
from organizer.frames.dates.container_dates import HeaderDate
from organizer.frames.dates.date_text import WrittenDate
from organizer.types import DateClock, DateSource

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
MTIME_NS = 1_600_000_000_000_000_000
SHOT = datetime(2023, 5, 1, 12, 34, 56)
DAY = datetime(2023, 5, 1)
JUNE = datetime(2006, 6, 9, 10)


def at(metadata=None, name="clip.mp4", mtime_ns=MTIME_NS):
    return capture_date(metadata or {}, f"/videos/20200202_020202/{name}", mtime_ns, now=NOW)


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
        # The recording before the file that it was packed into, whatever the order.
        ({"creation_time": "2022-03-04T05:06:07Z", "DATE_RECORDED": "2006-06-09 10:00:00"}, JUNE),
        ({"creation_time": "2022-03-04T05:06:07Z", "date": "2006-06-09T10:00:00"}, JUNE),
        ({"creation_time": "2022-03-04T05:06:07Z", "date": "2006-06-09"}, JUNE.replace(hour=0)),
        ({"DATE_DIGITIZED": "2010-01-01", "creation_time": "2006-06-09 10:00:00"}, JUNE),
        ({"DATE_DIGITIZED": "2006-06-09 10:00:00", "title": "x"}, JUNE),
        # A day and a moment in it: the moment.
        ({"date": "2023-05-01", "creation_time": "2023-05-01T12:34:56Z"}, SHOT.replace(tzinfo=UTC)),
        # Digitised films, and clocks of before 1990.
        ({"creation_time": "1987-12-24T18:00:00Z"}, datetime(1987, 12, 24, 18, tzinfo=UTC)),
        ({"date": "1958-07-04"}, datetime(1958, 7, 4)),
        # An unset clock in the best place does not hide a good date in the next.
        ({"creation_time": "1904-01-01T00:00:00Z", "date": "2023-05-01"}, DAY),
    ],
)
def test_container(metadata, expected):
    taken = at(metadata, name="VID_20220101_000000.mp4")
    assert (taken.moment, taken.source) == (expected, DateSource.CONTAINER)
    assert taken.moment.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "value",
    [
        "1904-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:00.000000Z",
        "1980-01-01T00:00:00Z",
        # The same instants where clocks show other times, and FAT's month and day 0.
        "1903-12-31T16:00:00",
        "1969-12-31T23:00:00",
        "1979-12-31T19:00:00",
        "1979-11-30T00:00:00",
        "1899-12-30T00:00:00",
        "2000-01-01T00:00:00Z",
        "1858-11-17T00:00:00Z",
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
    assert at({"creation_time": value}).source == DateSource.FILE


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
        # NVIDIA ShadowPlay, VLC, recorders, dashboard cameras, a game console.
        ("Game 2023.05.01 - 12.34.56.78.DVR.mp4", SHOT),
        ("vlc-record-2023-05-01-12h34m56s-film.mkv-.mp4", SHOT),
        ("2023-05-01_12h34m56s.mp4", SHOT),
        ("2023-05-01 12h34.mp4", SHOT.replace(second=0)),
        ("2023_0501_123456_001.MP4", SHOT),
        ("2023050112345600-A1B2C3.mp4", SHOT),
        ("Bildschirmaufnahme 2023-05-01 um 12.34.56.mov", SHOT),
        ("Enregistrement 2023-05-01 à 12.34.56.mov", SHOT),
        # UTC by name, and offsets.
        ("GMT20230501-123456_Recording_640x360.mp4", SHOT.replace(tzinfo=UTC)),
        ("copy of PXL_20230501_123456789~2.mp4", SHOT.replace(tzinfo=UTC)),
        ("video_2023-05-01T12-34-56Z.mp4", SHOT.replace(tzinfo=UTC)),
        ("2023-05-01T12:34:56.789Z.mp4", SHOT.replace(tzinfo=UTC)),
        ("Screen Recording 2023-05-01 12.34.56 GMT.mov", SHOT.replace(tzinfo=UTC)),
        ("20230501T123456+0200.mp4", SHOT.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("20230501T123456-0001.mp4", SHOT),
        # Older than computers.
        ("19890501_123456.mp4", datetime(1989, 5, 1, 12, 34, 56)),
        ("IMG_19850704.mp4", datetime(1985, 7, 4)),
        ("1985-07-04 Grandma birthday.mp4", datetime(1985, 7, 4)),
        ("1958_12_24.mp4", datetime(1958, 12, 24)),
        ("1895-12-28 Lumière.mp4", datetime(1895, 12, 28)),
        # A person who types a day means it.
        ("1970-01-01 New Year.mp4", datetime(1970, 1, 1)),
        ("20000101_000312.mp4", datetime(2000, 1, 1, 0, 3, 12)),
        # Of an impossible time the day still holds.
        ("20230501_993456.mp4", DAY),
        # The first believable date counts.
        ("18000101_000000 20230501_123456.mp4", SHOT),
    ],
)
def test_file_name(name, expected):
    taken = at(name=name)
    assert taken.day_only == (expected.time() == datetime.min.time())
    assert (taken.moment, taken.source) == (expected, DateSource.NAME)
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
        "20991231_235959.mp4",
        "9992023-05-01.mp4",
        "x20230501_1234567y.mp4",
        # Clocks that were never set.
        "VID_19700101_000012.mp4",
        "VID_19800101.mp4",
        "20000101_000000.mp4",
        "1887-12-31 before film.mp4",
        "2023_0501.mp4",
    ],
)
def test_digits_that_are_no_date(name):
    assert at(name=name).source == DateSource.FILE


def test_only_the_last_part_of_the_path_counts():
    assert at(name="clip.mp4").source == DateSource.FILE


def test_file_time_is_aware():
    taken = at()
    assert taken.moment == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert taken.moment.utcoffset() is not None


@pytest.mark.parametrize("mtime_ns", [-(10**18), 0, 10**30, -(10**30)])
def test_a_strange_file_time_is_no_error(mtime_ns):
    assert at(mtime_ns=mtime_ns).moment.tzinfo is not None


def test_now_is_today_by_default():
    assert capture_date({"date": "2023-05-01"}, "/x.mp4", 0).moment == DAY


def container(metadata=None, **more):
    return capture_date(metadata or {}, "/videos/clip.mp4", MTIME_NS, now=NOW, **more)


def test_an_unset_movie_header_does_not_hide_a_good_track():
    unset, good = datetime(1970, 1, 1, tzinfo=UTC), datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC)
    taken = container(headers=[HeaderDate(unset, None), HeaderDate(good, None)])
    assert (taken.moment, taken.source) == (good, DateSource.CONTAINER)
    taken = container(
        {"creation_time": "1970-01-01T00:00:00Z"}, stream_metadata={"creation_time": "2011-02-03T04:05:06Z"}
    )
    assert (taken.moment, taken.source) == (good, DateSource.CONTAINER)


def test_a_better_date_of_the_stream_comes_before_a_lesser_one_of_the_container():
    taken = container(
        {"creation_time": "2022-03-04T05:06:07Z"}, stream_metadata={"DATE_RECORDED": "2006-06-09 10:00:00"}
    )
    assert taken.moment == JUNE


@pytest.mark.parametrize(
    ("name", "mtime", "expected"),
    [
        # By the standard it is a film of 1958 ...
        ("clip.mp4", datetime(2020, 9, 13, tzinfo=UTC), 1958),
        # ... but a file of the day that a count from 1970 gives was written by a device that counts so.
        ("clip.mp4", datetime(2024, 1, 3, tzinfo=UTC), 2024),
        ("VID_20240102_120000.mp4", datetime(2020, 9, 13, tzinfo=UTC), 2024),
    ],
)
def test_the_two_readings_of_a_header(name, mtime, expected):
    header = HeaderDate(datetime(1958, 1, 1, 12, tzinfo=UTC), datetime(2024, 1, 2, 12, tzinfo=UTC))
    mtime_ns = int(mtime.timestamp()) * 10**9
    taken = capture_date({}, f"/v/{name}", mtime_ns, headers=[header], now=NOW)
    assert (taken.moment.year, taken.source) == (expected, DateSource.CONTAINER)


def test_pictures_are_asked_only_where_nothing_better_is_known():
    def never():
        pytest.fail("looked among the pictures")

    header = HeaderDate(SHOT.replace(tzinfo=UTC), None)
    assert container(headers=[header], in_stream=never).moment == SHOT.replace(tzinfo=UTC)
    assert container({"date_recorded": "2006-06-09 10:00:00"}, in_stream=never).moment == JUNE
    found = WrittenDate(JUNE, day_only=False, zone_known=False)
    assert container({"creation_time": "2022-03-04T05:06:07Z"}, in_stream=lambda: found).moment == JUNE
    assert container(headers=[], in_stream=lambda: found).moment == JUNE


def test_what_is_known_of_the_clock():
    def clock(value, **more):
        return container({"date": value}, **more).clock

    assert clock("2023-05-01") is DateClock.DAY
    assert clock("2023-05-01T12:34:56") is DateClock.LOCAL
    assert clock("2023-05-01T12:34:56Z") is DateClock.UTC
    assert clock("2023-05-01T12:34:56+02:00") is DateClock.PLACE
    assert clock("2023-05-01T12:34:56+00:00") is DateClock.PLACE
    assert container().clock is DateClock.UTC
