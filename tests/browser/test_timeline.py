"""The timeline in a real browser: scrolling, places that are kept, the keyboard, many videos at once."""

from __future__ import annotations

import csv
import itertools
import re
import time

import pytest

from organizer.library import Library
from organizer.library.actions import TagChange
from organizer.library.filters import VideoFilter
from organizer.types import LABELS, TagState
from organizer.ui.parts.component import FOLDER
from tests.browser.shell import LateScript, address, drawn, searched
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed

MANY = 420
"""Fourteen months of videos, a day apart."""
HOSTILE = "<img src=x onerror=alert(1)> & [b](http:x.invalid) :smile:.mp4"
PICTURES = 4
"""Of the strip that the tests serve."""

SEEN = """
grid => {
  // Key and place of the first card that is seen whole, and which card has the focus.
  const outside = document.querySelector('[data-testid="stMain"]').getBoundingClientRect();
  const cards = [...grid.querySelectorAll(".card")].map((card) => [card, card.getBoundingClientRect()]);
  const below = cards.filter(([, box]) => box.top >= outside.top + 60);
  const seen = below.sort((a, b) => a[1].top - b[1].top || a[1].left - b[1].left);
  const focus = grid.getRootNode().activeElement;
  const [first, box] = seen[0] ?? [];
  return { key: first?.dataset.key, top: box?.top, focus: focus && focus.dataset.key };
}
"""


def videos():
    drawn = [SeedVideo(f"trip/clip {number:03}.mp4", ("Dance?",)) for number in range(MANY - 3)]
    return [
        *drawn,
        SeedVideo("IMG_0001.mp4", ("Animal",)),
        SeedVideo(HOSTILE, ("Food",)),
        SeedVideo("grey.mp4"),
    ]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("timeline")
    seed(folder / "library.db", folder / "videos", videos())
    with running_gallery(folder / "library.db") as running:
        yield running


@pytest.fixture
def own(tmp_path):
    """A gallery whose library a test may change."""
    seed(
        tmp_path / "library.db",
        tmp_path,
        [SeedVideo(f"{number:02}.mp4", ("Dance?",)) for number in range(40)],
    )
    with running_gallery(tmp_path / "library.db") as running:
        yield running


def come_to(tab, gallery):
    """Go to all videos, and wait until they are there."""
    tab.goto(gallery.address)
    tab.locator(".card[tabindex='0'] .title").wait_for()
    drawn(tab)


@pytest.fixture
def page(gallery, tab):
    come_to(tab, gallery)
    return tab


def seen(tab):
    return tab.get_by_role("grid", name="Videos").evaluate(SEEN)


def card(tab, name):
    return tab.locator(".card", has=tab.get_by_text(name, exact=True))


def scroll(tab, by):
    """Turn the wheel, and wait until the page has gone as far, or to its end."""
    main = tab.get_by_test_id("stMain")
    goal = "(node, by) => Math.min(node.scrollTop + by, node.scrollHeight - node.clientHeight)"
    goal = main.evaluate(goal, by)
    tab.mouse.move(600, 500)
    tab.mouse.wheel(0, by)
    wait_until(lambda: main.evaluate("node => node.scrollTop") >= goal - 1)


def settled(tab):
    """Wait until what is seen is there, and stays where it is."""
    drawn(tab)
    before = None
    while before is None or before != seen(tab) or not before.get("key"):
        before = seen(tab)
        # Cards that were just scrolled to may have to be asked for yet.
        time.sleep(0.2)
        tab.locator(".card.waiting").first.wait_for(state="detached")
    return before


def records(gallery, chosen=None):
    with Library.open(gallery.library) as library:
        return {record.places[0].relative_path: record for record in library.list(chosen or VideoFilter())}


def test_all_of_a_long_list_can_be_scrolled_to_and_little_of_it_is_built(page):
    assert page.get_by_role("heading", name="June 2025").is_visible()
    cards, most = page.locator(".card"), 0
    for _ in range(16):
        scroll(page, 2500)
        most = max(most, cards.count())
    assert most < 120
    tops = cards.evaluate_all("cards => cards.map((card) => card.getBoundingClientRect().top)")
    assert tops == sorted(tops), "read aloud in their order"
    page.locator(".card", has_text="clip 000.mp4").wait_for()
    page.locator(".card.waiting").first.wait_for(state="detached")
    # Pictures of these videos there are none: that is no problem of the page.
    assert [words for words in page.problems if "404" not in words] == []


