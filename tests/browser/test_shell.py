"""The frame of the page in a real browser: search, chips, filters, views, and an end of the server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

from organizer.library import Library
from tests.browser.shell import (
    LateScript,
    address,
    box,
    chip,
    chips,
    count_of,
    drawn,
    go,
    no_error,
    open_filters,
    search,
    searched,
)
from tests.gallery_server.process import PATIENCE_S, REPOSITORY, SITE, running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed

STREAMLIT = re.compile("streamlit", re.IGNORECASE)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A gallery of fifty videos, the newest with names of their own."""
    folder = tmp_path_factory.mktemp("shell")
    videos = [SeedVideo(f"holiday/clip {number}.mp4", ("Dance",)) for number in range(47)]
    videos += [
        SeedVideo("car.mp4", ("Vehicle",), duration_s=90.0),
        SeedVideo("cat.mp4", ("Animal", "Nature?")),
        SeedVideo("grey.mp4"),
    ]
    seed(folder / "library.db", folder / "videos", videos, poster=b"no picture")
    with running_gallery(folder / "library.db") as running:
        yield running


@pytest.fixture
def page(gallery, tab):
    tab.goto(gallery.address)
    count_of(tab, "50 videos").wait_for()
    drawn(tab)
    return tab


def card(tab, name):
    return tab.locator(".card", has_text=name)


# Nothing of Streamlit's own


def test_the_tab_is_called_by_what_is_in_it(page, gallery):
    wait_until(lambda: page.title() == "Videos \u2013 organizer")
    search(page, "tag:Vehicle")
    wait_until(lambda: page.title() == "tag:Vehicle \u2013 organizer")
    go(page, "Folders")
    wait_until(lambda: page.title() == "Folders \u2013 organizer")
    # Also before the script has run, and in the picture of the tab.
    text = page.request.get(gallery.address).text()
    assert "<title>organizer</title>" in text
    shown = re.sub(r"<!--.*?-->|<script.*?</script>", "", text, flags=re.DOTALL)
    assert not STREAMLIT.search(re.sub(r"<link[^>]*static/[^>]*>", "", shown))
    assert page.locator("link[rel*='icon']").first.get_attribute("href").startswith("data:image/svg+xml")


def test_nothing_is_seen_of_what_the_page_is_made_with(page):
    for part in ("stHeader", "stToolbar", "stSidebar", "stStatusWidget", "stHeaderActionElements"):
        assert not any(found.is_visible() for found in page.get_by_test_id(part).all()), part
    words = page.locator("body").inner_text()
    go(page, "Folders")
    page.get_by_role("heading", name="Folders", exact=True).wait_for()
    drawn(page)
    assert page.get_by_text("Press Enter to").filter(visible=True).count() == 0
    assert not STREAMLIT.search(words + page.locator("body").inner_text())


# Search


def test_a_search_is_live_and_then_stands_in_the_address(page):
    box(page).press_sequentially("veh")
    count_of(page, "1 video").wait_for()
    wait_until(lambda: chips(page) == ["veh"])
    wait_until(lambda: address(page).endswith("?q=veh"))
    page.reload()
    count_of(page, "1 video").wait_for()
    wait_until(lambda: box(page).input_value() == "veh")


def test_a_slash_leads_to_the_search_box(page):
    page.keyboard.press("/")
    page.keyboard.type("cat")
    assert box(page).input_value() == "cat"
    page.keyboard.press("/")
    assert box(page).input_value() == "cat/"


def test_a_search_is_completed_by_keyboard_alone(page):
    box(page).press_sequentially("length:<30s vehi")
    # What is proposed to the first letters may stand there for a moment.
    option = page.get_by_role("option").first
    option.filter(has_text="Vehicle").wait_for()
    assert box(page).get_attribute("aria-expanded") == "true"
    box(page).press("ArrowDown")
    assert box(page).get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert option.get_attribute("aria-selected") == "true"
    box(page).press("Enter")
    assert box(page).input_value() == "length:<30s tag:Vehicle "
    count_of(page, "0 videos").wait_for()
    box(page).press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    box(page).press("Escape")
    assert box(page).get_attribute("aria-expanded") == "false"
    box(page).press("Escape")
    count_of(page, "50 videos").wait_for()


