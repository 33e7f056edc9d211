"""Lists, counts and searches answer as the plain tables would, whatever a library went through."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from organizer.library import queries, search
from organizer.library.database import opened
from organizer.library.decisions import confirm
from organizer.library.filters import Sort, VideoFilter, index_of, order_by
from organizer.library.records import Status
from organizer.library.store import Store
from organizer.types import TagState, VideoFile
from tests.library.build import add
from tests.library.random_library import RandomLibrary, check_counts, check_list, known_videos

SAVED = Path(__file__).parent / "saved"


@pytest.mark.parametrize("few", [0, 2, 2000])
@pytest.mark.parametrize("seed", range(3))
def test_lists_are_what_the_tables_say(db, monkeypatch, seed, few):
    # Words of more videos than these are looked for in another way.
    monkeypatch.setattr(search, "_FEW", few)
    library = RandomLibrary(db, seed)
    lengths = set()
    for _ in range(4):
        library.run(60)
        videos = known_videos(db)
        check_counts(db, videos)
        lengths |= {len(check_list(db, videos, library.filter())) for _ in range(60)}
    # The filters chose something, and not always the same.
    assert len(lengths) > 15


def test_more_tags_and_folders_than_an_integer_has_bits(db):
    store = Store(db)
    for number in range(70):
        store.add_root(f"/other/{number}")
        # Only so that the tags have ids.
        add(store, "/first", "first.mp4", content="first")
        confirm(db, 1, f"filler {number}")
    library = RandomLibrary(db, 1, own_tags=6)
    library.run(150)
    assert db.execute("SELECT count(*) FROM tags WHERE id > 63").fetchone()[0] > 6
    assert db.execute("SELECT count(*) FROM places WHERE root_id > 63").fetchone()[0] > 6
    videos = known_videos(db)
    check_counts(db, videos)
    for tag in library.own_tags:
        for state in (None, *TagState):
            for part in ("all_tags", "any_tags", "no_tags"):
                check_list(db, videos, VideoFilter(**{part: (tag, "Animal")}, state=state))
    for _ in range(60):
        check_list(db, videos, library.filter())
    for status in Status:
        check_list(db, videos, VideoFilter(status=status))


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_is_one_pass_over_one_index(db, sort, descending):
    filter_ = VideoFilter(
        any_tags=("Animal",),
        no_tags=("Food",),
        status=Status.OFFLINE,
        text="ga",
        sort=sort,
        descending=descending,
    )
    source, values = queries._source(db, filter_, index_of(filter_))
    plan = db.execute(
        f"EXPLAIN QUERY PLAN SELECT v.id {source} ORDER BY {order_by(filter_)} LIMIT 36", values
    ).fetchall()
    steps = [step for *_, step in plan]
    assert any(f"v USING COVERING INDEX {index_of(filter_)}" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize("before", range(1, 3))
def test_a_library_of_before_gets_its_lists(tmp_path, before):
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript((SAVED / f"version_{before}.sql").read_text(encoding="utf-8"))
    with opened(tmp_path / "old.db") as db:
        videos = known_videos(db)
        check_counts(db, videos)
        assert queries.tag_counts(db) == {"Animal": 1, "Concert": 1, "Gran's cat": 1}
        for sort in Sort:
            assert sorted(check_list(db, videos, VideoFilter(sort=sort))) == [1, 2, 3, 4]
        for text, expected in {"cat": [1], "copy vid": [1], "DCIM": [2], "caf": [4], "mp": [4, 3, 1]}.items():
            assert check_list(db, videos, VideoFilter(text=text, sort=Sort.ADDED)) == expected
        for status, expected in {"ok": [1], "offline": [2], "failed": [3], "missing": [4]}.items():
            assert check_list(db, videos, VideoFilter(status=Status(status))) == expected
        assert check_list(db, videos, VideoFilter(state=TagState.REJECTED)) == [1]
        # What is stored from now on is found too.
        video = add(Store(db), "/videos", "Über den Wolken.mp4", "Nature")
        assert check_list(db, known_videos(db), VideoFilter(text="wolk über")) == [video]
        check_counts(db, known_videos(db))


def test_the_index_of_names_fits_the_names(db):
    RandomLibrary(db, 3).run(300)
    # Raises where they differ.
    db.execute("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
    placed = {id_ for (id_,) in db.execute("SELECT DISTINCT video_id FROM places")}
    named = db.execute("SELECT id FROM videos WHERE search_text IS NOT NULL AND sort_name IS NOT NULL")
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
        "'",
        "\\",
        "%_",
    ],
)
def test_nothing_that_is_typed_is_syntax(db, text):
    library = RandomLibrary(db, 5)
    library.run(80)
    for typed in (text, f"img{text}", f"{text}img", f"{text * 3} zoo"):
        check_list(db, known_videos(db), VideoFilter(text=typed))


def test_a_name_may_be_made_of_what_would_be_syntax(db, store):
    for name in ('say "hello".mp4', "img OR zoo.mp4", "NEAR(a b).mp4", "x*y*z.mp4"):
        add(store, "/v", name)
    for text, found in {'"hello"': 1, "OR": 1, "near(a": 1, "x*y": 1, "or zoo img": 1, "x*z": 0}.items():
        assert queries.count_videos(db, VideoFilter(text=text)) == found, text


def test_odd_words_find_nothing_and_fail_nowhere(db, store):
    add(store, "/v", "a.mp4")
    for text in ("\0", "a\0", "abc\0def", "\ud800", "x" * 5000, "\ufffe" * 3):
        assert queries.count_videos(db, VideoFilter(text=text)) == 0
    assert queries.count_videos(db, VideoFilter(text=" ".join(f"w{number}" for number in range(1000)))) == 0
    assert queries.count_videos(db, VideoFilter(text="a.mp " * 1000)) == 1


def test_one_word_may_reach_from_the_folder_into_the_name(db, store):
    add(store, "/home/videos", "2019/a.mp4")
    add(store, "/usb/videos old", "2019/a.mp4", content="2")
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
        assert queries.count_videos(db, VideoFilter(text=text)) == found, text


def test_the_root_of_all_folders_may_be_scanned(db, store):
    add(store, "/", "home/a.mp4")
    add(store, "/usb", "b.mp4", content="2")
    for text, found in {"/home/a": 1, "home": 1, "/": 2, "/u": 1, "//": 0, "usb/b": 1, "/usb/b": 1}.items():
        assert queries.count_videos(db, VideoFilter(text=text)) == found, text


def test_a_word_of_all_folders_names_fits_all_and_one_of_some_does_not(db, store):
    for root in ("/home/me/Videos", "/usb/videos old"):
        add(store, root, "a.mp4", content=root)
    for text, found in {
        "videos": 2,
        "VIDEOS me": 1,
        "old": 1,
        "videos a.mp": 2,
        "videos b": 1,
        "videos zz": 0,
    }.items():
        assert queries.count_videos(db, VideoFilter(text=text)) == found, text


def test_a_new_name_is_found_and_the_old_one_is_not(db, store):
    video = add(store, "/v", "holiday.mp4", content="1")
    file = VideoFile("/v", "birthday.mp4", 1000, 2)
    store.place_video(store.add_root("/v"), file, video, lambda _: False)
    assert queries.count_videos(db, VideoFilter(text="holiday")) == 0
    assert queries.video_ids(db, VideoFilter(text="birthday")) == [video]
    # Another video takes its name: it lies nowhere.
    other = add(store, "/v", "birthday.mp4", content="2", duration_s=99)
    assert queries.video_ids(db, VideoFilter(text="birthday")) == [other]
