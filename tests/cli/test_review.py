"""``organizer review``."""

from __future__ import annotations

import io

import pytest

from organizer.library import Library
from organizer.models import catalogue
from tests.teaching.planted import ROOT, TAG, planted, planted_bundle, states


@pytest.fixture
def taught(organizer, monkeypatch):
    """A library of 140 videos of which the first 20 show sunsets, and a tag that was taught with six."""
    bundle = planted_bundle()
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    library, organizer.sunsets = planted(organizer.library)
    library.close()
    assert organizer("teach", TAG, *[f"{ROOT}/{number:03}.mp4" for number in range(6)]).code == 0

    def answering(*lines: str, arguments: tuple[str, ...] = ()):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return organizer("review", *arguments)

    organizer.answering = answering
    return organizer


def state_of(terminal):
    with Library.open(terminal.library) as library:
        return states(library)


def right(terminal, number):
    """Return the answers that fit the next suggestions."""
    with Library.open(terminal.library) as library:
        left = library.reviews.left(library.reviews.newest().id, number)
    return ["y" if item.video_id in terminal.sunsets else "n" for item in left]


def test_answers_that_are_piped_in_are_stored(taught):
    before = state_of(taught)
    outcome = taught.answering("y", "no", "l", "?", "")
    assert outcome.code == 0
    total = sum(state == "maybe" for state in before.values())
    assert outcome.lines[0].startswith(f"1 of {total}  {TAG}?  ")
    assert outcome.lines[1].lstrip().startswith(f"{ROOT}/")
    assert f"  {TAG}: 1 of 1 right (21 to 100 %)" in outcome.lines
    assert "1 put off." in outcome.out
    assert f"{total - 2} of {total} are left. To go on: organizer review --continue" in outcome.out
    found = list(state_of(taught).values())
    assert (found.count("confirmed"), found.count("rejected")) == (7, 1)


def test_a_review_goes_on_where_it_was_left(taught):
    taught.answering("y", "q")
    first = taught("review", "--list")
    assert "Going on with what was begun" in first.err
    outcome = taught.answering("q", arguments=("--continue",))
    assert outcome.lines[0].startswith("2 of ")
    path = first.lines[0].split("  ")[-1]
    assert path in outcome.lines[1]
    taught.answering("u", "q")
    assert list(state_of(taught).values()).count("confirmed") == 6
    again = taught.answering("q", arguments=("--new",))
    assert again.lines[0].startswith("1 of ")
    assert "The review of all suggestions with " in again.err


def test_the_list_has_the_numbers_that_are_asked_by(taught):
    # What was put off, and what is ordered anew, has another place than when the review was begun.
    taught.answering("l", "y", "n", "y", "n", "y", "q")
    listed = {line.split()[0]: line.split("  ")[-1] for line in taught("review", "--list").lines}
    outcome = taught.answering("l", "y", "n", "q", arguments=("--continue",))
    asked = [
        (line.split()[0], path.split("  ")[1])
        for line, path in zip(outcome.lines, outcome.lines[1:], strict=False)
        if f"{TAG}?" in line
    ]
    assert len(asked) == 4
    assert asked[0] == ("6", listed["6"])
    # What is put off comes last; all others move up.
    assert [path for _, path in asked[1:]] == [listed[number] for number in ("7", "8", "9")]
    assert [number for number, _ in asked[1:]] == ["6", "7", "8"]


def test_a_tag_becomes_sure_by_its_review(taught):
    taught("review", "--list")
    outcome = taught.answering(*right(taught, 12))
    assert outcome.code == 0
    assert f"{TAG}: now sure, " in outcome.out


def test_skipping_and_the_end(taught):
    taught("review", "--list")
    outcome = taught.answering("s", "u", *["n"] * 60)
    assert "skipped." in outcome.out
    assert "Undone." in outcome.out
    assert "are done." in outcome.out
    assert list(state_of(taught).values()).count("rejected") >= 10


def test_what_was_put_off_comes_once_more_and_then_waits(taught):
    total = len(taught("review", "--list").lines)
    outcome = taught.answering(*["l"] * 100)
    assert outcome.out.count(f"{TAG}?") == total
    assert f"{total} put off." in outcome.out


