"""Searches on the command line."""

from __future__ import annotations

import os

import pytest


def listed(terminal, *arguments: str) -> list[str]:
    return sorted({os.path.basename(video["path"]) for video in terminal.json(*arguments)})


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["food"], ["feast.mp4"]),
        (["tag:Food"], ["feast.mp4"]),
        (["food", "OR", "cat"], ["cat.mp4", "feast.mp4"]),
        (["food OR cat"], ["cat.mp4", "feast.mp4"]),
        (["mp4", "-food"], ["2024-05-06 wall.mp4", "broken.mp4", "cat.mp4"]),
        (["-food", "-is:failed"], ["2024-05-06 wall.mp4", "cat.mp4"]),
        # Letters that are options by themselves.
        (["-has"], ["2024-05-06 wall.mp4", "broken.mp4", "cat.mp4", "feast.mp4"]),
        (["-height:<1000", "is:failed"], ["broken.mp4"]),
        (["-(food", "OR", "cat)", "is:ok"], ["2024-05-06 wall.mp4"]),
        (["is:untagged"], ["2024-05-06 wall.mp4", "broken.mp4"]),
        (["date:2024-05-06"], ["2024-05-06 wall.mp4"]),
        (["may 2024"], ["2024-05-06 wall.mp4"]),
        (["length:>=2s", "mp4"], ["feast.mp4"]),
        (["food", "--limit", "1"], ["feast.mp4"]),
        (["mp4", "--tag", "Food"], ["feast.mp4"]),
        (["cat", "--tag", "Food"], []),
        (["mp4", "--where", "food OR cat", "--where", "-cat"], ["feast.mp4"]),
        (["--text", "-x"], []),
        (["--", "-cat"], ["2024-05-06 wall.mp4", "broken.mp4", "feast.mp4"]),
        ([""], ["2024-05-06 wall.mp4", "broken.mp4", "cat.mp4", "feast.mp4"]),
    ],
    # The name of a test is a part of the path, and words would be found in it.
    ids=map(str, range(20)),
)
def test_a_query_lists(scanned, arguments, expected):
    assert listed(scanned, *arguments) == expected


@pytest.mark.parametrize(
    "command", [["list"], ["retag", "--where"], ["list", "--where"], ["searches", "save", "x"]]
)
def test_a_mistake_is_pointed_at(scanned, command):
    outcome = scanned(*command, "cat lenght:3 (a")
    assert (outcome.code, outcome.out) == (2, "")
    lines = outcome.err.splitlines()
    assert "lenght: is nothing to search by" in outcome.err
    at = lines.index("  cat lenght:3 (a")
    assert lines[at + 1] == "      ^^^^^^^"


def test_a_place_is_right_behind_signs_that_are_spelled_out(scanned):
    lines = scanned("list", "\x07 (").err.splitlines()
    assert lines[-2:] == ["  \\x07 (", "       ^"]


def test_an_option_that_is_none_is_still_refused(scanned):
    outcome = scanned("list", "--descnding")
    assert outcome.code == 2
    assert "No such option" in outcome.err


def test_nothing_found_is_said_with_the_tag_that_there_is_not(scanned):
    assert "No video has the tag Wedding" in scanned("list", "tag:Wedding").err
    assert scanned("list", "zzz").err.strip() == "No video fits."


def test_searches_are_kept_and_used(scanned):
    assert "No search is kept yet" in scanned("searches").err
    saved = scanned("searches", "save", "No food", "-food", "length:>0s")
    assert saved.out == "No food: -food length:>0s\n"
    assert scanned("searches").out == "No food  -food length:>0s\n"
    assert listed(scanned, "--saved", "no FOOD", "cat") == ["cat.mp4"]
    unknown = scanned("list", "--saved", "nothing")
    assert unknown.code == 1
    assert "no search is kept under this name" in unknown.err
    assert scanned("searches", "delete", "NO food").code == 0
    assert scanned("searches", "delete", "NO food").code == 1


def test_what_a_search_finds_is_tagged_in_one_step(scanned):
    outcome = scanned("tag", "--where", "food OR cat", "Party", "Home")
    assert outcome.code == 0
    assert ["2 videos" in line for line in outcome.lines] == [True, True]
    assert listed(scanned, "confirmed:party", "tag:home") == ["cat.mp4", "feast.mp4"]
    assert scanned("untag", "--where", "cat", "party").code == 0
    assert listed(scanned, "tag:party") == ["feast.mp4"]
    scanned("undo")
    assert listed(scanned, "tag:party") == ["cat.mp4", "feast.mp4"]
    scanned("untag", "--forget", "--where", "is:ok", "home")
    assert listed(scanned, "tag:home") == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["tag", "--where", "zzz", "Party"], 1, "No video fits."),
        (["tag", "--where", " ", "Party"], 2, "--where is empty"),
        (["tag", "--where", "(", "Party"], 2, "never closed"),
        (["tag", "--where", "cat", "Party", " "], 2, "at least one character"),
        (["tag", "cat.mp4"], 2, "Missing argument"),
        (["show"], 2, "--where"),
        (["show", "cat.mp4", "--where", "cat"], 2, "Name one VIDEO"),
        (["hide", "--where", ""], 2, "--where"),
    ],
)
def test_what_makes_no_sense_is_refused(scanned, arguments, code, message):
    outcome = scanned(*arguments)
    assert outcome.code == code
    assert message in outcome.err
    assert scanned.json("is:confirmed") == []


def test_all_that_a_search_finds_is_shown(scanned):
    outcome = scanned("show", "--where", "food OR cat")
    assert outcome.out.count("\nid  ") == 2
    assert outcome.out.index("cat.mp4") < outcome.out.index("feast.mp4")


def test_other_commands_take_searches_too(scanned):
    assert "1 video" in scanned("retag", "--where", "cat").out
    assert scanned("hide", "--where", "cat").code == 0
    assert listed(scanned, "mp4") == ["2024-05-06 wall.mp4", "broken.mp4", "feast.mp4"]
    assert listed(scanned, "is:hidden") == ["cat.mp4"]
    assert scanned("export", "--where", "food OR wall").out.count(".mp4") == 2
