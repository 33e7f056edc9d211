"""Searches against a library: tables of (search, videos that it finds), and searches drawn at random."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.library.filters import Sort, VideoFilter, as_query
from organizer.library.reading import search
from organizer.library.records import Status
from organizer.query import parse, print_query
from organizer.query.expr import (
    Amount,
    Bounds,
    Carried,
    Codec,
    FileName,
    Folder,
    Is,
    Measure,
    Phrase,
    Score,
    State,
    Tag,
    Word,
)
from organizer.types import CaptureDate, DateSource, TagState
from tests.library.build import add, add_failed
from tests.library.plain_query import fits, shown
from tests.library.random_library import RandomLibrary
from tests.library.sql import database_of
from tests.query.expressions import DATES, expressions

NOW = datetime(2024, 7, 17, 15, 30)
"""A Wednesday."""


def local(year, month, day, hour=12) -> datetime:
    """A time on the clock of the place, in a zone that nobody noted."""
    return datetime(year, month, day, hour)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Videos a..l in the order they were added; nothing writes to it."""
    with Library.open(tmp_path_factory.mktemp("filled") / "library.db") as library:
        fill(library)
        yield library


def fill(library: Library) -> None:
    home, usb = "/home/me/Videos", "/usb/Größe"
    added = {
        "a": add(library, home, "holiday/a Beach day.mp4", "Dance", taken=local(2023, 7, 1), duration_s=20.0),
        "b": add(
            library, home, "holiday/b.mp4", "Dance", "Concert", taken=local(2023, 6, 30), duration_s=95.4
        ),
        "c": add(
            library, home, "2022/Summer 2023/c.mov", "Concert", taken=local(2022, 1, 5), duration_s=30.2
        ),
        "d": add(
            library,
            home,
            "d dance lesson.mp4",
            "Animal",
            "Dance?",
            taken=local(2024, 7, 16),
            size=150_000_000,
        ),
        "e": add(library, home, "Café/e.avi", taken=local(2024, 7, 8, 0), duration_s=3700.0),
        "f": add_failed(library, home, "f broken.mp4", "it is cut off"),
        "g": add(library, usb, "g.mp4", "Mobile phone", taken=local(2023, 12, 24, 18), size=5_000_000),
        "h": add(library, usb, "h.mp4", "Animal", taken=local(2024, 2, 29), duration_s=None),
        "i": add(library, home, "gone/i.mp4", "Food", taken=local(2024, 7, 17, 1)),
        "j": add(library, home, "IMG_2023 (1).mp4", "Food?", taken=local(2021, 10, 3)),
        "k": add(library, home, 'say "hi"/k and OR.mp4', taken=local(2021, 10, 31, 23)),
        "l": add(library, home, "Straße/l summerhouse.mp4", "Outdoor recreation", taken=local(2023, 3, 1)),
    }
    library.confirm(added["b"], "Dance")
    library.reject(added["c"], "Concert")
    library.confirm(added["e"], "Oma's Geburtstag")
    # As tags of before there were maybes may be called.
    library.confirm(added["k"], "was")
    database_of(library).execute("UPDATE tags SET name = 'was?', folded = 'was?' WHERE name = 'was'")
    library.confirm(added["l"], "Über uns")
    set_apart = [add(library, home, f"{name}.mp4", "Dance", content=name) for name in ("m hid", "n live")]
    library.apply(MarkChange(hidden=True, rating=3), set_apart[:1])
    mark_live(library, set_apart[1])
    library.apply(MarkChange(favourite=True, rating=4), [added["a"]])
    library.apply(MarkChange(rating=2), [added["d"]])
    first, second = library.roots.all()
    library.places.forget_vanished(first, ["gone/i.mp4"])
    library.roots.set_offline(second, True)


def mark_live(library: Library, video: int) -> None:
    """What a scan notes of the clip of a Live Photo."""
    database_of(library).execute("UPDATE videos SET marks = marks | 4 WHERE id = ?", [video])


def names(library: Library, text: str) -> str:
    chosen = VideoFilter(query=parse(text), now=NOW, sort=Sort.ADDED, descending=False)
    found = [os.path.basename(video.places[0].path) for video in library.list(chosen)]
    assert library.count(chosen) == len(found), text
    letters = {"IMG_2023 (1).mp4": "j"}
    return "".join(letters.get(name, name[0]) for name in found)


