"""Tags renamed, merged, deleted, coloured and hidden, each undone and redone as it was."""

from __future__ import annotations

import pytest

from organizer.errors import InvalidTagError
from organizer.library.actions import StepKind, TagChange
from organizer.library.changes import Tagging
from organizer.library.filters import VideoFilter
from organizer.library.records import TagInfo
from organizer.types import LABELS, SuggestedTag, TagState
from tests.library.build import SPACE, add, tagging
from tests.library.sql import database_of
from tests.library.test_steps import state

YES, NO = TagState.CONFIRMED, TagState.REJECTED


def learned(*labels: str, bundle: str = "mine 1") -> Tagging:
    """What a model of the person's own says: it suggests these."""
    tags = tuple(SuggestedTag(label, 0.8, (2,)) for label in labels)
    return Tagging(bundle, dict.fromkeys(("Garden", "Yard", "Pool"), 0.1) | dict.fromkeys(labels, 0.8), tags)


@pytest.fixture
def videos(library):
    ids = [add(library, "/v", f"{name}.mp4", "Animal") for name in "abcd"]
    library.contents.store_tagging([(ids[0], learned("Garden")), (ids[1], learned("Garden", "Yard"))])
    library.apply(TagChange("Holiday", YES), ids[:3])
    return ids


def tags(library, video: int) -> dict[str, str]:
    return {tag.name: tag.state.value for tag in library.video(video).tags}


def names(library) -> dict[str, str | None]:
    """All that is said of tags themselves, of those that are anywhere."""
    return {info.name: (info.colour, info.hidden, info.videos) for info in library.tags()}


def check_undone_and_redone(library, step, before):
    """Undo, redo, and undo a step, and look that all is as it was each time."""
    after = state(library), names(library)
    assert after != before
    for _ in range(2):
        assert library.undo_step(step.id)
        assert (state(library), names(library)) == before
        assert library.redo_step(step.id)
        assert (state(library), names(library)) == after


def test_a_tag_is_renamed_wherever_it_is(library, videos):
    before = state(library), names(library)
    step = library.rename_tag("holiday", "Summer  break")
    assert (step.kind, step.words, step.videos) == (
        StepKind.RENAME_TAG,
        "Tag Holiday renamed to Summer break",
        3,
    )
    assert library.tag_counts()["Summer break"] == 3
    assert library.ids(VideoFilter(all_tags=("Holiday",))) == []
    check_undone_and_redone(library, step, before)


def test_a_tag_changes_its_case(library, videos):
    before = state(library), names(library)
    step = library.rename_tag("Holiday", "HOLIDAY")
    assert "HOLIDAY" in library.tag_names()
    check_undone_and_redone(library, step, before)
    assert library.rename_tag("holiday", "HOLIDAY").id == 0


def test_a_model_gives_a_renamed_tag_by_its_new_name(library, videos):
    library.rename_tag("Garden", "Allotment")
    assert tags(library, videos[0]) == {"Allotment": "suggested", "Holiday": "confirmed"}
    library.contents.store_tagging([(videos[2], learned("Garden")), (videos[0], learned())])
    assert tags(library, videos[2])["Allotment"] == "suggested"
    assert "Garden" not in library.tag_names()
    assert tags(library, videos[0]) == {"Holiday": "confirmed"}
    # Who gives the old name by hand means a tag of its own again.
    library.confirm(videos[3], "Garden")
    library.contents.store_tagging([(videos[2], learned("Garden", bundle="mine 2"))])
    assert tags(library, videos[2])["Garden"] == "suggested"


def test_a_name_that_nobody_bears_any_more_is_free(library, videos):
    library.delete_tag("Holiday")
    before = state(library), names(library)
    step = library.rename_tag("Garden", "Holiday")
    assert tags(library, videos[0]) == {"Holiday": "suggested"}
    check_undone_and_redone(library, step, before)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Animal", "Beast", "built-in label"),
        ("Nothing", "Beast", "No video has the tag Nothing"),
        ("Holiday", "animal", "already"),
        ("Holiday", "GARDEN", "already"),
        ("Holiday", " ", "characters"),
        ("Holiday", "Sea?", "question mark"),
    ],
)
def test_a_name_that_cannot_be_is_refused(library, videos, old, new, words):
    before = state(library), names(library), library.steps()
    with pytest.raises(InvalidTagError, match=words):
        library.rename_tag(old, new)
    assert (state(library), names(library), library.steps()) == before


