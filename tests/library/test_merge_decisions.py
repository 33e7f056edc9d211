"""The newest decision about each tag holds; a merge is undone as one step."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from organizer.library import Library
from organizer.library.actions import MarkChange, StepKind
from organizer.library.changes import Conflict
from organizer.library.deciding import decisions, journal
from organizer.library.deciding import marks as deciding_marks
from organizer.library.filters import Sort, VideoFilter
from organizer.library.history import undo, undo_one
from organizer.types import TagState
from tests.library.build import add, tagging, tags
from tests.library.merged import dump, merge, rows, view
from tests.library.random_library import check_counts, known_videos

SUGGESTED = "Animal"


@dataclass
class Person:
    """Decides at times that the test says."""

    patch: pytest.MonkeyPatch

    def act(self, library: Library, video: int, step: str) -> None:
        """Do one thing, such as ``confirm 3``: at three o'clock."""
        what, hour = step.split()
        for module in (decisions, journal, undo, undo_one):
            self.patch.setattr(module, "now_text", lambda: f"2024-05-01T{int(hour):02}:00:00+00:00")
        getattr(library, what)(video, SUGGESTED)
        self.patch.undo()


@pytest.fixture
def person(monkeypatch):
    return Person(monkeypatch)


@pytest.fixture
def other(tmp_path):
    library = Library.open(tmp_path / "other.db")
    yield library
    library.close()


def both(library, other, *suggested: str) -> None:
    for one in (library, other):
        add(one, "/v", "a.mp4", *suggested, content="a")


def state(library, video: int = 1) -> str | None:
    return tags(library, video).get(SUGGESTED)


def journal_of(library) -> list[tuple[str | None, str | None, bool, bool]]:
    """States before and after, whether undone, whether a merge wrote it."""
    entries = rows(
        library, "SELECT before_row, after_row, undone_at, merge_id FROM decision_journal ORDER BY id"
    )
    return [
        (*(row and json.loads(row)["state"] for row in entry[:2]), entry[2] is not None, entry[3] is not None)
        for entry in entries
    ]


DECIDED = [
    # What was done here and there; who holds; whether it is a conflict.
    ([], ["confirm 1"], "confirmed", False),
    ([], ["reject 1"], "rejected", False),
    (["confirm 1"], [], "confirmed", False),
    (["confirm 1"], ["confirm 2"], "confirmed", False),
    (["confirm 1"], ["reject 2"], "rejected", True),
    (["confirm 2"], ["reject 1"], "confirmed", True),
    (["confirm 1"], ["reject 1"], "confirmed", True),
    (["confirm 1", "reject 4"], ["reject 2", "confirm 3"], "rejected", True),
    (["confirm 1", "reject 3"], ["reject 2", "confirm 4"], "confirmed", True),
    # Taking back is a decision too.
    (["confirm 1"], ["confirm 1", "forget 2"], "suggested", True),
    (["confirm 3"], ["confirm 1", "forget 2"], "confirmed", True),
    (["confirm 1"], ["confirm 1", "undo 2"], "suggested", True),
    (["confirm 1", "forget 2"], ["confirm 3"], "confirmed", True),
    (["confirm 1", "forget 3"], ["confirm 2"], "suggested", True),
    (["confirm 1", "forget 3"], ["confirm 2", "forget 4"], "suggested", False),
    ([], ["confirm 1", "forget 2"], "suggested", False),
]


@pytest.mark.parametrize("suggested", [True, False])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("here", "there", "holds", "differ"), DECIDED)
def test_the_newest_holds_whoever_comes_to_whom(
    library, other, person, here, there, holds, differ, swapped, suggested
):
    if swapped:
        library, other = other, library
    both(library, other, *[SUGGESTED] * suggested)
    for one, steps in ((library, here), (other, there)):
        for step in steps:
            person.act(one, 1, step)
    before, unmerged = state(library), view(library)["a"]["tags"]
    merged = merge(library, other)
    expected = holds if suggested or holds != "suggested" else None
    assert state(library) == expected
    assert len(merged.conflicts) == differ
    check_counts(library, known_videos(library))
    if merged.conflicts:
        (conflict,) = merged.conflicts
        assert (conflict.path, conflict.tag) == ("/v/a.mp4", SUGGESTED)
        assert conflict.other_wins == (state(library) != before)
    # Again, nothing changes, however often.
    once = dump(library)
    assert merge(library, other).counts.is_empty
    assert dump(library) == once
    # And the other one agrees.
    merge(other, library)
    assert state(other) == expected
    undone = library.merges.undo()
    assert (undone is not None and undone.decisions) == (expected != before) or undone is None
    assert state(library) == before
    assert [row[:6] for row in view(library)["a"]["tags"]] == [row[:6] for row in unmerged]
    check_counts(library, known_videos(library))
    # As if it had never been: merged again, it comes again.
    merge(library, other)
    assert state(library) == expected


