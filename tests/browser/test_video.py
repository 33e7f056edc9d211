"""The page of one video, in a real browser: keys, marks, answers, the way through the result."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from tests.browser.shell import address, drawn
from tests.contrast import contrast
from tests.fakes import show_labels
from tests.gallery_server.process import PATIENCE_S, running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed

TIME = "node => node.currentTime"
PAUSED = "node => node.paused"


CLIPS = {
    "a dance.mp4": ("Dance", "Dance", "Animal", "Food", "Dance", "Nature", "Nature", "Animal"),
    "b cat.mp4": ("Animal",) * 4,
    "c soup.mp4": ("Food", "Food"),
}
"""The label that each second shows, the newest video first; of Nature the model is not sure."""
FIRST_DAY = datetime(2024, 5, 4, 12, 30)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Real clips, a day apart, and a file that is none."""
    folder = tmp_path_factory.mktemp("video")
    videos = folder / "videos"
    for number, (name, labels) in enumerate(CLIPS.items()):
        show_labels(videos / name, *labels)
        made_s = (FIRST_DAY - timedelta(days=number)).timestamp()
        os.utime(videos / name, (made_s, made_s))
    (videos / "d broken.mp4").write_bytes(b"\0" * 3000)
    os.utime(videos / "d broken.mp4", (1e9, 1e9))
    library = folder / "library.db"
    with running_gallery(library, str(videos), command="open", ORGANIZER_TEST_UNSURE="Nature") as running:
        wait_until(lambda: newest_job(library) is not None and newest_job(library).finished)
        yield running


def open_video(tab, gallery, name, query=""):
    tab.goto(f"{gallery.address}/?video={keys(gallery.library)[name]}{query}")
    tab.locator(".stage h1", has_text=name).wait_for()
    return tab.locator("video")


def plays(tab):
    """Wait until the video can be moved in, then stop it."""
    video = tab.locator("video")
    wait_until(lambda: video.evaluate("node => node.readyState") >= 3)
    video.evaluate("node => node.pause()")
    return video


def shown(tab, name):
    tab.locator(".page:not(.going) .stage h1", has_text=name).wait_for()


def tags(gallery, name):
    with Library.open(gallery.library) as library:
        found = library.list(VideoFilter())
        video = next(video for video in found if video.places[0].relative_path == name)
        return {tag.name: tag.state.value for tag in video.tags}


def chip(tab, name):
    return tab.locator(f".chip[data-tag='{name}']")


def focused(tab):
    """What has the focus, within the component."""
    return tab.evaluate(
        """() => {
          let node = document.activeElement;
          while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
          return node ? node.getAttribute("aria-label") || node.textContent || node.className : "";
        }"""
    )


def test_the_keys_of_the_player(gallery, tab):
    open_video(tab, gallery, "a dance.mp4")
    video = plays(tab)
    press = tab.keyboard.press
    press("Home")
    wait_until(lambda: video.evaluate(TIME) == 0)
    press("ArrowRight")
    wait_until(lambda: video.evaluate(TIME) == 5)
    press("ArrowLeft")
    wait_until(lambda: video.evaluate(TIME) == 0)
    press("l")
    wait_until(lambda: video.evaluate(TIME) > 7)
    press("j")
    wait_until(lambda: video.evaluate(TIME) == 0)
    for key in (" ", "k"):
        press(key)
        wait_until(lambda: not video.evaluate(PAUSED))
        press(key)
        wait_until(lambda: video.evaluate(PAUSED))
    press("m")
    assert video.evaluate("node => node.muted")
    press("m")
    assert not video.evaluate("node => node.muted")
    press(">")
    assert video.evaluate("node => node.playbackRate") == 1.25
    press("<")
    assert video.evaluate("node => node.playbackRate") == 1
    press("f")
    tab.locator(".stage.full").wait_for()
    press("f")
    tab.locator(".stage:not(.full)").wait_for()
    # Every key of the sheet stands there, and Esc closes the sheet alone.
    press("?")
    sheet = tab.get_by_role("dialog", name="Keys")
    assert "Yes to that tag" in sheet.inner_text()
    press("Escape")
    sheet.wait_for(state="hidden")
    assert "video=" in address(tab)
    press("Escape")
    tab.locator(".stage").wait_for(state="detached")
    wait_until(lambda: "video=" not in address(tab))