def test_back_and_a_reload_keep_place_and_focus(page):
    scroll(page, 9000)
    here = settled(page)
    assert page.get_by_role("heading", name="June 2025").count() == 0
    page.locator(f".card[data-key='{here['key']}'] .picture").click()
    page.wait_for_url(re.compile("video="))
    drawn(page)
    page.go_back()
    page.locator(f".card[data-key='{here['key']}']").wait_for()
    wait_until(lambda: seen(page)["focus"] == here["key"])
    assert settled(page) == {**here, "focus": here["key"]}
    page.reload()
    page.locator(f".card[data-key='{here['key']}']").wait_for()
    assert settled(page)["top"] == pytest.approx(here["top"], abs=1)


@pytest.mark.parametrize("way", ["Escape", "All videos"])
def test_leaving_a_video_keeps_place_and_focus(page, way):
    scroll(page, 9000)
    here = settled(page)
    for _ in range(2):
        page.locator(f".card[data-key='{here['key']}'] .picture").click()
        page.get_by_role("button", name="All videos").wait_for()
        drawn(page)
        if way == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name=way).click()
        page.locator(f".card[data-key='{here['key']}']").wait_for()
        wait_until(lambda: seen(page)["focus"] == here["key"])
        assert settled(page) == {**here, "focus": here["key"]}


def test_another_search_begins_at_its_top_and_back_goes_to_the_place_before(page):
    scroll(page, 9000)
    here = settled(page)
    page.evaluate("window.dispatchEvent(new CustomEvent('organizer-search', {detail: {text: 'name:clip'}}))")
    page.get_by_text(f"{MANY - 3} videos", exact=True).wait_for()
    page.wait_for_url(re.compile("q=name"))
    card(page, f"clip {MANY - 4:03}.mp4").wait_for()
    drawn(page)
    page.go_back()
    page.get_by_text(f"{MANY} videos", exact=True).wait_for()
    wait_until(lambda: seen(page)["key"] == here["key"])


def test_the_keyboard_does_everything(page):
    grid = page.get_by_role("grid", name="Videos")
    columns = int(grid.get_attribute("aria-colcount"))
    assert int(grid.get_attribute("aria-rowcount")) > MANY / columns
    page.locator(".card[tabindex='0']").focus()
    focused = page.locator(".card:focus")
    assert "grey.mp4" in focused.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    assert HOSTILE in focused.get_attribute("aria-label")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert focused.get_attribute("aria-colindex") == "1"
    assert "grey.mp4" not in focused.get_attribute("aria-label")
    page.keyboard.press("Space")
    assert focused.get_attribute("aria-selected") == "true"
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_text(f"{columns + 1} selected", exact=True).wait_for()
    page.keyboard.press("x")
    page.get_by_text(f"{columns} selected", exact=True).wait_for()
    page.keyboard.press("Control+a")
    page.get_by_text(f"{MANY} selected", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("toolbar", name="Selected videos").wait_for(state="hidden")
    page.keyboard.press("Control+End")
    page.locator(".card:focus", has_text="clip 000.mp4").wait_for()
    page.keyboard.press("Control+Home")
    page.locator(".card:focus", has_text="grey.mp4").wait_for()
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("video="))


def test_what_has_the_focus_keeps_it_while_the_page_scrolls(page):
    page.locator(".card[tabindex='0']").focus()
    key = seen(page)["focus"]
    scroll(page, 20_000)
    assert settled(page)["focus"] == key
    page.keyboard.press("ArrowRight")
    page.locator(".card:focus", has_text="alert(1)").wait_for()


