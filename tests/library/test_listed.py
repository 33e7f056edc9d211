"""A whole list at one moment: its order, its months, what came after it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import pytest

from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.library.reading import listed
from organizer.library.records import Month
from organizer.types import CaptureDate, DateSource, TagState
from tests.library.build import add
from tests.library.random_library import RandomLibrary
from tests.library.sql import database_of


def at(moment):
    return CaptureDate(moment, DateSource.NAME)


def months_by_hand(library, ids):
    """The months of a list, from the dates that its cards show."""
    shown = []
    for id_ in ids:
        wall_s = (
            database_of(library).execute("SELECT taken_wall FROM videos WHERE id = ?", [id_]).fetchone()[0]
        )
        moment = None if wall_s is None else datetime(1970, 1, 1) + timedelta(seconds=wall_s)
        shown.append(None if moment is None else f"{moment.year:04}-{moment.month:02}")
    return tuple(Month(month, len(list(same))) for month, same in groupby(shown))


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_a_list_is_what_lists_say(library, sort, descending):
    drawn = RandomLibrary(library, 5)
    drawn.run(60)
    for _ in range(6):
        chosen = replace(drawn.filter(), sort=sort, descending=descending, limit=None, offset=0)
        found = library.listed(chosen)
        assert list(found.ids) == list(library.ids(chosen))
        expected = months_by_hand(library, found.ids)
        if sort is not Sort.TAKEN:
            expected = (Month(None, len(found.ids)),) if found.ids else ()
        assert found.months == expected


@pytest.mark.parametrize("descending", [False, True])
def test_months_begin_and_end_where_calendars_say(library, descending):
    moments = [
        datetime(1, 1, 1),
        datetime(1969, 12, 31, 23, 59, 59),
        datetime(1970, 1, 1),
        datetime(2023, 12, 31, 23, 59, 59),
        datetime(2024, 1, 1),
        datetime(2024, 2, 29, 12),
        datetime(2024, 3, 1),
        datetime(2024, 3, 31, 23, 59),
        datetime(9999, 12, 31, 23, 59),
    ]
    for number, moment in enumerate(moments):
        add(library, "/videos", f"{number}.mp4", taken=at(moment))
    names = ["0001-01", "1969-12", "1970-01", "2023-12", "2024-01", "2024-02", "2024-03", "9999-12"]
    expected = [Month(name, 2 if name == "2024-03" else 1) for name in names]
    if descending:
        expected.reverse()
    assert library.listed(VideoFilter(descending=descending)).months == tuple(expected)


def test_what_has_no_date_comes_last_either_way(library):
    add(library, "/videos", "dated.mp4", taken=at(datetime(2024, 5, 1)))
    without = add(library, "/videos", "undated.mp4", taken=at(datetime(2024, 5, 1)))
    database_of(library).execute("UPDATE videos SET taken_wall = NULL WHERE id = ?", [without])
    for descending in (False, True):
        months = library.listed(VideoFilter(descending=descending)).months
        assert months == (Month("2024-05", 1), Month(None, 1))


def test_an_empty_list(library):
    found = library.listed()
    assert (list(found.ids), found.months, found.newest_id) == ([], (), 0)


@pytest.mark.parametrize("sort", list(Sort))
def test_a_list_is_one_pass_over_one_index(library, sort):
    chosen = VideoFilter(any_tags=("Animal",), state=TagState.CONFIRMED, sort=sort)
    sql, values = listed.listed_sql(database_of(library), chosen)
    plan = database_of(library).execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    steps = [step for *_, step in plan]
    assert any(f"v USING COVERING INDEX lists_by_{sort}" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)


def test_what_came_after_a_list_is_counted(library):
    add(library, "/videos", "a.mp4", "Animal")
    add(library, "/videos", "b.mp4", "Food")
    animals = VideoFilter(any_tags=("Animal",))
    before = library.listed(animals)
    assert library.count_newer(animals, before.newest_id) == 0
    add(library, "/videos", "c.mp4", "Animal")
    add(library, "/videos", "d.mp4", "Food")
    assert library.count_newer(animals, before.newest_id) == 1
    assert library.count_newer(VideoFilter(), library.listed().newest_id) == 0
    assert library.count_newer(animals, 0) == 2


def test_records_come_in_the_order_asked_for_without_those_that_are_gone(library):
    first, second = add(library, "/videos", "a.mp4"), add(library, "/videos", "b.mp4")
    assert [record.id for record in library.records([second, 999, first])] == [second, first]
    assert library.records([]) == []


def test_the_stamp_changes_with_the_library_and_only_then(tmp_path):
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        video = add(library, "/videos", "a.mp4", "Animal")
        before = library.stamp()
        for _ in range(3):
            library.listed()
            assert library.stamp() == before
        library.confirm(video, "Dance")
        after = library.stamp()
        assert after != before
        # As it does when another process writes.
        with closing(sqlite3.connect(path)) as other:
            other.execute("UPDATE videos SET taken_wall = 5")
            other.commit()
            assert library.stamp() != after


def test_the_stamp_stays_while_pages_only_read(tmp_path):
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        add(library, "/videos", "a.mp4")
    stamps = set()
    for _ in range(3):
        with Library.open(path) as library:
            list(library.list())
            stamps.add(library.stamp())
    assert len(stamps) == 1
