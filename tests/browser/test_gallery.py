"""The gallery in a real browser, on a real server, with a model whose answers are known."""

from __future__ import annotations

import re

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobState
from tests.browser.shell import count_of, drawn, go, search
from tests.fakes import show_labels
from tests.gallery_server.process import running_gallery, wait_until

HOSTILE = "![](http:x.invalid y.png) <img src=x onerror=alert(1)> :smile: $x$.mp4"


@pytest.fixture
def videos(tmp_path):
    folder = tmp_path / "videos"
    show_labels(folder / "cat.mp4", "Animal", "Nature", "Animal")
    show_labels(folder / "soup.mp4", "Food", "Cooking")
    show_labels(folder / "grey.mp4")
    show_labels(folder / HOSTILE, "Dance")
    (folder / "broken.mp4").write_bytes(b"\0" * 3000)
    return folder


def own_requests_only(tab, gallery):
    """Fail when the tab asked anybody but the gallery for anything, or wanted to."""
    foreign = [url for url in tab.requests if not url.startswith((gallery.address, "data:", "blob:"))]
    assert foreign == []
    assert [words for words in tab.problems if "violates" in words or "alert" in words] == []
    connections = gallery.connections.read_text() if gallery.connections.exists() else ""
    assert connections == ""


def titles(tab):
    return sorted(tab.locator(".card .title").all_inner_texts())


def card(tab, name):
    return tab.locator(".card", has=tab.get_by_text(name, exact=True))


def tag_state(gallery, name, tag):
    with Library.open(gallery.library) as library:
        for video in library.list(VideoFilter()):
            if video.places[0].relative_path == name:
                return next((record.state.value for record in video.tags if record.name == tag), None)
    return None


def test_from_an_empty_library_to_a_correction_that_stays(tmp_path, videos, tab):
    with running_gallery(tmp_path / "library.db") as gallery:
        tab.goto(gallery.address)
        tab.get_by_role("button", name="Add a folder").click()
        tab.get_by_role("textbox", name="Path of a folder").fill(str(videos))
        tab.get_by_role("textbox", name="Path of a folder").press("Enter")
        tab.get_by_role("dialog").get_by_text("5 videos right in this folder").wait_for()
        tab.get_by_role("button", name="Add this folder").click()
        card(tab, "cat.mp4").wait_for()
        tab.get_by_text("The scan is done").wait_for()
        # Those that were found after the first ones are a click away.
        news = tab.get_by_role("button", name=re.compile(r"^\d new$"))

        def all_shown():
            if news.is_visible():
                news.click()
            return titles(tab) == sorted(["cat.mp4", "soup.mp4", "grey.mp4", HOSTILE, "broken.mp4"])

        wait_until(all_shown)

        search(tab, "cat")
        count_of(tab, "1 video").wait_for()
        wait_until(lambda: titles(tab) == ["cat.mp4"])
        tab.reload()
        card(tab, "cat.mp4").wait_for()
        wait_until(lambda: titles(tab) == ["cat.mp4"])
        drawn(tab)

        with tab.expect_response(lambda answer: "/clip/" in answer.url) as first:
            card(tab, "cat.mp4").click()
        assert first.value.status == 206
        video = tab.locator("video")
        wait_until(lambda: video.evaluate("node => node.readyState") >= 2)
        tab.get_by_text("Why?").click()
        tab.locator(".label", has_text="Nature").locator(".second").nth(1).click()
        wait_until(lambda: video.evaluate("node => node.currentTime") >= 1)
        wait_until(lambda: video.evaluate("node => node.error") is None)

        tab.get_by_role("button", name="No, not Animal").click()
        wait_until(lambda: tag_state(gallery, "cat.mp4", "Animal") == "rejected")
        drawn(tab)
        go(tab, "Tags")
        tab.get_by_role("button", name="Tag all videos again").click()
        tab.get_by_text("Nothing would change").first.wait_for()
        assert tag_state(gallery, "cat.mp4", "Animal") == "rejected"
        go(tab, "Videos")
        card(tab, "cat.mp4").wait_for()
        wait_until(lambda: card(tab, "cat.mp4").locator(".tag .name").all_inner_texts() == ["Nature"])
        own_requests_only(tab, gallery)


def test_a_scan_shows_after_a_reload_and_can_be_stopped(tmp_path, tab):
    folder = tmp_path / "videos"
    clip = show_labels(folder / "0.mp4", "Animal", "Food", "Dance", "Nature", "Animal").read_bytes()
    for number in range(1, 200):
        # Bytes after the end of an MP4 file change its content, not what it shows.
        (folder / f"{number}.mp4").write_bytes(clip + b"\0\0\0\x10free" + number.to_bytes(8, "big"))
    with running_gallery(
        tmp_path / "library.db", str(folder), command="open", ORGANIZER_TEST_SLEEP_S="0.3"
    ) as gallery:
        tab.goto(gallery.address)
        tab.locator(".does", has_text="Looking at videos").wait_for()
        tab.reload()
        tab.locator(".does", has_text="Looking at videos").wait_for()
        tab.locator(".card").first.wait_for()
        tab.get_by_role("button", name="Stop", exact=True).first.click()
        tab.locator(".does", has_text="The scan was stopped").wait_for()
        with Library.open(gallery.library) as library:
            scan = library.jobs.newest()
        assert scan.state is JobState.STOPPED
        assert 0 < scan.done < 200
