"""What the search box and the panel of filters are answered, without a server around it."""

import json
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from organizer.library import Library
from organizer.ui.server.completions import completion_routes
from tests.gallery_server.seed import SeedVideo, seed


@pytest.fixture
def ask(tmp_path):
    """Ask a route of a library with three videos."""
    library = tmp_path / "library.db"
    videos = [
        SeedVideo("holiday/cat.mp4", ("Animal", "Nature?")),
        SeedVideo("soup.mp4", ("Food",)),
        SeedVideo("grey.mp4"),
    ]
    seed(library, tmp_path / "videos", videos)
    routes = {route.path: route.endpoint for route in completion_routes(library)}

    def ask(path, **parameters):
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": [],
            "query_string": urlencode(parameters).encode(),
        }
        answer = routes[path](Request(scope))
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        return answer.status_code, json.loads(answer.body)

    ask.library = library
    return ask


def test_a_search_is_told_in_chips(ask):
    status, told = ask("/api/complete", q="dance -tag:Food")
    assert status == 200
    assert told["error"] is None
    assert told["chips"] == [
        {"words": "dance", "without": "-tag:Food"},
        {"words": "not Food", "without": "dance"},
    ]


def test_a_mistake_is_told_with_its_place(ask):
    _, told = ask("/api/complete", q="dance length:<abc cat", at="5")
    assert told["chips"] == []
    assert (told["error"]["start"], told["error"]["end"]) == (13, 17)
    assert "no length" in told["error"]["message"]


@pytest.mark.parametrize("at", ["", "5", "99999", "-1", "x", "²", "9" * 9])
def test_what_may_follow(ask, at):
    _, told = ask("/api/complete", q="anima", at=at)
    first = next(one for one in told["completions"] if one["insert"] == "tag:Animal")
    assert (first["start"], first["end"], first["words"], first["kind"]) == (0, 5, "Animal", "tag")


def test_a_saved_search_is_offered_at_once(ask):
    ask("/api/complete", q="b")
    with Library.open(ask.library) as library:
        library.save_search("Beasts", "tag:Animal OR tag:Vehicle")
    _, told = ask("/api/complete", q="bea")
    assert ("tag:Animal OR tag:Vehicle", "Beasts", "saved") in [
        (one["insert"], one["words"], one["kind"]) for one in told["completions"]
    ]


def test_the_panel_of_a_search(ask):
    _, shown = ask("/api/filters", q="tag:Food")
    assert (shown["problem"], shown["text"]) == (None, "tag:Food")
    assert [(tag["name"], tag["videos"], tag["maybes"], tag["use"]) for tag in shown["tags"]] == [
        ("Animal", 1, 0, ""),
        ("Food", 1, 0, "with"),
        ("Nature", 0, 1, ""),
    ]


def test_a_change_in_the_panel_is_a_search_and_its_panel(ask):
    _, shown = ask("/api/filters", q="tag:Food", set="tag", name="Animal", to="without")
    assert shown["text"] == "tag:Food -tag:Animal"
    assert [tag["use"] for tag in shown["tags"]] == ["without", "with", ""]


def test_a_panel_of_what_is_no_search_says_why(ask):
    status, shown = ask("/api/filters", q="length:<abc", set="tag", name="Animal", to="with")
    assert status == 200
    assert "no length" in shown["problem"]


def test_names_are_spelled_out(ask):
    with Library.open(ask.library) as library:
        library.confirm(1, "a\u202eb")
    _, shown = ask("/api/filters", q="")
    assert "a\\u202eb" in [tag["words"] for tag in shown["tags"]]


def test_a_library_that_cannot_be_opened_is_said(ask):
    ask.library.write_bytes(b"something else" * 1000)
    status, told = ask("/api/complete", q="x")
    assert status == 503
    assert "no library" in told["error"]