ALL = "abcdefghijkl"
SEARCHES = [
    ("", ALL),
    # Plain words: tags, names of files and folders, dates.
    ("dance", "abd"),
    ("DANCE", "abd"),
    ("dan", "abd"),
    ("ance", "d"),
    ("beach", "a"),
    ("holiday", "ab"),
    ("dance holiday", "ab"),
    ("dance AND lesson", "d"),
    ("phone", "g"),
    ("mobile phone", "g"),
    ("outdoor", "l"),
    ("geburtstag", "e"),
    ("oma's", "e"),
    ("über", "l"),
    ("UBER", ""),
    ("cafe\u0301", "e"),
    ("CAFÉ", "e"),
    ("strasse", "l"),
    ("größe", "gh"),
    ("videos", "abcdefijkl"),
    ("me/videos/holi", "ab"),
    ("mp4", "abdfghijkl"),
    ("nothing", ""),
    ("img_2023", "j"),
    # Dates among plain words.
    ("2023", "abcgjl"),
    ("summer 2023", "abc"),
    ("dance summer 2023", "ab"),
    ("summer", "abcdeil"),
    ("june", "b"),
    ("june 2023", "b"),
    ("2023-06-30", "b"),
    ("30.6.2023", "b"),
    ("30 june", "b"),
    ("december", "g"),
    ("winter 2023", "gh"),
    ("winter", "cgh"),
    ("autumn", "jk"),
    ("yesterday", "d"),
    ("today", "i"),
    ("this week", "di"),
    ("last week", "e"),
    ("this month", "dei"),
    ("this year", "dehi"),
    ("last year", "abgl"),
    ("last 9 days", "dei"),
    ("last summer", "ab"),
    # Dates where one is asked for.
    ("date:2023", "abgl"),
    ("date:2023-06..2023-07", "ab"),
    ("date:2023-07..", "adeghi"),
    ("date:..2021", "jk"),
    ("date:<2022", "jk"),
    ("date:<=2022", "cjk"),
    ("date:>2023", "dehi"),
    ("date:>=2023-12", "deghi"),
    ("date:2021-10-31T23:00", "k"),
    ("date:29-feb", "h"),
    ('date:"last month"', ""),
    ("date:march-2023..june-2023", "bl"),
    # Tags.
    ("tag:Dance", "ab"),
    ("tag:dance", "ab"),
    ("tag:dan", ""),
    ("tag:Dance -tag:Concert", "a"),
    ("tag:Concert", "b"),
    ("tag:Dance?", "d"),
    ("maybe:food", "j"),
    ('tag:"Mobile phone"', "g"),
    ('tag:"was?"', "k"),
    ("confirmed:dance", "b"),
    ("suggested:Dance", "a"),
    ("rejected:concert", "c"),
    ("tag:dance' OR 1=1 --", ""),
    ('tag:"über UNS"', "l"),
    # States.
    ("is:untagged", "cfj"),
    ("is:tagged", "abdeghikl"),
    ("is:maybe", "dj"),
    ("is:confirmed", "bekl"),
    ("is:suggested", "abdghil"),
    ("is:rejected", "c"),
    ("is:failed", "f"),
    ("is:missing", "i"),
    ("is:offline", "gh"),
    ("is:ok", "abcdejkl"),
    ("is:untagged is:ok", "cj"),
    # What is set apart is found where it is spoken of.
    ("is:favourite", "a"),
    ("is:hidden", "m"),
    ("is:live", "n"),
    ("dance -is:hidden", "abd"),
    ("tag:Dance (is:hidden OR is:live OR is:favourite)", "amn"),
    ("rating:>=3", "a"),
    ("rating:>=3 (is:hidden OR -is:hidden)", "am"),
    ("rating:2", "d"),
    ("rating:0 tag:Dance", "b"),
    ("rating:1..4 -is:favourite", "d"),
    # Numbers. What is not known does not fit, and so it does not fit what is asked not to be.
    ("length:<30s", "adgijkl"),
    ("length:30s", "c"),
    ("length:2m", "b"),
    ("length:>1h", "e"),
    ("length:1:00..2:00", "b"),
    ("-length:<30s", "bcefh"),
    ("size:>100MB", "d"),
    ("size:1MB..10MB", "g"),
    ("width:64 height:<=48", "abcdeghijkl"),
    ("height:>48", ""),
    ("score:Animal>0.8", "dh"),
    ('score:"mobile PHONE">=90%', "g"),
    ("score:Dance=0.3..0.5", "d"),
    ("-score:Dance<0.8", "abf"),
    ("codec:avc", "abcdeghijkl"),
    # Parts of names.
    ("folder:holiday", "ab"),
    ("folder:beach", ""),
    ("folder:usb", "gh"),
    ("folder:Videos/holiday/", "ab"),
    ('folder:"summer 2023"', "c"),
    ("name:summer", "l"),
    ("name:holiday", ""),
    ("name:.avi", "e"),
    ('name:"(1)"', "j"),
    ('"beach day"', "a"),
    ('"BEACH  day"', ""),
    ('"dance"', "d"),
    ('"summer 2023/c"', "c"),
    ('"say ""hi"""', "k"),
    ('"OR"', "abcdefijkl"[10:] + "k"),
    # Joined.
    ("dance -concert", "ad"),
    ("tag:Dance OR tag:Animal", "abdh"),
    ("tag:Dance tag:Concert OR tag:Food", "bi"),
    ("tag:Dance (tag:Concert OR lesson)", "b"),
    ("(tag:Dance OR tag:Animal) -usb", "abd"),
    ("NOT (dance OR holiday OR 2023)", "efhik"),
    ("-(tag:Dance is:confirmed)", "acdefghijkl"),
    ("NOT NOT tag:Dance", "ab"),
    ("-holiday -usb -mp4", "ce"),
    ("-is:untagged is:failed", ""),
    ("beach OR geburtstag OR date:2024-02-29", "aeh"),
    ("\u201cbeach day\u201d", "a"),
    ("  dance   (holiday)  ", "ab"),
]


