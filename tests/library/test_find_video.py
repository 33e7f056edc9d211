from __future__ import annotations

import os

import pytest

from organizer.errors import UnknownVideoError
from tests.library.build import add

NOT_UTF8 = os.fsdecode(b"caf\xe9.mp4")


@pytest.fixture
def ids(library):
    paths = [
        "a.mp4",
        "2023/trip.mp4",
        "2024/trip.mp4",
        "100%_\\x.mp4",
        NOT_UTF8,
        "back\\slash.mp4",
        "7",
        "Umlaut \u00fc.mp4",
        "long trip.mp4",
    ]
    return {path: add(library, "/v", path) for path in paths}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.mp4", "a.mp4"),
        ("/v/a.mp4", "a.mp4"),
        ("/v/2023/../a.mp4", "a.mp4"),
        ("/v/2023/trip.mp4", "2023/trip.mp4"),
        ("long trip.mp4", "long trip.mp4"),
        ("100%_\\x.mp4", "100%_\\x.mp4"),
        ("back\\slash.mp4", "back\\slash.mp4"),
        (NOT_UTF8, NOT_UTF8),
        ("/v/" + NOT_UTF8, NOT_UTF8),
        ("Umlaut \u00fc.mp4", "Umlaut \u00fc.mp4"),
        ("7", "7"),
        ("2", "2023/trip.mp4"),
    ],
)
def test_a_video_is_found_by_path_name_or_id(library, ids, name, path):
    assert library.find(name) == ids[path]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("trip.mp4", "2 videos have this name"),
        ("b.mp4", "no such video"),
        ("A.MP4", "no such video"),
        (".mp4", "no such video"),
        ("%", "no such video"),
        ("", "no such video"),
        ("/v", "no such video"),
        ("/w/a.mp4", "no such video"),
        ("99", "no video 99"),
        ("0", "no video 0"),
        ("9" * 30, "no such video"),
        ("9" * 5000, "no such video"),
        ("-1", "no such video"),
        ("\u00b2", "no such video"),
    ],
)
def test_what_is_not_one_video_is_refused(library, ids, name, words):
    with pytest.raises(UnknownVideoError, match=words):
        library.find(name)


def test_videos_of_one_name_are_listed_with_their_ids(library, ids):
    with pytest.raises(UnknownVideoError) as raised:
        library.find("trip.mp4")
    first, second = ids["2023/trip.mp4"], ids["2024/trip.mp4"]
    assert str(raised.value).endswith(
        f"or the id: /v/2023/trip.mp4 (id {first}), /v/2024/trip.mp4 (id {second})"
    )
    for number in range(5):
        add(library, "/v", f"more {number}/trip.mp4")
    with pytest.raises(UnknownVideoError) as raised:
        library.find("trip.mp4")
    assert str(raised.value).count("(id ") == 5
    assert str(raised.value).endswith(", ...")


def test_a_relative_path_starts_at_the_working_folder(library, tmp_path, monkeypatch):
    (tmp_path / "x" / "y").mkdir(parents=True)
    video = add(library, str(tmp_path / "x"), "y/clip.mp4")
    add(library, "/elsewhere", "clip.mp4")
    monkeypatch.chdir(tmp_path / "x")
    assert library.find("y/clip.mp4") == video
    monkeypatch.chdir(tmp_path / "x" / "y")
    assert library.find("clip.mp4") == video


def test_a_path_through_a_link_is_found(library, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    video = add(library, str(tmp_path / "real"), "clip.mp4")
    assert library.find(str(tmp_path / "link" / "clip.mp4")) == video


def test_a_video_that_lies_nowhere_is_unknown(library):
    overwritten = add(library, "/v", "a.mp4", content="1")
    add(library, "/v", "a.mp4", content="2")
    with pytest.raises(UnknownVideoError):
        library.find(str(overwritten))
    with pytest.raises(UnknownVideoError):
        library.video(overwritten)


def test_a_poster_that_is_not_there_is_none(library):
    assert library.media.poster_of("no key") is None


COMPOSED, DECOMPOSED = "Caf\u00e9 fr\u00fch.mp4", "Cafe\u0301 fru\u0308h.mp4"


@pytest.mark.parametrize("stored", [COMPOSED, DECOMPOSED, "Caf\u00e9 fru\u0308h.mp4"])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("root", ["/\u00c4gypten", "/A\u0308gypten"])
def test_it_does_not_count_how_accents_are_composed(library, stored, typed, root):
    video = add(library, root, f"Fe\u0301te/{stored}")
    assert library.find(typed) == video
    assert library.find(f"/\u00c4gypten/F\u00e9te/{typed}") == video
    for other in (typed.upper(), f"/\u00c4gypten/Fete/{typed}/x", f"x{typed}"):
        with pytest.raises(UnknownVideoError):
            library.find(other)


def test_the_spelling_that_is_typed_goes_before_one_that_looks_alike(library):
    first, second = add(library, "/v", "a/Caf\u00e9.mp4"), add(library, "/v", "b/Cafe\u0301.mp4")
    assert library.find("Caf\u00e9.mp4") == first
    assert library.find("Cafe\u0301.mp4") == second


def test_of_several_that_look_alike_none_is_taken(library):
    add(library, "/v", "a/Cafe\u0301 o\u0308.mp4")
    add(library, "/v", "b/Caf\u00e9 o\u0308.mp4")
    with pytest.raises(UnknownVideoError, match="2 videos have this name"):
        library.find("Caf\u00e9 \u00f6.mp4")
