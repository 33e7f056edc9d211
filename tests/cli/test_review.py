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
    assert taught.answering("q", arguments=("--new",)).lines[0].startswith("1 of ")


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
