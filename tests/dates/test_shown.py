from __future__ import annotations

from datetime import UTC, datetime

import pytest

from organizer.dates.shown import shown_date, utc_seconds, wall_seconds
from tests.dates.zones import ZONES, needs_tzset, zone

pytestmark = needs_tzset


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(
    ("taken_at", "clock", "minute", "second"),
    [
        ("1985-07-04T00:00:00", "day", "1985-07-04", "1985-07-04"),
        ("2023-05-01T23:59:58", "local", "2023-05-01 23:59", "2023-05-01T23:59:58"),
        ("2023-05-02T00:30:00+02:00", "place", "2023-05-02 00:30", "2023-05-02T00:30:00+02:00"),
        ("2023-01-02T00:30:00+00:00", "place", "2023-01-02 00:30", "2023-01-02T00:30:00+00:00"),
    ],
)
def test_what_is_known_of_the_place_is_shown_the_same_everywhere(name, taken_at, clock, minute, second):
    with zone(name):
        shown = shown_date(taken_at, clock)
        assert (shown.to_the_minute(), shown.to_the_second()) == (minute, second)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTC", "2023-05-01T22:30:00+00:00"),
        ("Europe/Berlin", "2023-05-02T00:30:00+02:00"),
        ("America/Los_Angeles", "2023-05-01T15:30:00-07:00"),
        ("Asia/Kolkata", "2023-05-02T04:00:00+05:30"),
    ],
)
def test_an_instant_is_shown_in_the_zone_of_whoever_looks(name, expected):
    for stored in ("2023-05-01T22:30:00+00:00", "2023-05-01T13:30:00.25-09:00"):
        with zone(name):
            assert shown_date(stored, "utc").to_the_second() == expected


def test_no_date_and_no_clock():
    assert shown_date(None, None) is None
    assert shown_date("2023-05-02T00:30:00", None).to_the_minute() == "2023-05-02 00:30"
    assert shown_date("2023-05-02T00:30:00+02:00", None).day == "2023-05-02"


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("moment", [datetime(1, 1, 1), datetime(9999, 12, 31), datetime(1888, 1, 1)])
def test_moments_where_local_time_does_not_reach(name, moment):
    with zone(name):
        assert abs(utc_seconds(moment) - wall_seconds(moment)) <= 15 * 3600
        assert utc_seconds(moment.replace(tzinfo=UTC)) == wall_seconds(moment)
