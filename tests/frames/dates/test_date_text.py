from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from organizer.frames.dates.date_text import ticks_date, written_date

NOON = datetime(2005, 11, 28, 12, 34, 56)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Casio EX-Z30 and QV-3EX, as they write it and as FFmpeg passes it on.
        ("2005/11/28/ 09:19", datetime(2005, 11, 28, 9, 19)),
        ("2005-11-28/ 09:19", datetime(2005, 11, 28, 9, 19)),
        ("2001/ 1/27  1:42PM", datetime(2001, 1, 27, 13, 42)),
        ("2001- 1-27  1:42PM", datetime(2001, 1, 27, 13, 42)),
        ("2001/ 1/27 12:42AM", datetime(2001, 1, 27, 0, 42)),
        # Konica KD500Z, and what most write.
        ("2005-11-28  12:34:56\0\0", NOON),
        ("2005:11:28 12:34:56", NOON),
        ("2005/11/28 12:34:56", NOON),
        ("MON NOV 28 12:34:56 2005\n", NOON),
        ("Mon Nov 28 12:34:56 2005", NOON),
        ("Mon Nov 28 2005 12:34:56", NOON),
        ("Nov 28 12:34:56 2005", NOON),
        ("Mon, 28 Nov 2005 12:34:56", NOON),
        ("Mon, 28 Nov 2005 12:34:56 GMT", NOON.replace(tzinfo=UTC)),
        ("28 Nov 2005 12:34:56 -0330", NOON.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("20051128T123456Z", NOON.replace(tzinfo=UTC)),
        ("20051128T123456.5+0200", NOON.replace(tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_moment(text, expected):
    found = written_date(text)
    assert (found.moment, found.day_only) == (expected, False)
    assert found.moment.utcoffset() == expected.utcoffset()
    assert found.zone_known == (expected.utcoffset() not in (None, timedelta()))


@pytest.mark.parametrize(
    "text", ["2005-11-28", "2005/11/28", "20051128", "Nov 28 2005", "28 Nov 2005", "28-Nov-2005"]
)
def test_a_day(text):
    found = written_date(text)
    assert (found.moment, found.day_only) == (datetime(2005, 11, 28), True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2005",
        "2005-11",
        "28/11/2005",
        "2005-02-30",
        "2005-11-28 25:00",
        "2005-11-28 13:00PM",
        "Mon Foo 28 2005",
        "2005-11-28 12:34:56+99:99",
        "20051328",
        "now",
        "0000-00-00 00:00:00",
    ],
)
def test_no_date(text):
    assert written_date(text) is None


def test_ticks_of_riff():
    # 100 ns since 1601, in two halves, as ExifTool reads DTIM.
    ticks = int((NOON - datetime(1601, 1, 1)).total_seconds()) * 10**7
    found = ticks_date(f"{ticks >> 32} {ticks & 0xFFFFFFFF}")
    assert (found.moment, found.day_only) == (NOON, False)
    # Kodak's EasyShare Sport.
    assert ticks_date("2005:11:28 12:34:56").moment == NOON
    assert ticks_date("9999999999 9999999999") is None
    assert ticks_date("words") is None