def test_a_mistake_is_underlined_where_it_is_and_said_in_words(page):
    search(page, "tag:Dance")
    count_of(page, "47 videos").wait_for()
    box(page).fill("tag:Dance length:<abc cat")
    page.locator(".mistake").wait_for()
    assert page.locator(".mistake").inner_text() == "<abc"
    said = page.locator(".search > .problem")
    assert "no length" in said.inner_text()
    assert box(page).get_attribute("aria-invalid") == "true"
    # What is shown stays, and so does the address.
    box(page).press("Enter")
    page.wait_for_timeout(1000)
    assert count_of(page, "47 videos").is_visible()
    assert address(page).endswith(("?q=tag:Dance", "?q=tag%3ADance"))
    box(page).fill("tag:Dance length:<3s")
    page.locator(".mistake").wait_for(state="detached")
    count_of(page, "0 videos").wait_for()
    no_error(page)


def test_an_address_that_is_no_search_says_so_in_the_box(gallery, tab):
    tab.goto(gallery.address + "/?q=length:<abc")
    tab.locator(".mistake").wait_for()
    wait_until(lambda: box(tab).input_value() == "length:<abc")
    count_of(tab, "50 videos").wait_for()


def test_a_search_is_saved_renamed_used_and_deleted(page):
    search(page, "tag:Vehicle")
    page.get_by_role("button", name="Save this search").click()
    name = page.get_by_role("textbox", name="Name of this search")
    name.fill("Cars")
    name.press("Enter")
    page.get_by_text("Saved as Cars.").wait_for()
    star = page.get_by_role("button", name="This search is saved: rename or delete it")
    star.click()
    name.fill("All cars")
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_text("Saved as All cars.").wait_for()
    box(page).fill("")
    count_of(page, "50 videos").wait_for()
    page.get_by_role("option").filter(has_text="All cars").click()
    count_of(page, "1 video").wait_for()
    wait_until(lambda: "Vehicle" in address(page))
    star.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("All cars is not kept any more.").wait_for()
    page.get_by_role("button", name="Save this search").wait_for()


@pytest.mark.parametrize("click", ["card", "folders", "order"])
def test_words_that_were_typed_count_with_the_next_click(page, click):
    """Typed without Enter, then a click elsewhere: both count, and nothing breaks."""
    box(page).press_sequentially("clip")
    if click == "card":
        page.locator(".card").nth(3).click()
        wait_until(lambda: "q=clip" in address(page) and "video=" in address(page))
    elif click == "folders":
        go(page, "Folders")
        wait_until(lambda: "q=clip" in address(page) and "view=folders" in address(page))
        go(page, "Videos")
        count_of(page, "47 videos").wait_for()
    else:
        page.get_by_role("combobox", name="Order").select_option(label="Longest first")
        wait_until(lambda: "q=clip" in address(page) and "sort=duration" in address(page))
        count_of(page, "47 videos").wait_for()
    no_error(page)


# Chips


@pytest.mark.parametrize("width", [1440, 390])
def test_chips_are_taken_away_one_by_one(gallery, new_tab, width):
    tab = new_tab(viewport={"width": width, "height": 900})
    tab.goto(gallery.address + "/?q=tag:Dance+-tag:Food+clip+length:<10m")
    chip(tab, "Dance").wait_for()
    wait_until(lambda: chips(tab) == ["Dance", "not Food", "clip", "shorter than 10m"])
    drawn(tab)
    chip(tab, "clip").click()
    wait_until(lambda: chips(tab) == ["Dance", "not Food", "shorter than 10m"])
    assert box(tab).input_value() == "tag:Dance -tag:Food length:<10m"
    # By keyboard: the focus goes on to the next one.
    chip(tab, "Dance").focus()
    tab.keyboard.press("Delete")
    wait_until(lambda: chips(tab) == ["not Food", "shorter than 10m"])
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Backspace")
    wait_until(lambda: chips(tab) == ["not Food"])
    tab.keyboard.press("Enter")
    wait_until(lambda: chips(tab) == [])
    count_of(tab, "50 videos").wait_for()
    wait_until(lambda: "q=" not in address(tab))


# Filters


def states(gallery, name):
    with Library.open(gallery.library) as library:
        record = library.video(library.find(name))
        return {tag.name: tag.state.value for tag in record.tags}


