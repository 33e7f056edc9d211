"""A tag gets a name that another one had: what was decided under that name keeps it, whatever is undone."""

from __future__ import annotations

import itertools

import pytest

from organizer.library.actions import TagChange
from organizer.library.changes import Tagging
from organizer.types import SuggestedTag, TagState
from tests.library.build import add, tags
from tests.library.random_library import check_counts, known_videos
from tests.library.test_steps import state
from tests.library.test_tag_changes import names

YES, NO = TagState.CONFIRMED, TagState.REJECTED


def knows(*suggested, bundle="mine 1"):
    """What a model says that learned both names."""
    scores = dict.fromkeys(("Holiday", "Vacation"), 0.1) | dict.fromkeys(suggested, 0.8)
    return Tagging(bundle, scores, tuple(SuggestedTag(tag, 0.8, (2,)) for tag in suggested))


@pytest.fixture(params=[False, True], ids=["unknown", "learned"])
def videos(library, request):
    """Three videos: a vacation, a holiday, and neither; by parameter a model knows both tags."""
    ids = [add(library, "/v", f"{name}.mp4") for name in "abc"]
    library.confirm(ids[0], "Vacation")
    library.confirm(ids[1], "Holiday")
    if request.param:
        library.contents.store_tagging([(id_, knows()) for id_ in ids])
    library.colour_tag("Holiday", "#112233")
    return ids


def carried(library, videos):
    return [sorted(tags(library, id_)) for id_ in videos]


def stored(library):
    return state(library), names(library)


def test_a_deleted_tag_comes_back_under_its_name_though_another_took_it(library, videos):
    deleted = library.delete_tag("Vacation")
    renamed = library.rename_tag("Holiday", "Vacation")
    assert (renamed.videos, renamed.words) == (1, "Tag Holiday renamed to Vacation")
    assert carried(library, videos) == [[], ["Vacation"], []]
    assert library.tag_colours()["Vacation"] == "#112233"
    assert library.undo_step(deleted.id)
    assert carried(library, videos) == [["Vacation"], ["Vacation"], []]
    assert library.undo_step(renamed.id).videos == 1
    assert carried(library, videos) == [["Vacation"], ["Holiday"], []]
    assert library.tag_colours() == {"Holiday": "#112233"}
    outcome = library.redo_step(renamed.id)
    assert not outcome
    assert "There is a tag Vacation already" in outcome.reasons[0]
    library.redo_step(deleted.id)
    assert library.redo_step(renamed.id)
    assert carried(library, videos) == [[], ["Vacation"], []]
    check_counts(library, known_videos(library))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_whichever_order_all_is_undone_all_is_as_it_was(library, videos, order):
    before = stored(library)
    steps = [
        library.delete_tag("Vacation"),
        library.rename_tag("Holiday", "vacation"),
        library.apply(TagChange("vacation", YES), videos[2:]),
    ]
    for number in order:
        assert library.undo_step(steps[number].id)
    assert stored(library) == before
    for step in steps:
        assert library.redo_step(step.id)
    assert carried(library, videos) == [[], ["vacation"], ["vacation"]]
    for step in reversed(steps):
        assert library.undo_step(step.id)
    assert stored(library) == before


def test_a_merge_in_between_is_undone_and_so_is_the_rename(library, videos):
    before = stored(library)
    steps = [
        library.delete_tag("Vacation"),
        library.rename_tag("Holiday", "Vacation"),
        library.merge_tags(["Vacation"], "Trip"),
    ]
    assert carried(library, videos) == [[], ["Trip"], []]
    # What the merge took is not given back by the rename alone.
    assert not library.undo_step(steps[1].id)
    library.undo_step(steps[0].id)
    assert carried(library, videos) == [["Vacation"], ["Trip"], []]
    library.undo_step(steps[2].id)
    library.undo_step(steps[1].id)
    assert stored(library) == before


def test_a_model_gives_both_names_as_they_are_meant(library, videos):
    def given(number):
        library.contents.store_tagging(
            [(videos[2], knows("Holiday", bundle=f"{number} a"))],
        )
        first = carried(library, videos[2:])
        library.contents.store_tagging([(videos[2], knows("Vacation", bundle=f"{number} b"))])
        return [*first[0], *carried(library, videos[2:])[0]]

    library.contents.store_tagging([(videos[2], knows())])
    library.delete_tag("Vacation")
    assert given(1) == ["Holiday"]
    library.contents.store_tagging([(videos[2], knows())])
    renamed = library.rename_tag("Holiday", "Vacation")
    assert given(2) == ["Vacation", "Vacation"]
    library.contents.store_tagging([(videos[2], knows())])
    library.undo_step(renamed.id)
    assert given(3) == ["Holiday"]


