"""``organizer similar``: which videos are like one, and what it says where nothing can be told."""

from __future__ import annotations

import json

import pytest

from organizer.config import vectors_folder
from organizer.types import SampledSeconds
from tests.cli.conftest import install
from tests.fakes import show_labels


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ORGANIZER_CACHE_MB", raising=False)


@pytest.fixture
def alike(organizer):
    """dog.mp4 is like cat.mp4; soup.mp4 is like the third second of mixed.mp4."""
    show_labels(organizer.videos / "cat.mp4", "Animal", "Animal")
    show_labels(organizer.videos / "dog.mp4", "Animal", "Animal", "Animal")
    show_labels(organizer.videos / "mixed.mp4", "Animal", "Concert", "Food")
    show_labels(organizer.videos / "soup.mp4", "Food", "Food")
    (organizer.videos / "broken.mp4").write_bytes(b"")
    assert organizer("scan", organizer.videos).code == 0
    return organizer


def names(outcome):
    assert outcome.code == 0, outcome.err
    return [line.split("/")[-1] for line in outcome.lines[1:]]


def test_the_likest_comes_first_and_never_the_video_itself(alike):
    outcome = alike("similar", "cat.mp4")
    assert outcome.lines[0].split() == ["like", "seconds", "video"]
    assert names(outcome)[0] == "dog.mp4"
    assert sorted(names(outcome)) == ["dog.mp4", "mixed.mp4", "soup.mp4"]
    first = outcome.lines[1].split()
    assert (first[0], first[3], first[5]) == ("1", "->", f"{alike.videos}/dog.mp4")
    assert float(first[1]) > 0.9


def test_like_one_second(alike):
    first = json.loads(alike("similar", "mixed.mp4", "--second", "2", "--json").lines[0])
    assert first["path"] == f"{alike.videos}/soup.mp4"
    assert (first["rank"], first["second"]) == (1, 2)
    assert first["likeness"] == pytest.approx(1, abs=0.05)
    found = [json.loads(line) for line in alike("similar", "soup.mp4", "--second", "0", "--json").lines]
    assert (found[0]["path"], found[0]["their_second"]) == (f"{alike.videos}/mixed.mp4", 2)


@pytest.mark.parametrize("text", ["2", "2.9", "0:02", "0:02.5", "0:00:02", "2s", " 2 "])
def test_a_second_is_written_as_a_clock_shows_it_too(alike, text):
    first = json.loads(alike("similar", "mixed.mp4", "--second", text, "--json").lines[0])
    assert (first["second"], first["path"]) == (2, f"{alike.videos}/soup.mp4")


@pytest.mark.parametrize("text", ["", "-1", "1:2", ":05", "1:2:3:4", "soon", "nan", "1e3"])
def test_what_is_no_time_is_refused_with_how_to_write_one(alike, text):
    outcome = alike("similar", "mixed.mp4", "--second", text)
    assert outcome.code == 2
    assert "is no time. Write it as 75, 1:15 or 1:02:03." in outcome.err


def test_a_limit(alike):
    assert len(names(alike("similar", "cat.mp4", "--limit", "1"))) == 1
    assert alike("similar", "cat.mp4", "--limit", "0").code == 2


def test_hidden_videos_are_left_out(alike):
    alike("hide", "dog.mp4")
    assert "dog.mp4" not in names(alike("similar", "cat.mp4"))
    alike("unhide", "dog.mp4")
    assert names(alike("similar", "cat.mp4"))[0] == "dog.mp4"


def test_a_missing_video_is_left_out(alike):
    (alike.videos / "dog.mp4").unlink()
    assert alike("scan", alike.videos).code == 0
    assert "dog.mp4" not in names(alike("similar", "cat.mp4"))


def test_a_video_that_could_not_be_read(alike):
    outcome = alike("similar", "broken.mp4")
    assert (outcome.code, outcome.out) == (1, "")
    assert "broken.mp4: it could not be read" in outcome.err
    assert "scan its folder again" in outcome.err


def test_a_second_that_nobody_looked_at(alike):
    outcome = alike("similar", "cat.mp4", "--second", "50")
    assert outcome.code == 1
    assert "nobody looked at 0:50 of it, only at its seconds from 0:00 to 0:01" in outcome.err


def test_a_second_between_those_that_were_looked_at(alike, monkeypatch):
    install(monkeypatch, sampled=SampledSeconds(1, 2))
    assert alike("scan", alike.videos).code == 0
    (line, *_) = alike("similar", "dog.mp4", "--second", "2", "--json").lines
    assert json.loads(line)["second"] == 1


def test_another_model_cannot_be_compared(alike, monkeypatch):
    install(monkeypatch, backbone="d" * 64)
    outcome = alike("similar", "cat.mp4")
    assert (outcome.code, outcome.out) == (1, "")
    assert "another model looked at it" in outcome.err
    assert "organizer scan FOLDER" in outcome.err


def test_videos_of_another_model_are_said(alike, monkeypatch):
    install(monkeypatch, backbone="d" * 64)
    more = alike.folder / "more"
    more.mkdir()
    show_labels(more / "one.mp4", "Animal")
    show_labels(more / "two.mp4", "Animal", "Food")
    assert alike("scan", more).code == 0
    outcome = alike("similar", "one.mp4")
    assert names(outcome) == ["two.mp4"]
    assert "4 videos left out: the model in use has not looked at them." in outcome.err


def test_nothing_to_compare_with(organizer):
    show_labels(organizer.videos / "cat.mp4", "Animal")
    organizer("scan", organizer.videos)
    outcome = organizer("similar", "cat.mp4")
    assert (outcome.code, outcome.out) == (0, "")
    assert "No other video can be compared with it." in outcome.err


def test_a_video_that_there_is_not(alike):
    outcome = alike("similar", "bird.mp4")
    assert outcome.code == 1
    assert "bird.mp4" in outcome.err


def test_what_is_kept_is_told_and_deleted(alike):
    alike("similar", "cat.mp4")
    assert len(list(vectors_folder().iterdir())) == 1
    assert "to tell which videos are alike: 1 files" in alike("cache").out
    assert alike("cache", "--clear").code == 0
    assert list(vectors_folder().iterdir()) == []
    assert names(alike("similar", "cat.mp4"))[0] == "dog.mp4"


def test_nothing_is_kept_where_nothing_shall_be(alike, monkeypatch):
    monkeypatch.setenv("ORGANIZER_CACHE_MB", "0")
    assert names(alike("similar", "cat.mp4"))[0] == "dog.mp4"
    assert not vectors_folder().exists()