def test_keys_belong_to_fields_where_one_types(gallery, tab):
    video = open_video(tab, gallery, "b cat.mp4")
    plays(tab)
    field = tab.get_by_role("combobox", name="Add a tag")
    tab.keyboard.press("a")
    wait_until(lambda: focused(tab) == "" or field.evaluate("node => node.matches(':focus')"))
    field.press_sequentially("kind of 1 film")
    assert field.input_value() == "kind of 1 film"
    assert video.evaluate(PAUSED)
    # First the proposals go, then the field is left, then the page.
    field.fill("foo")
    tab.get_by_role("option", name="Food").wait_for()
    field.press("Escape")
    tab.get_by_role("option", name="Food").wait_for(state="hidden")
    field.press("Escape")
    assert not field.evaluate("node => node.matches(':focus')")
    shown(tab, "b cat.mp4")
    field.fill("")
    assert set(tags(gallery, "b cat.mp4")) == {"Animal"}


def test_digits_answer_and_the_video_plays_on(gallery, tab):
    video = open_video(tab, gallery, "a dance.mp4")
    plays(tab)
    video.evaluate("node => { node.loop = true; node.play(); window.same = node; }")
    named = tab.locator(".chip .name").all_inner_texts()
    assert named == ["Animal", "Dance", "Food", "Nature?"]
    first, last = "Animal", "Nature"
    tab.keyboard.press("1")
    # At once, before the page's script has heard of it.
    assert chip(tab, first).get_attribute("data-state") == "yes"
    tab.keyboard.press("Shift+4")
    assert chip(tab, last).get_attribute("data-state") == "no"
    wait_until(lambda: tags(gallery, "a dance.mp4")[first] == "confirmed")
    wait_until(lambda: tags(gallery, "a dance.mp4")[last] == "rejected")
    before = video.evaluate(TIME)
    wait_until(lambda: video.evaluate(TIME) != before)
    assert not video.evaluate(PAUSED)
    assert video.evaluate("node => node === window.same && node.isConnected")
    # Answered tags stay in their places, and Z takes back one answer after the other.
    tab.keyboard.press("z")
    wait_until(lambda: tags(gallery, "a dance.mp4")[last] == "suggested")
    wait_until(lambda: chip(tab, last).get_attribute("data-state") == "maybe")
    tab.keyboard.press("z")
    wait_until(lambda: tags(gallery, "a dance.mp4")[first] == "suggested")
    wait_until(lambda: chip(tab, first).get_attribute("data-state") == "given")
    assert tab.locator(".chip .name").all_inner_texts() == named
    tab.keyboard.press("9")
    tab.get_by_text("There is no tag 9").wait_for()


def test_a_double_click_answers_once(gallery, tab):
    open_video(tab, gallery, "c soup.mp4")
    plays(tab)
    chip(tab, "Food").get_by_role("button", name="Yes, Food").dblclick()
    wait_until(lambda: tags(gallery, "c soup.mp4") == {"Food": "confirmed"})
    undo = chip(tab, "Food").get_by_role("button", name="Undo: Food")
    undo.dblclick()
    wait_until(lambda: tags(gallery, "c soup.mp4") == {"Food": "suggested"})
    drawn(tab)
    wait_until(lambda: chip(tab, "Food").get_attribute("data-state") == "given")
    assert tags(gallery, "c soup.mp4") == {"Food": "suggested"}
    # From the keyboard: the focus is not lost with the button that goes.
    chip(tab, "Food").get_by_role("button", name="No, not Food").focus()
    tab.keyboard.press("Enter")
    undo.focus()
    tab.keyboard.press("Enter")
    # Until both were heard of it is open.
    wait_until(lambda: chip(tab, "Food").get_attribute("data-state") == "given")
    assert tags(gallery, "c soup.mp4") == {"Food": "suggested"}
    assert focused(tab) == "Yes, Food"


def test_an_undone_answer_to_a_suggestion_leaves_the_tag(gallery, tab):
    open_video(tab, gallery, "b cat.mp4")
    plays(tab)
    chip(tab, "Animal").get_by_role("button", name="Yes, Animal").click()
    wait_until(lambda: tags(gallery, "b cat.mp4") == {"Animal": "confirmed"})
    tab.reload()
    shown(tab, "b cat.mp4")
    chip(tab, "Animal").get_by_role("button", name="Undo: Animal").click()
    wait_until(lambda: tags(gallery, "b cat.mp4") == {"Animal": "suggested"})
    wait_until(lambda: chip(tab, "Animal").locator(".words").inner_text() == "very sure")


