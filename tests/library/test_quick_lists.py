"""Lists, counts and searches answer as the plain tables would, whatever a library went through."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.library.reading import search, videos
from organizer.library.reading.asked import ask
from organizer.library.reading.sql import order_by
from organizer.library.records import Status
from organizer.query import parse
from organizer.types import TagState, VideoFile
from tests.library.build import add
from tests.library.random_library import RandomLibrary, check_counts, check_list, known_videos
from tests.library.sql import database_of

SAVED = Path(__file__).parent / "saved"


@pytest.mark.parametrize("few", [0, 2, 2000])
@pytest.mark.parametrize("seed", range(3))
def test_lists_are_what_the_tables_say(library, monkeypatch, seed, few):
    # Words of more videos than these are looked for in another way.
    monkeypatch.setattr(search, "FEW", few)
    drawn = RandomLibrary(library, seed)
    lengths = set()
    for _ in range(4):
        drawn.run(60)
        videos = known_videos(library)
        check_counts(library, videos)
        lengths |= {len(check_list(library, videos, drawn.filter())) for _ in range(60)}
    # The filters chose something, and not always the same.
    assert len(lengths) > 15


def test_more_tags_and_folders_than_an_integer_has_bits(library):
    for number in range(70):
        library.roots.add(f"/other/{number}")
        # Only so that the tags have ids.
        add(library, "/first", "first.mp4", content="first")
        library.confirm(1, f"filler {number}")
    drawn = RandomLibrary(library, 1, own_tags=6)
    drawn.run(150)
    assert database_of(library).execute("SELECT count(*) FROM tags WHERE id > 63").fetchone()[0] > 6
    assert database_of(library).execute("SELECT count(*) FROM places WHERE root_id > 63").fetchone()[0] > 6
    videos = known_videos(library)
    check_counts(library, videos)
    for tag in drawn.own_tags:
        for state in (None, *TagState):
            for part in ("all_tags", "any_tags", "no_tags"):
                for maybes in ({}, {"with_maybes": True}, {"only_maybes": True}):
                    check_list(library, videos, VideoFilter(**{part: (tag, "Animal")}, state=state, **maybes))
    for _ in range(60):
        check_list(library, videos, drawn.filter())
    for status in Status:
        check_list(library, videos, VideoFilter(status=status))


ALL_BUT_WORDS = VideoFilter(
    any_tags=("Animal",),
    no_tags=("Food",),
    with_maybes=True,
    status=Status.OFFLINE,
    taken_from=datetime(2020, 1, 1),
)


ALL_BUT_WORDS_ASKED = (
    "(tag:Animal OR maybe:Animal) -tag:Food is:offline date:>=2020 -date:june rating:<3 -(is:maybe 2020)"
)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("filter_", "index"),
    [
        (ALL_BUT_WORDS, "COVERING INDEX lists_by"),
        (VideoFilter(query=parse(ALL_BUT_WORDS_ASKED)), "COVERING INDEX lists_by"),
        (VideoFilter(text="ga"), "COVERING INDEX names_by"),
        (VideoFilter(query=parse("ga")), "COVERING INDEX names_by"),
        # Of those that have the words, the table tells the rest.
        (replace(ALL_BUT_WORDS, text="ga"), "INDEX names_by"),
    ],
)
def test_every_order_is_one_pass_over_one_index(
    library, monkeypatch, sort, descending, backwards, filter_, index
):
    # As of a library where the word is found in many names.
    monkeypatch.setattr(search, "FEW", -1)
    filter_ = replace(filter_, sort=sort, descending=descending)
    order = order_by(filter_, backwards=backwards)
    asked = ask(database_of(library), filter_)
    source, values = videos.source_of(database_of(library), filter_, sort, asked)
    plan = (
        database_of(library)
        .execute(f"EXPLAIN QUERY PLAN SELECT v.id {source} ORDER BY {order} LIMIT 36", values)
        .fetchall()
    )
    steps = [step for *_, step in plan]
    assert any(f"v USING {index}_{sort}" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("before", range(1, 3))
def test_a_library_of_before_gets_its_lists(tmp_path, before):
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript((SAVED / f"version_{before}.sql").read_text(encoding="utf-8"))
    with Library.open(tmp_path / "old.db") as library:
        videos = known_videos(library)
        check_counts(library, videos)
        assert library.tag_counts() == {"Animal": 1, "Concert": 1, "Gran's cat": 1}
        for sort in Sort:
            assert sorted(check_list(library, videos, VideoFilter(sort=sort))) == [1, 2, 3, 4]
        for text, expected in {"cat": [1], "copy vid": [1], "DCIM": [2], "caf": [4], "mp": [4, 3, 1]}.items():
            assert check_list(library, videos, VideoFilter(text=text, sort=Sort.ADDED)) == expected
        for status, expected in {"ok": [1], "offline": [2], "failed": [3], "missing": [4]}.items():
            assert check_list(library, videos, VideoFilter(status=Status(status))) == expected
        assert check_list(library, videos, VideoFilter(state=TagState.REJECTED)) == [1]
        # What is stored from now on is found too.
        video = add(library, "/videos", "Über den Wolken.mp4", "Nature")
        assert check_list(library, known_videos(library), VideoFilter(text="wolk über")) == [video]
        check_counts(library, known_videos(library))


def test_the_index_of_names_fits_the_names(library):
    RandomLibrary(library, 3).run(300)
    # Raises where they differ.
    database_of(library).execute(
        "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"
    )
    placed = {id_ for (id_,) in database_of(library).execute("SELECT DISTINCT video_id FROM places")}
    named = database_of(library).execute(
        "SELECT id FROM videos WHERE search_text IS NOT NULL AND sort_name IS NOT NULL"
    )
    assert {id_ for (id_,) in named} == placed


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""',
        "*",
        "a*",
        "NEAR(",
        "text:img",
        "-img",
        "^img",
        "img OR zoo",
        "(",
        ")",
        "{a b}",
        "a+b",
        "?",
        "[i]",
        "[^z]",
        "[",
        "]",
        "'",
        "\\",
        "%_",
    ],
)
def test_nothing_that_is_typed_is_syntax(library, text):
    drawn = RandomLibrary(library, 5)
    drawn.run(80)
    for typed in (text, f"img{text}", f"{text}img", f"{text * 3} zoo"):
        check_list(library, known_videos(library), VideoFilter(text=typed))


def test_a_name_may_be_made_of_what_would_be_syntax(library):
    for name in ('say "hello".mp4', "img OR zoo.mp4", "NEAR(a b).mp4", "x*y*z.mp4"):
        add(library, "/v", name)
    for text, found in {'"hello"': 1, "OR": 1, "near(a": 1, "x*y": 1, "or zoo img": 1, "x*z": 0}.items():
        assert library.count(VideoFilter(text=text)) == found, text


def test_odd_words_find_nothing_and_fail_nowhere(library):
    add(library, "/v", "a.mp4")
    for text in ("\0", "a\0", "abc\0def", "\ud800", "x" * 5000, "\ufffe" * 3):
        assert library.count(VideoFilter(text=text)) == 0
    assert library.count(VideoFilter(text=" ".join(f"w{number}" for number in range(1000)))) == 0
    assert library.count(VideoFilter(text="a.mp " * 1000)) == 1


def test_one_word_may_reach_from_the_folder_into_the_name(library):
    add(library, "/home/videos", "2019/a.mp4")
    add(library, "/usb/videos old", "2019/a.mp4", content="2")
    for text, found in {
        "videos/2019": 1,
        "os/2": 1,
        "/2019/a.m": 2,
        "s/": 1,
        "/home/videos/2019/a.mp4": 1,
        "old/2": 1,
        "OLD/2019 a.": 1,
        "home/2019": 0,
        "videos/a": 0,
        "deos": 2,
        "os/": 1,
        "/": 2,
    }.items():
        assert library.count(VideoFilter(text=text)) == found, text


def test_the_root_of_all_folders_may_be_scanned(library):
    add(library, "/", "home/a.mp4")
    add(library, "/usb", "b.mp4", content="2")
    for text, found in {"/home/a": 1, "home": 1, "/": 2, "/u": 1, "//": 0, "usb/b": 1, "/usb/b": 1}.items():
        assert library.count(VideoFilter(text=text)) == found, text


def test_a_word_of_all_folders_names_fits_all_and_one_of_some_does_not(library):
    for root in ("/home/me/Videos", "/usb/videos old"):
        add(library, root, "a.mp4", content=root)
    for text, found in {
        "videos": 2,
        "VIDEOS me": 1,
        "old": 1,
        "videos a.mp": 2,
        "videos b": 1,
        "videos zz": 0,
    }.items():
        assert library.count(VideoFilter(text=text)) == found, text


def test_a_new_name_is_found_and_the_old_one_is_not(library):
    video = add(library, "/v", "holiday.mp4", content="1")
    file = VideoFile("/v", "birthday.mp4", 1000, 2)
    library.contents.place(library.roots.add("/v"), file, video, lambda _: False)
    assert library.count(VideoFilter(text="holiday")) == 0
    assert library.ids(VideoFilter(text="birthday")) == [video]
    # Another video takes its name: it lies nowhere.
    other = add(library, "/v", "birthday.mp4", content="2", duration_s=99)
    assert library.ids(VideoFilter(text="birthday")) == [other]