def test_many_are_tagged_at_once_and_undone_at_once(own, tab):
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    tab.locator(".card", has_text="36.mp4").locator(".picture").click(modifiers=["Shift"])
    tab.get_by_text("4 selected", exact=True).wait_for()
    tab.get_by_role("button", name="Tag", exact=True).click()
    field = tab.get_by_role("combobox", name="Tag", exact=True)
    field.press_sequentially("dan")
    tab.get_by_role("option", name="Dance").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    # At once, before the server has said so; then it stays.
    assert card(tab, "39.mp4").locator(".tag.confirmed").count() == 1
    # It goes by itself, but not below the pointer.
    tab.get_by_text(re.compile(r"Dance.*: 4 videos\.")).hover()
    confirmed = VideoFilter(all_tags=("Dance",), state=TagState.CONFIRMED)
    assert sorted(records(own, confirmed)) == ["36.mp4", "37.mp4", "38.mp4", "39.mp4"]
    tab.get_by_role("button", name="Undo").click()
    wait_until(lambda: not records(own, confirmed))
    card(tab, "39.mp4").locator(".tag.maybe").wait_for()


def test_all_of_a_list_means_all_of_it_and_not_what_is_loaded(own, tab):
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    tab.get_by_role("button", name="All 40").click()
    tab.get_by_role("button", name="Rate").click()
    tab.get_by_role("button", name="4 stars").click()
    tab.get_by_text(re.compile(r": 40 videos\.")).wait_for()
    assert {record.rating for record in records(own).values()} == {4}
    # What is hidden goes from the list, and the rest stays.
    for name in ("39.mp4", "37.mp4"):
        card(tab, name).locator(".mark").click()
    tab.get_by_role("button", name="Hide").click()
    # What was said of the stars may be there yet.
    hidden = tab.locator(".toast").filter(has_text="Hidden: 2 videos.")
    hidden.hover()
    tab.get_by_text("38 videos", exact=True).wait_for()
    card(tab, "39.mp4").wait_for(state="detached")
    wait_until(lambda: tab.locator(".card .title").first.inner_text() == "38.mp4")
    hidden.get_by_role("button", name="Undo").click()
    wait_until(lambda: len(records(own)) == 40)


def test_what_most_of_the_selected_carry_is_proposed_first(own, tab):
    with Library.open(own.library) as library:
        ids = library.ids(VideoFilter())
        library.apply(TagChange("Wrong", TagState.CONFIRMED), ids)
        for label in LABELS:
            library.confirm(ids[0], label)
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    tab.get_by_role("button", name="All 40").click()
    tab.get_by_role("button", name="Reject tag").click()
    proposed = tab.get_by_role("listbox", name="Tags").get_by_role("option")
    proposed.first.wait_for()
    assert "Wrong" in proposed.all_inner_texts()[:2]
    proposed.filter(has_text="Wrong").click()
    tab.get_by_text(re.compile(r": 40 videos\.")).wait_for()


def test_what_is_said_stands_above_the_bar_and_the_filters_below_it(own, tab):
    tab.set_viewport_size({"width": 1280, "height": 800})
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    tab.get_by_role("button", name="Favourite", exact=True).click()
    tab.get_by_role("button", name="Undo").wait_for()
    card(tab, "38.mp4").locator(".mark").click()
    bar = tab.get_by_role("toolbar", name="Selected videos")
    # What is said goes by itself, but not while it has the focus.
    tab.get_by_role("button", name="Undo").focus()
    said = tab.locator(".toast")

    def stands():
        return said.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().toJSON())")

    wait_until(lambda: [box for box in stands() if box["bottom"] < bar.bounding_box()["y"]])
    tab.get_by_role("button", name=re.compile("^Filter")).click()
    tab.get_by_role("button", name="Close", description="Close").wait_for()
    # Whatever lies above it would get the click.
    for name in ("Tag", "Reject tag", "Rate", "More"):
        bar.get_by_role("button", name=name, exact=True).click(trial=True)
    bar.get_by_role("button", name="Clear the selection").click()
    wait_until(lambda: all(box["y"] > 700 for box in stands()))


