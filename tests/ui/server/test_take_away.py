"""What can be taken away: files as one ZIP, a table, a playlist."""

import csv
import io
import os
import zipfile
from array import array

import pytest

from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.ui import exports
from organizer.ui.exports import EXPORTS, Exports, Format, Offer
from organizer.ui.server import take_away
from organizer.ui.server.take_away import LEFT_OUT, export_routes
from tests.gallery_server.seed import SeedVideo, seed
from tests.ui.server.asked import asked

CONTENT = os.urandom(700_000)
FORMULA = "=HYPERLINK(1).mp4"


@pytest.fixture
def library(tmp_path):
    root = tmp_path / "videos"
    for folder in ("", "a", "b"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in ("a/cat.mp4", "b/CAT.mp4", FORMULA):
        (root / name).write_bytes(CONTENT)
    os.utime(root / "a/cat.mp4", (0, 0))
    (root / "link.mp4").symlink_to(root / "a/cat.mp4")
    videos = [
        SeedVideo("a/cat.mp4", ("Animal", "Dance?"), duration_s=61.5),
        SeedVideo("b/CAT.mp4"),
        SeedVideo(FORMULA),
        SeedVideo("gone.mp4"),
        SeedVideo("link.mp4"),
    ]
    seed(tmp_path / "library.db", root, videos)
    return tmp_path / "library.db"


def fetch(library, ids, format_):
    answer = asked(export_routes(library), EXPORTS.offer(ids, format_))
    assert answer.status == 200
    return answer


def test_files_come_unchanged_in_one_archive(library):
    answer = fetch(library, [1, 2, 3, 4, 5], Format.ZIP)
    assert answer.headers["content-disposition"] == 'attachment; filename="organizer-5-videos.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["cat.mp4", "CAT (2).mp4", FORMULA, LEFT_OUT]
        assert archive.read("cat.mp4") == archive.read("CAT (2).mp4") == CONTENT
        assert archive.getinfo("cat.mp4").date_time[0] == 1980
        left_out = archive.read(LEFT_OUT).decode()
    # A link is as good as no file.
    assert "gone.mp4" in left_out
    assert "link.mp4" in left_out
    assert "cat" not in left_out


def test_nobody_writes_to_originals_or_beside_them(library):
    root = library.parent / "videos"
    before = {path: path.lstat().st_mtime_ns for path in root.rglob("*")}
    fetch(library, [1, 2, 3, 4, 5], Format.ZIP)
    assert {path: path.lstat().st_mtime_ns for path in root.rglob("*")} == before


def test_a_table_says_what_is_known_and_holds_no_formula(library):
    with Library.open(library) as opened:
        opened.apply(MarkChange(favourite=True, rating=3), [1])
    body = fetch(library, [1, 3], Format.CSV).body
    assert body.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    assert first == {
        "file": "cat.mp4",
        "folder": str(library.parent / "videos/a"),
        "taken": "2024-05-01T12:30:00",
        "seconds": "61.5",
        "bytes": "1000000",
        "width": "1280",
        "height": "720",
        "tags": "Animal",
        "maybes": "Dance",
        "favourite": "yes",
        "stars": "3",
    }
    assert second["file"] == f"'{FORMULA}"


def test_a_playlist_says_where_files_lie(library):
    lines = fetch(library, [1, 4], Format.M3U).body.decode().splitlines()
    root = library.parent / "videos"
    assert lines == [
        "#EXTM3U",
        "#EXTINF:62,cat.mp4",
        str(root / "a/cat.mp4"),
        "#EXTINF:5,gone.mp4",
        str(root / "gone.mp4"),
    ]


def test_names_that_are_no_text_or_two_lines(tmp_path):
    names = [os.fsdecode(b"\xff.mp4"), "two\nlines.mp4"]
    seed(tmp_path / "library.db", tmp_path / "videos", [SeedVideo(name) for name in names])
    playlist = fetch(tmp_path / "library.db", [1, 2], Format.M3U).body
    assert b"/\xff.mp4\n" in playlist
    assert playlist.count(b"\n") == 3
    table = fetch(tmp_path / "library.db", [1, 2], Format.CSV).body.decode("utf-8-sig")
    assert "\\udcff.mp4" in table
    assert "two\\nlines.mp4" in table


def test_what_was_not_offered_is_not_found(library):
    answer = asked(export_routes(library), "/export/anything")
    assert answer.status == 404
    assert b"select the videos once more" in answer.body


def test_other_sites_get_nothing(library):
    address = EXPORTS.offer([1], Format.ZIP)
    answer = asked(export_routes(library), address, headers=[("sec-fetch-site", "cross-site")])
    assert answer.status == 403


def test_only_the_last_offers_are_kept(monkeypatch):
    monkeypatch.setattr(exports, "MOST_OFFERS", 2)
    kept = Exports()
    tokens = [kept.offer([number], Format.CSV).rsplit("/", 1)[1] for number in range(3)]
    assert kept.get(tokens[0]) is None
    assert list(kept.get(tokens[2]).ids) == [2]


def test_an_archive_is_sent_in_pieces(library):
    pieces = list(take_away._archive(library, Offer(array("q", [1, 2]), Format.ZIP)))
    assert len(pieces) >= 6
    assert max(map(len, pieces)) < 2 * take_away._PIECE_BYTES