def test_a_filter_stays_its_tag_when_its_count_changes(page, gallery):
    """Counts are drawn beside the names; a name holds none."""
    panel = open_filters(page)
    panel.get_by_role("button", name="Vehicle: 1", exact=True).click()
    count_of(page, "1 video").wait_for()
    wait_until(lambda: chips(page) == ["Vehicle"])
    panel.get_by_role("button", name="Close").click()
    wait_until(lambda: page.locator(".card .title").all_inner_texts() == ["car.mp4"])
    drawn(page)
    card(page, "car.mp4").click()
    page.get_by_role("button", name="No, not Vehicle").click()
    wait_until(lambda: states(gallery, "car.mp4") == {"Vehicle": "rejected"})
    drawn(page)
    page.get_by_role("button", name="All videos").click()
    page.get_by_text("No video fits this search").first.wait_for()
    wait_until(lambda: chips(page) == ["Vehicle"])
    wait_until(lambda: box(page).input_value() == "tag:Vehicle")
    panel = open_filters(page)
    gone = panel.get_by_role("button", name="Vehicle: 0", exact=True)
    wait_until(lambda: gone.get_attribute("aria-pressed") == "true")
    gone.click()
    count_of(page, "50 videos").wait_for()
    wait_until(lambda: chips(page) == [])
    # The way back, in another tab.
    other = page.context.new_page()
    other.goto(gallery.address + "/?text=car")
    count_of(other, "1 video").wait_for()
    drawn(other)
    card(other, "car.mp4").click()
    other.get_by_role("button", name="Undo: Vehicle").click()
    wait_until(lambda: states(gallery, "car.mp4") == {"Vehicle": "suggested"})
    no_error(page)


def test_filters_only_edit_the_words_of_the_search(page):
    search(page, "clip")
    panel = open_filters(page)
    panel.get_by_role("button", name="Without Dance").click()
    wait_until(lambda: box(page).input_value() == "clip -tag:Dance")
    panel.get_by_role("button", name="Maybe Nature: 1").click()
    wait_until(lambda: box(page).input_value() == "clip -tag:Dance maybe:Nature")
    panel.get_by_role("combobox", name="Length").select_option(label="Under 30 seconds")
    wait_until(lambda: box(page).input_value() == "clip -tag:Dance maybe:Nature length:<30s")
    box(page).fill("length:<30s")
    wait_until(
        lambda: panel.get_by_role("button", name="Without Dance").get_attribute("aria-pressed") == "false"
    )
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Filter")).focus()
    panel.get_by_role("button", name="Close").click()
    assert not panel.is_visible()


def test_a_filter_is_kept_where_an_earlier_one_is_answered_after_it(gallery, tab):
    script = LateScript(tab)
    tab.goto(gallery.address)
    count_of(tab, "50 videos").wait_for()
    drawn(tab)
    panel = open_filters(tab)
    script.holds = True
    panel.get_by_role("button", name="Without Dance").click()
    wait_until(lambda: box(tab).input_value() == "-tag:Dance")
    earlier = script.answer()
    panel.get_by_role("button", name="Without Vehicle").click()
    wait_until(lambda: box(tab).input_value() == "-tag:Dance -tag:Vehicle")
    later = script.answer()
    script.tell(earlier)
    searched(tab, "-tag:Dance")
    without = panel.get_by_role("button", name="Without Vehicle")
    assert without.get_attribute("aria-pressed") == "true"
    panel.get_by_role("combobox", name="Length").select_option(label="Under 30 seconds")
    wait_until(lambda: box(tab).input_value() == "-tag:Dance -tag:Vehicle length:<30s")
    script.tell(later)
    script.tell(script.answer())
    searched(tab, "-tag:Dance -tag:Vehicle length:<30s")
    wait_until(lambda: without.get_attribute("aria-pressed") == "true")
    no_error(tab)


def test_choices_show_what_is_chosen_where_nothing_is(page):
    panel = open_filters(page)
    shown = {
        name: panel.get_by_role("combobox", name=name).evaluate("node => node.selectedOptions[0].textContent")
        for name in ("Its tags", "Length", "Stars", "Show", "File")
    }
    assert shown == {
        "Its tags": "Any",
        "Length": "Any",
        "Stars": "Any",
        "Show": "All but hidden ones",
        "File": "Any",
    }
    assert (
        page.get_by_role("combobox", name="Order").evaluate("node => node.selectedOptions[0].textContent")
        == "Newest first"
    )
    assert "Choose an option" not in page.locator("body").inner_text()


