from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from organizer.dates.best import DatedFile, best_date, with_zone
from organizer.dates.in_names import date_in_name
from organizer.types import CaptureDate, DateClock, DateSource

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
IN_UTC = CaptureDate(datetime(2023, 5, 1, 22, 30, tzinfo=UTC), DateSource.CONTAINER)


def best(container, *files, duration_s=None):
    return best_date(container, [DatedFile(name, mtime_ns) for name, mtime_ns in files], duration_s, NOW)


def test_the_container_before_names_before_the_files_own_dates():
    day = ("2023-05-01.mp4", 10**18)
    assert best(IN_UTC, day) == IN_UTC
    assert best(None, day).source is DateSource.NAME
    taken = best(None, ("b.mp4", 2 * 10**18), ("a.mp4", 10**18))
    assert (taken.source, taken.clock) == (DateSource.FILE, DateClock.UTC)
    # The earliest: copies get new dates.
    assert taken.moment == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_a_name_with_a_time_says_more_than_one_with_a_day():
    taken = best(None, ("2023-05-01.mp4", 1), ("VID_20230502_003000.mp4", 1), ("x.mp4", 1))
    assert (taken.moment, taken.day_only) == (datetime(2023, 5, 2, 0, 30), False)


def test_a_name_tells_the_time_of_a_day_that_the_container_knows():
    day = CaptureDate(datetime(2023, 5, 1), DateSource.CONTAINER, day_only=True)
    taken = best(day, ("VID_20230501_123456.mp4", 1))
    assert (taken.moment, taken.source) == (datetime(2023, 5, 1, 12, 34, 56), DateSource.CONTAINER)
    assert best(day, ("VID_20230502_123456.mp4", 1)) == day


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("VID_20230502_003000.mp4", 2),
        ("VID_20230501_223000.mp4", 0),
        ("VID_20230501_153000.mp4", -7),
        ("VID_20230502_040000.mp4", 5.5),
        ("VID_20230502_041500.mp4", 5.75),
        ("VID_20230502_123000.mp4", 14),
        ("VID_20230501_103000.mp4", -12),
        # A few seconds are nothing.
        ("VID_20230502_002957.mp4", 2),
    ],
)
def test_name_and_container_tell_the_zone_together(name, hours):
    taken = best(IN_UTC, (name, 1))
    assert taken.moment.utcoffset() == timedelta(hours=hours)
    assert taken.moment.strftime("VID_%Y%m%d_%H%M%S.mp4") == name
    assert (taken.clock, taken.source) == (DateClock.PLACE, DateSource.CONTAINER)


def test_many_phones_note_the_end_of_the_recording():
    # Begun 23:58:20 on 1 May in Berlin, 130 s long.
    end = CaptureDate(datetime(2023, 5, 1, 22, 0, 30, tzinfo=UTC), DateSource.CONTAINER)
    taken = best(end, ("VID_20230501_235820.mp4", 1), duration_s=130.4)
    assert taken.moment == datetime(2023, 5, 1, 23, 58, 20, tzinfo=timezone(timedelta(hours=2)))
    assert best(end, ("VID_20230501_235820.mp4", 1)) == end


@pytest.mark.parametrize(
    "name",
    [
        # Not a whole quarter of an hour apart, too far east, too far west, another day, UTC itself, a day.
        "VID_20230502_003700.mp4",
        "VID_20230502_124500.mp4",
        "VID_20230501_101500.mp4",
        "VID_20230503_003000.mp4",
        "PXL_20230502_003000000.mp4",
        "VID-20230502-WA0001.mp4",
    ],
)
def test_other_names_tell_nothing_of_the_zone(name):
    assert best(IN_UTC, (name, 1), duration_s=5.0) == IN_UTC


def test_a_zone_that_is_known_stays():
    placed = CaptureDate(IN_UTC.moment.astimezone(timezone(timedelta(hours=9))), DateSource.CONTAINER)
    name = date_in_name("VID_20230502_003000.mp4", NOW)
    assert with_zone(placed, [name], None) is placed


@pytest.mark.parametrize("mtime_ns", [-(10**30), 10**30])
def test_a_strange_file_time_is_no_error(mtime_ns):
    assert best(None, ("x.mp4", mtime_ns)).moment == datetime(1970, 1, 1, tzinfo=UTC)