def test_of_merged_tags_the_newer_decision_holds(library, videos):
    library.apply(TagChange("Vacation", YES), videos[2:])
    library.apply(TagChange("Yard", NO), videos[1:2])
    database_of(library).execute(
        "UPDATE video_tags SET changed_at = '2020' "
        "WHERE tag_id = (SELECT id FROM tags WHERE name = 'Holiday')"
    )
    database_of(library).conn.commit()
    before = state(library), names(library)
    step = library.merge_tags(["vacation", "Yard", "Holiday"], "Holiday")
    assert (step.words, step.videos) == ("Vacation, Yard merged into Holiday", 3)
    assert [tags(library, video) for video in videos] == [
        {"Garden": "suggested", "Holiday": "confirmed"},
        # Said last: not the yard.
        {"Garden": "suggested", "Holiday": "rejected"},
        {"Animal": "suggested", "Holiday": "confirmed"},
        {"Animal": "suggested", "Holiday": "confirmed"},
    ]
    check_undone_and_redone(library, step, before)


def test_a_model_gives_the_tag_that_stays(library, videos):
    before = state(library), names(library)
    step = library.merge_tags(["Garden", "Yard"], "Animal")
    assert [tags(library, video).get("Animal") for video in videos] == ["suggested"] * 4
    check_undone_and_redone(library, step, before)
    library.contents.store_tagging([(videos[2], learned("Yard", bundle="mine 2"))])
    assert tags(library, videos[2]) == {"Animal": "suggested", "Holiday": "confirmed"}
    library.contents.store_tagging([(videos[2], learned("Yard", "Garden", bundle="mine 3"))])
    assert tags(library, videos[2]) == {"Animal": "suggested", "Holiday": "confirmed"}
    # One that is merged into the next follows it.
    library.confirm(videos[3], "Place")
    library.undo_step(step.id)
    library.merge_tags(["Garden"], "Place")
    library.merge_tags(["Place"], "Outside")
    library.contents.store_tagging([(videos[2], learned("Garden", bundle="mine 4"))])
    assert tags(library, videos[2]) == {"Outside": "suggested", "Holiday": "confirmed"}


def test_merging_into_a_new_name_makes_the_tag(library, videos):
    before = state(library), names(library)
    step = library.merge_tags(["Garden", "Holiday"], "Outside")
    assert library.tag_counts() == {"Outside": 3, "Animal": 2, "Yard": 1}
    check_undone_and_redone(library, step, before)
    assert library.merge_tags(["Outside"], "outside").id == 0


@pytest.mark.parametrize(("sources", "into"), [(["Animal"], "Holiday"), (["Nothing"], "Holiday")])
def test_a_built_in_label_is_not_merged_away(library, videos, sources, into):
    with pytest.raises(InvalidTagError):
        library.merge_tags(sources, into)


@pytest.mark.parametrize("tag", ["Holiday", "Garden"])
def test_a_tag_is_deleted_and_comes_back(library, videos, tag):
    library.apply(TagChange("Garden", NO), videos[:1])
    before = state(library), names(library)
    step = library.delete_tag(tag)
    assert step.words == f"Tag {tag} deleted"
    assert tag not in library.tag_names()
    assert all(tag not in tags(library, video) for video in videos)
    check_undone_and_redone(library, step, before)


def test_a_deleted_tag_that_a_model_knows_stays_away(library, videos):
    library.delete_tag("Garden")
    library.contents.store_tagging([(video, learned("Garden", bundle="mine 2")) for video in videos])
    assert "Garden" not in library.tag_names()
    assert library.tag_counts() == {"Holiday": 3}
    # Until somebody gives it by hand.
    step = library.apply(TagChange("garden", YES), videos[:1])
    assert library.tag_counts() == {"Garden": 4, "Holiday": 3}
    library.undo_step(step.id)
    assert library.tag_counts() == {"Holiday": 3}


def test_one_videos_tag_comes_back_from_a_deleted_one(library, videos):
    library.delete_tag("Holiday")
    assert library.undo(videos[0], "Holiday")
    assert library.tag_counts()["Holiday"] == 1
    assert library.undo_step(library.steps()[0].id).videos == 2
    assert library.tag_counts()["Holiday"] == 3


def test_a_label_is_hidden_for_good(library, videos):
    library.confirm(videos[2], "Animal")
    library.reject(videos[3], "Animal")
    before = state(library), names(library)
    step = library.hide_label("animal", hidden=True)
    assert (step.words, step.kind) == ("Label Animal hidden", StepKind.HIDE_LABEL)
    assert "Animal" not in library.tag_names()
    assert "Animal" not in library.tag_counts()
    assert all("Animal" not in tags(library, video) for video in videos)
    assert library.ids(VideoFilter(any_tags=("Animal",))) == []
    assert library.ids(VideoFilter(untagged=True)) == [videos[3]]
    assert library.ids(VideoFilter(state=NO)) == []
    assert "Animal" not in library.decided_videos(SPACE)[0].tags
    check_undone_and_redone(library, step, before)
    # Models go on saying it, to nobody.
    library.contents.store_tagging([(videos[0], tagging("Animal", bundle="lite 2"))])
    video = add(library, "/v", "new.mp4", "Animal", "Dance?")
    assert library.tag_counts() == {"Holiday": 3, "Garden": 1, "Yard": 1}
    assert library.ids(VideoFilter(untagged=True)) == [video, videos[3]]
    with pytest.raises(InvalidTagError, match="organizer tags show Animal"):
        library.confirm(video, "Animal")
    shown = library.hide_label("Animal", hidden=False)
    assert shown.words == "Label Animal shown again"
    assert library.tag_counts()["Animal"] == 3
    assert library.hide_label("Animal", hidden=False).id == 0


