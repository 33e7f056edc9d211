"""What is known of videos as a table and as JSON, and copies of originals that touch no original."""

from __future__ import annotations

import csv
import io
import json
import os
import threading

import pytest

from organizer.errors import OutputError
from organizer.library import Library
from organizer.pipeline import export
from organizer.pipeline.export import ExportFormat, copy_originals, records_of, write_facts
from organizer.stopping import StoppedError
from tests.library.build import add


def content(folder) -> dict[str, tuple[bytes, int]]:
    return {
        name: ((folder / name).read_bytes(), (folder / name).stat().st_mtime_ns)
        for name in os.listdir(folder)
    }


def test_a_table_has_a_line_for_each_video(scanned):
    scanned("tag", "cat.mp4", "Holiday", "=SUM(A1)")
    scanned("untag", "feast.mp4", "Food")
    scanned("rate", "5", "cat.mp4")
    scanned("hide", "2024-05-06 wall.mp4")
    rows = list(csv.DictReader(io.StringIO(scanned("export").out)))
    assert [os.path.basename(row["path"]) for row in rows] == ["broken.mp4", "cat.mp4", "feast.mp4"]
    broken, cat, feast = rows
    assert (cat["tags"], cat["confirmed"], cat["rating"], cat["favourite"]) == (
        "Animal; =SUM(A1); Holiday",
        "'=SUM(A1); Holiday",
        "5",
        "0",
    )
    assert (feast["tags"], feast["rejected"], feast["duration_s"]) == ("Cooking", "Food", "3.0")
    assert broken["status"] == "failed"
    assert broken["error"]
    named = list(csv.DictReader(io.StringIO(scanned("export", "2024-05-06 wall.mp4").out)))
    assert (len(named), named[0]["hidden"]) == (1, "1")


def test_json_holds_all_that_is_known(scanned):
    file = scanned.folder / "out.json"
    outcome = scanned("export", "--any", "Food", "--to", file)
    assert outcome.lines == [f"1 video written to {file}"]
    (video,) = json.loads(file.read_text())
    assert video["path"] == str(scanned.videos / "feast.mp4")
    assert [(tag["name"], tag["state"], tag["seconds"]) for tag in video["tags"]] == [
        ("Cooking", "suggested", [2]),
        ("Food", "suggested", [0, 1]),
    ]
    assert scanned("export", "--format", "json", "--text", "nothing of the kind").out.split() == ["[", "]"]


def test_a_file_that_is_there_is_not_overwritten(scanned):
    file = scanned.folder / "out.csv"
    file.write_text("mine")
    assert scanned("export", "--to", file).code == 1
    assert file.read_text() == "mine"
    assert scanned("export", "--to", scanned.folder / "no" / "out.csv").code == 1
    assert scanned("export", "--to", file, "--copy-to", scanned.folder).code == 2


def test_names_that_are_no_text_and_no_formulas_to_a_spreadsheet(tmp_path):
    with Library.open(tmp_path / "library.db") as library:
        add(library, "/v", os.fsdecode(b"caf\xe9\n.mp4"))
        library.confirm(1, "@home")
        table, objects = io.StringIO(newline=""), io.StringIO()
        assert write_facts(records_of(library, [1]), table, ExportFormat.CSV) == 1
        assert write_facts(records_of(library, [1]), objects, ExportFormat.JSON) == 1
    table.getvalue().encode("utf-8")
    (row,) = csv.DictReader(io.StringIO(table.getvalue(), newline=""))
    assert (row["path"], row["tags"]) == ("/v/caf\\udce9\n.mp4", "'@home")
    assert json.loads(objects.getvalue())[0]["path"] == os.fsdecode(b"/v/caf\xe9\n.mp4")


def test_originals_are_copied_and_stay_as_they_are(scanned):
    before = content(scanned.videos)
    target = scanned.folder / "for gran" / "2024"
    outcome = scanned("export", "--any", "Animal", "--any", "Food", "--copy-to", target)
    assert outcome.lines == [f"2 copied to {target}"]
    assert content(target) == {name: before[name] for name in ("cat.mp4", "feast.mp4")}
    assert content(scanned.videos) == before
    # Again: nothing to do. Another file of the name stays, and the copy gets a number.
    (target / "cat.mp4").write_bytes(b"another one")
    (target / "notes.txt").write_text("mine")
    assert scanned("export", "--all", "--copy-to", target).lines == [f"3 copied to {target}, 1 there already"]
    assert (target / "cat.mp4").read_bytes() == b"another one"
    assert (target / "cat (2).mp4").read_bytes() == before["cat.mp4"][0]
    assert scanned("export", "--all", "--copy-to", target).lines == [f"0 copied to {target}, 4 there already"]
    assert content(scanned.videos) == before
    assert not [name for name in os.listdir(target) if name.endswith(".part")]


@pytest.mark.parametrize("shift_s", [-1.5, 1.5, 3600, -3599], ids=str)
def test_a_stick_that_rounds_times_holds_the_copy_already(scanned, shift_s):
    """FAT keeps a time to two seconds, and as the clock on the wall showed it."""
    target = scanned.folder / "stick"
    scanned("export", "cat.mp4", "--copy-to", target)
    made_s = (target / "cat.mp4").stat().st_mtime + shift_s
    os.utime(target / "cat.mp4", (made_s, made_s))
    again = scanned("export", "cat.mp4", "--copy-to", target)
    assert again.lines == [f"0 copied to {target}, 1 there already"]
    made_s += 10
    os.utime(target / "cat.mp4", (made_s, made_s))
    assert scanned("export", "cat.mp4", "--copy-to", target).lines == [f"1 copied to {target}"]


def test_what_cannot_be_copied_is_named(scanned):
    (scanned.videos / "cat.mp4").unlink()
    target = scanned.folder / "copies"
    outcome = scanned("export", "cat.mp4", "feast.mp4", "--copy-to", target)
    assert outcome.lines == [f"1 copied to {target}, 1 not copied"]
    assert "cat.mp4: not copied, its file cannot be read" in outcome.err
    scanned("scan")
    assert "its file is missing" in scanned("export", "cat.mp4", "--copy-to", target).err
    assert scanned("export", "feast.mp4", "--copy-to", scanned.videos / "feast.mp4").code == 1


def test_copies_that_do_not_fit_are_not_begun(scanned, monkeypatch):
    monkeypatch.setattr(export, "_ROOM", 1 << 60)
    target = scanned.folder / "copies"
    outcome = scanned("export", "--all", "--copy-to", target)
    assert outcome.code == 1
    assert "are free" in outcome.err
    assert os.listdir(target) == []


def test_copying_can_be_stopped_and_goes_on(scanned):
    target = scanned.folder / "copies"
    stop = threading.Event()
    with Library.open(scanned.library) as library:
        records = list(records_of(library, library.ids()))
    copies = copy_originals(records, target, stop=stop)
    first = next(copies)
    stop.set()
    with pytest.raises(StoppedError):
        next(copies)
    assert [str(target / name) for name in os.listdir(target)] == [first.target]
    assert sum(copy.was_there for copy in copy_originals(records, target)) == 1


def test_a_folder_that_cannot_be_made_is_an_error(scanned):
    with pytest.raises(OutputError, match="cannot be made"):
        list(copy_originals([], scanned.videos / "cat.mp4" / "below"))
