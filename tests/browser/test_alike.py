"""More like this, in a real browser: find, open a card at its second, come back; like one second."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest

from organizer.library.jobs import JobState
from organizer.pipeline.background_jobs import newest_job
from tests.browser.test_video import open_video, plays, shown
from tests.fakes import show_labels
from tests.gallery_server.process import running_gallery, wait_until

CLIPS = {
    "a walk.mp4": ("Animal", "Animal", "Animal", "Food", "Food"),
    "b cat.mp4": ("Animal",) * 4,
    "c party.mp4": ("Concert", "Concert", "Animal", "Animal", "Animal", "Food", "Food"),
    "d soup.mp4": ("Food", "Food", "Food"),
    "e car.mp4": ("Vehicle",) * 3,
}
"""The label that each second shows."""
FIRST_DAY = datetime(2024, 5, 4, 12, 30)
CARDS = ".alike-card"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alike")
    videos = folder / "videos"
    for number, (name, labels) in enumerate(CLIPS.items()):
        show_labels(videos / name, *labels)
        made_s = (FIRST_DAY - timedelta(days=number)).timestamp()
        os.utime(videos / name, (made_s, made_s))
    (videos / "f broken.mp4").write_bytes(b"\0" * 3000)
    library = folder / "library.db"
    cache = str(folder / "cache")
    with running_gallery(library, str(videos), command="open", ORGANIZER_CACHE=cache) as running:
        wait_until(lambda: newest_job(library) is not None and newest_job(library).finished)
        assert newest_job(library).state is JobState.DONE
        yield running


def titles(tab):
    return tab.locator(".alike-first").all_inner_texts()


def test_open_a_video_that_is_like_it_and_come_back(gallery, tab):
    open_video(tab, gallery, "a walk.mp4")
    plays(tab)
    # Nothing is asked for before somebody wants it.
    assert not [request for request in tab.requests if "/api/similar" in request]
    assert tab.locator(CARDS).count() == 0
    tab.get_by_role("button", name="This video").click()
    tab.locator(CARDS).first.wait_for()
    assert "a walk.mp4" not in titles(tab)
    assert "e car.mp4" not in titles(tab)
    found = titles(tab)
    card = tab.locator(CARDS, has_text="c party.mp4")
    second = int(card.locator(".alike-second").inner_text().rpartition(":")[2])
    assert second in range(2, 7)
    assert "alike: 0:0" in card.get_attribute("title")
    card.click()
    shown(tab, "c party.mp4")
    video = tab.locator("video")
    wait_until(lambda: video.evaluate("node => node.currentTime") >= second)
    wait_until(lambda: tab.locator(CARDS).count() == 0)
    tab.go_back()
    shown(tab, "a walk.mp4")
    # What was found is there again.
    tab.locator(CARDS).first.wait_for()
    assert titles(tab) == found
    assert tab.problems == []


def test_like_the_second_at_which_the_player_stands(gallery, tab):
    open_video(tab, gallery, "a walk.mp4")
    video = plays(tab)
    video.evaluate("node => { node.currentTime = 4.2; }")
    wait_until(lambda: video.evaluate("node => node.currentTime") > 4)
    tab.keyboard.press("Shift+S")
    tab.get_by_text("Like 0:04 of this video.").wait_for()
    tab.locator(CARDS).first.wait_for()
    assert set(titles(tab)[:2]) == {"c party.mp4", "d soup.mp4"}
    assert tab.get_by_role("button", name="This second").get_attribute("aria-pressed") == "true"
    # The keys know of both, and the sheet lists them.
    tab.keyboard.press("Home")
    tab.keyboard.press("s")
    tab.locator("[aria-pressed='true']", has_text="This video").wait_for()
    tab.keyboard.press("?")
    assert "More like this second" in tab.get_by_role("dialog", name="Keys").inner_text()
    tab.keyboard.press("Escape")
    assert tab.problems == []


def test_a_card_is_a_link_and_is_reached_by_keys(gallery, tab):
    open_video(tab, gallery, "b cat.mp4")
    plays(tab)
    tab.keyboard.press("s")
    first = tab.locator(CARDS).first
    first.wait_for()
    assert "video=" in first.get_attribute("href")
    name = titles(tab)[0]
    first.focus()
    tab.keyboard.press("Enter")
    shown(tab, name)
    assert tab.problems == []


def test_what_could_not_be_read_says_so(gallery, tab):
    open_video(tab, gallery, "f broken.mp4")
    tab.keyboard.press("s")
    tab.get_by_text("so nothing is known of it").wait_for()
    assert tab.locator(CARDS).count() == 0


def test_on_a_phone(gallery, new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_video(tab, gallery, "a walk.mp4")
    tab.get_by_role("button", name="This second").tap()
    tab.locator(CARDS).first.wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    width = tab.locator(CARDS).first.bounding_box()["width"]
    assert 140 < width < 200
