"""The routes for pieces and strips: what they say, and whom they serve."""

from __future__ import annotations

import http.client
import io
import json
import os

import pytest
from PIL import Image

from tests.gallery_server.process import running_gallery
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.playback.films import make_film


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.content = response.read()

    def json(self):
        return json.loads(self.content)


class Client:
    """Asks one gallery, as a browser on its page would."""

    def __init__(self, gallery, root):
        self.port = gallery.port
        self.keys = keys(gallery.library)
        self.root = root

    def get(self, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("playing")
    root = folder / "videos"
    root.mkdir()
    make_film(root / "film.avi", "mpeg4", "libmp3lame", seconds=3)
    make_film(root / "changing.avi", "mpeg4", None, seconds=3)
    (root / "none.avi").write_bytes(b"no video at all")
    names = ("film.avi", "changing.avi", "none.avi", "gone.avi", "link.avi")
    seed(folder / "library.db", root, [SeedVideo(name, duration_s=3.0) for name in names])
    with running_gallery(folder / "library.db", ORGANIZER_CACHE=str(folder / "cache")) as running:
        yield Client(running, root)


def test_a_film_is_told_of_and_served_in_pieces(gallery):
    base = f"/play/{gallery.keys['film.avi']}"
    answer = gallery.get(base)
    assert answer.status == 200
    plan = answer.json()
    assert plan["way"] == "convert"
    assert plan["duration"] == 3.0
    assert plan["count"] == 4
    assert (plan["first"], plan["step"]) == (0.5, 1.0)
    assert plan["soundPlays"] is True
    assert plan["type"].startswith("video/mp4; codecs=")
    beginning = gallery.get(f"{base}/init")
    assert beginning.headers["content-type"] == "video/mp4"
    assert beginning.content[4:8] == b"ftyp"
    lasts = []
    for number in range(plan["count"]):
        piece = gallery.get(f"{base}/segment/{number}?version={plan['version']}")
        assert piece.status == 200
        assert piece.content[4:8] == b"moof"
        assert piece.headers["cache-control"] == "no-store"
        assert piece.headers["content-security-policy"] == "default-src 'none'; sandbox"
        lasts.append(piece.headers["x-last-piece"])
    assert lasts == ["0", "0", "0", "1"]


def test_a_strip_is_served_with_its_seconds(gallery):
    key = gallery.keys["film.avi"]
    answer = gallery.get(f"/strip/{key}")
    assert answer.headers["content-type"] == "image/webp"
    about = gallery.get(f"/strip/{key}/about").json()
    assert int(answer.headers["x-strip-count"]) == about["count"] == len(about["seconds"]) == 6
    assert [float(second) for second in answer.headers["x-strip-seconds"].split(",")] == about["seconds"]
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (about["width"] * about["count"], about["height"])


def test_what_is_no_video_and_what_is_gone_are_told_in_a_sentence(gallery):
    for path in ("/play/KEY", "/play/KEY/init", "/play/KEY/segment/0", "/strip/KEY"):
        answer = gallery.get(path.replace("KEY", gallery.keys["none.avi"]))
        assert answer.status == 422
        assert answer.json()["problem"].startswith("It cannot be played: ")
        assert answer.json()["problem"].endswith(".")
        gone = gallery.get(path.replace("KEY", gallery.keys["gone.avi"]))
        assert gone.status == 404
        assert gone.json() == {"problem": "The file is not there."}


def test_pieces_of_another_state_of_the_file_are_refused(gallery):
    base = f"/play/{gallery.keys['changing.avi']}"
    version = gallery.get(base).json()["version"]
    os.utime(gallery.root / "changing.avi", (5, 5))
    answer = gallery.get(f"{base}/segment/0?version={version}")
    assert answer.status == 409
    assert "has changed" in answer.json()["problem"]


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_at_the_place_of_a_video_is_not_followed(gallery, tmp_path):
    make_film(tmp_path / "private.avi", "mpeg4", None, seconds=1)
    os.symlink(tmp_path / "private.avi", gallery.root / "link.avi")
    assert gallery.get(f"/play/{gallery.keys['link.avi']}").status == 404
    assert gallery.get(f"/strip/{gallery.keys['link.avi']}").status == 404


@pytest.mark.parametrize("number", ["-1", "x", "1e3", "99999999999", "%D9%A3", "0x1", "2000000"])
def test_a_piece_that_there_cannot_be_is_not_found(gallery, number):
    assert gallery.get(f"/play/{gallery.keys['film.avi']}/segment/{number}").status == 404


@pytest.mark.parametrize("key", ["x", "..", "a" * 22, "a" * 22 + "/../..", "%2e%2e%2fetc%2fpasswd"])
def test_no_other_key_is_served(gallery, key):
    for path in (f"/play/{key}", f"/play/{key}/init", f"/strip/{key}"):
        # The server itself refuses paths that lead upwards.
        assert gallery.get(path).status in {400, 404}


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}],
)
def test_other_sites_get_nothing(gallery, headers):
    for path in ("/play/KEY", "/play/KEY/segment/0", "/strip/KEY"):
        answer = gallery.get(path.replace("KEY", gallery.keys["film.avi"]), headers=headers)
        assert answer.status == 403


def test_the_app_has_the_routes(tmp_path, monkeypatch):
    from organizer.config import Settings
    from organizer.ui.server.app import app_parts

    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    paths = {route.path for route in app_parts(Settings(tmp_path / "library.db"))["routes"]}
    assert {"/play/{key}", "/play/{key}/init", "/play/{key}/segment/{number}", "/strip/{key}"} <= paths


def test_names_of_files_come_as_text(gallery):
    """A sentence quotes no markup: it is JSON, and the page builds text of it."""
    answer = gallery.get(f"/play/{gallery.keys['none.avi']}")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content).keys() == {"problem"}
