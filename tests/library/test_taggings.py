"""Scores and suggestions; none touches what a person decided."""

from __future__ import annotations

import pytest

from tests.library.build import SPACE, add, rows, tagging, tags
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
