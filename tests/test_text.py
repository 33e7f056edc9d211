"""Values as words, for page and terminal."""

from __future__ import annotations

from collections import Counter

import pytest

from organizer.dates.shown import shown_date
from organizer.text import (
    UNKNOWN,
    clock_time,
    count,
    count_list,
    duration,
    file_size,
    looked_at,
    safe_text,
    sortable_date,
    spans,
    spelled_date,
    spelled_date_and_time,
)
from organizer.types import EVERY_SECOND, SampledSeconds


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("holiday.mp4", "holiday.mp4"),
        ("Caf\u00e9 \u65e5\u672c \U0001f600.mp4", "Caf\u00e9 \u65e5\u672c \U0001f600.mp4"),
        ("[red]a[/red].mp4", "[red]a[/red].mp4"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("caf\udce9.mp4", "caf\\udce9.mp4"),
        ("gpj\u202e4pm.exe", "gpj\\u202e4pm.exe"),
        ("", ""),
    ],
)
def test_text_is_shown_on_one_safe_line(text, shown):
    assert safe_text(text) == shown


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
    assert safe_text(text) == expected
    safe_text(text).encode("utf-8")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (0.4, "0:00"),
        (6.6, "0:07"),
        (6.5, "0:07"),
        (59.6, "1:00"),
        (750, "12:30"),
        (3599.5, "1:00:00"),
        (3723, "1:02:03"),
    ],
)
def test_durations(seconds, shown):
    assert duration(seconds) == clock_time(seconds) == shown


def test_a_duration_that_is_not_known():
    assert duration(None) == ""
    assert duration(None, unknown=UNKNOWN) == "-"


def test_dates_for_the_page_are_spelled():
    taken = shown_date("2024-05-03T14:05:00+02:00", "place")
    assert spelled_date(taken) == "3 May 2024"
    assert spelled_date_and_time(taken) == "3 May 2024, 14:05"
    day = shown_date("1985-07-04T00:00:00", "day")
    assert spelled_date(day) == spelled_date_and_time(day) == "4 Jul 1985"
    assert spelled_date(None) == spelled_date_and_time(None) == ""


@pytest.mark.parametrize(
    ("taken_at", "clock", "shown"),
    [
        (None, None, "-"),
        ("2024-05-06T07:08:09", "local", "2024-05-06 07:08"),
        ("2024-05-06T07:08:09.123+02:00", "place", "2024-05-06 07:08"),
        ("2024-05-06T00:00:00", "day", "2024-05-06"),
    ],
)
def test_dates_for_the_terminal_can_be_sorted(taken_at, clock, shown):
    assert sortable_date(shown_date(taken_at, clock)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        ((), ""),
        ((3,), "3"),
        ((0, 1, 2, 3, 4, 7, 9, 10), "0-4, 7, 9-10"),
    ],
)
def test_spans(seconds, shown):
    assert spans(seconds) == shown
    assert spans(seconds, EVERY_SECOND) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        ((0, 1, 7, 8, 10), "0-1, 7-10"),
        ((6, 8, 12, 14), "6, 8, 12-14"),
        ((40, 42, 44), "40-44"),
    ],
)
def test_spans_of_what_was_looked_at(seconds, shown):
    assert spans(seconds, SampledSeconds(8, 2)) == shown


SOME, ONE_IN_3 = SampledSeconds(8, 2), SampledSeconds(0, 3)


@pytest.mark.parametrize(
    ("duration_s", "sampled", "words"),
    [
        (None, SOME, ""),
        (46.0, None, ""),
        (46.0, EVERY_SECOND, ""),
        (46.5, None, "the first 45 s of it were looked at"),
        (46.5, EVERY_SECOND, "the first 45 s of it were looked at"),
        (46.5, SOME, "the first 45 s of it were looked at, from 8 s on one second in 2"),
        (46.5, ONE_IN_3, "the first 45 s of it were looked at, one second in 3"),
        (20.0, SOME, "from 8 s on one second in 2 was looked at"),
        (20.0, ONE_IN_3, "one second in 3 was looked at"),
        (20.0, SampledSeconds(20, 1), ""),
        (9.0, SOME, ""),
    ],
)
def test_how_much_was_looked_at(duration_s, sampled, words):
    assert looked_at(duration_s, sampled, of=" of it") == words


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
    assert file_size(size_bytes) == expected


def test_count():
    assert count(1, "video") == "1 video"
    assert count(0, "video") == "0 videos"
    assert count(12_345, "video") == "12,345 videos"


def test_counts_by_name():
    assert count_list(Counter({"Food": 3, "Animal\x1b": 12})) == "Animal\\x1b 12, Food 3"