def test_the_number_above_the_list_follows_what_is_done_to_a_search_that_was_typed_twice(own, tab):
    come_to(tab, own)
    box = tab.get_by_role("combobox", name="Search")
    box.press_sequentially("tag:Dance?")
    box.press("Enter")
    box.press("Enter")
    searched(tab, "tag:Dance?")
    card(tab, "39.mp4").locator(".mark").click()
    tab.get_by_role("button", name="All 40").click()
    tab.get_by_role("button", name="Reject tag").click()
    tab.get_by_role("option", name="Dance").click()
    tab.get_by_text("0 videos", exact=True).wait_for()
    tab.get_by_text("No maybe is left that fits this search").wait_for()


def test_a_search_that_is_taken_back_before_its_list_came_changes_nothing(own, tab):
    come_to(tab, own)
    held = []

    def hold(route):
        held.append(route)

    tab.route(re.compile(r"/api/months\?.*q=zzz"), hold)
    box = tab.get_by_role("combobox", name="Search")
    box.fill("zzz")
    wait_until(lambda: (tab.evaluate("1"), held)[1])
    box.fill("")
    drawn(tab)
    for route in held:
        route.fallback()
    # Long enough for what was held to come, and for the page to look again whether there is more.
    tab.wait_for_timeout(6000)
    tab.get_by_text("40 videos", exact=True).wait_for()
    card(tab, "39.mp4").wait_for()


def test_an_answer_to_an_earlier_search_does_not_take_a_later_one_back(own, tab):
    script = LateScript(tab)
    come_to(tab, own)
    script.holds = True
    box = tab.get_by_role("combobox", name="Search")
    box.fill("name:1")
    tab.get_by_text("13 videos", exact=True).wait_for()
    earlier = script.answer()
    box.fill("name:19")
    tab.get_by_text("1 video", exact=True).wait_for()
    later = script.answer()
    tab.requests.clear()
    script.tell(earlier)
    searched(tab, "name:1")
    script.tell(later)
    searched(tab, "name:19")
    assert not [url for url in tab.requests if "/api/months" in url and "q=name%3A1&" in url]
    assert tab.locator(".card .title").all_inner_texts() == ["19.mp4"]


def test_maybes_of_a_search_are_one_click_away(page, gallery):
    page.goto(f"{gallery.address}/?q=animal+OR+dance")
    page.locator(".card .title").first.wait_for()
    drawn(page)
    # The box asks what its words mean: that is no other search.
    page.get_by_role("button", name="Take away Animal or Dance").wait_for()
    page.get_by_role("button", name=f"{MANY - 3} more, maybe").click()
    page.get_by_text(f"{MANY - 2} videos", exact=True).wait_for()
    page.get_by_role("button", name="more, maybe").wait_for(state="hidden")


def test_a_tag_that_is_none_is_said_and_rejecting_works_on_all(own, tab):
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    tab.get_by_role("button", name="Tag", exact=True).click()
    tab.get_by_role("combobox", name="Tag", exact=True).fill("x" * 61)
    tab.keyboard.press("Enter")
    tab.get_by_text("A tag has 1 to 60 characters").wait_for()
    card(tab, "38.mp4").locator(".mark").click()
    tab.keyboard.press("Control+a")
    tab.get_by_role("button", name="Reject tag").click()
    tab.get_by_role("option", name="Dance").click()
    rejected = VideoFilter(all_tags=("Dance",), state=TagState.REJECTED)
    wait_until(lambda: len(records(own, rejected)) == 40)


def test_who_goes_on_selecting_keeps_what_is_selected(own, tab):
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    tab.get_by_role("button", name="Hide").click()
    card(tab, "37.mp4").locator(".mark").click()
    tab.get_by_text(re.compile(r": 1 video\.")).wait_for()
    time.sleep(0.5)
    assert tab.get_by_text("1 selected", exact=True).is_visible()
    assert card(tab, "37.mp4").get_attribute("aria-selected") == "true"
    tab.keyboard.press("Escape")
    tab.get_by_text("39 videos", exact=True).wait_for()
    card(tab, "39.mp4").wait_for(state="detached")


def test_a_long_press_selects(gallery, new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True)
    come_to(tab, gallery)
    box = card(tab, "grey.mp4").bounding_box()
    session = tab.context.new_cdp_session(tab)
    at = [{"x": box["x"] + 50, "y": box["y"] + 50}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at})
    tab.get_by_text("1 selected", exact=True).wait_for()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    time.sleep(0.3)
    assert "video=" not in address(tab)
    # From here on a tap selects.
    card(tab, HOSTILE).tap()
    tab.get_by_text("2 selected", exact=True).wait_for()


