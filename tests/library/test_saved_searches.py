from __future__ import annotations

from datetime import datetime

import pytest

from organizer.errors import InvalidSearchError, LibraryError, QueryError
from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.query import complete
from tests.library.build import add


def kept(library: Library) -> list[tuple[str, str]]:
    return [(saved.name, saved.text) for saved in library.saved_searches()]


def test_searches_are_kept_by_name(tmp_path):
    with Library.open(tmp_path / "library.db") as library:
        library.save_search("Über  uns", " dance summer 2023 ")
        library.save_search("about", "tag:Animal")
    with Library.open(tmp_path / "library.db") as library:
        assert kept(library) == [("about", "tag:Animal"), ("Über uns", "dance summer 2023")]


def test_the_same_name_in_another_case_makes_way(library):
    library.save_search("Summer", "summer")
    library.save_search("SUMMER", "summer 2023")
    assert kept(library) == [("SUMMER", "summer 2023")]
    assert library.delete_saved_search(" summer ")
    assert not library.delete_saved_search("summer")
    assert kept(library) == []


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        ("", "a", InvalidSearchError, "1 to 60 characters"),
        ("x" * 61, "a", InvalidSearchError, "this one has 61"),
        ("a\x07", "a", InvalidSearchError, "cannot be shown"),
        ("a", "  ", InvalidSearchError, "empty"),
        ("a", "(b", QueryError, "never closed"),
    ],
)
def test_what_is_no_search_is_not_kept(library, name, text, error, message):
    with pytest.raises(error, match=message):
        library.save_search(name, text)
    assert kept(library) == []
    assert issubclass(InvalidSearchError, LibraryError)


def test_a_search_can_name_what_is_there(library):
    add(library, "/home/me/Videos", "2023/Summer/a.mp4", "Dance", "Food?", taken=datetime(2023, 12, 31, 23))
    add(library, "/home/me/Videos", "b.mp4", "Dance", taken=datetime(2019, 1, 1))
    add(library, "/usb", "c.mp4", content="c")
    library.confirm(1, "Oma")
    library.save_search("Mine", "is:confirmed")
    names = library.search_names()
    assert names.tags[:3] == ("Dance", "Food", "Oma")
    assert set(names.tags) >= {"Animal", "Mobile phone"}
    assert len(names.tags) == len(set(names.tags)) == 11
    assert "Cooking" in names.labels
    assert names.folders == ("/home/me/Videos", "/usb", "2023", "2023/Summer")
    assert names.years == (2024, 2023, 2019)
    assert [saved.name for saved in names.saved] == ["Mine"]
    assert [one.insert for one in complete("summ", 4, names)][-1] == "folder:2023/Summer"


def test_a_hidden_label_is_not_named(library):
    add(library, "/v", "a.mp4", "Dance")
    library.hide_label("Dance", True)
    names = library.search_names()
    assert "Dance" not in names.tags
    assert "Dance" not in names.labels


def test_an_empty_library_names_the_labels(library):
    names = library.search_names()
    assert len(names.tags) == len(names.labels) == 10
    assert names.folders == names.years == names.saved == ()


def test_hidden_videos_are_named_too(library):
    library.apply(MarkChange(hidden=True), [add(library, "/v", "x/a.mp4")])
    assert library.search_names().folders == ("/v", "x")