def test_hidden_labels_beyond_the_bits_of_an_integer(library, videos):
    for number in range(70):
        library.confirm(videos[3], f"own {number}")
    for hidden in (True, False):
        library.hide_label("own 66", hidden=hidden)
        assert library.ids(VideoFilter(any_tags=("own 66",))) == ([] if hidden else [videos[3]])
        assert library.ids(VideoFilter(no_tags=("own 66",), all_tags=("own 65",))) == (
            [videos[3]] if hidden else []
        )


def test_a_tag_gets_a_colour(library, videos):
    before = state(library), names(library)
    step = library.colour_tag("Holiday", "#33AAff")
    assert names(library)["Holiday"][0] == "#33aaff"
    assert step.words == "Holiday coloured #33aaff"
    check_undone_and_redone(library, step, before)
    second = library.colour_tag("Holiday", "#000000")
    outcome = library.undo_step(step.id)
    assert (bool(outcome), outcome.reasons) == (False, ("The tag has another colour since.",))
    library.undo_step(second.id)
    library.colour_tag("Dance", "#010203")
    assert names(library)["Dance"][0] == "#010203"
    assert library.colour_tag("Holiday", None).words == "Colour of Holiday taken away"
    for bad in ("red", "#12", "#12345g", "url(x)"):
        with pytest.raises(InvalidTagError):
            library.colour_tag("Holiday", bad)


def test_a_tag_that_was_renamed_since_keeps_its_name(library, videos):
    step = library.rename_tag("Holiday", "One")
    library.rename_tag("One", "Two")
    outcome = library.undo_step(step.id)
    assert (bool(outcome), outcome.reasons) == (False, ("One has another name since: Two.",))
    library.undo_step(library.steps()[0].id)
    library.confirm(videos[3], "Holiday")
    outcome = library.undo_step(step.id)
    assert not outcome
    assert "There is a tag Holiday already" in outcome.reasons[0]


def test_all_tags_with_what_is_known_of_each(library, videos):
    library.apply(TagChange("Garden", NO), videos[:1])
    library.colour_tag("Garden", "#123456")
    library.hide_label("Dance", hidden=True)
    infos = {info.name: info for info in library.tags()}
    assert set(infos) == {*LABELS, "Garden", "Holiday", "Yard"}
    assert list(infos) == sorted(infos, key=str.casefold)
    assert infos["Garden"] == TagInfo("Garden", False, "#123456", False, 1, 0, 0, 1)
    assert infos["Holiday"] == TagInfo("Holiday", False, None, False, 3, 0, 3, 0)
    assert infos["Animal"] == TagInfo("Animal", True, None, False, 2, 0, 0, 0)
    assert infos["Dance"] == TagInfo("Dance", True, None, True)
    assert infos["Food"] == TagInfo("Food", True)


def test_a_name_that_stood_for_a_renamed_tag_does_so_again(library, videos):
    library.rename_tag("Garden", "Allotment")
    library.confirm(videos[3], "Shore")
    step = library.merge_tags(["Shore"], "Garden")
    for bundle in ("mine 2", "mine 3"):
        library.contents.store_tagging([(videos[2], learned("Garden", bundle=bundle))])
        assert tags(library, videos[2]) == {"Garden": "suggested", "Holiday": "confirmed"}
        library.undo_step(step.id)
        assert tags(library, videos[3])["Shore"] == "confirmed"
        library.contents.store_tagging([(videos[2], learned("Garden", bundle=f"{bundle} again"))])
        assert tags(library, videos[2]) == {"Allotment": "suggested", "Holiday": "confirmed"}
        library.redo_step(step.id)


def test_a_name_that_was_given_by_hand_since_a_merge_stands_for_itself(library, videos):
    library.rename_tag("Garden", "Allotment")
    library.confirm(videos[3], "Shore")
    step = library.merge_tags(["Shore"], "Garden")
    library.confirm(videos[2], "Garden")
    library.undo_step(step.id)
    library.contents.store_tagging([(videos[3], learned("Garden", bundle="mine 2"))])
    assert tags(library, videos[3]) == {"Garden": "suggested", "Shore": "confirmed"}
