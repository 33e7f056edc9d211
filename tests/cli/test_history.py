"""What is done to many videos, tags and folders on the command line, and taken back again."""

from __future__ import annotations

import io
import os

import pytest

from organizer.library.deciding import retagging
from tests.cli.conftest import install


def tags_of(organizer) -> dict[str, list[str]]:
    return {
        os.path.basename(video["path"]): [tag["name"] for tag in video["tags"] if tag["state"] != "rejected"]
        for video in organizer.json()
    }


def names(outcome) -> list[str]:
    return [os.path.basename(line.split("  ")[0]) for line in outcome.lines]


def test_videos_are_hidden_and_shown_again(scanned):
    outcome = scanned("hide", "cat.mp4", "feast.mp4")
    assert outcome.lines == ["Hidden, 2 videos. To undo: organizer undo 1"]
    assert names(scanned("list")) == ["2024-05-06 wall.mp4", "broken.mp4"]
    assert scanned("unhide", "--tag", "Animal").lines == ["Shown again, 1 video. To undo: organizer undo 2"]
    assert names(scanned("list", "--tag", "Animal")) == ["cat.mp4"]
    assert names(scanned("list", "--hidden")) == ["feast.mp4"]
    assert scanned("unhide", "--all").lines == ["Shown again, 1 video. To undo: organizer undo 3"]
    assert scanned("hide", "--untagged").lines == ["Hidden, 2 videos. To undo: organizer undo 4"]
    assert scanned("undo").lines == ["Undone: Hidden (2 videos)"]
    assert len(scanned("list").lines) == 4