def test_marks_show_where_each_tag_is_seen(gallery, tab):
    video = open_video(tab, gallery, "a dance.mp4")
    plays(tab)
    marks = tab.get_by_role("group", name="Where tags are seen").get_by_role("button")
    named = [mark.get_attribute("aria-label") for mark in marks.all()]
    assert "Dance, seen from 0:00 to 0:02" in named
    assert "Animal, seen from 0:07 to 0:08" in named
    mark = tab.locator(".lane[data-tag='Animal'] .mark").first
    track = tab.locator(".track").bounding_box()
    box = mark.bounding_box()
    assert box["x"] - track["x"] == pytest.approx(2 * track["width"] / 8, abs=2)
    assert box["width"] == pytest.approx(track["width"] / 8, abs=2)
    video.evaluate(
        "node => { window.jumps = []; node.addEventListener('seeking', () => jumps.push(node.currentTime)); }"
    )
    mark.click()
    wait_until(lambda: tab.evaluate("window.jumps") == [2])
    video.evaluate("node => node.pause()")
    # One of them by Tab, the others by arrows.
    reached = [mark.get_attribute("tabindex") for mark in marks.all()]
    assert reached.count("0") == 1
    assert reached.count("-1") == len(named) - 1 == 5
    marks.first.focus()
    tab.keyboard.press("ArrowRight")
    assert marks.nth(1).evaluate("node => node.matches(':focus')")
    tab.keyboard.press("Home")
    wait_until(lambda: video.evaluate(TIME) == 0)
    # A chip's name plays from there too, and its marks stand out.
    chip(tab, "Nature").get_by_role("button", name="maybe Nature. Play where it is seen").click()
    wait_until(lambda: video.evaluate(TIME) >= 5)
    assert tab.locator(".lane[data-tag='Dance'].dim").count() == 1
    assert tab.locator(".lane[data-tag='Nature'].dim").count() == 0


def test_the_way_leads_through_the_result_as_it_was(gallery, tab):
    names = ["a dance.mp4", "c soup.mp4"]
    open_video(tab, gallery, names[0], "&q=tag:Food")
    wait_until(lambda: tab.locator(".place").inner_text() == "1 of 2")
    # Of the tag that found it: this video is not in the result any more, the way goes on.
    chip(tab, "Food").get_by_role("button", name="No, not Food").click()
    wait_until(lambda: tags(gallery, names[0])["Food"] == "rejected")
    tab.keyboard.press("n")
    shown(tab, names[1])
    wait_until(lambda: tab.locator(".place").inner_text() == "2 of 2")
    assert tab.get_by_role("button", name="Next video").is_hidden()
    tab.keyboard.press("n")
    tab.get_by_text("This is the last video").wait_for()
    tab.keyboard.press("Shift+ArrowLeft")
    shown(tab, names[0])
    # Also after a reload, where the result is that of now.
    tab.reload()
    shown(tab, names[0])
    tab.keyboard.press("n")
    shown(tab, names[1])
    tab.get_by_role("button", name="Previous video").click()
    shown(tab, names[0])
    chip(tab, "Food").get_by_role("button", name="Undo: Food").click()
    wait_until(lambda: tags(gallery, names[0])["Food"] == "suggested")
    tab.get_by_role("button", name="All videos").click()
    tab.locator(".stage").wait_for(state="detached")
    wait_until(lambda: address(tab).endswith(("/?q=tag%3AFood", "/?q=tag:Food")))


def test_steps_faster_than_the_page_are_all_made(gallery, tab):
    open_video(tab, gallery, "a dance.mp4")
    plays(tab)
    for _ in range(3):
        tab.keyboard.press("n")
    shown(tab, "d broken.mp4")
    for _ in range(3):
        tab.keyboard.press("p")
    shown(tab, "a dance.mp4")
    # The browser notes when the server says that it cannot make pieces of the broken one either.
    assert [words for words in tab.problems if "422" not in words] == []


