"""Which library a command opens, and what it says and returns when it cannot."""

from __future__ import annotations

import os
import shlex
import sqlite3
from contextlib import closing
from dataclasses import replace

import click
import pytest

from organizer.cli.main import cli
from tests.fakes import colour_bundle, show_labels


def assert_one_sentence(outcome, *words: str) -> None:
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("Error: ")
    assert outcome.err.count("\n") == 1
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


# Which library


@pytest.mark.parametrize("before", [True, False])
def test_the_library_may_be_named_before_and_after_the_command(organizer, before):
    show_labels(organizer.videos / "a.mp4")
    other = organizer.folder / "other.db"
    option = ["--library", str(other)]
    for command in (["scan", organizer.videos], ["list"], ["tag", "a.mp4", "Home"], ["show", "a.mp4"]):
        arguments = [*option, *command] if before else [*command, *option]
        outcome = organizer(*arguments)
        assert (outcome.code, "a.mp4" in outcome.out) == (0, True)
    assert other.exists()
    assert not organizer.library.exists()


def test_the_one_named_last_wins(organizer):
    show_labels(organizer.videos / "a.mp4")
    first, last = organizer.folder / "first.db", organizer.folder / "last.db"
    organizer("--library", first, "scan", organizer.videos, "--library", last)
    assert (first.exists(), last.exists()) == (False, True)


@pytest.mark.parametrize("spelling", ["folder", "folder/", "new folder/"])
def test_a_folder_means_the_library_in_it(organizer, spelling):
    (organizer.folder / "folder").mkdir()
    organizer("scan", organizer.videos, "--library", f"{organizer.folder}/{spelling}")
    assert (organizer.folder / spelling / "library.db").is_file()


def test_without_a_name_it_lies_in_the_data_folder_of_the_platform(organizer, monkeypatch):
    monkeypatch.delenv("ORGANIZER_LIBRARY")
    monkeypatch.setattr(
        "platformdirs.user_data_path", lambda *_, **__: organizer.folder / "data" / "organizer"
    )
    organizer("scan", organizer.videos)
    assert (organizer.folder / "data" / "organizer" / "library.db").is_file()


# Errors


