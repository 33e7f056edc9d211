"""Scores and suggestions; none touches what a person decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from organizer.library.changes import Tagging
from organizer.types import Tier
from tests.library.build import BUNDLE, SPACE, add, rows, tagging, tags
from tests.library.sql import database_of


def test_tagging_replaces_suggestions_and_never_decisions(library):
    video = add(library, "/v", "a.mp4", "Animal", "Food", "Dance", "Nature")
    library.confirm(video, "Animal")
    library.reject(video, "Food")
    library.confirm(video, "Holiday")
    (change,) = library.contents.store_tagging(
        [(video, tagging("Food", "Nature", "Concert", score=0.8, bundle="lite 2"))]
    )
    assert (change.video_id, change.added, change.removed) == (video, ("Concert",), ("Dance",))
    assert [(tag.name, tag.state, tag.score, tag.seconds) for tag in library.video(video).tags] == [
        ("Concert", "suggested", 0.8, (2,)),
        ("Nature", "suggested", 0.8, (1,)),
        ("Animal", "confirmed", 0.1, ()),
        ("Holiday", "confirmed", None, ()),
        ("Food", "rejected", 0.8, (0,)),
    ]
    assert library.video(video).bundle == "lite 2"


def test_tagging_reports_only_videos_whose_tags_changed(library):
    first, second = add(library, "/v", "a.mp4", "Animal"), add(library, "/v", "b.mp4", "Animal")
    changes = library.contents.store_tagging(
        [(first, tagging("Animal", score=0.7)), (second, tagging("Food"))]
    )
    assert [change.video_id for change in changes] == [second]


def test_tagging_writes_only_what_changed(library):
    videos = [
        add(library, "/v", f"{number}.mp4", "Animal", "Food", content=str(number)) for number in range(700)
    ]
    library.confirm(videos[3], "Dance")
    before, written = rows(library), database_of(library).conn.total_changes
    assert library.contents.store_tagging((video, tagging("Animal", "Food")) for video in videos) == []
    assert database_of(library).conn.total_changes == written
    assert rows(library) == before
    taggings = {video: tagging("Animal", "Food") for video in videos}
    taggings[videos[650]] = tagging("Animal", "Nature")
    (change,) = library.contents.store_tagging(taggings.items())
    assert (change.video_id, change.added, change.removed) == (videos[650], ("Nature",), ("Food",))
    assert tags(library, videos[650]) == {"Animal": "suggested", "Nature": "suggested"}
    assert tags(library, videos[649]) == {"Animal": "suggested", "Food": "suggested"}


def test_tagging_many_videos_is_one_transaction(library):
    video = add(library, "/v", "a.mp4", "Animal")

    def taggings():
        yield video, tagging("Food")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        library.contents.store_tagging(taggings())
    assert tags(library, video) == {"Animal": "suggested"}


def test_counts_of_tags_leave_rejected_ones_out(library):
    first, second = add(library, "/v", "a.mp4", "Animal", "Food"), add(library, "/v", "b.mp4", "Animal")
    library.confirm(second, "Animal")
    library.confirm(second, "Holiday")
    library.reject(first, "Food")
    assert list(library.tag_counts().items()) == [("Animal", 2), ("Holiday", 1)]


def test_only_videos_that_can_be_tagged_again_are_counted(library):
    add(library, "/v", "a.mp4", content="1")
    add(library, "/v", "b.mp4", content="2", bundle="lite 2")
    add(library, "/v", "c.mp4", content="3", space="another space")
    add(library, "/v", "d.mp4", content="4", duration_s=5)
    add(library, "/v", "d.mp4", content="5", bundle="lite 2", duration_s=50)
    assert library.features.count_tagged_by_others("lite 2", SPACE) == 1
    assert library.features.count_tagged_by_others("lite 1", SPACE) == 2


def test_a_maybe_is_stored_as_one_and_comes_after_what_is_given(library):
    video = add(library, "/v", "a.mp4", "Animal", "Food?", "Dance")
    library.reject(video, "Dance")
    assert [(tag.name, tag.state, tag.tier, tag.is_maybe) for tag in library.video(video).tags] == [
        ("Animal", "suggested", "given", False),
        ("Food", "suggested", "maybe", True),
        ("Dance", "rejected", "given", False),
    ]


def test_a_tag_that_no_model_suggests_is_in_no_tier(library):
    video = add(library, "/v", "a.mp4", "Animal?")
    library.confirm(video, "Holiday")
    library.confirm(video, "Animal")
    library.reject(video, "Food")
    tiers = {tag.name: tag.tier for tag in library.video(video).tags}
    assert tiers == {"Holiday": None, "Animal": "maybe", "Food": None}
    library.contents.store_tagging([(video, tagging())])
    assert {tag.tier for tag in library.video(video).tags} == {None}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (["Animal"], ["Animal?"], ((), ("Animal",), ("Animal",), ())),
        (["Animal?"], ["Animal"], (("Animal",), (), (), ("Animal",))),
        (["Animal?"], [], ((), (), (), ("Animal",))),
        ([], ["Animal?"], ((), (), ("Animal",), ())),
        (["Animal?"], ["Animal?", "Food"], (("Food",), (), (), ())),
        (["Animal", "Food?"], ["Food", "Dance?"], (("Food",), ("Animal",), ("Dance",), ("Food",))),
    ],
)
def test_changes_of_tags_and_of_maybes_are_told_apart(library, before, after, change):
    video = add(library, "/v", "a.mp4", *before)
    (told,) = library.contents.store_tagging([(video, tagging(*after))])
    assert (told.added, told.removed, told.maybes_added, told.maybes_removed) == change
    # And what was told is what is stored.
    stored = [tag.name + "?" * tag.is_maybe for tag in library.video(video).tags]
    assert sorted(stored) == sorted(after)
    assert library.contents.store_tagging([(video, tagging(*after))]) == []


def test_what_a_person_decided_about_changes_no_tier_that_is_told(library):
    video = add(library, "/v", "a.mp4", "Animal", "Food?")
    library.confirm(video, "Animal")
    library.reject(video, "Food")
    assert library.contents.store_tagging([(video, tagging("Animal?", "Food"))]) == []
    assert [(tag.name, tag.state, tag.tier) for tag in library.video(video).tags] == [
        ("Animal", "confirmed", "maybe"),
        ("Food", "rejected", "given"),
    ]


def test_retagging_into_the_other_tier_and_back_moves_the_counts(library):
    video = add(library, "/v", "a.mp4", "Animal")
    before = rows(library)
    for suggested, given, maybes in (("Animal?", {}, {"Animal": 1}), ("Animal", {"Animal": 1}, {})):
        library.contents.store_tagging([(video, tagging(suggested))])
        assert (library.tag_counts(), library.maybe_counts()) == (given, maybes)
        assert library.tag_counts(with_maybes=True) == {"Animal": 1}
    assert rows(library) == before


def test_the_same_score_under_other_thresholds_is_another_tier(library):
    """A model of the same name and version whose thresholds were chosen anew."""
    video = add(library, "/v", "a.mp4", "Animal")
    (given,) = tagging("Animal").suggestions
    maybe = Tagging(BUNDLE, tagging("Animal").scores, (replace(given, tier=Tier.MAYBE),))
    (change,) = library.contents.store_tagging([(video, maybe)])
    assert (change.removed, change.maybes_added) == (("Animal",), ("Animal",))


def test_counts_of_maybes_leave_out_what_was_decided_and_what_lies_nowhere(library):
    first = add(library, "/v", "a.mp4", "Animal?", "Food?", content="1")
    second = add(library, "/v", "b.mp4", "Animal?", content="2")
    third = add(library, "/v", "c.mp4", "Animal", "Food?", content="3")
    library.confirm(first, "Animal")
    library.reject(third, "Food")
    assert (library.tag_counts(), library.maybe_counts()) == ({"Animal": 2}, {"Animal": 1, "Food": 1})
    assert list(library.tag_counts(with_maybes=True).items()) == [("Animal", 3), ("Food", 1)]
    # Another film takes the place of the second: that one lies nowhere.
    add(library, "/v", "b.mp4", content="4", duration_s=99)
    assert library.maybe_counts() == {"Food": 1}
    # It is there again.
    add(library, "/v", "d.mp4", "Animal?", content="2")
    assert library.maybe_counts() == {"Animal": 1, "Food": 1}
    database_of(library).execute("DELETE FROM videos WHERE id IN (?, ?)", [first, second])
    assert (library.tag_counts(), library.maybe_counts()) == ({"Animal": 1}, {})