def test_axe_finds_nothing(page):
    from axe_playwright_python.sync_playwright import Axe

    page.locator(".card .mark").first.click()
    page.get_by_role("button", name="Tag", exact=True).click()
    results = Axe().run(page, context=None, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    found = [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in results.response["violations"]
        if any("timeline" in str(node["target"]) or "card" in node["html"] for node in one["nodes"])
    ]
    assert found == []


@pytest.mark.parametrize("width", [360, 390, 560, 700, 1440])
def test_all_of_the_bar_can_be_touched(gallery, new_tab, width):
    tab = new_tab(viewport={"width": width, "height": 844})
    come_to(tab, gallery)
    tab.locator(".month-all").first.dispatch_event("click")
    bar = tab.get_by_role("toolbar", name="Selected videos")
    names = ["Clear the selection", "Tag", "Reject tag", "Favourite", "Rate", "Hide", "More"]
    boxes = [bar.get_by_role("button", name=name, exact=True).bounding_box() for name in names]
    boxes.append(bar.get_by_role("button", name=f"All {MANY}").bounding_box())
    outside = bar.bounding_box()
    for name, box in zip([*names, "All"], boxes, strict=True):
        assert box["width"] >= 30, name
        assert box["height"] >= 30, name
        assert outside["x"] <= box["x"], name
        assert box["x"] + box["width"] <= outside["x"] + outside["width"] <= width, name
    for one, other in itertools.combinations(boxes, 2):
        beside = abs(one["x"] + one["width"] / 2 - other["x"] - other["width"] / 2)
        above = abs(one["y"] + one["height"] / 2 - other["y"] - other["height"] / 2)
        assert beside >= (one["width"] + other["width"]) / 2 - 0.5 or above >= 30


def test_the_bar_from_the_keyboard(own, tab):
    come_to(tab, own)
    tab.locator(".card[tabindex='0']").focus()
    tab.keyboard.press("Space")
    tab.get_by_role("button", name="More").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("dialog", name="More").wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("dialog", name="More").wait_for(state="detached")
    assert tab.get_by_role("button", name="More").evaluate(
        "node => node === node.getRootNode().activeElement"
    )
    tab.keyboard.press("Escape")
    tab.get_by_role("toolbar", name="Selected videos").wait_for(state="hidden")


def test_a_table_of_the_selected_videos_is_downloaded(own, tab):
    come_to(tab, own)
    card(tab, "39.mp4").locator(".mark").click()
    card(tab, "37.mp4").locator(".mark").click()
    with tab.expect_download() as download:
        tab.get_by_role("button", name="More").click()
        tab.get_by_role("button", name="Download a list").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["39.mp4", "37.mp4"]


def test_cards_do_not_move_while_a_scan_finds_more(own, tab):
    come_to(tab, own)
    before = settled(tab)
    more = [SeedVideo(f"{number:02}.mp4", ("Dance?",)) for number in range(52)]
    seed(own.library, own.library.parent, more)
    news = tab.get_by_role("button", name="12 new")
    news.wait_for()
    assert settled(tab) == before
    assert tab.get_by_text("40 videos", exact=True).is_visible()
    news.click()
    card(tab, "51.mp4").wait_for()
    tab.get_by_text("52 videos", exact=True).wait_for()
    news.wait_for(state="hidden")


def test_cards_say_what_changed_elsewhere_without_moving(own, tab):
    come_to(tab, own)
    before = settled(tab)
    with Library.open(own.library) as library:
        library.confirm(library.find("39.mp4"), "Gran's cat")
    card(tab, "39.mp4").locator(".tag.confirmed").wait_for()
    assert settled(tab) == before


def test_the_years_beside_it_lead_anywhere(page):
    rail = page.get_by_role("slider", name="Month")
    box = rail.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 2)
    page.mouse.up()
    wait_until(lambda: rail.get_attribute("aria-valuetext") == "May 2024")
    card(page, "clip 000.mp4").wait_for()
    rail.focus()
    page.keyboard.press("Home")
    page.get_by_role("heading", name="June 2025").wait_for()
    page.keyboard.press("PageDown")
    wait_until(lambda: rail.get_attribute("aria-valuetext") in {"January 2025", "December 2024"})


