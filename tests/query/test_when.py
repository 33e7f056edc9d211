from __future__ import annotations

from datetime import datetime

import pytest

from organizer.query.when import EachYear, days_of, is_plain_date, plain_date, read_when, write_when

NOW = datetime(2024, 3, 5, 15, 30)
"""A Tuesday."""

PERIODS = [
    ("2023", "2023-01-01", "2024-01-01"),
    ("2023-12", "2023-12-01", "2024-01-01"),
    ("2024-2-29", "2024-02-29", "2024-03-01"),
    ("5.3.2024", "2024-03-05", "2024-03-06"),
    ("2024-03-05T14:05", "2024-03-05T14:05", "2024-03-05T14:06"),
    ("2024-03-05T14:05:59", "2024-03-05T14:05:59", "2024-03-05T14:06"),
    ("June 2023", "2023-06-01", "2023-07-01"),
    ("2023 june", "2023-06-01", "2023-07-01"),
    ("sept 2023", "2023-09-01", "2023-10-01"),
    ("15 June 2023", "2023-06-15", "2023-06-16"),
    ("june 15, 2023", "2023-06-15", "2023-06-16"),
    ("spring-2023", "2023-03-01", "2023-06-01"),
    ("summer 2023", "2023-06-01", "2023-09-01"),
    ("fall 2023", "2023-09-01", "2023-12-01"),
    ("winter 2023", "2023-12-01", "2024-03-01"),
    ("today", "2024-03-05", "2024-03-06"),
    ("yesterday", "2024-03-04", "2024-03-05"),
    ("this week", "2024-03-04", "2024-03-11"),
    ("last week", "2024-02-26", "2024-03-04"),
    ("this month", "2024-03-01", "2024-04-01"),
    ("last month", "2024-02-01", "2024-03-01"),
    ("this year", "2024-01-01", "2025-01-01"),
    ("LAST YEAR", "2023-01-01", "2024-01-01"),
    ("last 1 day", "2024-03-04", "2024-03-06"),
    ("last 7 days", "2024-02-27", "2024-03-06"),
    ("last 2 weeks", "2024-02-20", "2024-03-06"),
    ("last 1 months", "2024-02-05", "2024-03-06"),
    ("last 9999 years", "0001-01-01", "2024-03-06"),
    # In March: this spring has begun, the last one was a year ago; of summers none has begun this year.
    ("this spring", "2024-03-01", "2024-06-01"),
    ("last spring", "2023-03-01", "2023-06-01"),
    ("this summer", "2023-06-01", "2023-09-01"),
    ("last summer", "2023-06-01", "2023-09-01"),
    ("last winter", "2023-12-01", "2024-03-01"),
]


@pytest.mark.parametrize(("text", "start", "end"), PERIODS, ids=[text for text, *_ in PERIODS])
def test_words_are_a_period(text, start, end):
    when = read_when(text)
    days = days_of(when, NOW)
    assert (days.start, days.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert read_when(write_when(when)) == when
    assert " " not in write_when(when)


def test_a_winter_that_is_not_over_is_this_one():
    for now in (datetime(2023, 12, 1), datetime(2024, 2, 29, 23, 59)):
        assert days_of(read_when("this winter"), now).start == datetime(2023, 12, 1)
        assert days_of(read_when("last winter"), now).start == datetime(2022, 12, 1)


@pytest.mark.parametrize(
    ("text", "months", "day"),
    [
        ("june", (6,), None),
        ("summer", (6, 7, 8), None),
        ("winter", (12, 1, 2), None),
        ("29 february", (2,), 29),
        ("december 24", (12,), 24),
    ],
)
def test_words_come_back_every_year(text, months, day):
    when = read_when(text)
    assert days_of(when, NOW) == EachYear(months, day)
    assert read_when(write_when(when)) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2023-00",
        "2023-13",
        "2023-02-29",
        "31 june",
        "30 february",
        "0 june",
        "1799",
        "3000",
        "20",
        "2023-1-1-1",
        "summer 23",
        "15 summer 2023",
        "last",
        "last day",
        "this day",
        "last 0 days",
        "last 7 summers",
        "june june",
        "june 2023 2024",
        "next week",
        "2023-06-15T25:00",
        "32.1.2023",
        "\uff12\uff10\uff12\uff13",
        "last 10000 days",
        "june 15 of 2023 a",
    ],
)
def test_words_are_no_date(text):
    assert read_when(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023", 1),
        ("1888", 1),
        ("1887", 0),
        ("2100", 0),
        ("1080", 0),
        ("may", 1),
        ("mar", 0),
        ("mar 2023", 2),
        ("june 15 2023 cat", 3),
        ("june cat 2023", 1),
        ("last 7 days", 3),
        ("last cat", 0),
        ("cat 2023", 0),
        ("summer 2023 2024", 2),
    ],
)
def test_plain_words_are_a_date_as_far_as_they_go(text, expected):
    assert plain_date(text.split()) == expected
    assert is_plain_date(text) == (expected == len(text.split()))