def test_a_name_that_was_another_tag_for_a_while(library, videos):
    """An old name is given by hand, taken back, and then becomes the name of the renamed tag again."""
    library.contents.store_tagging([(id_, knows()) for id_ in videos])
    before = stored(library)
    renamed = library.rename_tag("Holiday", "Trip")
    given = library.apply(TagChange("Holiday", YES), videos[2:])
    assert not library.undo_step(renamed.id)
    library.undo_step(given.id)
    assert library.undo_step(renamed.id)
    assert stored(library) == before
    # It was about a tag that has lost its name to this one.
    outcome = library.redo_step(given.id)
    assert (bool(outcome), outcome.reasons) == (False, ("Holiday is another tag by now.",))
    assert stored(library) == before
    library.redo_step(renamed.id)
    assert library.redo_step(given.id)
    assert carried(library, videos) == [["Vacation"], ["Trip"], ["Holiday"]]


def test_a_deletion_of_such_a_name_waits_until_it_is_free(library, videos):
    library.contents.store_tagging([(id_, knows()) for id_ in videos])
    renamed = library.rename_tag("Holiday", "Trip")
    library.confirm(videos[2], "Holiday")
    deleted = library.delete_tag("Holiday")
    assert library.undo_step(renamed.id)
    assert library.undo_step(deleted.id).reasons == ("Holiday is another tag by now.",)
    assert carried(library, videos) == [["Vacation"], ["Holiday"], []]
    library.redo_step(renamed.id)
    assert library.undo_step(deleted.id)
    assert carried(library, videos) == [["Vacation"], ["Trip"], ["Holiday"]]


def test_a_renamed_tag_that_was_merged_since_keeps_its_name(library, videos):
    renamed = library.rename_tag("Holiday", "Trip")
    library.merge_tags(["Trip"], "Vacation")
    outcome = library.undo_step(renamed.id)
    assert (bool(outcome), outcome.reasons) == (False, ("Trip has another name since: Vacation.",))


def test_one_video_goes_back_to_the_tag_that_it_was_moved_from(library, videos):
    library.delete_tag("Vacation")
    library.confirm(videos[2], "Holiday")
    library.rename_tag("Holiday", "Vacation")
    assert library.undo(videos[1], "Vacation")
    assert carried(library, videos) == [[], ["Holiday"], ["Vacation"]]
    library.merge_tags(["Vacation"], "Trip")
    assert library.undo(videos[2], "Trip")
    assert carried(library, videos) == [[], ["Holiday"], ["Vacation"]]
    check_counts(library, known_videos(library))


def test_an_old_name_stands_for_the_tag_again_that_it_stood_for(library, videos):
    library.contents.store_tagging([(id_, knows()) for id_ in videos])
    library.rename_tag("Holiday", "Trip")
    renamed = library.rename_tag("Vacation", "Holiday")
    for number in range(2):
        library.undo_step(renamed.id)
        library.contents.store_tagging([(videos[2], knows("Holiday", bundle=f"mine 2{number}"))])
        assert carried(library, videos[2:]) == [["Trip"]]
        library.redo_step(renamed.id)
        library.contents.store_tagging([(videos[2], knows("Holiday", bundle=f"mine 3{number}"))])
        assert carried(library, videos[2:]) == [["Holiday"]]


def test_a_tag_that_stood_for_another_one_does_so_again(library, videos):
    library.contents.store_tagging([(id_, knows()) for id_ in videos])
    steps = [
        library.delete_tag("Holiday"),
        library.merge_tags(["Holiday"], "Vacation"),
        library.rename_tag("Holiday", "Trip"),
    ]
    for _ in range(2):
        library.undo_step(steps[2].id)
        library.contents.store_tagging([(videos[2], knows("Holiday"))])
        assert carried(library, videos[2:]) == [["Vacation"]]
        assert library.redo_step(steps[2].id)


def test_a_hidden_tag_takes_a_name_that_was_used_before(library, videos):
    library.undo_step(library.apply(TagChange("Trip", YES), videos[2:]).id)
    library.hide_label("Holiday", hidden=True)
    before = stored(library)
    step = library.rename_tag("Holiday", "Trip")
    after = names(library)
    assert [info.name for info in library.tags() if info.hidden] == ["Trip"]
    for _ in range(2):
        library.undo_step(step.id)
        assert stored(library) == before
        library.redo_step(step.id)
        assert names(library) == after
