"""What hands do on the page, in a real browser: half-typed words, undo, long work beside clicks."""

from __future__ import annotations

import re
import time

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of

MANY = 250
"""Two pages of cards and more, and two steps of tagging again."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A gallery of many videos, the newest with names of their own."""
    folder = tmp_path_factory.mktemp("hands")
    videos = [SeedVideo(f"clip {number}.mp4", ("Dance",)) for number in range(MANY - 3)]
    videos += [SeedVideo("car.mp4", ("Vehicle",)), SeedVideo("cat.mp4", ("Animal",)), SeedVideo("grey.mp4")]
    seed(folder / "library.db", folder / "videos", videos, poster=b"no picture")
    with running_gallery(folder / "library.db", ORGANIZER_TEST_HOLD=str(folder / "hold")) as running:
        yield running


@pytest.fixture
def hold(gallery):
    """While this file is there, tagging again gets no further."""
    file = gallery.library.with_name("hold")
    file.touch()
    yield file
    file.unlink(missing_ok=True)


def card(tab, name):
    return tab.locator(".card", has=tab.get_by_text(name, exact=True))


def tags(gallery, name):
    with Library.open(gallery.library) as library:
        found = library.list(VideoFilter(text=name))
        return {tag.name: tag.state.value for video in found for tag in video.tags}


def drawn(tab):
    """Wait until the page is drawn to its end: a part that comes late would move what is clicked."""
    tab.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()


def no_error(tab):
    assert tab.get_by_text("Something unexpected happened").count() == 0


def test_a_filter_stays_its_tag_when_its_count_changes(gallery, tab):
    tab.goto(gallery.address)
    chooser = tab.get_by_role("combobox", name="With any of these tags")
    chooser.fill("Vehi")
    chooser.press("Enter")
    tab.get_by_text("1 video", exact=True).wait_for()
    card(tab, "car.mp4").click()
    tab.get_by_role("button", name="Reject", exact=True).click()
    tab.get_by_text("rejected by you").wait_for()
    tab.get_by_role("button", name="All videos").click()
    tab.get_by_text("No video fits these filters").wait_for()
    assert tab.url.endswith("?any=Vehicle")
    assert tab.get_by_role("group", name="Selected values").inner_text().strip() == "Vehicle"
    assert "Vehicle\u00a00" in tab.get_by_test_id("stSidebar").inner_text()
    tab.get_by_role("button", name="Clear all filters").click()
    tab.get_by_text(f"{MANY} videos", exact=True).wait_for()
    # The way back, in another tab.
    other = tab.context.new_page()
    other.goto(gallery.address + "/?text=car")
    card(other, "car.mp4").click()
    other.get_by_role("button", name="Undo").click()
    wait_until(lambda: tags(gallery, "car") == {"Vehicle": "suggested"})
    other.get_by_text("suggested", exact=True).wait_for()
    no_error(tab)


@pytest.mark.parametrize("click", ["page", "card", "toggle"])
def test_words_that_were_typed_count_with_the_next_click(gallery, tab, click):
    tab.goto(gallery.address)
    card(tab, "cat.mp4").wait_for()
    drawn(tab)
    tab.get_by_role("textbox", name="Search").press_sequentially("clip")
    if click == "page":
        tab.get_by_role("button", name="Page 2", exact=True).click()
        # Of the new choice: the page that was clicked was one of the old.
        tab.get_by_text(f"{MANY - 3} videos", exact=True).wait_for()
        wait_until(lambda: tab.url.endswith("?text=clip"))
    elif click == "card":
        card(tab, "cat.mp4").click()
        tab.get_by_role("button", name="All videos").wait_for()
        wait_until(lambda: "text=clip" in tab.url and "video=" in tab.url)
    else:
        tab.get_by_text("More filters").click()
        tab.get_by_text("Only videos without a tag").click()
        tab.get_by_text("No video fits these filters").wait_for()
        assert "text=clip" in tab.url and "untagged=1" in tab.url
    no_error(tab)


