"""The pages of tags, folders, insights and the history, and the line of a job, in a real browser."""

from __future__ import annotations

import re
import time

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job, start_scan
from tests.browser.shell import address, count_of, drawn, go, no_error
from tests.fakes import show_labels
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of

MANY = 400
"""Three steps of tagging again."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panels")
    videos = [SeedVideo(f"clip {number}.mp4", ("Dance",)) for number in range(MANY - 3)]
    videos += [SeedVideo("cat.mp4", ("Animal", "Nature?")), SeedVideo("soup.mp4", ("Food",))]
    videos += [SeedVideo("grey.mp4")]
    (folder / "videos").mkdir()
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


def tags(gallery, name):
    with Library.open(gallery.library) as library:
        for video in library.list(VideoFilter(hidden=None)):
            if video.path.endswith(f"/{name}"):
                return {tag.name: tag.state.value for tag in video.tags}
    return None


def confirm(gallery, name, tag):
    with Library.open(gallery.library) as library:
        library.confirm(library.find(name), tag)


def said(tab, words):
    """Wait for what is said in passing, and point at it: it stays for as long."""
    tab.locator(".toast").filter(has_text=words).first.hover()


def undo_in_passing(tab, words):
    toast = tab.locator(".toast").filter(has_text=words)
    toast.get_by_role("button", name="Undo", exact=True).click()


def test_a_tag_is_renamed_merged_hidden_and_all_of_it_undone(gallery, tab):
    confirm(gallery, "grey.mp4", "Oma")
    confirm(gallery, "soup.mp4", "Gran")
    tab.goto(gallery.address + "/?view=tags")
    tab.get_by_role("button", name="Change Oma").click()
    dialog = tab.get_by_role("dialog", name="Oma")
    dialog.get_by_role("textbox", name="Name").fill("Grandma")
    dialog.get_by_role("textbox", name="Name").press("Enter")
    said(tab, "Tag Oma renamed to Grandma: 1 video.")
    assert tags(gallery, "grey.mp4") == {"Grandma": "confirmed"}
    drawn(tab)

    tab.get_by_role("button", name="Change Gran", exact=True).click()
    dialog = tab.get_by_role("dialog", name="Gran", exact=True)
    dialog.get_by_role("combobox", name="Merge into").select_option("Grandma")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    said(tab, "Gran merged into Grandma")
    assert tags(gallery, "soup.mp4") == {"Food": "suggested", "Grandma": "confirmed"}
    undo_in_passing(tab, "Gran merged into Grandma")
    wait_until(lambda: tags(gallery, "soup.mp4") == {"Food": "suggested", "Gran": "confirmed"})
    drawn(tab)

    tab.get_by_role("button", name="Change Nature").click()
    tab.get_by_role("dialog", name="Nature").get_by_role("button", name="Hide this label").click()
    tab.get_by_role("button", name="Show Nature again").wait_for()
    assert tags(gallery, "cat.mp4") == {"Animal": "suggested"}

    # Also later, and from the keyboard alone.
    go(tab, "History")
    undo = tab.get_by_role("button", name="Undo: Label Nature hidden")
    undo.focus()
    undo.press("Enter")
    redo = tab.get_by_role("button", name="Redo: Label Nature hidden")
    redo.wait_for()
    # The focus stays where it was.
    wait_until(lambda: redo.evaluate("node => node.getRootNode().activeElement === node"))
    assert tags(gallery, "cat.mp4") == {"Animal": "suggested", "Nature": "suggested"}
    tab.get_by_role("button", name="Undo: Tag Oma renamed to Grandma").click()
    wait_until(lambda: tags(gallery, "grey.mp4") == {"Oma": "confirmed"})
    no_error(tab)


def test_maybes_are_told_apart_and_a_click_away(gallery, tab):
    tab.goto(gallery.address + "/?view=tags")
    tab.get_by_role("link", name="Nature: 1 maybe").click()
    count_of(tab, "1 video").wait_for()
    wait_until(lambda: "q=maybe%3ANature" in address(tab))
    tab.go_back()
    tab.get_by_role("heading", name="What organizer looks for").wait_for()
    no_error(tab)


def test_tagging_again_shows_what_would_change_then_changes_it_and_is_undone(gallery, tab):
    with Library.open(gallery.library) as library:
        library.reject(library.find("clip 0.mp4"), "Dance")
        database_of(library).execute("DELETE FROM video_tags WHERE state = 'suggested'")
        database_of(library).conn.commit()
    tab.goto(gallery.address + "/?view=tags")
    tab.get_by_role("button", name="Tag all videos again").click()
    change = tab.get_by_role("button", name=re.compile(r"^Change \d+ videos$"))
    change.wait_for()
    tab.get_by_text(f"Dance: added to {MANY - 4} videos").wait_for()
    assert tags(gallery, "clip 5.mp4") == {}
    change.click()
    tab.get_by_text(re.compile(r"videos tagged again, \d+ changed\.")).wait_for()
    assert tags(gallery, "clip 5.mp4") == {"Dance": "suggested"}
    assert tags(gallery, "clip 0.mp4") == {"Dance": "rejected"}
    drawn(tab)
    tab.get_by_role("region", name="Job").get_by_role("button", name="Undo", exact=True).click()
    said(tab, "Undone.")
    assert tags(gallery, "clip 5.mp4") == {}
    undo_in_passing_again = tab.locator(".toast").filter(has_text="Undone.")
    undo_in_passing_again.get_by_role("button", name="Redo", exact=True).click()
    wait_until(lambda: tags(gallery, "clip 5.mp4") == {"Dance": "suggested"})
    no_error(tab)


def test_a_job_pauses_goes_on_when_the_page_is_closed_and_is_stopped_by_another(gallery, hold, tab):
    tab.goto(gallery.address + "/?view=tags")
    tab.get_by_role("button", name="Tag all videos again").click()
    line = tab.get_by_role("region", name="Job")
    line.get_by_text(f"Looking what would change: 0 of {MANY} videos done").wait_for()
    line.get_by_role("button", name="Pause", exact=True).click()
    line.locator(".does").filter(has_text="Pausing").wait_for()
    # Its process looks once a second whether it was asked to: two looks later, it was. Then the step at hand
    # is done.
    asked = time.time()
    wait_until(lambda: time.time() - newest_job(gallery.library).silent_s > asked + 1.5)
    hold.unlink()
    line.get_by_text(re.compile(rf"^Paused: \d+ of {MANY} videos done$")).wait_for()
    done = newest_job(gallery.library).done
    assert 0 < done < MANY
    other = tab.context.new_page()
    tab.close()
    other.goto(gallery.address)
    line = other.get_by_role("region", name="Job")
    line.locator(".does").filter(has_text="Paused").wait_for()
    assert (newest_job(gallery.library).done, newest_job(gallery.library).finished) == (done, False)
    line.get_by_role("button", name="Go on").click()
    line.get_by_text(re.compile(r"^(\d+ videos? would change|Nothing would change)\.$")).wait_for()
    assert newest_job(gallery.library).done == MANY
    no_error(other)


def test_clicking_a_card_while_videos_are_tagged_again_stops_nothing(gallery, hold, tab):
    tab.goto(gallery.address + "/?view=tags")
    tab.get_by_role("button", name="Tag all videos again").click()
    tab.get_by_role("region", name="Job").get_by_text("Looking what would change").first.wait_for()
    go(tab, "Videos")
    tab.locator(".card").first.click()
    tab.locator("video").first.wait_for()
    tab.keyboard.press("Escape")
    drawn(tab)
    # Asked to stop, it might still come to its end: it looks only now and then.
    assert not newest_job(gallery.library).stop_requested
    hold.unlink()
    wait_until(lambda: newest_job(gallery.library).finished)
    job = newest_job(gallery.library)
    assert (job.kind, job.state, job.done) == (JobKind.PREVIEW, JobState.DONE, MANY)
    no_error(tab)


def test_insights_show_the_right_numbers(gallery, tab):
    with Library.open(gallery.library) as library:
        found = library.insights.reviewed()
    tab.goto(gallery.address + "/?view=insights")
    waiting = tab.locator(".legend li").filter(has_text="Waiting")
    wait_until(lambda: waiting.locator(".big").inner_text() == f"{found.waiting:,}")
    # A part of a plot leads to what it stands for, and says its number.
    bar = tab.get_by_role("link", name=re.compile(r"^June 2024: 30 videos$"))
    bar.click()
    count_of(tab, "30 videos").wait_for()
    wait_until(lambda: "q=date%3A2024-06" in address(tab))
    drawn(tab)
    tab.go_back()
    tab.get_by_text("The numbers").first.click()
    table = tab.get_by_role("table").first
    row = table.get_by_role("row").filter(has_text="June 2024")
    assert row.locator("td").first.inner_text() == "30"
    no_error(tab)


# Folders


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "My films" / "2024"
    show_labels(folder / "cat.mp4", "Animal")
    show_labels(folder / "soup.mp4", "Food")
    (folder / "broken.mp4").write_bytes(b"\0" * 3000)
    return folder


def test_from_no_folder_to_one_that_is_forgotten(tmp_path, films, tab):
    with running_gallery(tmp_path / "library.db") as gallery:
        tab.goto(gallery.address)
        tab.get_by_role("heading", name="Your videos, found again").wait_for()
        tab.get_by_role("button", name="Add a folder").click()
        dialog = tab.get_by_role("dialog", name="Add a folder")
        # From the keyboard alone: the first folder has the focus.
        dialog.get_by_role("button", name="My films").wait_for()
        wait_until(
            lambda: dialog.get_by_role("button", name="My films").evaluate(
                "node => node.getRootNode().activeElement === node"
            )
        )
        tab.keyboard.press("Enter")
        dialog.get_by_role("button", name="2024").wait_for()
        dialog.get_by_role("button", name="Add this folder").click()
        tab.locator(".card").first.wait_for()
        tab.get_by_text("The scan is done: 3 files looked at, 2 new.").wait_for()

        # What could not be read, with its reason, is one click away.
        tab.get_by_role("button", name="1 file could not be read").click()
        failed = tab.locator("#failed")
        failed.get_by_text("broken.mp4").wait_for()
        wait_until(lambda: failed.evaluate("node => node.getRootNode().activeElement === node"))
        assert failed.locator(".reason").inner_text().endswith(".")
        show_labels(films / "broken.mp4", "Dance")
        failed.get_by_role("button", name="Try broken.mp4 again").click()
        tab.get_by_role("button", name="1 cannot be read").wait_for(state="detached")
        wait_until(lambda: tags(gallery, "broken.mp4") == {"Dance": "suggested"})
        drawn(tab)

        # Left out, and looked at again.
        tab.get_by_role("textbox", name="Name to leave out").fill("soup*")
        tab.get_by_role("button", name="Leave out", exact=True).click()
        said(tab, "1 video left the library")
        assert tags(gallery, "soup.mp4") is None
        undo_in_passing(tab, "1 video left the library")
        wait_until(lambda: tags(gallery, "soup.mp4") is not None)

        # Forgotten with its tags, and undone.
        confirm(gallery, "cat.mp4", "Gran's cat")
        drawn(tab)
        tab.get_by_role("button", name="Forget My films").click()
        tab.get_by_role("button", name=re.compile("^Forget the tags too")).click()
        said(tab, "forgotten, with its tags")
        tab.get_by_role("heading", name="Your videos, found again").wait_for()
        undo_in_passing(tab, "forgotten, with its tags")
        tab.get_by_role("button", name="Forget My films").wait_for()
        assert tags(gallery, "cat.mp4") == {"Animal": "suggested", "Gran's cat": "confirmed"}

        # Forgotten with its tags kept: they are there when the folder comes back.
        drawn(tab)
        tab.get_by_role("button", name="Forget My films").click()
        tab.get_by_role("button", name=re.compile("^Keep what I tagged")).click()
        tab.get_by_role("heading", name="Your videos, found again").wait_for()
        drawn(tab)
        tab.get_by_role("button", name="Add a folder").click()
        tab.get_by_role("dialog", name="Add a folder").get_by_role("textbox").fill(str(films.parent))
        tab.get_by_role("dialog", name="Add a folder").get_by_role("textbox").press("Enter")
        tab.get_by_role("dialog").get_by_text("2024").first.wait_for()
        tab.get_by_role("button", name="Add this folder").click()
        tab.get_by_role("button", name="Forget My films").wait_for()
        wait_until(lambda: (tags(gallery, "cat.mp4") or {}).get("Gran's cat") == "confirmed")
        no_error(tab)


def test_a_path_that_was_typed_is_the_folder_that_is_added(tmp_path, films, tab):
    """Also where nobody pressed Go: the folder that is shown is another one."""
    (tmp_path / "other").mkdir()
    with running_gallery(tmp_path / "library.db") as gallery:
        tab.goto(gallery.address)
        tab.get_by_role("button", name="Add a folder").click()
        dialog = tab.get_by_role("dialog", name="Add a folder")
        typed = dialog.get_by_role("textbox")
        add = dialog.get_by_role("button", name="Add this folder")
        add.wait_for()
        typed.fill("")
        assert add.is_disabled()
        typed.fill(str(films))
        add.click()
        tab.locator(".card").first.wait_for()
        wait_until(lambda: newest_job(gallery.library).finished)
        with Library.open(gallery.library) as library:
            assert [root.path for root in library.roots.all()] == [str(films)]
        no_error(tab)


def test_new_videos_are_a_banner_and_no_card_moves(tmp_path, films, tab):
    library = tmp_path / "library.db"
    with running_gallery(library, str(films), command="open") as gallery:
        tab.goto(gallery.address)
        tab.locator(".card").first.wait_for()
        wait_until(lambda: newest_job(library).finished)
        tab.reload()
        count_of(tab, "3 videos").wait_for()
        drawn(tab)
        wait_until(lambda: len(tab.locator(".card .title").all_inner_texts()) == 3)
        show_labels(films / "new.mp4", "Dance")
        go(tab, "Folders")
        tab.get_by_role("button", name="Look for changes in").click()
        tab.get_by_text("The scan is done: 1 file looked at, 1 new.").wait_for()
        tab.get_by_role("button", name="Show 1 new video").click()
        wait_until(lambda: len(tab.locator(".card .title").all_inner_texts()) == 4)
        wait_until(lambda: "sort=added" in address(tab))


def test_the_banner_can_be_pressed_while_the_job_stands_above(tmp_path, films, tab):
    library = tmp_path / "library.db"
    with running_gallery(library, str(films), command="open") as gallery:
        wait_until(lambda: newest_job(library) is not None and newest_job(library).finished)
        tab.goto(gallery.address)
        tab.locator(".card").first.wait_for()
        drawn(tab)
        top = tab.locator(".grid").bounding_box()["y"]
        show_labels(films / "new.mp4", "Dance")
        start_scan(library, [str(films)])
        tab.get_by_role("region", name="Job").get_by_text("The scan is done").wait_for()
        news = tab.get_by_role("button", name="1 new", exact=True)
        # It looks every five seconds. What is under its middle is itself.
        news.click()
        tab.get_by_text("new.mp4").first.wait_for()
        news.wait_for(state="hidden")
        assert tab.locator(".grid").bounding_box()["y"] >= top
        no_error(tab)
