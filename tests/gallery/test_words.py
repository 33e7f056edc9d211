import pytest

from organizer.dates.shown import shown_date
from organizer.gallery import words
from organizer.text import count


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, ""), (0, "0:00"), (6.6, "0:07"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03")],
)
def test_duration(seconds, expected):
    assert words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("size_bytes", "expected"),
    [
        (0, "0.0 KB"),
        (1_500, "1.5 KB"),
        (999_499, "999 KB"),
        (999_600, "1.0 MB"),
        (123_456_789, "123 MB"),
        (2_000_000_000, "2.0 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_size(size_bytes, expected):
    assert words.size(size_bytes) == expected


def test_dates():
    taken = shown_date("2024-05-03T14:05:00+02:00", "place")
    assert words.date(taken) == "3 May 2024"
    assert words.date_and_time(taken) == "3 May 2024, 14:05"
    day = shown_date("1985-07-04T00:00:00", "day")
    assert words.date(day) == words.date_and_time(day) == "4 Jul 1985"
    assert words.date(None) == words.date_and_time(None) == ""


def test_count():
    assert count(1, "video") == "1 video"
    assert count(0, "video") == "0 videos"
    assert count(12_345, "video") == "12,345 videos"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![](http://x/y.png).mp4", "![](http://x/y.png).mp4"),
        ("<b>&amp;", "<b>&amp;"),
        ("tab\there", "tab\\there"),
        ("not UTF-8 \udcff", "not UTF-8 \\udcff"),
        ("turned \u202egpj.4pm", "turned \\u202egpj.4pm"),
        ("👩‍👩‍👧 Grüße", "👩‍👩‍👧 Grüße"),
    ],
)
def test_what_is_shown_has_no_tricks(text, expected):
    assert words.shown(text) == expected
    words.shown(text).encode("utf-8")