def test_a_tag_that_was_typed_is_added_without_enter(gallery, tab):
    tab.goto(gallery.address + "/?text=grey")
    card(tab, "grey.mp4").click()
    field = tab.get_by_role("combobox", name="Add a tag")
    field.press_sequentially("Gran's cat")
    tab.get_by_role("button", name="Add", exact=True).click()
    tab.get_by_text("confirmed by you").wait_for()
    assert tags(gallery, "grey") == {"Gran's cat": "confirmed"}
    wait_until(lambda: field.input_value() == "")

    # A proposal by its first letters, from the keyboard alone.
    field.press_sequentially("food")
    tab.get_by_role("option", name="Food").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    wait_until(lambda: tags(gallery, "grey") == {"Gran's cat": "confirmed", "Food": "confirmed"})
    # And one by a click.
    field.click()
    tab.get_by_role("option", name="Cooking").click()
    wait_until(lambda: tags(gallery, "grey").get("Cooking") == "confirmed")

    # Two in a row, faster than the page answers.
    for word in ("Home", "Snow"):
        field.fill(word)
        field.press("Enter")
    wait_until(lambda: {"Home", "Snow"} <= tags(gallery, "grey").keys())

    # What cannot be added stays, to be mended; what is half typed stays while other tags change.
    field.fill("x" * 61)
    field.press("Enter")
    tab.get_by_text("A tag has 1 to 60 characters").wait_for()
    assert field.input_value() == "x" * 61
    field.fill("half a wo")
    tab.get_by_role("button", name="Remove").first.click()
    tab.get_by_text("removed by you").wait_for()
    assert field.input_value() == "half a wo"
    drawn(tab)
    # Its own button, for others of the name are drawn before it.
    tab.locator("[class*='st-key-undo_removed']").get_by_role("button", name="Undo").click()
    wait_until(lambda: tags(gallery, "grey").get("Gran's cat") == "confirmed")
    no_error(tab)


def test_tagging_again_goes_on_beside_clicks_and_without_the_page(gallery, hold, tab):
    with Library.open(gallery.library) as library:
        database_of(library).execute("DELETE FROM video_tags WHERE state = 'suggested'")
        database_of(library).conn.commit()
    tab.goto(gallery.address)
    tab.get_by_text("Tag again", exact=True).click()
    tab.get_by_role("button", name="Tag all videos again").click()
    tab.get_by_text("Tagging again: ").wait_for()
    card(tab, "cat.mp4").click()
    tab.get_by_role("combobox", name="Add a tag").wait_for()
    other = tab.context.new_page()
    other.goto(gallery.address)
    other.get_by_text(f"Tagging again: 0 of {MANY} videos done").wait_for()
    tab.close()
    hold.unlink()
    other.get_by_text(re.compile(rf"{MANY} videos tagged again, \d+ changed\.")).wait_for()
    job = newest_job(gallery.library)
    assert (job.kind, job.state, job.done, job.report.tagged) == (JobKind.RETAG, JobState.DONE, MANY, MANY)
    assert MANY - 10 < job.report.changed <= MANY
    assert len(job.report.changes) == 100
    assert tags(gallery, "clip 246") | tags(gallery, "clip 0") == {"Dance": "suggested"}


def test_tagging_again_can_be_stopped(gallery, hold, tab):
    tab.goto(gallery.address)
    tab.get_by_text("Tag again", exact=True).click()
    tab.get_by_role("button", name="Tag all videos again").click()
    tab.get_by_role("button", name="Stop", exact=True).click()
    tab.get_by_text(f"Stopping: 0 of {MANY} videos tagged again").wait_for()
    # Its process looks once a second whether it was asked to: two looks later, it was.
    asked = time.time()
    wait_until(lambda: time.time() - newest_job(gallery.library).silent_s > asked + 1.5)
    hold.unlink()
    tab.get_by_text(re.compile(r"^Stopped: \d+ videos tagged again, \d+ changed\.")).wait_for()
    job = newest_job(gallery.library)
    assert job.state is JobState.STOPPED
    assert 0 < job.done < MANY


def test_a_job_that_was_silent_and_goes_on_is_shown_again(gallery, tab):
    with Library.open(gallery.library) as library:
        job = library.jobs.begin([], JobKind.RETAG)
        library.jobs.beat(job, to_do=10, done=3, failed=0)
        database_of(library).execute("UPDATE scans SET beat_at = beat_at - 60 WHERE id = ?", [job])
        database_of(library).conn.commit()
        tab.goto(gallery.address)
        tab.get_by_text("Tagging again ended without a word: 3 videos tagged again").wait_for()
        library.jobs.beat(job, to_do=10, done=4, failed=0)
        tab.get_by_text("Tagging again: 4 of 10 videos done").wait_for()
        library.jobs.finish(job, JobState.DONE)
    tab.get_by_text("4 videos tagged again", exact=False).wait_for()
    no_error(tab)