def test_nothing_is_answered_about_a_video_that_was_left(gallery, tab):
    """The next one's name shows at once: an answer then is meant for it, and its tags are not there yet."""
    open_video(tab, gallery, "a dance.mp4")
    plays(tab)
    before = tags(gallery, "a dance.mp4")
    pressed = """(below, keys) => keys.map(([key, code, shiftKey]) => {
      const about = { key, code, shiftKey, bubbles: true, cancelable: true };
      document.dispatchEvent(new KeyboardEvent("keydown", about));
      return below.inert;
    })"""
    at_once = [("n", "KeyN", False), ("1", "Digit1", False), ("2", "Digit2", True), ("h", "KeyH", False)]
    assert tab.locator(".below").evaluate(pressed, at_once) == [True] * 4
    shown(tab, "b cat.mp4")
    assert not tab.locator(".below").evaluate("node => node.inert")
    drawn(tab)
    assert tags(gallery, "a dance.mp4") == before
    assert not favourite(gallery, "a dance.mp4")
    tab.keyboard.press("h")
    wait_until(lambda: favourite(gallery, "b cat.mp4"))
    tab.keyboard.press("h")
    wait_until(lambda: not favourite(gallery, "b cat.mp4"))


def test_back_and_forth_in_the_browser(gallery, tab):
    open_video(tab, gallery, "a dance.mp4")
    tab.keyboard.press("n")
    shown(tab, "b cat.mp4")
    tab.go_back()
    shown(tab, "a dance.mp4")
    tab.go_forward()
    shown(tab, "b cat.mp4")


def test_two_tabs_answer_each_for_itself(gallery, new_tab):
    first, second = new_tab(), new_tab()
    for page in (first, second):
        open_video(page, gallery, "c soup.mp4")
    chip(first, "Food").get_by_role("button", name="Yes, Food").click()
    wait_until(lambda: tags(gallery, "c soup.mp4") == {"Food": "confirmed"})
    chip(second, "Food").get_by_role("button", name="No, not Food").click()
    wait_until(lambda: tags(gallery, "c soup.mp4") == {"Food": "rejected"})
    # What the first tab would undo is not the last answer any more.
    chip(first, "Food").get_by_role("button", name="Undo: Food").click()
    wait_until(lambda: chip(first, "Food").get_attribute("data-state") == "no")
    assert tags(gallery, "c soup.mp4") == {"Food": "rejected"}
    for _ in range(2):
        chip(second, "Food").get_by_role("button", name="Undo: Food").click()
        drawn(second)
        wait_until(lambda: chip(second, "Food").get_attribute("data-state") != "open")
    assert tags(gallery, "c soup.mp4") == {"Food": "suggested"}


def test_why_is_asked_for_when_it_is_opened(gallery, tab):
    video = open_video(tab, gallery, "a dance.mp4")
    plays(tab)
    assert not [url for url in tab.requests if "/api/evidence/" in url]
    tab.get_by_text("Why?").click()
    row = tab.locator(".label", has_text="Nature").first
    row.wait_for()
    assert len([url for url in tab.requests if "/api/evidence/" in url]) == 1
    assert row.locator(".strip").get_attribute("aria-label").startswith("Speaks most for Nature at 0:05")
    row.locator(".second").nth(5).click()
    wait_until(lambda: video.evaluate(TIME) >= 5)
    # It stays open, and is that of the next video there.
    tab.keyboard.press("n")
    shown(tab, "b cat.mp4")
    wait_until(lambda: tab.locator(".label .name span").first.inner_text() == "Animal")
    assert tab.locator(".label .state").first.inner_text() == "very sure"


def test_a_file_that_cannot_be_read_says_what_to_do(gallery, tab):
    open_video(tab, gallery, "d broken.mp4")
    tab.get_by_text("This file could not be read: ").wait_for()
    assert tab.locator(".control.play").is_disabled()
    tab.get_by_role("button", name="Try again").click()
    tab.get_by_text("Reading it again.").wait_for()
    tab.get_by_text("The scan is done").wait_for()
    tab.get_by_text("This file could not be read: ").wait_for()


def test_a_job_that_begins_and_ends_leaves_the_player_as_it_is(gallery, tab):
    video = open_video(tab, gallery, "b cat.mp4")
    plays(tab)
    video.evaluate("node => { node.loop = true; node.play(); window.same = node; }")
    with Library.open(gallery.library) as library:
        running = library.jobs.begin([], JobKind.RETAG)
        library.jobs.beat(running, to_do=10, done=4, failed=0)
        tab.keyboard.press("h")
        wait_until(lambda: favourite(gallery, "b cat.mp4"))
        tab.get_by_text("4 of 10 videos").first.wait_for()
        # The line of the job looks for itself; a run of the whole page follows such a look.
        time.sleep(1.5)
        tab.keyboard.press("h")
        wait_until(lambda: not favourite(gallery, "b cat.mp4"))
        library.jobs.finish(running, JobState.DONE)
    tab.get_by_text("4 of 10 videos").first.wait_for(state="detached")
    drawn(tab)
    assert tab.locator(".stage").count() == 1
    assert tab.evaluate("window.same.isConnected && !window.same.paused")


