from __future__ import annotations

from collections import Counter

import pytest

from organizer.cli.text import count_list, date, duration, spans, tag_list
from organizer.dates.shown import shown_date
from organizer.library.records import TagRecord
from organizer.text import safe_text
from organizer.types import TagState


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
    ("seconds", "shown"),
    [
        (None, "-"),
        (0, "0:00"),
        (0.4, "0:00"),
        (6.5, "0:07"),
        (59.6, "1:00"),
        (750, "12:30"),
        (3599.5, "1:00:00"),
        (3723, "1:02:03"),
    ],
)
def test_durations(seconds, shown):
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("taken_at", "clock", "shown"),
    [
        (None, None, "-"),
        ("2024-05-06T07:08:09", "local", "2024-05-06 07:08"),
        ("2024-05-06T07:08:09.123+02:00", "place", "2024-05-06 07:08"),
        ("2024-05-06T00:00:00", "day", "2024-05-06"),
    ],
)
def test_dates(taken_at, clock, shown):
    assert date(shown_date(taken_at, clock)) == shown


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


def test_tags_and_counts_in_words():
    tags = [
        TagRecord("Animal", TagState.SUGGESTED, 0.984, (0,)),
        TagRecord("Food", TagState.CONFIRMED, 0.1, ()),
        TagRecord("Gran\x1b", TagState.CONFIRMED, None, ()),
        TagRecord("Dance", TagState.REJECTED, 0.7, ()),
    ]
    assert tag_list(tags) == "Animal 0.98, Food 0.10 (yours), Gran\\x1b (yours)"
    assert tag_list(tags[3:]) == "no tag"
    assert count_list(Counter({"Food": 3, "Animal": 12})) == "Animal 12, Food 3"