def test_a_search_is_live_without_a_run_of_the_script(page):
    page.evaluate("window.dispatchEvent(new CustomEvent('organizer-query', {detail: {text: 'tag:Animal'}}))")
    page.get_by_text("1 video", exact=True).wait_for()
    assert page.locator(".card .title").all_inner_texts() == ["IMG_0001.mp4"]
    assert "q=" not in address(page)
    # Half a search is none: what was found stays.
    page.evaluate(
        "window.dispatchEvent(new CustomEvent('organizer-query', {detail: {text: 'tag:Animal AND ('}}))"
    )
    time.sleep(0.5)
    assert page.locator(".card .title").all_inner_texts() == ["IMG_0001.mp4"]
    page.evaluate("window.dispatchEvent(new CustomEvent('organizer-query', {detail: {text: 'tag:Concert'}}))")
    page.get_by_text("No video fits this search.").wait_for()
    page.evaluate("window.dispatchEvent(new CustomEvent('organizer-query', {detail: {text: ''}}))")
    page.get_by_text(f"{MANY} videos", exact=True).wait_for()


def test_names_are_never_markup_and_those_of_cameras_come_second(page, gallery):
    card(page, HOSTILE).wait_for()
    assert page.locator("img[src='x']").count() == 0
    first = page.locator(".card", has_text="IMG_0001.mp4").locator(".words > span").all_inner_texts()
    assert first[0].endswith("2025") and first[1] == "IMG_0001.mp4"
    assert card(page, HOSTILE).locator(".words > span").first.inner_text() == HOSTILE
    foreign = [url for url in page.requests if not url.startswith((gallery.address, "data:", "blob:"))]
    assert foreign == []
    assert [words for words in page.problems if "violates" in words or "alert" in words] == []


def test_a_link_opens_a_video_in_a_tab_of_its_own(page):
    link = card(page, "grey.mp4").locator("a")
    assert re.fullmatch(r"/\?video=[\w-]+", link.get_attribute("href"))


def test_moving_over_a_card_goes_through_its_pictures(gallery, page):
    poster = card(page, "grey.mp4").locator("img").first.get_attribute("src")
    webp = page.request.get(gallery.address + poster).body()
    page.route(
        "**/strip/**",
        lambda route: route.fulfill(
            body=webp, content_type="image/webp", headers={"X-Strip-Count": str(PICTURES)}
        ),
    )
    box = card(page, "grey.mp4").locator(".picture").bounding_box()
    middle = box["y"] + box["height"] / 2
    image = card(page, "grey.mp4").locator(".strip img")
    for number, part in enumerate((0.05, 0.3, 0.6, 0.95)):
        page.mouse.move(box["x"] + part * box["width"], middle)
        page.locator(f".strip img[data-shown='{number}']").wait_for()
    # The last one fills the frame: of the row, all but it lies left of the frame.
    wait_until(lambda: image.bounding_box()["width"] >= PICTURES * box["width"] - 1)
    row = image.bounding_box()
    assert row["x"] + row["width"] * (PICTURES - 1) / PICTURES <= box["x"] + 1
    assert row["x"] + row["width"] >= box["x"] + box["width"] - 1
    assert row["height"] >= box["height"] - 1
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] + 200)
    wait_until(lambda: card(page, "grey.mp4").locator(".strip").count() == 0)


def test_where_there_are_no_pictures_nothing_is_shown(page):
    page.route("**/strip/**", lambda route: route.fulfill(status=404, body="none"))
    with page.expect_response("**/strip/**"):
        card(page, "grey.mp4").locator(".picture").hover()
    time.sleep(0.2)
    assert page.locator(".strip").count() == 0


