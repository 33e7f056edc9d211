from __future__ import annotations

import pytest

from organizer.text import count
from tests.cli.conftest import install


def states(organizer, name: str) -> dict[str, str]:
    (video,) = organizer.json("--text", name)
    return {tag["name"]: tag["state"] for tag in video["tags"]}


def test_tags_are_confirmed_and_added(scanned):
    outcome = scanned("tag", "cat.mp4", "animal", "Gran's  house")
    assert (outcome.code, outcome.lines) == (
        0,
        ["cat.mp4: Animal 0.90 (yours), Gran's house (yours)", "Gran's house is a new tag."],
    )
    assert states(scanned, "cat.mp4") == {"Animal": "confirmed", "Gran's house": "confirmed"}


def test_a_new_tag_is_said_once_with_the_one_that_was_meant(scanned):
    scanned("tag", "cat.mp4", "Dog")
    assert scanned("tag", "feast.mp4", "Dgo", "dgo", "Dog").lines[1:] == [
        "Dgo is a new tag. Did you mean Dog?"
    ]
    assert set(states(scanned, "feast.mp4")) == {"Cooking", "Food", "Dgo", "Dog"}
    assert len(scanned("tag", "cat.mp4", "DGO", "dance").lines) == 1
    assert scanned("tag", "cat.mp4", "Anmal").lines[1:] == ["Anmal is a new tag. Did you mean Animal?"]
    assert scanned("tag", "cat.mp4", "x\u2028\u202ey").lines[1:] == ["x \\u202ey is a new tag."]


def test_a_video_may_be_named_by_path_and_id(scanned):
    (video,) = scanned.json("--text", "cat.mp4")
    assert scanned("tag", video["path"], "Home").code == 0
    assert scanned("tag", str(video["id"]), "Pets").code == 0
    assert states(scanned, "cat.mp4") == {"Animal": "suggested", "Home": "confirmed", "Pets": "confirmed"}


def test_tags_are_rejected_and_stay_so(scanned):
    scanned("tag", "cat.mp4", "Home")
    outcome = scanned("untag", "cat.mp4", "Animal", "Home", "Dance")
    assert (outcome.code, outcome.out) == (0, "cat.mp4: not Animal, not Dance\n")
    assert states(scanned, "cat.mp4") == {"Animal": "rejected", "Dance": "rejected"}
    scanned("retag")
    assert states(scanned, "cat.mp4") == {"Animal": "rejected", "Dance": "rejected"}


def test_a_decision_can_be_taken_back(scanned):
    scanned("untag", "cat.mp4", "Animal", "Dance")
    outcome = scanned("untag", "--forget", "cat.mp4", "Animal", "Dance")
    assert (outcome.code, outcome.lines) == (0, ["cat.mp4: Animal 0.90"])
    assert states(scanned, "cat.mp4") == {"Animal": "suggested"}
    scanned("tag", "cat.mp4", "Animal")
    scanned("untag", "--forget", "cat.mp4", "Animal")
    assert states(scanned, "cat.mp4") == {"Animal": "suggested"}


def test_what_the_newest_model_does_not_suggest_is_gone_without_the_decision(scanned, monkeypatch):
    scanned("tag", "cat.mp4", "Animal")
    install(monkeypatch, version="2", unsure=("Animal",))
    scanned("retag")
    assert scanned("untag", "--forget", "cat.mp4", "Animal").lines == ["cat.mp4: no tag"]


def test_a_suggestion_is_no_decision_to_take_back(scanned):
    outcome = scanned("untag", "--forget", "cat.mp4", "Animal")
    assert (outcome.code, outcome.lines) == (
        0,
        ["cat.mp4: there was no decision to take back about Animal", "cat.mp4: Animal 0.90"],
    )
    assert states(scanned, "cat.mp4") == {"Animal": "suggested"}


def test_a_tag_that_is_not_there_cannot_be_taken_away(scanned):
    outcome = scanned("untag", "cat.mp4", "No such")
    assert (outcome.code, outcome.lines) == (
        0,
        ["cat.mp4: it does not carry the tag No such", "cat.mp4: Animal 0.90"],
    )
    assert scanned("untag", "cat.mp4", "Dance").lines == ["cat.mp4: Animal 0.90, not Dance"]
    # What was rejected before is not said again.
    assert scanned("untag", "cat.mp4", "food").lines == ["cat.mp4: Animal 0.90, not Food"]
    assert scanned("untag", "--forget", "cat.mp4", "food").lines == ["cat.mp4: Animal 0.90"]
    assert states(scanned, "cat.mp4") == {"Animal": "suggested", "Dance": "rejected"}


