"""What answers counts and searches of many videos: tallies, short words, and roots whose path has a word.

All of it is compared with plain Python over the plain tables, in libraries drawn at random.
"""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.reading import search, videos
from organizer.library.reading.sql import Held, all_of
from organizer.library.records import Status
from organizer.types import TagState
from tests.library.build import add, place
from tests.library.random_library import RandomLibrary, check_list, known_videos
from tests.library.sql import database_of

SAVED = Path(__file__).parent / "saved"
TALLIED = "present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected"
OTHER_ROOTS = ("/z", "/mnt/日本", "/media/zoo", "/Volumes/É")
NAMES = (
    "z",
    "zo",
    "日",
    "日本語",
    "ß",
    "É",
    "e\u0301",
    "\u1e9e",
    "0",
    ".",
    "a",
    "b/a",
    "zoo/zo",
    "🎈",
    "a\ufffe",
    "a\ufffd",
    os.fsdecode(b"\xe9"),
)


def check_kept_up_to_date(library: Library) -> None:
    """Compare tallies, the roots of places, and both indexes of names with the tables they are made of."""
    db = database_of(library)
    alike = f"SELECT {TALLIED}, count(*) FROM videos WHERE present_in IS NOT NULL GROUP BY {TALLIED}"
    assert sorted(db.execute(f"SELECT {TALLIED}, videos FROM tallies")) == sorted(db.execute(alike))
    placed: dict[int, int] = {}
    for video, root in db.execute("SELECT video_id, root_id FROM places"):
        placed[video] = placed.get(video, 0) | 1 << min(root - 1, 62)
    bits = dict(db.execute("SELECT id, placed_in FROM videos"))
    assert {video: bit for video, bit in bits.items() if bit is not None} == placed
    texts = db.execute("SELECT id, search_text FROM videos WHERE search_text IS NOT NULL").fetchall()
    assert short_words(db) == sorted((word, id_) for id_, text in texts for word in _short_words_of(text))
    # These raise where they differ.
    for index in ("search_index", "short_index"):
        db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def short_words(db) -> list[tuple[str, int]]:
    """Return the words that the index of short ones knows, with the videos that have them."""
    db.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.known_words USING fts5vocab(main, short_index, instance)"
    )
    known = db.execute("SELECT term, doc FROM temp.known_words").fetchall()
    return sorted((bytes.fromhex(term).decode(), id_) for term, id_ in known)


def _short_words_of(text: str) -> set[str]:
    return {text[at : at + size] for at in range(len(text)) for size in (1, 2)}


@pytest.mark.parametrize("few", [-1, 1, 2000])
@pytest.mark.parametrize("many_roots", [False, True])
def test_short_words_and_words_of_roots_find_what_the_names_say(library, monkeypatch, few, many_roots):
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(videos, "_FETCHED", max(0, few))
    if many_roots:
        # Those that come later share a bit.
        for number in range(61):
            library.roots.add(f"/other/{number}")
    drawn, draw = RandomLibrary(library, few), random.Random(few)
    for number in range(40):
        root, name = draw.choice(OTHER_ROOTS), draw.choice(NAMES)
        video = add(library, root, f"{name}{draw.choice(('', '.mp4'))}", "Animal", content=f"n{number}")
        if draw.random() < 0.3:
            place(library, draw.choice(OTHER_ROOTS), f"copy {name}", video, there=(os.path.join(root, name),))
    drawn.run(80)
    for root in OTHER_ROOTS[:2]:
        library.roots.set_offline(library.roots.add(root), True)
    known = known_videos(library)
    words = [
        "z",
        "zo",
        "zoo",
        "日",
        "日本",
        "é",
        "É",
        "e",
        "ss",
        "ß",
        "0",
        ".",
        "/",
        "/z",
        "z/",
        "zo/",
        "oo/z",
    ]
    words += [
        "é/",
        "🎈",
        "本/日",
        "mnt",
        "media/zoo/zo",
        "a",
        "b/",
        "/a",
        "12",
        "mp",
        "me",
        "os",
        "s z",
        "gr",
    ]
    words += [os.fsdecode(b"\xe9"), "\ufffd", "no", "qq", "nö", "zé"]
    texts = [*words, *(" ".join(draw.sample(words, 2)) for _ in range(40)), "a e o . /", "garten z mp4"]
    lengths = {len(check_list(library, known, VideoFilter(text=text))) for text in texts}
    assert len(lengths) > 12
    for text, chosen in product(
        words[::3], (VideoFilter(status=Status.OFFLINE), VideoFilter(any_tags=("Animal",)))
    ):
        check_list(library, known, VideoFilter(text=text, status=chosen.status, any_tags=chosen.any_tags))
    check_kept_up_to_date(library)


