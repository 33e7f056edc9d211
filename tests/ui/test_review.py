"""The page of the review, without a browser."""

from __future__ import annotations

import pytest

from organizer.library import Library
from tests.gallery_server.seed import SeedVideo, seed


@pytest.fixture
def four(page):
    videos = [SeedVideo(f"trip/{number}.mp4", ("Animal?",)) for number in range(3)]
    videos.append(SeedVideo("<b>soup.mp4", ("Food",)))
    (page.folder / "videos").mkdir()
    seed(page.library, page.folder / "videos", videos)
    return page.open(view="review")


def data(page):
    return page.part("review")


def answer(page, action):
    shown = data(page)
    return page.act("review", action, review=shown["review"]["id"], position=shown["items"][0]["position"])


def states(page, tag="Animal"):
    with Library.open(page.library) as library:
        return sorted(one.state.value for video in library.list() for one in video.tags if one.name == tag)


def test_it_says_what_waits_and_begins_with_a_tag_or_with_all(four):
    assert data(four)["review"] is None
    assert [(choice["name"], choice["waiting"]) for choice in data(four)["choices"]] == [
        ("Animal", 3),
        ("Food", 1),
    ]
    four.act("review", "begin", tag="Food")
    (item,) = data(four)["items"]
    assert (item["tag"], item["title"], item["sure"]) == ("Food", "<b>soup.mp4", "90 %")
    assert item["seconds"] == [{"second": 0, "words": "0:00"}]
    assert "<b>" not in four.markup()
    four.act("review", "begin", tag="")
    assert (data(four)["review"]["number"], data(four)["review"]["total"]) == (1, 4)


def test_answers_are_stored_and_undone(four):
    four.act("review", "begin", tag="Animal")
    answer(four, "yes")
    assert data(four)["review"]["precision"]["Animal"] == "Animal: 1 of 1 right (21 to 100 %)"
    answer(four, "no")
    assert states(four) == ["confirmed", "rejected", "suggested"]
    answer(four, "later")
    assert data(four)["items"][0]["put_off"]
    assert data(four)["review"]["passed"] == "1 put off"
    for _ in range(3):
        four.act("review", "undo", review=data(four)["review"]["id"])
    assert states(four) == ["suggested"] * 3
    four.act("review", "undo", review=data(four)["review"]["id"])
    assert four.said()[-1] == "There is nothing to undo here."


def test_it_says_what_another_review_would_end(four):
    four.act("review", "begin", tag="Animal")
    shown = data(four)["review"]
    assert (shown["left_words"], shown["underway"]) == ("the review of Animal with 3 left", False)
    answer(four, "yes")
    shown = data(four)["review"]
    assert (shown["left_words"], shown["underway"]) == ("the review of Animal with 2 left", True)
    answer(four, "no")
    answer(four, "no")
    assert not data(four)["review"]["underway"]
    four.act("review", "begin", tag="")
    assert data(four)["review"]["left_words"] == "the review of all suggestions with 1 left"


def test_what_looks_alike_is_skipped_and_said(four):
    four.act("review", "begin", tag="Animal")
    answer(four, "skip")
    assert "of Animal skipped." in four.said()[-1]
    assert states(four) == ["suggested"] * 3
    assert data(four)["review"]["left"] < 3


def test_what_another_tab_answered_is_said(four):
    four.act("review", "begin", tag="Animal")
    first = data(four)["items"][0]
    with Library.open(four.library) as library:
        library.reviews.answer(data(four)["review"]["id"], first["position"], yes=True)
    answer(four, "no")
    assert four.said() == ["That was answered elsewhere meanwhile."]
    assert states(four) == ["confirmed", "suggested", "suggested"]


@pytest.mark.parametrize(
    "sent", [{}, {"review": "x", "position": None}, {"review": 99, "position": 1}, {"review": True}]
)
@pytest.mark.parametrize("action", ["yes", "no", "later", "skip", "undo", "nonsense"])
def test_nonsense_from_a_browser_does_nothing(four, action, sent):
    four.act("review", "begin", tag="Animal")
    four.act("review", action, **sent)
    assert states(four) == ["suggested"] * 3
    assert data(four)["review"]["left"] == 3