def test_a_maybe_is_named_as_it_is_listed(unsure):
    assert unsure("tag", "cat.mp4", "Animal?").lines == ["cat.mp4: Animal 0.40 (yours)"]
    assert states(unsure, "cat.mp4") == {"Animal": "confirmed"}
    assert unsure("untag", "--forget", "cat.mp4", "Animal?").lines == ["cat.mp4: Animal? 0.40"]
    assert unsure("untag", "cat.mp4", "Animal?").code == 0
    assert states(unsure, "cat.mp4") == {"Animal": "rejected"}


def test_a_new_tag_that_looks_like_a_maybe_is_refused(unsure):
    outcome = unsure("tag", "cat.mp4", "Dance", "Beach?")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "Error: Beach?: a question mark at the end of a tag marks a maybe, and this tag is none. "
        "Leave it out.\n"
    )
    assert states(unsure, "cat.mp4") == {"Animal": "suggested"}


@pytest.mark.parametrize("command", ["tag", "untag"])
def test_an_empty_tag_is_not_understood(scanned, command):
    outcome = scanned(command, "cat.mp4", "Dance", " ")
    assert (outcome.code, outcome.out) == (2, "")
    assert "at least one character" in outcome.err
    assert states(scanned, "cat.mp4") == {"Animal": "suggested"}


@pytest.mark.parametrize("command", ["tag", "untag"])
def test_one_bad_tag_and_nothing_is_stored(scanned, command):
    outcome = scanned(command, "cat.mp4", "Dance", "x" * 61)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "Error: A tag has 1 to 60 characters, this one has 61.\n"
    assert states(scanned, "cat.mp4") == {"Animal": "suggested"}


@pytest.mark.parametrize("arguments", [["tag"], ["tag", "cat.mp4"], ["untag", "cat.mp4"], ["show"]])
def test_an_incomplete_command_is_not_understood(scanned, arguments):
    outcome = scanned(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Missing argument" in outcome.err


def test_retag_reports_what_changed_and_keeps_decisions(scanned, monkeypatch):
    scanned("tag", "feast.mp4", "Cooking")
    install(monkeypatch, version="2", unsure=("Animal", "Cooking"))
    assert scanned("retag").lines == [
        f"{scanned.videos}/cat.mp4: -Animal",
        "3 videos tagged again with lite 2, 1 changed",
        "removed: Animal 1",
        "In this library now: 2 tags, 0 maybes",
    ]
    assert states(scanned, "feast.mp4") == {"Food": "suggested", "Cooking": "confirmed"}
    install(monkeypatch, version="3")
    assert scanned("retag", "--status", "ok").lines == [
        f"{scanned.videos}/cat.mp4: +Animal",
        "3 videos tagged again with lite 3, 1 changed",
        "added: Animal 1",
        "In this library now: 3 tags, 0 maybes",
    ]


@pytest.mark.parametrize(
    ("arguments", "tagged"),
    [
        (["cat.mp4"], 1),
        (["cat.mp4", "cat.mp4"], 1),
        (["cat.mp4", "feast.mp4"], 2),
        (["--tag", "Food"], 1),
        (["cat.mp4", "--tag", "Food"], 0),
        (["cat.mp4", "feast.mp4", "--tag", "Food"], 1),
        (["--untagged", "--status", "ok"], 1),
    ],
)
def test_retag_takes_the_videos_that_are_named_and_fit(scanned, arguments, tagged):
    assert scanned("retag", *arguments).lines == [
        f"{count(tagged, 'video')} tagged again with lite 1, 0 changed"
    ]


def test_retag_of_another_space_asks_for_a_scan(scanned, monkeypatch):
    install(monkeypatch, version="2", backbone="d" * 64)
    lines = scanned("retag").lines
    assert lines[0] == "0 videos tagged again with lite 2, 0 changed"
    # Not the broken one: no scan looks at it while it is as it is.
    words = "3 videos left out: without features of this model. To look at them: organizer scan"
    assert lines[1:] == [words]