def test_days_have_a_year_and_count_with_enter(page):
    panel = open_filters(page)
    first = panel.get_by_label("From")
    first.focus()
    # As typed by hand: month, day, year of an American browser.
    page.keyboard.type("06012024")
    page.keyboard.press("Enter")
    wait_until(lambda: box(page).input_value() == "date:>=2024-06-01")
    wait_until(lambda: first.input_value() == "2024-06-01")
    count_of(page, "19 videos").wait_for()
    panel.get_by_label("Until").fill("2024-06-02")
    page.keyboard.press("Enter")
    wait_until(lambda: box(page).input_value() == "date:2024-06-01..2024-06-02")
    wait_until(lambda: chips(page) == ["1 June 2024 to 2 June 2024"])
    wait_until(lambda: "2024-06-02" in address(page))
    page.reload()
    panel = open_filters(page)
    wait_until(lambda: panel.get_by_label("From").input_value() == "2024-06-01")
    wait_until(lambda: panel.get_by_label("Until").input_value() == "2024-06-02")


# The views


def test_views_are_links(page, gallery):
    videos = page.get_by_role("link", name="Videos", exact=True)
    assert videos.get_attribute("aria-current") == "page"
    go(page, "Folders")
    wait_until(lambda: address(page).endswith("/?view=folders"))
    folders = page.get_by_role("link", name="Folders", exact=True)
    wait_until(lambda: folders.get_attribute("aria-current") == "page")
    # The view before is there until the next one is drawn.
    wait_until(lambda: page.locator(".card").filter(visible=True).count() == 0)
    drawn(page)
    page.go_back()
    count_of(page, "50 videos").wait_for()
    drawn(page)
    with page.context.expect_page() as opened:
        folders.click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    assert address(opened.value).endswith("/?view=folders")


@pytest.mark.parametrize("width", [360, 390, 820, 1440, 2560])
def test_nothing_hangs_over_the_edge(gallery, new_tab, width):
    tab = new_tab(viewport={"width": width, "height": 900})
    tab.goto(gallery.address + "/?q=tag:Dance+clip+length:<10m+is:ok")
    chip(tab, "Dance").wait_for()
    tab.locator(".card .title").first.wait_for()
    drawn(tab)
    wide = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"
    assert tab.evaluate(wide) <= 0
    for name in ("Videos", "Folders"):
        place = tab.get_by_role("link", name=name, exact=True).bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= width
    grid = tab.locator(".card").first.bounding_box()
    assert grid["x"] < 60


# The end of the server


def test_the_page_says_itself_that_the_server_has_ended_and_comes_back_with_it(tmp_path, tab):
    seed(tmp_path / "library.db", tmp_path / "videos", [SeedVideo("cat.mp4", ("Animal",))])
    with running_gallery(tmp_path / "library.db") as gallery:
        tab.goto(gallery.address + "/?q=tag:Animal")
        count_of(tab, "1 video").wait_for()
        gallery.process.send_signal(signal.SIGINT)
        ended = tab.get_by_role("alertdialog", name="The gallery has ended")
        ended.wait_for()
        # As the browser knows it: where the line is slow, that of its beginning.
        port = gallery.address.rpartition(":")[2]
        command = f"organizer gallery --library {tmp_path / 'library.db'} --port {port}"
        assert command in ended.inner_text().splitlines()
        wait_until(lambda: tab.title() == "The gallery has ended")
        gallery.process.wait(PATIENCE_S)
        # Streamlit has words of its own for it, which come a little later.
        tab.wait_for_timeout(5000)
        for words in ("Are you connected to the internet", "Connection error", "streamlit run"):
            assert tab.get_by_text(words).filter(visible=True).count() == 0, words
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(SITE), str(REPOSITORY)]),
            "ORGANIZER_TEST_MODEL": "colours",
            "ORGANIZER_TEST_CONNECTIONS": str(gallery.connections),
        }
        line = [sys.executable, "-m", "organizer", "gallery", "--no-browser", "--port", str(gallery.port)]
        again = subprocess.Popen([*line, "--library", str(gallery.library)], env=environment, cwd=tmp_path)
        try:
            ended.wait_for(state="detached")
            count_of(tab, "1 video").wait_for()
            assert "tag:Animal" in address(tab)
        finally:
            again.send_signal(signal.SIGINT)
            again.wait(PATIENCE_S)
