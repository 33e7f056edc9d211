"""Tags of one video, in a real browser: typed ones, hostile ones, the seconds that a model looked at."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.pipeline.background_jobs import newest_job
from tests.browser.test_video import drawn, open_video, plays
from tests.fakes import show_labels
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed

HOSTILE = "![](http:x.invalid y.png) <img src=x onerror=alert(1)> :smile: $x$.mp4"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tags")
    videos = [SeedVideo(HOSTILE, ("Dance",)), SeedVideo("grey.mp4"), SeedVideo("other.mp4")]
    seed(folder / "library.db", folder / "videos", videos, poster=b"no picture")
    with running_gallery(folder / "library.db") as running:
        yield running


def tags(gallery, name):
    with Library.open(gallery.library) as library:
        found = library.list(VideoFilter())
        video = next(video for video in found if video.places[0].relative_path == name)
        return {tag.name: tag.state.value for tag in video.tags}


def test_a_tag_that_was_typed_is_added_without_enter(gallery, tab):
    open_video(tab, gallery, "grey.mp4")
    field = tab.get_by_role("combobox", name="Add a tag")
    field.press_sequentially("Gran's cat")
    tab.get_by_role("button", name="Add", exact=True).click()
    # It shows before the page's script has heard of it.
    assert tab.locator(".chip .words", has_text="added by you").count() == 1
    wait_until(lambda: tags(gallery, "grey.mp4") == {"Gran's cat": "confirmed"})
    assert field.input_value() == ""

    # A proposal by its first letters, from the keyboard alone.
    field.press_sequentially("food")
    tab.get_by_role("option", name="Food").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    wait_until(lambda: tags(gallery, "grey.mp4") == {"Gran's cat": "confirmed", "Food": "confirmed"})
    # And one by a click.
    field.click()
    tab.get_by_role("option", name="Cooking").click()
    wait_until(lambda: tags(gallery, "grey.mp4").get("Cooking") == "confirmed")

    # Two in a row, faster than the page answers.
    for word in ("Home", "Snow"):
        field.fill(word)
        field.press("Enter")
    wait_until(lambda: {"Home", "Snow"} <= tags(gallery, "grey.mp4").keys())

    # What cannot be added comes back to be mended; what is half typed stays while other tags change.
    field.fill("x" * 61)
    field.press("Enter")
    tab.get_by_text("A tag has 1 to 60 characters").wait_for()
    assert field.input_value() == "x" * 61
    wait_until(lambda: tab.locator(".chip", has_text="xxx").count() == 0)
    field.fill("half a wo")
    tab.get_by_role("button", name="Take Gran's cat away").click()
    tab.get_by_text("taken away by you").wait_for()
    wait_until(lambda: "Gran's cat" not in tags(gallery, "grey.mp4"))
    drawn(tab)
    assert field.input_value() == "half a wo"
    tab.get_by_role("button", name="Undo: Gran's cat").click()
    wait_until(lambda: tags(gallery, "grey.mp4").get("Gran's cat") == "confirmed")
    # Of another video the field is empty again.
    field.press("Escape")
    tab.keyboard.press("n")
    tab.locator(".page:not(.going) .stage h1", has_text=HOSTILE).wait_for()
    assert field.input_value() == ""


def test_z_takes_back_a_tag_that_was_typed_in_another_spelling(gallery, tab):
    open_video(tab, gallery, "other.mp4")
    field = tab.get_by_role("combobox", name="Add a tag")
    field.fill("dANCE")
    field.press("Enter")
    wait_until(lambda: tags(gallery, "other.mp4") == {"Dance": "confirmed"})
    tab.locator(".chip[data-tag='Dance'][data-state='yes']").wait_for()
    field.press("Escape")
    tab.keyboard.press("z")
    wait_until(lambda: tags(gallery, "other.mp4") == {})


def test_a_name_is_never_markup(gallery, tab):
    open_video(tab, gallery, HOSTILE)
    with Library.open(gallery.library) as library:
        library.confirm(1, "<b onclick=alert(2)>bold</b>")
    tab.reload()
    tab.locator(".stage h1", has_text=HOSTILE).wait_for()
    tab.get_by_role("button", name="<b onclick=alert(2)>bold</b>", exact=True).wait_for()
    assert tab.locator("img[src='x']").count() == 0
    assert tab.locator(".chip b").count() == 0
    foreign = [url for url in tab.requests if not url.startswith((gallery.address, "data:", "blob:"))]
    assert foreign == []
    assert [words for words in tab.problems if "violates" in words or "alert" in words] == []


def test_a_cell_plays_the_second_that_was_looked_at(tmp_path, tab):
    """Of a model that looks at the seconds 0, 1, 2 and 5."""
    folder = tmp_path / "videos"
    library = tmp_path / "library.db"
    show_labels(folder / "long.mp4", "Animal", "Animal", "Animal", "Animal", "Animal", "Nature", "Animal")
    with running_gallery(library, str(folder), command="open", ORGANIZER_TEST_SAMPLED="2 3") as gallery:
        wait_until(lambda: newest_job(library) is not None and newest_job(library).finished)
        open_video(tab, gallery, "long.mp4")
        video = plays(tab)
        # Of the seconds 3 and 4 nobody knows anything: they go with the one before them.
        marks = tab.locator(".mark")
        assert [mark.get_attribute("aria-label") for mark in marks.all()] == [
            "Animal, seen from 0:00 to 0:05",
            "Nature, seen from 0:05 to 0:07",
        ]
        tab.get_by_text("Why?").click()
        row = tab.locator(".label", has_text="Nature")
        row.wait_for()
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
