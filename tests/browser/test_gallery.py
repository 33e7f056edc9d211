"""The gallery in a real browser, on a real server, with a model whose answers are known."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobState
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
        tab.get_by_role("textbox", name="Folder with videos on this computer").fill(str(videos))
        tab.get_by_role("button", name="Add and scan").click()
        card(tab, "cat.mp4").wait_for()
        tab.get_by_text("The scan is done").wait_for()
        assert titles(tab) == sorted(["cat.mp4", "soup.mp4", "grey.mp4", HOSTILE, "broken.mp4"])

        tab.get_by_role("textbox", name="Search").fill("cat")
        tab.get_by_role("textbox", name="Search").press("Enter")
        tab.get_by_text("1 video", exact=True).wait_for()
        wait_until(lambda: titles(tab) == ["cat.mp4"])
        assert "text=cat" in tab.url
        tab.reload()
        card(tab, "cat.mp4").wait_for()
        assert titles(tab) == ["cat.mp4"]

        with tab.expect_response(lambda answer: "/clip/" in answer.url) as first:
            card(tab, "cat.mp4").click()
        assert first.value.status == 206
        video = tab.locator("video")
        wait_until(lambda: video.evaluate("node => node.readyState") >= 2)
        tab.locator(".label", has_text="Nature").locator(".second").nth(1).click()
        wait_until(lambda: video.evaluate("node => node.currentTime") >= 1)
        wait_until(lambda: video.evaluate("node => node.error") is None)

        tab.get_by_role("button", name="Reject").first.click()
        tab.get_by_text("rejected by you").wait_for()
        assert tag_state(gallery, "cat.mp4", "Animal") == "rejected"
        tab.get_by_text("Tag again", exact=True).click()
        tab.get_by_role("button", name="Tag all videos again").click()
        tab.get_by_text("4 videos tagged again").wait_for()
        tab.reload()
        tab.get_by_text("rejected by you").wait_for()
        assert tag_state(gallery, "cat.mp4", "Animal") == "rejected"

        tab.go_back()
        card(tab, "cat.mp4").wait_for()
        assert card(tab, "cat.mp4").locator(".tag").all_inner_texts() == ["Nature"]
        own_requests_only(tab, gallery)


def test_a_cell_plays_the_second_that_was_looked_at(tmp_path, tab):
    """Of a model that looks at the seconds 0, 1, 2 and 5."""
    folder = tmp_path / "videos"
    show_labels(folder / "long.mp4", "Animal", "Animal", "Animal", "Animal", "Animal", "Nature", "Animal")
    with running_gallery(
        tmp_path / "library.db", str(folder), command="open", ORGANIZER_TEST_SAMPLED="2 3"
    ) as gallery:
        tab.goto(gallery.address)
        card(tab, "long.mp4").click()
        video = tab.locator("video")
        wait_until(lambda: video.evaluate("node => node.readyState") >= 2)
        row = tab.locator(".label", has_text="Nature")
        assert row.locator(".second").evaluate_all("cells => cells.map(cell => cell.title)") == [
            "0:00: 0.05",
            "0:01: 0.05",
            "0:02: 0.05",
            "0:05: 0.90",
        ]
        assert row.locator(".jump").inner_text() == "\u25b6 0:05"
        widths = row.locator(".second").evaluate_all("cells => cells.map(cell => cell.offsetWidth)")
        assert widths[0] == pytest.approx(widths[1], abs=1)
        assert widths[3] > 2 * widths[0]
        row.locator(".second").nth(3).click()
        wait_until(lambda: video.evaluate("node => node.currentTime") >= 5)


def test_hostile_names_look_like_their_names(tmp_path, videos, tab):
    with running_gallery(tmp_path / "library.db", str(videos), command="open") as gallery:
        tab.goto(gallery.address)
        card(tab, HOSTILE).click()
        tab.get_by_test_id("stText").filter(has_text=HOSTILE).first.wait_for()
        assert tab.locator("img[src='x']").count() == 0
        own_requests_only(tab, gallery)


def test_two_tabs_at_once(tmp_path, videos, browser):
    with running_gallery(tmp_path / "library.db", str(videos), command="open") as gallery:
        contexts = [browser.new_context() for _ in range(2)]
        first, second = [context.new_page() for context in contexts]
        first.goto(gallery.address + "/?text=cat")
        second.goto(gallery.address + "/?text=soup")
        first.locator(".card").first.click()
        second.locator(".card").first.click()
        for tab, name in ((first, "cat.mp4"), (second, "soup.mp4")):
            tab.get_by_test_id("stText").get_by_text(name, exact=True).wait_for()
        first.get_by_role("button", name="Reject").first.click()
        second.get_by_role("button", name="Confirm").first.click()
        wait_until(lambda: tag_state(gallery, "cat.mp4", "Animal") == "rejected")
        wait_until(
            lambda: "confirmed" in {tag_state(gallery, "soup.mp4", tag) for tag in ("Food", "Cooking")}
        )
        for context in contexts:
            context.close()


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
        tab.get_by_text("Looking at videos").wait_for()
        tab.reload()
        tab.get_by_text("Looking at videos").wait_for()
        tab.locator(".card").first.wait_for()
        tab.get_by_role("button", name="Stop", exact=True).first.click()
        tab.get_by_text("The scan was stopped").wait_for()
        with Library.open(gallery.library) as library:
            scan = library.jobs.newest()
        assert scan.state is JobState.STOPPED
        assert 0 < scan.done < 200