def test_ctrl_c_loses_no_answer(taught, monkeypatch):
    class Interrupted(io.StringIO):
        def readline(self, *_):
            line = super().readline()
            if not line:
                raise KeyboardInterrupt
            return line

    monkeypatch.setattr("sys.stdin", Interrupted("y\ny\n"))
    outcome = taught("review")
    assert outcome.code == 130
    assert list(state_of(taught).values()).count("confirmed") == 8


def test_it_may_be_of_some_tags_and_videos(taught):
    listed = taught("review", TAG, "--where", "00", "--list")
    assert listed.code == 0
    assert all("/00" in line for line in listed.lines)
    # Another choice is another review.
    assert len(taught("review", "--list").lines) > len(listed.lines)


def test_what_cannot_be_is_said(taught):
    outcome = taught("review", "--continue")
    assert outcome.code == 1
    assert "No review was begun" in outcome.err
    outcome = taught("review", "Dance")
    assert outcome.code == 1
    assert "all of them were decided about" in outcome.err
    assert taught("review", TAG, "--continue").code == 2


def test_a_tag_that_is_renamed_while_one_answers_ends_nothing(taught, monkeypatch):
    class Renaming(io.StringIO):
        def readline(self, *_):
            with Library.open(taught.library) as library:
                if TAG in library.tag_names():
                    library.rename_tag(TAG, "Evening")
            return super().readline()

    monkeypatch.setattr("sys.stdin", Renaming("y\ny\nq\n"))
    outcome = taught("review")
    assert outcome.code == 0, outcome.err
    assert "unexpected" not in outcome.err
    with Library.open(taught.library) as library:
        assert sum(tag.confirmed for tag in library.tags() if tag.name == "Evening") == 8


def test_a_tag_that_is_none_is_said(taught):
    outcome = taught("review", "Sunse")
    assert outcome.code == 1
    assert "There is no tag Sunse" in outcome.err


class Typed(io.StringIO):
    """What somebody types at a terminal, and the single keys that end a review."""

    def isatty(self):
        return True


def at_terminal(taught, monkeypatch, typed, *arguments):
    monkeypatch.setattr("sys.stdin", Typed(typed))
    monkeypatch.setattr("click.getchar", lambda: "q")
    return taught("review", *arguments)


def test_a_review_that_is_not_at_its_end_makes_way_for_another_when_that_is_said(taught, monkeypatch):
    total = len(taught("review", "--list").lines)
    # Nothing was said in it: nothing is lost, and no question asked.
    outcome = at_terminal(taught, monkeypatch, "", TAG)
    assert f"The review of all suggestions with {total} left has ended." in outcome.err
    taught.answering("y", "q", arguments=("--continue",))
    outcome = at_terminal(taught, monkeypatch, "n\n", TAG, "--where", "00")
    assert (outcome.code, outcome.out.split(" To go on: ")[0].splitlines()[-1]) == (0, "Nothing was begun.")
    assert f"ends the review of {TAG} with {total - 1} left; what you answered stays." in outcome.err
    assert at_terminal(taught, monkeypatch, "", "--continue").lines[0].startswith(f"2 of {total}")
    outcome = at_terminal(taught, monkeypatch, "y\n", TAG, "--where", "00")
    assert f"The review of {TAG} with {total - 1} left has ended." in outcome.err
    assert "1 of " in outcome.out
    # Said in the command, it is not asked again; nor in a script.
    taught.answering("y", "q", arguments=("--continue",))
    outcome = at_terminal(taught, monkeypatch, "", "--new")
    assert (outcome.code, "Begin it?" in outcome.err) == (0, False)
    assert f"The review of {TAG} --where 00 with " in outcome.err
    taught.answering("y", "q", arguments=("--continue",))
    outcome = taught.answering("q", arguments=(TAG,))
    assert (outcome.code, "Begin it?" in outcome.err) == (0, False)
    assert "The review of all suggestions with " in outcome.err


def test_where_nothing_else_waits_the_review_stays(taught):
    taught.answering("y", "q")
    outcome = taught("review", "Dance")
    assert outcome.code == 1
    assert "has ended" not in outcome.err
    assert taught.answering("q", arguments=("--continue",)).lines[0].startswith("2 of ")