@pytest.mark.parametrize("seed", range(3))
def test_tallies_and_indexes_follow_whatever_becomes_of_videos(library, seed):
    drawn = RandomLibrary(library, 100 + seed)
    for _ in range(6):
        drawn.run(40)
        check_kept_up_to_date(library)
    db = database_of(library)
    db.execute("DELETE FROM videos")
    assert db.execute("SELECT count(*) FROM tallies").fetchone() == (0,)
    assert short_words(db) == []


@pytest.mark.parametrize("version", [3, 9, 11])
def test_a_library_of_before_gets_tallies_and_short_words(tmp_path, version):
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript((SAVED / f"version_{version}.sql").read_text(encoding="utf-8"))
    with Library.open(tmp_path / "old.db") as library:
        check_kept_up_to_date(library)
        known = known_videos(library)
        for text, expected in {"ca": 2, "v": 4, "dc": 1, "é": 0, "b": 2}.items():
            assert len(check_list(library, known, VideoFilter(text=text))) == expected, text
        add(library, "/videos", "Über.mp4", "Nature")
        assert library.count(VideoFilter(text="üb")) == 1
        check_kept_up_to_date(library)


@pytest.mark.parametrize("length", [1, 2, 60, 61, 62, 63, 64, 65, 66, 126, 127, 128, 129, 700])
def test_names_of_any_length_have_all_their_short_words(library, length):
    # Where a text is cut to be read, no pair of characters is lost.
    name = "".join(chr(0x4E00 + number) for number in range(length))
    video = add(library, "/v", name)
    for first in range(length):
        for size in (1, 2):
            assert library.ids(VideoFilter(text=name[first : first + size])) == [video]
    assert library.count(VideoFilter(text=name[0] + name[-1])) == (length == 2)
    check_kept_up_to_date(library)


@pytest.mark.parametrize(
    ("filter_", "held"),
    [
        (VideoFilter(), Held.IN_TALLIES),
        (VideoFilter(any_tags=("Animal",), no_tags=("Food",), with_maybes=True), Held.IN_TALLIES),
        (VideoFilter(status=Status.OFFLINE, untagged=True), Held.IN_TALLIES),
        (VideoFilter(state=TagState.REJECTED, only_maybes=True), Held.IN_TALLIES),
        # The folder's name has it, no other name.
        (VideoFilter(text="media"), Held.IN_TALLIES),
        (VideoFilter(text="zo"), Held.IN_NAMES),
    ],
)
def test_what_tallies_answer_is_asked_of_them(library, monkeypatch, filter_, held):
    monkeypatch.setattr(search, "FEW", 0)
    add(library, "/media", "zoo.mp4", "Animal")
    add(library, "/mnt", "z.mp4", "Food")
    db = database_of(library)
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    library.count(filter_)
    db.conn.set_trace_callback(None)
    assert any("FROM tallies" in statement for statement in statements) is (held is Held.IN_TALLIES)
    condition = all_of([videos._where(db, filter_), *search.search(db, filter_.text).parts])
    assert condition.held is held
