"""What a library keeps of doubles: pairs, answers, decisions that are carried, and the journal of moves."""

from __future__ import annotations

import pytest

from organizer.library.actions import MarkChange, StepKind, TagChange
from organizer.library.doubles import DoublePair, MoveState, PairKind, SearchState
from organizer.library.records import Status
from organizer.types import TagState
from tests.library.build import SPACE, add, places, tags
from tests.library.sql import database_of


@pytest.fixture
def three(library):
    """A library of three videos, ids 1 to 3; a model says Animal of the first two."""
    add(library, "/videos", "one.mp4", "Animal")
    add(library, "/videos", "two.mp4", "Animal")
    add(library, "/videos", "three.mp4")
    return library


def found(library, *pairs):
    library.doubles.store(
        SPACE,
        SearchState(3, 3),
        [DoublePair(one, other, PairKind.COPY, 0.0, 9.0, 0.9) for one, other in pairs],
    )


def test_what_a_search_found_takes_the_place_of_what_was_found_before(three):
    assert three.doubles.last_search() is None
    found(three, (1, 2), (2, 3))
    found(three, (1, 3))
    assert [(pair.first_id, pair.second_id) for pair in three.doubles.pairs()] == [(1, 3)]
    space, state = three.doubles.last_search()
    assert (space, state.videos, state.newest_id) == (SPACE, 3, 3)
    assert state.found_at


def test_videos_that_were_forgotten_meanwhile_are_passed_over(three):
    found(three, (1, 2), (2, 99))
    assert len(three.doubles.pairs()) == 1


def test_videos_that_lie_nowhere_are_not_told(three):
    found(three, (1, 2), (1, 3))
    (root,) = three.roots.all()
    three.places.forget_vanished(root, ["two.mp4"])
    assert [(pair.first_id, pair.second_id) for pair in three.doubles.pairs()] == [(1, 3)]


def test_answers_have_no_order(three):
    found(three, (1, 2), (2, 3))
    three.doubles.say_not_the_same(2, [1, 3])
    three.doubles.say_not_the_same(1, [2])
    assert three.doubles.said_not_the_same() == {(1, 2), (2, 3)}
    assert three.doubles.pairs() == []


def test_decisions_are_carried_as_one_step(three):
    three.confirm(2, "Holiday")
    three.reject(2, "Animal")
    three.confirm(3, "Grandma")
    step = three.doubles.keep_decisions([(1, [2, 3])])
    assert (step.kind, step.videos) == (StepKind.KEEP_DECISIONS, 1)
    assert tags(three, 1) == {"Holiday": "confirmed", "Grandma": "confirmed", "Animal": "rejected"}
    assert tags(three, 2) == {"Holiday": "confirmed", "Animal": "rejected"}
    assert three.last_step().words == "Tags of doubles carried to the one that is kept"
    assert three.undo_step(step.id)
    assert tags(three, 1) == {"Animal": "suggested"}
    assert three.redo_step(step.id)
    assert tags(three, 1) == {"Holiday": "confirmed", "Grandma": "confirmed", "Animal": "rejected"}


def test_what_a_part_does_not_show_is_not_rejected_of_the_whole(three):
    three.confirm(2, "Holiday")
    three.reject(2, "Animal")
    three.doubles.keep_decisions([(1, [2, 3])], parts=[2])
    assert tags(three, 1) == {"Holiday": "confirmed", "Animal": "suggested"}


def test_what_was_decided_about_the_kept_one_stays(three):
    three.confirm(1, "Animal")
    three.reject(2, "Animal")
    step = three.doubles.keep_decisions([(1, [2])])
    assert (step.id, three.steps()[0].kind) == (0, StepKind.TAG)
    assert tags(three, 1) == {"Animal": "confirmed"}


def test_of_two_decisions_the_newer_is_carried(three):
    three.apply(TagChange("Animal", TagState.REJECTED), [2])
    three.apply(TagChange("Animal", TagState.CONFIRMED), [3])
    for video_id, at in ((2, "2024-01-01"), (3, "2024-06-01")):
        database_of(three).execute("UPDATE video_tags SET changed_at = ? WHERE video_id = ?", [at, video_id])
    three.doubles.keep_decisions([(1, [3, 2])])
    assert tags(three, 1) == {"Animal": "confirmed"}


def test_a_rejection_that_says_nothing_is_not_carried(three):
    three.reject(1, "Animal")
    database_of(three).execute("DELETE FROM scores WHERE video_id = 3")
    assert three.doubles.keep_decisions([(3, [1])]).id == 0
    assert tags(three, 3) == {}


def test_favourites_and_ratings_are_carried_hiding_is_not(three):
    three.apply(MarkChange(favourite=True, hidden=True, rating=3), [2])
    three.apply(MarkChange(rating=5), [3])
    step = three.doubles.keep_decisions([(1, [2, 3])])
    video = three.video(1)
    assert (video.favourite, video.rating, video.hidden) == (True, 5, False)
    three.undo_step(step.id)
    assert (three.video(1).favourite, three.video(1).rating) == (False, 0)


def test_an_own_rating_stays(three):
    three.apply(MarkChange(rating=1), [1])
    three.apply(MarkChange(rating=5), [2])
    assert three.doubles.keep_decisions([(1, [2])]).id == 0


def test_groups_of_videos_that_are_gone_change_nothing(three):
    assert three.doubles.keep_decisions([(99, [1])]).id == 0


def test_files_that_are_equal(three):
    add(three, "/videos", "again.mp4", content=b"one.mp4".hex())
    assert three.doubles.at_several_places() == [1]


def test_the_journal_of_moves(three):
    moves, facts = three.moves, {"size_bytes": 1000, "mtime_ns": 1}
    first = moves.begin(moves.next_batch(), 1, "/videos/one.mp4", "/away/one.mp4", **facts)
    assert [move.id for move in moves.unsettled()] == [first.id]
    moves.set_state(first.id, MoveState.MOVED)
    second = moves.begin(moves.next_batch(), 2, "/videos/two.mp4", "/away/two.mp4", **facts)
    assert second.batch == first.batch + 1
    assert [move.id for move in moves.to_return()] == [first.id]
    moves.set_state(second.id, MoveState.MOVED)
    assert [move.id for move in moves.to_return()] == [second.id, first.id]
    moves.set_state(second.id, MoveState.RETURNED)
    assert [move.id for move in moves.to_return()] == [first.id]


def test_a_video_that_was_moved_away_is_missing_where_it_lay(three):
    three.moves.follow(1, "/videos/one.mp4", "/away/one.mp4")
    assert places(three, 1) == [("/videos/one.mp4", Status.MISSING)]


def test_the_facts_of_a_file_are_told_by_its_path(three):
    assert three.moves.place_of("/videos/one.mp4") == (1000, 1)
    assert three.moves.place_of("/videos/none.mp4") is None
    assert three.moves.place_of("/elsewhere/one.mp4") is None
