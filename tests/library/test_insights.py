"""What is told of all videos at once, beside the same told video by video."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.library.filters import VideoFilter
from organizer.library.records import Answers, MonthTags, Reviewed
from organizer.types import LABELS, CaptureDate, DateSource, TagState
from tests.library.build import add, add_failed, tagging
from tests.library.random_library import RandomLibrary
from tests.library.sql import database_of


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


def june(day: int, *, month: int = 6) -> CaptureDate:
    return CaptureDate(datetime(2023, month, day, 23, 30), DateSource.CONTAINER)


def test_an_empty_library(library):
    assert library.insights.months(["Animal"]) == []
    assert library.insights.reviewed() == Reviewed(0, 0, 0, 0, 0)
    assert library.insights.answers() == []


def test_months_with_what_was_filmed(library):
    add(library, "/v", "1.mp4", "Animal", "Food", taken=june(1))
    add(library, "/v", "2.mp4", "Animal?", taken=june(30))
    three = add(library, "/v", "3.mp4", taken=june(1, month=7))
    add_failed(library, "/v", "4.mp4", "broken")
    library.confirm(three, "Gran's cat")
    hidden = add(library, "/v", "5.mp4", "Animal", taken=june(2))
    library.apply(MarkChange(hidden=True), [hidden])
    tags = ["Animal", "Gran's cat", "no such tag"]
    assert library.insights.months(tags) == [
        MonthTags("2023-06", 2, {"Animal": 1, "Gran's cat": 0, "no such tag": 0}),
        MonthTags("2023-07", 1, {"Animal": 0, "Gran's cat": 1, "no such tag": 0}),
        MonthTags(None, 1, {"Animal": 0, "Gran's cat": 0, "no such tag": 0}),
    ]


def test_what_is_reviewed(library):
    done = add(library, "/v", "done.mp4", "Animal", "Food?")
    library.confirm(done, "Animal")
    library.reject(done, "Food")
    begun = add(library, "/v", "begun.mp4", "Animal", "Food")
    library.confirm(begun, "Animal")
    add(library, "/v", "waiting.mp4", "Animal")
    add(library, "/v", "only a maybe.mp4", "Animal?")
    add(library, "/v", "nothing.mp4")
    add_failed(library, "/v", "broken.mp4", "broken")
    reviewed = library.insights.reviewed()
    assert reviewed == Reviewed(5, done=1, begun=1, waiting=2, untagged=2)
    assert reviewed.nothing == 1


def test_answers_tell_how_often_the_model_is_right(library):
    def videos(number: int, *suggested: str) -> list[int]:
        return [add(library, "/v", f"{suggested} {n}.mp4", *suggested) for n in range(number)]

    for id_ in videos(4, "Animal")[1:]:
        library.confirm(id_, "Animal")
    library.reject(videos(1, "Animal", "Food")[0], "Animal")
    sure, unsure = videos(2, "Food?")
    library.confirm(sure, "Food")
    library.reject(unsure, "Food")
    (plain,) = videos(1)
    library.confirm(plain, "Dance")
    library.reject(plain, "Vehicle")
    library.confirm(plain, "Gran's cat")
    assert library.insights.answers() == [
        Answers("Animal", 3, 1, 0, 0, 0),
        Answers("Dance", 0, 0, 0, 0, 1),
        Answers("Food", 0, 0, 1, 1, 0),
        # No model suggested it, and the person agrees.
        Answers("Vehicle", 0, 0, 0, 0, 0),
    ]
    # A model that does not suggest it any more is not wrong any more.
    rejected = next(
        video.id for video in library.list(VideoFilter()) if "Food'" in video.path and "Animal" in video.path
    )
    library.contents.store_tagging([(rejected, tagging("Food"))])
    assert library.insights.answers()[0] == Answers("Animal", 3, 0, 0, 0, 0)
    library.hide_label("Animal", True)
    assert [each.tag for each in library.insights.answers()] == ["Dance", "Food", "Vehicle"]


@pytest.mark.parametrize("seed", range(3))
def test_a_random_library_told_video_by_video(library, seed):
    # More tags than a number has bits.
    random = RandomLibrary(library, seed, own_tags=70)
    random.run(400)
    for number in range(70):
        library.confirm(random.video(), f"own {number}")
    names = [*LABELS, *(f"own {number}" for number in range(70))]
    videos = list(library.list(VideoFilter()))
    months, carried = Counter(), {name: Counter() for name in names}
    for video in videos:
        month = video.taken and f"{video.taken.moment:%Y-%m}"
        months[month] += 1
        for tag in video.tags:
            if tag.state is not TagState.REJECTED and not tag.is_maybe:
                carried[tag.name][month] += 1
    told = library.insights.months(names)
    assert {each.month: each.videos for each in told} == months
    assert [each.month for each in told] == sorted(months, key=lambda month: (month is None, month or ""))
    for each in told:
        assert each.tags == {name: carried[name][each.month] for name in names}
    failed = {id_ for (id_,) in database_of(library).execute("SELECT id FROM videos WHERE status = 'failed'")}
    readable = [video for video in videos if video.id not in failed]
    states = [
        (
            any(tag.state is not TagState.SUGGESTED for tag in video.tags),
            any(tag.state is TagState.SUGGESTED for tag in video.tags),
        )
        for video in readable
    ]
    reviewed = library.insights.reviewed()
    assert (reviewed.done, reviewed.begun, reviewed.waiting, reviewed.nothing) == tuple(
        states.count(state) for state in ((True, False), (True, True), (False, True), (False, False))
    )
    assert reviewed.videos == len(readable)