def test_there_are_enough_searches():
    assert len(SEARCHES) >= 80


@pytest.mark.parametrize(("text", "expected"), SEARCHES, ids=[text for text, _ in SEARCHES])
def test_a_search_finds(filled, text, expected):
    assert names(filled, text) == expected


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_a_search_keeps_the_order_and_pages(filled, sort, descending):
    every = filled.ids(VideoFilter(sort=sort, descending=descending))
    assert len(every) == len(ALL)
    for text in ("mp4", "dance OR holiday OR usb", "-beach", "2023", "name:4"):
        chosen = VideoFilter(query=parse(text), now=NOW, sort=sort, descending=descending)
        ids = filled.ids(chosen)
        assert 1 < len(ids) < len(every)
        assert ids == [id_ for id_ in every if id_ in ids]


def test_a_search_goes_with_the_rest_of_a_filter(filled):
    chosen = VideoFilter(query=parse("2023"), now=NOW, all_tags=("Dance",), text="beach", sort=Sort.ADDED)
    assert filled.ids(chosen) == [1]


def test_the_present_is_now_where_nothing_else_is_said(library):
    video = add(library, "/v", "a.mp4", taken=datetime.now() - timedelta(seconds=1))
    add(library, "/v", "b.mp4", taken=datetime.now() - timedelta(days=3))
    assert library.ids(VideoFilter(query=parse("date:last-1-days"))) == [video]


def test_a_day_alone_is_that_day(library):
    day = CaptureDate(datetime(2023, 6, 1), DateSource.NAME, day_only=True)
    add(library, "/v", "a.mp4", taken=day)
    for text, found in {
        "date:2023-06-01": 1,
        "date:2023-05-31": 0,
        "date:june": 1,
        "date:>2023-05": 1,
    }.items():
        assert library.count(VideoFilter(query=parse(text))) == found, text


