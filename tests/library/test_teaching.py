"""What a library keeps of taught tags, and what they suggest beside models and people."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from organizer.errors import InvalidTagError
from organizer.library import Library
from organizer.library.changes import Tagging
from organizer.library.taught import TAUGHT, TaughtReport, TaughtTag
from organizer.types import SuggestedTag, TagState, Tier
from tests.library.build import SPACE, add, tagging
from tests.library.random_library import check_counts, known_videos
from tests.library.sql import database_of

TAG = TaughtTag(
    name="Rex",
    space_id=SPACE,
    centre=np.array([1, 2, 3], np.float32),
    scale=np.array([1, 0.5, 0.25], np.float32),
    weights=np.array([-1, 0.125, 7], np.float32),
    slope=2.5,
    offset=-3.25,
    given=0.8,
    maybe=0.25,
    shown=5,
    not_shown=2,
    report=TaughtReport(given=0, suggested=4, wrong=1, expected=0.125, answers=3),
)
MAYBE = SuggestedTag("Rex", 0.5, (1,), Tier.MAYBE)
GIVEN = SuggestedTag("Rex", 0.9, (0, 1))


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as library:
        library.videos = [add(library, "/v", f"{number}.mp4", "Animal") for number in range(4)]
        library.teaching.store(TAG, create=True)
        yield library


def of(library, video_id, tag="Rex"):
    """Return how a video has a tag."""
    row = database_of(library).execute(
        "SELECT v.state, v.tier, v.bundle FROM video_tags v JOIN tags t ON t.id = v.tag_id "
        "WHERE v.video_id = ? AND t.name = ?",
        [video_id, tag],
    )
    return row.fetchone()


def test_what_was_stored_is_read(library):
    (read,) = library.teaching.tags()
    for name in ("centre", "scale", "weights"):
        np.testing.assert_array_equal(getattr(read, name), getattr(TAG, name))
    assert read.taught_at
    plain = {"centre": 0, "scale": 0, "weights": 0, "taught_at": ""}
    assert asdict(read) | plain == asdict(TAG) | plain
    assert library.teaching.tags("another") == []
    library.teaching.store(replace(TAG, shown=9))
    assert [tag.shown for tag in library.teaching.tags()] == [9]


def test_a_suggestion_comes_changes_and_goes(library):
    first, second, *_ = library.videos
    assert library.teaching.suggest("Rex", {first: MAYBE, second: GIVEN}) == 2
    assert of(library, first) == ("suggested", "maybe", TAUGHT)
    assert library.tag_counts()["Rex"] == 1
    assert library.maybe_counts() == {"Rex": 1}
    assert library.teaching.suggest("Rex", {first: GIVEN, second: GIVEN}) == 1
    library.teaching.suggest("Rex", {first: None})
    assert of(library, first) is None
    check_counts(library, known_videos(library))


def test_what_a_person_decided_stays_and_falls_back_to_what_is_said(library):
    first, second, *_ = library.videos
    library.teaching.suggest("Rex", {first: MAYBE, second: MAYBE})
    library.confirm(first, "Rex")
    assert library.reject(second, "Rex")
    library.teaching.suggest("Rex", {first: None, second: GIVEN})
    assert of(library, first)[0] == "confirmed"
    assert of(library, second)[0] == "rejected"
    library.forget(first, "Rex")
    library.forget(second, "Rex")
    assert of(library, first) is None
    assert of(library, second) == ("suggested", "given", TAUGHT)


def test_a_no_is_kept_where_nothing_was_suggested(library):
    first = library.videos[0]
    assert library.reject(first, "Rex")
    library.teaching.suggest("Rex", {first: GIVEN})
    assert of(library, first)[0] == "rejected"
    assert library.teaching.decided("Rex", SPACE) == {first: False}


def test_tagging_again_leaves_it_alone(library):
    first = library.videos[0]
    library.teaching.suggest("Rex", {first: MAYBE})
    step = library.contents.begin_retag("lite 2")
    library.contents.store_tagging([(first, tagging("Food", bundle="lite 2"))], step_id=step)
    library.contents.end_retag(step)
    assert of(library, first) == ("suggested", "maybe", TAUGHT)
    library.teaching.suggest("Rex", {first: GIVEN})
    assert library.undo_step(step)
    assert of(library, first) == ("suggested", "given", TAUGHT)
    assert of(library, first, "Animal")[2] == "lite 1"


def test_a_scan_suggests_it_with_the_model(library):
    first, second, *_ = library.videos
    said = replace(tagging("Animal"), taught={"Rex": MAYBE})
    assert library.contents.changes_of([(first, said)])[0].maybes_added == ("Rex",)
    library.contents.store_tagging([(first, said), (second, said)])
    assert of(library, first) == ("suggested", "maybe", TAUGHT)
    library.contents.store_tagging([(first, replace(said, taught={"Rex": None}))])
    assert of(library, first) is None
    # Who began before it was taught says nothing of it.
    assert not library.contents.store_tagging([(second, tagging("Animal"))])
    assert of(library, second) == ("suggested", "maybe", TAUGHT)


def test_what_was_taught_goes_before_what_a_model_says_of_the_same_label(library):
    first = library.videos[0]
    library.teaching.store(replace(TAG, name="Animal", refines="lite 1"))
    refined = replace(tagging("Animal"), taught={"Animal": SuggestedTag("Animal", 0.4, (1,), Tier.MAYBE)})
    library.contents.store_tagging([(first, refined)])
    assert of(library, first, "Animal") == ("suggested", "maybe", TAUGHT)
    library.contents.store_tagging([(first, replace(refined, taught={"Animal": None}))])
    assert of(library, first, "Animal") is None


def test_switched_off_it_suggests_nothing_and_keeps_what_it_learnt(library):
    first, second, *_ = library.videos
    library.teaching.suggest("Rex", {first: MAYBE, second: GIVEN})
    library.confirm(second, "Rex")
    library.teaching.switch("rex", on=False)
    assert library.teaching.suggesting(SPACE) == []
    assert of(library, first) is None
    assert of(library, second)[0] == "confirmed"
    library.teaching.switch("Rex", on=True)
    assert [tag.name for tag in library.teaching.suggesting(SPACE)] == ["Rex"]
    check_counts(library, known_videos(library))


def test_what_was_learnt_is_forgotten_and_decisions_stay(library):
    first, second, *_ = library.videos
    library.teaching.suggest("Rex", {first: MAYBE})
    library.confirm(second, "Rex")
    library.teaching.unlearn("Rex")
    assert library.teaching.tags() == []
    assert of(library, first) is None
    assert of(library, second)[0] == "confirmed"
    with pytest.raises(InvalidTagError, match="was not taught"):
        library.teaching.unlearn("Rex")


def test_forgetting_what_was_learnt_is_undone_and_done_again(library):
    first, second, third, fourth = library.videos
    library.teaching.suggest("Rex", {first: MAYBE, second: GIVEN, third: MAYBE, fourth: MAYBE})
    library.confirm(third, "Rex")
    rows = [of(library, video_id) for video_id in library.videos]
    (learnt,) = library.teaching.tags()
    step = library.teaching.unlearn("rex")
    assert (step.words, step.videos) == ("What was learnt of Rex forgotten", 3)
    assert [of(library, video_id) for video_id in library.videos] == [
        None,
        None,
        ("confirmed", "given", None),
        None,
    ]
    # What was decided meanwhile stays.
    library.confirm(fourth, "Rex")
    outcome = library.undo_step(step.id)
    assert (outcome.done, outcome.videos) == (True, 2)
    (again,) = library.teaching.tags()
    np.testing.assert_array_equal(again.weights, TAG.weights)
    assert (again.taught_at, again.report, again.since) == (learnt.taught_at, learnt.report, learnt.since + 1)
    rows[3] = ("confirmed", "maybe", TAUGHT)
    assert [of(library, video_id) for video_id in library.videos] == rows
    check_counts(library, known_videos(library))
    assert library.redo_step(step.id)
    assert library.teaching.tags() == []
    assert of(library, first) is None
    assert library.undo_step(step.id)
    assert of(library, second) == ("suggested", "given", TAUGHT)


def test_what_was_taught_again_since_is_not_forgotten_for_what_was_before(library):
    library.teaching.suggest("Rex", {library.videos[0]: MAYBE})
    library.confirm(library.videos[1], "Rex")
    step = library.teaching.unlearn("Rex")
    library.teaching.store(replace(TAG, shown=9))
    outcome = library.undo_step(step.id)
    assert not outcome
    assert outcome.reasons == ("Rex was taught again since.",)
    assert [tag.shown for tag in library.teaching.tags()] == [9]
    assert of(library, library.videos[0]) is None


def test_one_that_was_switched_off_comes_back_switched_off(library):
    library.confirm(library.videos[1], "Rex")
    library.teaching.switch("Rex", on=False)
    step = library.teaching.unlearn("Rex")
    library.undo_step(step.id)
    assert not library.teaching.tags()[0].enabled
    library.undo_step(step.id)
    step = library.teaching.unlearn("Rex")
    library.forget_folder("/v", keep_tags=True)
    assert library.undo_step(step.id)


def test_what_was_learnt_under_two_names_comes_back_under_both(library):
    first, second, *_ = library.videos
    library.teaching.store(replace(TAG, name="Max", shown=7), create=True)
    library.confirm(first, "Rex")
    library.confirm(second, "Max")
    merged = library.merge_tags(["Max"], "Rex")
    step = library.teaching.unlearn("Rex")
    assert library.teaching.tags() == []
    library.undo_step(step.id)
    library.undo_step(merged.id)
    assert [(tag.name, tag.shown) for tag in library.teaching.tags()] == [("Max", 7), ("Rex", 5)]


def test_it_follows_its_tag_to_another_name_and_into_another_tag(library):
    first, second, *_ = library.videos
    library.confirm(first, "Rex")
    library.teaching.suggest("Rex", {second: MAYBE})
    library.rename_tag("Rex", "Our dog")
    assert [tag.name for tag in library.teaching.tags()] == ["Our dog"]
    step = library.merge_tags(["Our dog"], "Dogs")
    assert [tag.name for tag in library.teaching.tags()] == ["Dogs"]
    library.contents.store_tagging(
        [(second, replace(tagging("Animal"), taught={"Dogs": replace(GIVEN, name="Dogs")}))]
    )
    assert of(library, second, "Dogs") == ("suggested", "given", TAUGHT)
    library.undo_step(step.id)
    assert [tag.name for tag in library.teaching.tags()] == ["Our dog"]


def test_a_deleted_tag_is_not_suggested_until_it_is_given_again(library):
    first = library.videos[0]
    library.confirm(first, "Rex")
    step = library.delete_tag("Rex")
    assert library.teaching.suggesting(SPACE) == []
    library.undo_step(step.id)
    assert [tag.name for tag in library.teaching.suggesting(SPACE)] == ["Rex"]


def test_answers_are_decisions_about_what_was_suggested(library):
    first, second, third, fourth = library.videos
    library.teaching.suggest("Rex", dict.fromkeys((first, second, third), MAYBE))
    library.confirm(first, "Rex")
    library.reject(second, "Rex")
    library.confirm(second, "Rex")
    library.confirm(third, "Rex")
    library.undo(third, "Rex")
    library.confirm(fourth, "Rex")
    assert library.teaching.answered("Rex") == {first, second}


def answer_two(library):
    """Rex is confirmed where it was suggested, rejected there too, and given by hand."""
    first, second, third, _ = library.videos
    library.teaching.suggest("Rex", dict.fromkeys((first, second), MAYBE))
    library.confirm(first, "Rex")
    library.reject(second, "Rex")
    library.confirm(third, "Rex")
    return {first, second}


def merge_into_a_new_tag(library):
    return library.merge_tags(["Rex"], "Dogs")


def merge_into_one_that_was_suggested_there(library):
    # Under that name nobody answered: what was given by hand stays so.
    library.teaching.store(replace(TAG, name="Dogs"), create=True)
    library.teaching.suggest("Dogs", {library.videos[2]: replace(MAYBE, name="Dogs")})
    return library.merge_tags(["Rex"], "Dogs")


def merge_twice(library):
    library.merge_tags(["Rex"], "Pets")
    return library.merge_tags(["Pets"], "Dogs")


def rename_to_one_that_was_in_use(library):
    library.confirm(library.videos[3], "Dogs")
    library.forget(library.videos[3], "Dogs")
    return library.rename_tag("Rex", "Dogs")


@pytest.mark.parametrize("move", [merge_into_a_new_tag, rename_to_one_that_was_in_use])
def test_what_was_learnt_under_another_name_goes_when_that_is_undone(library, move):
    answer_two(library)
    step = move(library)
    # It is to be learnt again: those that moved are decisions since.
    assert library.teaching.tags()[0].since >= 3
    for _ in range(2):
        library.teaching.store(replace(TAG, name="Dogs", shown=9))
        library.teaching.suggest("Dogs", {library.videos[3]: replace(MAYBE, name="Dogs")})
        assert [(tag.name, tag.shown) for tag in library.teaching.tags()] == [("Dogs", 9)]
        library.undo_step(step.id)
        assert [(tag.name, tag.shown) for tag in library.teaching.tags()] == [("Rex", 5)]
        assert of(library, library.videos[3], "Dogs") is None
        library.redo_step(step.id)


def test_what_was_learnt_before_under_that_name_stays(library):
    answer_two(library)
    library.confirm(library.videos[3], "Dogs")
    library.teaching.store(replace(TAG, name="Dogs", shown=7))
    step = library.merge_tags(["Rex"], "Dogs")
    library.teaching.store(replace(TAG, name="Dogs", shown=9))
    library.undo_step(step.id)
    assert [(tag.name, tag.shown) for tag in library.teaching.tags()] == [("Dogs", 9), ("Rex", 5)]


@pytest.mark.parametrize(
    "move",
    [
        merge_into_a_new_tag,
        merge_into_one_that_was_suggested_there,
        merge_twice,
        rename_to_one_that_was_in_use,
    ],
)
def test_answers_stay_answers_under_another_name(library, move):
    two = answer_two(library)
    step = move(library)
    assert library.teaching.answered("Dogs") == two
    assert library.teaching.decided("Dogs", SPACE) == {
        library.videos[0]: True,
        library.videos[1]: False,
        library.videos[2]: True,
    }
    # Whoever changes their mind answers the suggestion that it was, also there.
    library.reject(library.videos[0], "Dogs")
    assert library.teaching.answered("Dogs") == two
    library.undo(library.videos[0], "Dogs")
    library.undo_step(step.id)
    assert library.teaching.answered("Dogs") == frozenset()
    library.redo_step(step.id)
    assert library.teaching.answered("Dogs") == two


def test_of_two_decisions_about_a_video_that_count_which_was_an_answer(library):
    first, second, *_ = library.videos
    library.teaching.store(replace(TAG, name="Dogs"), create=True)
    library.teaching.suggest("Dogs", {first: replace(MAYBE, name="Dogs")})
    library.teaching.suggest("Rex", {second: MAYBE})
    library.confirm(first, "Dogs")
    library.confirm(first, "Rex")
    library.confirm(second, "Dogs")
    library.confirm(second, "Rex")
    library.merge_tags(["Rex"], "Dogs")
    assert library.teaching.answered("Dogs") == {first, second}


def test_decisions_since_it_was_learnt_are_counted(library):
    library.confirm(library.videos[0], "Rex")
    library.teaching.store(replace(TAG, last_decision=library.teaching.newest_decision()))
    assert library.teaching.tags()[0].since == 0
    library.confirm(library.videos[1], "Rex")
    library.confirm(library.videos[1], "Other")
    assert library.teaching.tags()[0].since == 1


def test_of_videos_that_lie_nowhere_and_of_other_spaces_nothing_is_asked(library):
    add(library, "/v", "other.mp4", space="another")
    add(library, "/w", "gone.mp4")
    library.forget_folder("/w", keep_tags=True)
    assert library.teaching.featured(SPACE) == library.videos
    library.confirm(library.videos[1], "Rex")
    assert library.teaching.decided("Rex", "another") == {}


def test_a_question_mark_after_it_means_the_maybe(library):
    library.teaching.suggest("Rex", {library.videos[0]: MAYBE})
    library.confirm(library.videos[0], "Rex?")
    assert of(library, library.videos[0])[0] == TagState.CONFIRMED.value


def test_a_model_of_the_same_label_is_left_alone_where_nothing_was_taught_of_it(library):
    first = library.videos[0]
    own = Tagging("mine 1", {"Rex": 0.9}, (GIVEN,))
    library.contents.store_tagging([(first, own)])
    library.teaching.suggest("Rex", {first: None})
    assert of(library, first) == ("suggested", "given", "mine 1")


def test_what_was_switched_off_meanwhile_is_not_stored(library):
    first, second, *_ = library.videos
    library.teaching.switch("Rex", on=False)
    assert library.teaching.suggest("Rex", {first: GIVEN}) == 0
    library.contents.store_tagging([(second, replace(tagging("Animal"), taught={"Rex": GIVEN}))])
    library.teaching.store(replace(TAG, shown=9))
    assert of(library, first) is None
    assert of(library, second) is None
    assert library.teaching.suggesting(SPACE) == []


def test_a_tag_that_was_renamed_or_deleted_meanwhile_does_not_come_back(library):
    library.confirm(library.videos[0], "Rex")
    library.rename_tag("Rex", "Max")
    with pytest.raises(InvalidTagError, match="renamed or deleted"):
        library.teaching.store(TAG)
    assert library.teaching.suggest("Rex", {library.videos[1]: GIVEN}) == 0
    library.delete_tag("Max")
    with pytest.raises(InvalidTagError, match="renamed or deleted"):
        library.teaching.store(replace(TAG, name="Max"))


def test_one_merged_into_a_built_in_label_does_not_speak_for_it(library):
    library.confirm(library.videos[0], "Rex")
    library.merge_tags(["Rex"], "Animal")
    assert library.teaching.suggesting(SPACE) == []


def test_undoing_that_it_was_deleted_brings_its_maybes_back(library):
    first, second, *_ = library.videos
    library.confirm(first, "Rex")
    library.teaching.suggest("Rex", {second: MAYBE})
    step = library.delete_tag("Rex")
    library.undo_step(step.id)
    assert of(library, second) == ("suggested", "maybe", TAUGHT)
    step = library.merge_tags(["Rex"], "Dogs")
    library.undo_step(step.id)
    assert of(library, second) == ("suggested", "maybe", TAUGHT)


def test_undoing_another_models_tagging_brings_a_refined_label_back(library):
    first, second, *_ = library.videos
    library.teaching.store(replace(TAG, name="Animal", refines="lite 1"))
    library.teaching.suggest("Animal", {first: replace(MAYBE, name="Animal"), second: None})
    step = library.contents.begin_retag("lite 2")
    library.contents.store_tagging(
        [(video_id, tagging("Animal", bundle="lite 2")) for video_id in (first, second)], step_id=step
    )
    library.contents.end_retag(step)
    assert of(library, first, "Animal") == ("suggested", "given", "lite 2")
    assert library.undo_step(step)
    assert of(library, first, "Animal") == ("suggested", "maybe", TAUGHT)
    assert of(library, second, "Animal") is None
