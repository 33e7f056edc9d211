"""The route of "More like this": what it answers, and to whom."""

from __future__ import annotations

import threading

import pytest

from organizer.alike.finder import Finder
from organizer.config import vectors_folder
from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.models import catalogue
from organizer.ui.kept_finder import KeptFinder
from organizer.ui.server import similar
from tests.fakes import colour_bundle
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.server.asked import asked

VIDEOS = [
    SeedVideo("cat.mp4", ("Animal", "Animal", "Nature")),
    SeedVideo("trip/dog.mp4", ("Animal", "Animal", "Animal")),
    SeedVideo("soup.mp4", ("Food", "Food")),
    SeedVideo("<b>bold.mp4", ("Concert", "Food")),
    SeedVideo("broken.mp4", reason="the file is cut off"),
]


@pytest.fixture
def gallery(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle()])
    monkeypatch.setattr(similar, "FINDER", KeptFinder())
    seed(tmp_path / "library.db", tmp_path / "videos", VIDEOS)
    return Gallery(tmp_path / "library.db")


class Gallery:
    def __init__(self, library):
        self.library = library
        self.keys = keys(library)
        self.names = {key: name for name, key in self.keys.items()}

    def ask(self, name, **query):
        return asked(similar.similar_routes(self.library), f"/api/similar/{self.keys.get(name, name)}", query)

    def found(self, name, **query):
        answer = self.ask(name, **query)
        assert answer.status == 200
        assert answer.json["preparing"] is None
        return [self.names[card["key"]] for card in answer.json["cards"]]

    def note(self, name, **query):
        return self.ask(name, **query).json["note"]


def test_cards_of_videos_that_are_alike(gallery):
    answer = gallery.ask("cat.mp4")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    (card, *_) = answer.json["cards"]
    assert (card["key"], card["title"], card["date"]) == (
        gallery.keys["trip/dog.mp4"],
        "dog.mp4",
        "2 May 2024",
    )
    assert card["poster"].startswith(f"/poster/{card['key']}?v=")
    assert "% alike: 0:0" in card["words"]
    assert answer.json["note"] == ""


def test_like_one_second(gallery):
    (card, *_) = gallery.ask("<b>bold.mp4", second="1").json["cards"]
    assert gallery.names[card["key"]] == "soup.mp4"
    assert (card["second"], card["words"][:10]) == (1, "100% alike")
    (card, *_) = gallery.ask("soup.mp4", second="0").json["cards"]
    assert (gallery.names[card["key"]], card["their_second"]) == ("<b>bold.mp4", 1)


def test_only_what_is_much_like_it(gallery):
    assert "soup.mp4" not in gallery.found("trip/dog.mp4", second="0")


def test_nothing_that_is_much_like_it(tmp_path, gallery):
    library = tmp_path / "two.db"
    seed(library, tmp_path / "two", [SeedVideo("a.mp4", ("Animal",)), SeedVideo("b.mp4", ("Food",))])
    two = Gallery(library)
    assert two.found("a.mp4") == []
    assert two.note("a.mp4") == "No other video is much like it."


def test_no_other_video(tmp_path, gallery):
    library = tmp_path / "one.db"
    seed(library, tmp_path / "one", [SeedVideo("a.mp4", ("Animal",))])
    assert Gallery(library).note("a.mp4") == "There is no other video to compare it with."


def test_a_hidden_video_goes_and_a_new_one_comes(gallery, tmp_path):
    assert gallery.found("cat.mp4")[0] == "trip/dog.mp4"
    with Library.open(gallery.library) as library:
        library.apply(MarkChange(hidden=True), [library.media.id_of(gallery.keys["trip/dog.mp4"])])
    assert "trip/dog.mp4" not in gallery.found("cat.mp4")
    seed(gallery.library, tmp_path / "videos", [SeedVideo("lion.mp4", ("Animal", "Animal", "Nature"))])
    gallery.names |= {key: name for name, key in keys(gallery.library).items()}
    assert gallery.found("cat.mp4")[0] == "lion.mp4"


def test_what_cannot_be_compared_says_why(gallery):
    assert gallery.note("broken.mp4") == (
        "It could not be read (the file is cut off), so nothing is known of it."
    )
    assert gallery.note("cat.mp4", second="50") == (
        "Nobody looked at 0:50 of it, only at its seconds from 0:00 to 0:02."
    )
    assert gallery.ask("broken.mp4").json["cards"] == []


def test_videos_of_another_model_are_said(gallery, monkeypatch, tmp_path):
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle(backbone="d" * 64)])
    assert "another model looked at it" in gallery.note("cat.mp4").lower()


def test_without_a_model(gallery, monkeypatch):
    monkeypatch.setattr(catalogue, "bundles", list)
    answer = gallery.ask("cat.mp4")
    assert (answer.status, answer.json["cards"]) == (200, [])
    assert "There is no model" in answer.json["note"]


@pytest.mark.parametrize("key", ["x" * 22, "short", "", "../../etc/passwd", "%00" * 10, "ä" * 20])
def test_no_such_video(gallery, key):
    assert gallery.ask(key).status == 404


@pytest.mark.parametrize("second", ["", "-1", "1.5", "x", "٣", "1" * 7, "1e3"])
def test_no_such_second(gallery, second):
    assert gallery.ask("cat.mp4", second=second).status == 404


@pytest.mark.parametrize(
    ("method", "headers"),
    [("POST", ()), ("GET", (("sec-fetch-site", "cross-site"),)), ("GET", (("origin", "http://evil"),))],
)
def test_others_are_refused(gallery, method, headers):
    path = f"/api/similar/{gallery.keys['cat.mp4']}"
    answer = asked(similar.similar_routes(gallery.library), path, method=method, headers=headers)
    assert answer.status in {403, 405}


def test_no_library(tmp_path):
    answer = asked(similar.similar_routes(tmp_path / "none.db"), f"/api/similar/{'x' * 22}")
    assert answer.status == 503
    assert not (tmp_path / "none.db").exists()


def test_the_page_is_told_how_far_it_is(gallery, monkeypatch):
    finder, may_go_on = KeptFinder(patience_s=0.05), threading.Event()
    prepare = Finder.prepare

    def slowly(self, library):
        for step in prepare(self, library):
            yield step
            may_go_on.wait(90)

    monkeypatch.setattr(Finder, "prepare", slowly)
    monkeypatch.setattr(similar, "FINDER", finder)
    answer = gallery.ask("cat.mp4").json
    assert answer["cards"] == []
    assert answer["preparing"]["total"] in {0, 4}
    assert gallery.ask("cat.mp4").json["preparing"] is not None
    may_go_on.set()
    wait_until(lambda: gallery.ask("cat.mp4").json["preparing"] is None)
    assert gallery.found("cat.mp4")[0] == "trip/dog.mp4"
    assert len(list(vectors_folder().iterdir())) == 1


def test_one_finder_a_library_and_model(gallery, tmp_path):
    finder, bundle = KeptFinder(), colour_bundle()
    first = finder.of(gallery.library, bundle)
    assert finder.of(gallery.library, bundle) is first
    assert finder.of(gallery.library, colour_bundle(backbone="d" * 64)) is not first
    assert finder.of(tmp_path / "other.db", bundle) is not first