# Against what the records say.


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A library that went through everything, all its records, and some with other clocks."""
    with Library.open(tmp_path_factory.mktemp("drawn") / "library.db") as library:
        RandomLibrary(library, 7).run(160)
        for number, moment in enumerate(
            (
                datetime(2023, 6, 30, 23, 30),
                datetime(2023, 7, 1, tzinfo=UTC),
                datetime(2024, 2, 29, 12, tzinfo=UTC) + timedelta(hours=3),
                CaptureDate(datetime(2023, 12, 31), DateSource.NAME, day_only=True),
                CaptureDate(datetime(2022, 1, 1, 1, tzinfo=UTC), DateSource.CONTAINER, zone_known=True),
            )
        ):
            add(library, "/home/me/Videos", f"2023/Geburtstag {number}.mp4", "Dance", "Food?", taken=moment)
        every = library.ids()
        library.apply(MarkChange(favourite=True), every[::3])
        library.apply(MarkChange(hidden=True, rating=4), every[::5])
        library.apply(MarkChange(rating=2), every[1::4])
        for video in every[::7]:
            mark_live(library, video)
        yield library, list(library.list(VideoFilter(hidden=None, live=None)))


WORDS = [
    "img",
    "IMG_20",
    "geburt",
    "zo",
    "z",
    "garten",
    "2020/",
    "me/vid",
    "videos",
    "größe",
    "CAF\u00c9",
    "über",
]
WORDS += ["strasse", "100%", 'a"b', "mp4", "home", "own", "own 1", "ani", "food", "dance", "*", "2", "1.mp4"]
WORDS += ["2023", "2020", "june", "summer 2023", "2020-01-02", "yesterday", "last week", os.fsdecode(b"\xff")]
PARTS = [
    "garten",
    "Garten zwei",
    "videos",
    "Videos/2020",
    "2020/",
    "/",
    ".mp4",
    "a",
    "größe/",
    "4 ",
    "\xff",
    " ",
]
TAGS = ["Animal", "animal", "Food", "Dance", "Dance?", "nothing", "own 0", "OWN 1", "own 2"]
NUMBERS = st.sampled_from([None, 0.0, 0.1, 0.4, 0.45, 0.9, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0, 48.0, 64.0])
BOUNDS = st.builds(Bounds, NUMBERS, NUMBERS, st.booleans(), st.booleans()).filter(
    lambda bounds: bounds.low is not None or bounds.high is not None
)
TERMS = st.one_of(
    st.sampled_from(WORDS).map(Word),
    st.sampled_from([*WORDS, *PARTS]).map(Phrase),
    st.builds(Tag, st.sampled_from(TAGS), st.sampled_from(Carried)),
    st.sampled_from(PARTS).map(Folder),
    st.sampled_from(PARTS).map(FileName),
    st.sampled_from(["h264", "hevc"]).map(Codec),
    st.sampled_from(
        [
            "date:2023",
            "date:2020-01-01..2020-01-03",
            "date:june",
            "date:1-jan",
            "date:winter",
            "date:>2020-01-04",
            "date:<2023",
            "date:<=2020-01-02",
            "date:>=2023-07",
            "date:29-feb",
            "date:yesterday",
            "date:summer-2023",
        ]
    ).map(parse),
    DATES,
    st.builds(Amount, st.sampled_from(Measure), BOUNDS),
    st.builds(Score, st.sampled_from(["Animal", "FOOD", "nothing"]), BOUNDS),
    st.sampled_from(Is).map(State),
)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.sampled_from([datetime(2020, 1, 3, 12), datetime(2023, 7, 1, 0, 0, 1), datetime(2024, 2, 29, 23)])


@QUICK
@given(expr=expressions(TERMS), now=DAYS)
def test_sql_finds_what_the_records_say(drawn, expr, now):
    library, videos = drawn
    expected = sorted(video.id for video in videos if shown(video, expr) and fits(video, expr, now))
    chosen = VideoFilter(query=expr, now=now, sort=Sort.ADDED, descending=False)
    assert library.ids(chosen) == expected
    assert library.count(chosen) == len(expected)


@pytest.mark.parametrize("few", [0, 2, 2000])
@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize(
    "text",
    [
        'folder:"n z"',
        'name:"1.mp4"',
        "folder:/",
        "name:z -food",
        "(name:mp4 a) img",
        "length:<15s mp4",
        "size:>1B -zo",
        "(length:5s OR img) 2020",
        '"n z"',
    ],
)
def test_parts_of_paths_go_with_every_order(drawn, monkeypatch, text, sort, few):
    library, videos = drawn
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "_NOT_SO_MANY", few)
    chosen = VideoFilter(query=parse(text), sort=sort)
    expected = {video.id for video in videos if shown(video, chosen.query) and fits(video, chosen.query, NOW)}
    assert expected
    assert set(library.ids(chosen)) == expected
    assert library.count(chosen) == len(expected)


@settings(QUICK, max_examples=40)
@given(expr=expressions(TERMS), sort=st.sampled_from(Sort), few=st.sampled_from([0, 2]))
def test_many_hits_are_found_as_few_are(drawn, expr, sort, few):
    library, videos = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "FEW", few)
        patch.setattr(search, "_NOT_SO_MANY", few)
        found = library.ids(VideoFilter(query=expr, now=NOW, sort=sort))
    assert sorted(found) == sorted(
        video.id for video in videos if shown(video, expr) and fits(video, expr, NOW)
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_filter_is_a_search_too(library, seed):
    drawn = RandomLibrary(library, seed)
    drawn.run(120)
    lengths = set()
    for _ in range(150):
        filter_ = drawn.filter()
        query = as_query(filter_)
        found = library.ids(filter_)
        lengths.add(len(found))
        asked = VideoFilter(query=query, sort=filter_.sort, descending=filter_.descending)
        assert library.ids(asked) == found, print_query(query)
        if not any("\udcff" in word for word in filter_.text):
            assert parse(print_query(query)) == query
    assert len(lengths) > 8


def test_a_filter_by_days_is_a_search_by_days():
    days = VideoFilter(taken_from=datetime(2023, 6, 1), taken_before=datetime(2023, 7, 1))
    assert print_query(as_query(days)) == "date:2023-06-01..2023-06-30"
    assert (
        print_query(as_query(VideoFilter(taken_from=datetime(2023, 6, 1, 8)))) == "date:>=2023-06-01T08:00:00"
    )
    assert as_query(VideoFilter()) is None
    assert print_query(as_query(VideoFilter(hidden=True, live=None))) == "is:hidden (is:live OR -is:live)"
    both = VideoFilter(all_tags=("Dance",), with_maybes=True, status=Status.OK, text="a b", query=parse("c"))
    assert print_query(as_query(both)) == '(tag:Dance OR maybe:Dance) is:ok "a" "b" c'
    assert print_query(as_query(VideoFilter(state=TagState.REJECTED))) == "is:rejected"