def favourite(gallery, name):
    with Library.open(gallery.library) as library:
        return library.video(library.media.id_of(keys(gallery.library)[name])).favourite


def test_the_path_is_copied(gallery, new_tab):
    tab = new_tab(permissions=["clipboard-read", "clipboard-write"])
    open_video(tab, gallery, "b cat.mp4")
    tab.get_by_role("button", name="Copy path").click()
    tab.get_by_text("Path copied").wait_for()
    copied = tab.evaluate("() => navigator.clipboard.readText()")
    assert copied == str(gallery.library.parent / "videos" / "b cat.mp4")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other programs")
def test_a_file_is_opened_in_its_own_player_and_the_page_says_so_or_why_not(tmp_path, tab):
    library, videos = tmp_path / "library.db", tmp_path / "videos"
    videos.mkdir()
    seed(library, videos, [SeedVideo("a & b; $(c).mp4")])
    (videos / "a & b; $(c).mp4").write_bytes(b"film")
    programs, opened = tmp_path / "programs", tmp_path / "opened"
    programs.mkdir()
    path = f"{programs}:{os.environ['PATH']}"
    with running_gallery(library, PATH=path, ORGANIZER_TEST_PATIENCE_S=str(PATIENCE_S)) as gallery:
        tab.goto(f"{gallery.address}/?video={keys(library)['a & b; $(c).mp4']}")
        button = tab.get_by_role("button", name="Open in my player")
        (programs / "xdg-open").write_text(f'#!/bin/sh\nprintf "%s" "$1" > {opened}\n')
        (programs / "xdg-open").chmod(0o755)
        button.click()
        tab.get_by_text("Opened on the computer that runs the gallery.").wait_for()
        assert opened.read_text() == str(videos / "a & b; $(c).mp4")
        (programs / "xdg-open").write_text("#!/bin/sh\nexit 3\n")
        button.click()
        tab.get_by_text("it could not be opened").first.wait_for()


def test_the_focus_goes_from_above_to_below(gallery, tab):
    open_video(tab, gallery, "b cat.mp4")
    plays(tab)
    tab.locator(".stage").focus()
    order = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        order.append(focused(tab))
        if order[-1].startswith("Copy path"):
            break
    expected = [
        "All videos",
        "Favourite",
        "Keys",
        "Previous video",
        "Next video",
        "Animal, seen from 0:00 to 0:04",
        "Position in the video",
        "Back 10 seconds",
        "Full screen",
        "Yes, Animal",
        "No, not Animal",
        "Open in my player",
        "Copy path",
    ]
    reached = [name for name in order if name in expected]
    assert reached == expected, " > ".join(order)


def test_what_is_read_aloud(gallery, tab):
    open_video(tab, gallery, "a dance.mp4")
    plays(tab)
    assert tab.get_by_role("heading", level=1).last.inner_text().split("\n")[0].startswith("4 May 2024")
    position = tab.get_by_role("slider", name="Position in the video")
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowRight")
    wait_until(lambda: position.get_attribute("aria-valuetext") == "0:05 of 0:08")
    yes = chip(tab, "Dance").get_by_role("button", name="Yes, Dance")
    assert yes.get_attribute("aria-pressed") == "false"
    tab.keyboard.press("n")
    shown(tab, "b cat.mp4")
    tab.locator(".stage .said[role='status']", has_text="2 of 4").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [2560, 1440, 390])
def test_it_fits_and_can_be_read(gallery, new_tab, scheme, width):
    from tests.browser.test_maybes import PAINTED

    tab = new_tab(viewport={"width": width, "height": 900}, color_scheme=scheme)
    open_video(tab, gallery, "a dance.mp4")
    chip(tab, "Nature").wait_for()
    drawn(tab)
    assert tab.locator(".stage").bounding_box()["width"] >= min(width, 1100)
    for node in tab.locator(".chip, .below .quiet-button, .field, .control:visible, .head").all():
        box = node.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width + 1), node
    for node in tab.locator(
        ".chip .name, .chip .words, .hint:visible, .aside, .time, .place, .stage .file, .way"
    ).all():
        text, ground = node.evaluate(PAINTED)
        assert contrast(text, ground) >= 4.5, node