@pytest.mark.parametrize(
    "command", [["list"], ["show", "a.mp4"], ["tag", "a.mp4", "Home"], ["untag", "a.mp4", "Home"], ["retag"]]
)
def test_a_missing_library_is_not_made(organizer, command):
    assert_one_sentence(organizer(*command), str(organizer.library), "organizer scan FOLDER")
    assert not organizer.library.exists()


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (["list"], "Run: organizer scan FOLDER"),
        (["tag", "a.mp4", "Home"], "Run: organizer scan FOLDER"),
        (["scan", "--refresh"], "Run: organizer scan FOLDER"),
        (["show", "no such.mp4"], "Run: organizer scan FOLDER"),
        (["show", "99"], "See: organizer list"),
        (["scan", "--refresh", "no such"], "What is known: organizer list"),
        (["scan", "--refresh", "."], "Run: organizer scan FOLDER"),
        (["scan", "--retry-failed", "no such"], "What is known: organizer list --status failed"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_what_to_do_next_is_about_the_library_that_was_chosen(
    scanned, monkeypatch, tmp_path, command, hint, before
):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    library = scanned.folder / ("o'ther.db" if command[-1] in {"list", "Home", "--refresh"} else "library.db")
    option = ["--library", library]
    outcome = scanned(*option, *command) if before else scanned(*command, *option)
    assert_one_sentence(outcome)
    assert outcome.err.endswith(f" {hint} --library {shlex.quote(str(library))}\n")
    monkeypatch.setenv("ORGANIZER_LIBRARY", str(library))
    assert scanned(*command).err.endswith(f" {hint}\n")


@pytest.mark.parametrize("command", [["show"], ["tag"], ["untag"], ["retag"]])
def test_an_unknown_video(scanned, command):
    extra = ["Home"] if command[0].endswith("tag") and command[0] != "retag" else []
    assert_one_sentence(scanned(*command, "no\nsuch\x1b.mp4", *extra), "no\\nsuch\\x1b.mp4: no such video")


def test_a_missing_folder(organizer):
    show_labels(organizer.videos / "a.mp4")
    outcome = organizer("scan", organizer.videos, organizer.folder / "nowhere")
    assert_one_sentence(outcome, f"{organizer.folder}/nowhere", "does not exist")
    assert organizer.json() == []


@pytest.mark.parametrize(
    "command",
    [
        ["scan"],
        ["scan", "--retry-failed"],
        ["scan", "--again"],
        ["scan", "--refresh"],
        ["open"],
        ["bench"],
        ["models", "import"],
        ["models", "verify", "--golden"],
        ["models", "build", "--handle", "x", "--fit-pca"],
        ["train", "--data", "yt8m", "--vocabulary"],
    ],
)
def test_a_missing_path_is_said_in_one_way(scanned, command):
    missing = scanned.folder / "nowhere"
    assert_one_sentence(scanned(*command, missing), f"{missing}: it does not exist. ")


@pytest.mark.parametrize("command", ["scan", "open"])
def test_where_a_file_is_given_the_folder_to_scan_is_named(organizer, command):
    path = show_labels(organizer.videos / "a.mp4")
    words = f"{path}: it is not a folder. To look at this file, scan the folder that it lies in: "
    assert_one_sentence(organizer(command, path), words + f"{organizer.videos}\n")


@pytest.mark.parametrize("options", [[], ["--retry-failed"], ["--again"]])
def test_no_library_is_left_behind_where_there_is_nothing_to_scan(organizer, options):
    library = organizer.folder / "new.db"
    outcome = organizer("scan", *options, "--library", library)
    assert_one_sentence(
        outcome, f"No folder was ever scanned. Name one: organizer scan FOLDER --library {library}"
    )
    assert not library.exists()


def test_a_library_that_is_none(organizer):
    organizer.library.write_text("These are notes. " * 100)
    assert_one_sentence(organizer("list"), str(organizer.library), "no library of organizer")


def test_a_damaged_library(scanned):
    with closing(sqlite3.connect(scanned.library)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'videos'").fetchone()
    data = bytearray(scanned.library.read_bytes())
    data[(page - 1) * page_size : page * page_size] = b"\x7f" * page_size
    scanned.library.write_bytes(data)
    assert_one_sentence(scanned("list"), str(scanned.library), "malformed")


def test_a_library_of_a_newer_organizer(scanned):
    with closing(sqlite3.connect(scanned.library)) as connection, connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('organizer', 'later', 'now')"
        )
    assert_one_sentence(scanned("list"), "newer organizer", "Update organizer")


@pytest.mark.parametrize("place", ["file/library.db", "file/sub/library.db"])
def test_a_library_that_cannot_be_made(organizer, place):
    (organizer.folder / "file").write_bytes(b"")
    library = organizer.folder / place
    assert_one_sentence(organizer("scan", organizer.videos, "--library", library), str(library))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_library_in_a_folder_without_permission(organizer):
    locked = organizer.folder / "locked"
    locked.mkdir(mode=0o500)
    assert_one_sentence(organizer("scan", organizer.videos, "--library", locked), "locked")


def test_a_model_that_is_not_there(organizer, monkeypatch):
    monkeypatch.setattr("organizer.models.catalogue.bundles", list)
    assert_one_sentence(organizer("scan", organizer.videos), "There is no model 'lite'")


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["list", "--nonsense"], ["list", "--sort", "beauty"], ["list", "--since", "soon"]],
)
def test_what_is_not_understood_ends_in_2(organizer, arguments):
    outcome = organizer(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: " in outcome.err
    assert "Error: " in outcome.err


def test_no_command_shows_the_help(organizer):
    outcome = organizer()
    assert outcome.code == 2
    assert "Commands:" in outcome.out + outcome.err


@pytest.fixture
def add_command(monkeypatch):
    def add(function):
        monkeypatch.setitem(cli.commands, "extra", click.command("extra")(function))

    return add


def raise_(error):
    def function():
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ZeroDivisionError("a\nb"), "something unexpected happened (ZeroDivisionError: a\\nb)"),
        (PermissionError(13, "Permission denied", "/v/a\nb"), "/v/a\\nb: Permission denied."),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "no"), "something unexpected happened"),
    ],
)
def test_what_no_one_expected_is_one_sentence_too(organizer, add_command, error, words):
    add_command(raise_(error))
    assert_one_sentence(organizer("extra"), words)


def test_a_traceback_is_there_for_those_who_ask(organizer, add_command, monkeypatch):
    monkeypatch.setenv("ORGANIZER_DEBUG", "1")
    add_command(raise_(ZeroDivisionError("a")))
    with pytest.raises(ZeroDivisionError):
        organizer("extra")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_a_stop_anywhere_ends_in_130(organizer, add_command, error):
    add_command(raise_(error))
    outcome = organizer("extra")
    assert (outcome.code, outcome.out, outcome.err.strip()) == (130, "", "Stopped.")


# The other commands


def test_models_are_listed(organizer, monkeypatch):
    bundle = replace(colour_bundle(), folder=organizer.folder)
    for file in bundle.files:
        (organizer.folder / file).write_bytes(bytes(1_000_000))
    monkeypatch.setattr("organizer.models.catalogue.bundles", lambda: [bundle])
    outcome = organizer("models")
    assert outcome.code == 0
    assert outcome.lines[0] == "lite 1 (in use): sees colours"
    assert f"  files     3.0 MB in {organizer.folder}, checksums right" in outcome.lines


def test_the_demo_makes_clips_and_a_library_of_its_own(organizer):
    pytest.importorskip("skimage")
    pytest.importorskip("sklearn")
    folder = organizer.folder / "the demo"
    outcome = organizer("demo", "--folder", folder)
    assert (outcome.code, outcome.err) == (0, "")
    names = ["cat.mp4", "coffee.mp4", "motorcycle.mp4", "flower.mp4", "astronaut.mp4"]
    assert [line.split()[0] for line in outcome.lines[:5]] == names
    assert sorted(os.listdir(folder / "clips")) == sorted(names)
    assert not organizer.library.exists()
    assert outcome.lines[-1].endswith(f"--library '{folder}/library.db'")
    organizer("tag", "cat.mp4", "Mine", "--library", folder)
    again = organizer("demo", "--folder", folder)
    assert (again.code, again.lines[0].endswith("Mine (yours)")) == (0, True)