def test_a_list_that_does_not_come_is_said_with_a_way_on(gallery, tab):
    tab.route("**/api/months**", lambda route: route.abort())
    tab.goto(gallery.address)
    tab.get_by_text("The list of videos did not come.").wait_for()
    tab.unroute("**/api/months**")
    tab.get_by_role("button", name="Try again").click()
    card(tab, "grey.mp4").wait_for()


@pytest.mark.parametrize(("width", "columns"), [(360, 2), (390, 2), (820, 3), (1440, 5), (2560, 9)])
def test_cards_fill_every_width_and_nothing_hangs_out(gallery, new_tab, width, columns):
    tab = new_tab(viewport={"width": width, "height": 900})
    come_to(tab, gallery)
    grid = tab.get_by_role("grid", name="Videos")
    assert int(grid.get_attribute("aria-colcount")) == columns
    main = tab.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth")
    edges = tab.locator(".card").evaluate_all("cards => cards.map(c => c.getBoundingClientRect().right)")
    assert max(edges) <= width
    tab.locator(".card .mark").first.click()
    bar = tab.get_by_role("toolbar", name="Selected videos").bounding_box()
    assert bar["x"] >= 0
    assert bar["x"] + bar["width"] <= width


LAYOUT = """
({ script, months, width }) => {
  const make = new Function(script + "; return { makeLayout, placeOf, linesBetween, step };");
  const { makeLayout, placeOf, linesBetween, step } = make();
  const layout = makeLayout(months, width);
  const lines = linesBetween(layout, 0, layout.height);
  const cards = lines.filter(({ line }) => line >= 0);
  const problems = [];
  let next = 0;
  const taken = [];
  const take = (left, right, top, bottom) => {
    if (right > layout.columns) problems.push("hangs out at " + top);
    for (const [l, r, t, b] of taken.slice(-60)) {
      if (l < right && left < r && t < bottom - 0.01 && top < b - 0.01) problems.push("overlap at " + top);
    }
    taken.push([left, right, top, bottom]);
  };
  for (const { first, count, top, line, group } of lines) {
    const right = group.column + Math.min(group.count, layout.columns);
    take(group.column, line < 0 ? right : group.column + count, top, top + (line < 0 ? 52 : layout.line));
    if (line < 0) continue;
    if (first !== next) problems.push("gap at " + first);
    next = first + count;
    for (let index = first; index < next; index += 1) {
      const place = placeOf(layout, index);
      const column = group.column + index - first;
      if (place.top !== top || place.column !== column) problems.push("place of " + index);
      for (const [key, back] of [["ArrowDown", "ArrowUp"], ["ArrowRight", "ArrowLeft"]]) {
        const to = step(layout, index, key, 3);
        if (to < 0 || to >= layout.count) problems.push(key + " from " + index);
        if (to === index) continue;
        if (key === "ArrowRight" && step(layout, to, back, 3) !== index) problems.push("back " + index);
        if (key === "ArrowDown" && placeOf(layout, to).top <= top) problems.push("down " + index);
      }
    }
  }
  // Any window shows the same lines as all of it does there.
  for (let top = 0; top < layout.height; top += 777) {
    const part = linesBetween(layout, top, top + 500).map(({ id }) => id);
    const ends = (one) => one.top + (one.line < 0 ? 52 : layout.line);
    for (const one of lines.filter((one) => one.top < top + 500 && ends(one) > top)) {
      if (!part.includes(one.id)) problems.push("window " + top + " lacks " + one.id);
    }
  }
  return { count: next, expected: layout.count, problems: problems.slice(0, 5) };
}
"""


@pytest.mark.parametrize("width", [300, 700, 1338, 2500])
@pytest.mark.parametrize("counts", [[1], [3, 1, 1, 40], [5, 5, 5], [1, 0x100, 2], [7] * 30], ids=str)
def test_every_card_has_one_place(browser, width, counts):
    script = (FOLDER / "timeline_layout.js").read_text(encoding="utf-8")
    months = [{"month": f"2024-{number % 12 + 1:02}", "count": count} for number, count in enumerate(counts)]
    tab = browser.new_page()
    found = tab.evaluate(LAYOUT, {"script": script, "months": months, "width": width})
    tab.close()
    assert found["problems"] == []
    assert found["count"] == found["expected"] == sum(counts)