def test_the_last_merge_is_undone_and_no_earlier_one(library, other, person, tmp_path):
    """Also where it brought no decisions; one that changed nothing counts for none."""
    both(library, other)
    person.act(other, 1, "confirm 1")
    merge(library, other)
    with Library.open(tmp_path / "third.db") as third:
        add(third, "/v", "c.mp4", content="c")
        merge(library, third)
        merge(library, other)
        undone = library.merges.undo()
        assert (undone.sources, undone.decisions) == ((str(third.path),), 0)
    assert state(library) == "confirmed"
    undone = library.merges.undo()
    assert (undone.sources, undone.decisions) == ((str(other.path),), 1)
    assert state(library) is None
    assert library.merges.undo() is None


def test_a_conflict_says_what_each_decided(library, other, person):
    both(library, other, SUGGESTED)
    person.act(library, 1, "confirm 1")
    person.act(other, 1, "confirm 1")
    person.act(other, 1, "forget 2")
    assert merge(library, other, dry=True).conflicts == [
        Conflict("/v/a.mp4", SUGGESTED, TagState.CONFIRMED, None, other_wins=True)
    ]
    assert state(library) == "confirmed"


def test_a_new_video_brings_its_history(library, other, person):
    add(other, "/v", "a.mp4", SUGGESTED, content="a")
    for step in ("confirm 1", "reject 2"):
        person.act(other, 1, step)
    merged = merge(library, other)
    assert merged.counts.decisions == 1
    assert journal_of(library) == [
        ("suggested", "confirmed", False, True),
        ("confirmed", "rejected", False, True),
    ]
    assert state(library) == "rejected"
    # Step by step, as in the other library.
    for expected in ("confirmed", "suggested"):
        assert library.undo(1, SUGGESTED)
        assert state(library) == expected
    assert not library.undo(1, SUGGESTED)


def test_decisions_of_before_there_was_a_journal_are_undone_too(library, other, person):
    """The library of an older organizer: its first decisions are in no journal."""
    add(other, "/v", "a.mp4", SUGGESTED, content="a")
    add(other, "/v", "b.mp4", content="b")
    for video in (1, 2):
        person.act(other, video, "confirm 1")
    rows(other, "DELETE FROM decision_journal")
    other._database.conn.commit()
    person.act(other, 2, "reject 2")
    merge(library, other)
    assert journal_of(library) == [
        (None, "confirmed", False, True),
        (None, "confirmed", False, True),
        ("confirmed", "rejected", False, True),
    ]
    assert library.merges.undo().decisions == 2
    assert [state(library, video) for video in (1, 2)] == ["suggested", None]


def test_undo_leaves_videos_and_what_was_decided_since(library, other, person):
    both(library, other, SUGGESTED)
    add(other, "/v", "b.mp4", SUGGESTED, content="b")
    person.act(library, 1, "confirm 1")
    for video in (1, 2):
        person.act(other, video, "reject 2")
        other.confirm(video, "Holiday")
    merge(library, other)
    library.confirm(2, SUGGESTED)
    undone = library.merges.undo()
    assert (undone.decisions, undone.kept) == (3, 1)
    assert undone.sources == (str(other.path),)
    assert tags(library, 1) == {SUGGESTED: "confirmed"}
    assert tags(library, 2) == {SUGGESTED: "confirmed"}
    assert library.count() == 2
    check_counts(library, known_videos(library))
    # Only once.
    assert library.merges.undo() is None
    # What was decided since then can be undone by itself.
    assert library.undo(2, SUGGESTED)
    assert tags(library, 2) == {SUGGESTED: "rejected"}


def test_what_was_undone_by_itself_stays_undone(library, other, person):
    both(library, other, SUGGESTED)
    person.act(other, 1, "confirm 1")
    merge(library, other)
    assert library.undo(1, SUGGESTED)
    # That is a decision of its own, and the newest.
    assert merge(library, other).counts.decisions == 0
    assert state(library) == "suggested"
    assert library.merges.undo().decisions == 0
    assert state(library) == "suggested"


def test_undo_gives_back_what_the_newest_tagging_says(library, other, person):
    both(library, other, SUGGESTED)
    person.act(other, 1, "confirm 1")
    merge(library, other)
    library.contents.store_tagging([(1, tagging("Food", bundle="lite 2"))])
    assert tags(library, 1) == {SUGGESTED: "confirmed", "Food": "suggested"}
    library.merges.undo()
    assert tags(library, 1) == {"Food": "suggested"}