def test_favourites_and_ratings(scanned, monkeypatch):
    assert scanned("favourite", "--any", "Animal", "--any", "Food").code == 0
    assert scanned("favourite", "--no", "feast.mp4").lines == [
        "No favourite any more, 1 video. To undo: organizer undo 2"
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n3\n"))
    assert scanned("rate", "4", "--stdin").lines == ["Rated 4 of 5, 2 videos. To undo: organizer undo 3"]
    assert scanned("rate", "4", "cat.mp4").lines[0].startswith(("Rated", "Nothing changed"))
    found = {os.path.basename(video["path"]): video for video in scanned.json()}
    assert [found[name]["favourite"] for name in ("cat.mp4", "feast.mp4")] == [True, False]
    assert {video["rating"] for video in found.values()} == {0, 4}
    assert scanned("rate", "6", "cat.mp4").code == 2


def test_who_names_no_video_does_not_mean_all(scanned):
    for command in (("hide",), ("favourite",), ("rate", "3"), ("unhide",)):
        outcome = scanned(*command)
        assert outcome.code == 2
        assert "--all" in outcome.err
    assert scanned("hide", "--tag", "Dog").err.startswith("No video fits.")
    assert scanned("hide", scanned.videos).err.count("organizer hide --text") == 1
    assert scanned("history").lines == []


def test_the_history_is_listed_undone_and_redone(scanned):
    scanned("tag", "cat.mp4", "Holiday")
    scanned("favourite", "--all")
    before = tags_of(scanned)
    lines = scanned("history").lines
    assert lines[0].endswith("Marked as favourite, 4 videos")
    assert lines[1].endswith(f"Tagged Holiday, 1 video: {scanned.videos / 'cat.mp4'}")
    assert scanned("history", "--limit", "1", "--before", "2").lines == lines[1:]
    assert scanned("undo").lines == ["Undone: Marked as favourite (4 videos)"]
    assert scanned("undo").lines == ["Undone: Tagged Holiday (1 video)"]
    outcome = scanned("undo")
    assert (outcome.code, outcome.err) == (1, "There is nothing to undo.\n")
    assert [line.endswith("(undone)") for line in scanned("history").lines] == [True, True]
    assert scanned("redo").lines == ["Done again: Tagged Holiday (1 video)"]
    assert scanned("redo", "2").lines == ["Done again: Marked as favourite (4 videos)"]
    assert tags_of(scanned) == before
    assert scanned("redo").err == "There is nothing to redo.\n"
    for command, number, words in (("undo", "99", "no such step"), ("redo", "1", "was not undone")):
        outcome = scanned(command, number)
        assert outcome.code == 1
        assert words in outcome.err


def test_what_could_not_be_restored_is_said(scanned):
    scanned("favourite", "--all")
    scanned("favourite", "--no", "cat.mp4")
    outcome = scanned("undo", "1")
    assert outcome.lines == ["Undone: Marked as favourite (3 videos)"]
    assert outcome.err == "1 video left alone: something was decided there since.\n"


def test_tags_are_managed(scanned):
    scanned("tag", "cat.mp4", "Holiday")
    scanned("tag", "feast.mp4", "Vacation")
    assert scanned("tags", "rename", "Holiday", "Summer break").lines == [
        "Tag Holiday renamed to Summer break, 1 video. To undo: organizer undo 3"
    ]
    assert scanned("tags", "merge", "vacation", "--into", "Summer break").code == 0
    assert tags_of(scanned)["feast.mp4"][-1] == "Summer break"
    assert scanned("tags", "colour", "Summer break", "#FF8800").code == 0
    assert scanned("tags", "hide", "animal").lines == [
        "Label Animal hidden, 1 video. To undo: organizer undo 6"
    ]
    lines = {line.split("  ")[0].strip(): line for line in scanned("tags").lines}
    assert lines["Summer break"].split("  ")[-1].strip() == "2, 2 confirmed, yours, #ff8800"
    assert lines["Animal"].endswith("0, hidden")
    assert lines["Food"].endswith(" 1")
    assert len(lines) == 11
    assert tags_of(scanned)["cat.mp4"] == ["Summer break"]
    refused = scanned("tag", "cat.mp4", "Animal")
    assert refused.code == 1
    assert "organizer tags show Animal" in refused.err
    assert scanned("tags", "show", "Animal").lines[0].startswith("Label Animal shown again, 1 video")
    assert scanned("tags", "delete", "Summer break").lines[0].startswith("Tag Summer break deleted, 2 videos")
    assert scanned("tags", "delete", "Animal").code == 1
    assert scanned("tags", "colour", "Food", "red").code == 1
    assert scanned("tags", "merge", "Food", "--into", "Animal").code == 1
    for _ in range(6):
        assert scanned("undo").code == 0
    assert tags_of(scanned)["cat.mp4"] == ["Animal", "Holiday"]


def test_folders_are_managed(scanned, monkeypatch):
    trip = scanned.videos / "trip"
    trip.mkdir()
    (scanned.videos / "cat.mp4").rename(trip / "cat.mp4")
    scanned("scan")
    scanned("tag", "cat.mp4", "Holiday")
    assert scanned("folders").lines == [f"{scanned.videos}  4 videos, 1 not readable"]
    monkeypatch.chdir(scanned.videos)
    assert scanned("folders", "exclude", "trip").lines == [
        f"{trip} left out from now on, 1 video. To undo: organizer undo 2"
    ]
    assert scanned("folders").lines == [
        f"{scanned.videos}  3 videos, 1 not readable",
        f"left out: {trip}",
    ]
    # Scans pass over it, and refuse to begin there.
    assert scanned("scan").code == 0
    assert "cat.mp4" not in tags_of(scanned)
    refused = scanned("scan", trip)
    assert refused.code == 1
    assert f"organizer folders include {trip}" in refused.err
    assert scanned("folders", "include", "trip").code == 0
    assert scanned("scan").code == 0
    assert tags_of(scanned)["cat.mp4"] == ["Animal", "Holiday"]
    assert scanned("folders", "exclude", "feast*").code == 0
    assert scanned("scan").code == 0
    assert "feast.mp4" not in tags_of(scanned)
    assert scanned("undo").code == 0
    assert "feast.mp4" in tags_of(scanned)
    # Forgotten: the next scan of it finds the tags again.
    assert scanned("folders", "forget", ".").code == 2
    assert (
        scanned("folders", "forget", ".", "--keep-tags")
        .lines[0]
        .startswith(f"Folder {scanned.videos} forgotten, its tags are kept, 4 videos.")
    )
    assert scanned("folders").lines == []
    assert scanned("scan", scanned.videos).code == 0
    assert tags_of(scanned)["cat.mp4"] == ["Animal", "Holiday"]
    assert scanned("folders", "forget", scanned.videos, "--drop-tags").code == 0
    assert scanned("scan", scanned.videos).code == 0
    assert tags_of(scanned)["cat.mp4"] == ["Animal"]
    assert scanned("folders", "forget", "/nowhere", "--keep-tags").code == 1
    assert sorted(os.listdir(scanned.videos)) == ["2024-05-06 wall.mp4", "broken.mp4", "feast.mp4", "trip"]


def test_tagging_again_is_shown_before_and_undone_after(scanned, monkeypatch):
    install(monkeypatch, version="2", unsure=("Animal", "Food"), maybe_threshold=0.3)
    scanned("tag", "feast.mp4", "Food")
    before = scanned.json()
    outcome = scanned("retag", "--preview")
    assert outcome.lines == [
        f"{scanned.videos}/cat.mp4: -Animal +Animal?",
        "3 videos would be tagged again with lite 2, 1 would change",
        "removed: Animal 1",
        "maybes added: Animal 1",
    ]
    assert scanned.json() == before
    assert scanned("retag").code == 0
    assert scanned.json() != before
    assert scanned("undo").lines == ["Undone: Tagged again with lite 2 (3 videos)"]
    assert scanned.json() == before


def test_a_run_of_long_ago_is_listed_without_its_undo(scanned, monkeypatch):
    install(monkeypatch, version="2", unsure=("Animal",))
    monkeypatch.setattr(retagging, "KEPT_VIDEOS", 1)
    scanned("retag")
    install(monkeypatch, version="3", unsure=("Food",))
    scanned("retag")
    new, old = scanned("history").lines
    assert new.endswith("Tagged again with lite 3, 3 videos")
    assert old.endswith("Tagged again with lite 2, 3 videos  (too long ago to undo)")
    assert scanned("undo").code == 0
    assert scanned("undo").err == "There is nothing to undo.\n"
    assert "too long ago" in scanned("undo", "1").err


def test_a_preview_says_what_you_keep(scanned, monkeypatch):
    scanned("tag", "feast.mp4", "Food")
    install(monkeypatch, version="2", unsure=("Food",))
    assert scanned("retag", "--preview").lines == [
        f"{scanned.videos}/feast.mp4: =Food",
        "3 videos would be tagged again with lite 2, 0 would change",
        "kept by you: Food 1",
    ]


@pytest.mark.parametrize("command", ["favourite", "hide", "undo"])
def test_without_a_library_it_says_so(organizer, command):
    outcome = organizer(command, *(["--all"] if command != "undo" else []))
    assert outcome.code == 1
    assert "no library" in outcome.err