def test_the_last_merge_is_undone_first(tmp_path, library, other, person):
    both(library, other, SUGGESTED)
    person.act(other, 1, "confirm 1")
    with Library.open(tmp_path / "third.db") as third:
        add(third, "/v", "a.mp4", SUGGESTED, content="a")
        person.act(third, 1, "reject 2")
        merge(library, other)
        merge(library, third)
        # One that brings no decision is none to undo.
        merge(library, third)
    for expected, source in (("confirmed", "third.db"), ("suggested", "other.db")):
        undone = library.merges.undo()
        assert undone.sources == (str(tmp_path / source),)
        assert state(library) == expected
    assert library.merges.undo() is None


def test_decisions_pass_on_from_library_to_library(tmp_path, library, other, person):
    """With the time at which they were made, not merged."""
    both(library, other, SUGGESTED)
    person.act(library, 1, "confirm 2")
    person.act(other, 1, "reject 1")
    with Library.open(tmp_path / "between.db") as between:
        add(between, "/v", "a.mp4", SUGGESTED, content="a")
        merge(between, other)
        assert state(between) == "rejected"
        merge(library, between)
        assert state(library) == "confirmed"
        merge(between, library)
        assert state(between) == "confirmed"


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_three_libraries_come_to_the_same_in_any_order(tmp_path, person, order):
    paths = []
    for number, step in enumerate(("confirm 1", "reject 2", "confirm 3")):
        with Library.open(tmp_path / f"{number}.db") as library:
            add(library, "/v", "a.mp4", SUGGESTED, content="a")
            person.act(library, 1, step)
            paths.append(library.path)
    first, *others = (paths[number] for number in order)
    with Library.open(first) as library:
        merge(library, *others)
        assert state(library) == "confirmed"


def test_adopted_decisions_are_undone_with_their_merge(library, other, person):
    add(other, "/v", "a.mp4", SUGGESTED, content="a")
    person.act(other, 1, "confirm 1")
    merge(library, other)
    new = add(library, "/v", "b.mp4", content="b")
    library.places.forget_vanished(library.roots.all()[0], ["a.mp4"])
    library.adopt(1, new)
    assert state(library, new) == "confirmed"
    assert library.merges.undo().decisions == 2
    assert state(library, new) is None


def marks(library):
    chosen = VideoFilter(sort=Sort.ADDED, descending=False, hidden=None)
    return [(video.favourite, video.hidden, video.rating) for video in library.list(chosen)]


def test_of_each_mark_the_newer_word_holds_and_is_undone(library, other, monkeypatch):
    for one in (library, other):
        for name in "ab":
            add(one, "/v", f"{name}.mp4", content=name)
    add(other, "/v", "c.mp4", content="c")
    times = iter(f"2026-01-01T00:00:{second:02}+00:00" for second in range(60))
    monkeypatch.setattr(deciding_marks, "now_text", lambda: next(times))
    library.apply(MarkChange(favourite=True, rating=2), [1])
    other.apply(MarkChange(rating=5, hidden=True), [1])
    library.apply(MarkChange(hidden=True), [1])
    library.apply(MarkChange(hidden=False), [1])
    other.apply(MarkChange(favourite=True), [2, 3])
    before = marks(library)
    merge(library, other)
    assert marks(library) == [(True, False, 5), (True, False, 0), (True, False, 0)]
    step = library.last_step()
    assert (step.kind, step.videos) == (StepKind.MERGE, 3)
    assert library.tag_counts() == {}
    # Again: nothing is new.
    assert merge(library, other).counts.is_empty
    assert library.undo_step(step.id).videos == 3
    assert marks(library) == [*before, (False, False, 0)]
    assert library.redo_step(step.id).videos == 3
    assert marks(library) == [(True, False, 5), (True, False, 0), (True, False, 0)]


def test_a_merge_is_undone_and_redone_in_the_history(library, other):
    add(library, "/v", "a.mp4", "Animal", content="a")
    add(other, "/v", "a.mp4", "Animal", content="a")
    other.confirm(1, "Holiday")
    other.reject(1, "Animal")
    merge(library, other)
    after = state(library, 1), library.tag_counts()
    step = library.last_step()
    assert step.words.startswith("Merged ")
    assert library.undo_step(step.id).videos == 1
    assert library.tag_counts() == {"Animal": 1}
    assert library.merges.undo() is None
    assert library.redo_step(step.id).videos == 1
    assert (state(library, 1), library.tag_counts()) == after
    assert library.merges.undo().decisions == 2
    assert library.tag_counts() == {"Animal": 1}
