"""What axe finds on each view of the page: nothing. In light and dark, and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.shell import box, chip, count_of, drawn, go, open_filters, search
from tests.clips import plain
from tests.gallery_server.process import running_gallery
from tests.gallery_server.seed import SeedVideo, seed
from tests.posters import make_poster


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("axe")
    videos = [
        SeedVideo("party.mp4", ("Dance?", "Animal")),
        SeedVideo("IMG_0001.mov", ("Vehicle",)),
        SeedVideo("grey.mp4"),
        SeedVideo("zoo.mp4", ("Animal", "Dance")),
        SeedVideo("broken.mp4", reason="the file is cut off"),
    ]
    picture = make_poster([plain((90, 140, 60), (160, 90))])
    seed(folder / "library.db", folder / "videos", videos, poster=picture)
    with running_gallery(folder / "library.db", ORGANIZER_CACHE=str(folder / "cache")) as running:
        yield running


def _grid(tab):
    tab.locator(".card").first.wait_for()


def _search(tab):
    box(tab).press_sequentially("da")
    tab.get_by_role("option").first.wait_for()
    box(tab).press("ArrowDown")


def _mistake(tab):
    box(tab).fill("length:<abc")
    tab.locator(".mistake").wait_for()


def _filters(tab):
    open_filters(tab)


def _save(tab):
    box(tab).fill("tag:Dance")
    chip(tab, "Dance").wait_for()
    tab.get_by_role("button", name="Save this search").click()


def _video(tab):
    tab.locator(".card").first.click()
    tab.locator("html[data-organizer-place='video']").wait_for(state="attached")
    tab.locator("video").first.wait_for()


def _alike(tab):
    _video(tab)
    tab.get_by_role("button", name="This video").click()
    tab.locator(".alike-note:not(:empty), .alike-card").first.wait_for()


def _none(tab):
    search(tab, "zzz")
    # The list says it until the page's script does, in words that lead on.
    tab.get_by_role("strong").filter(has_text="No video fits this search").wait_for()


def _folders(tab):
    go(tab, "Folders")
    tab.locator("html[data-organizer-place='panel']").wait_for(state="attached")


def _panel(name):
    def open_panel(tab):
        go(tab, name)
        tab.get_by_role("heading", name=name, level=1).wait_for()

    return open_panel


def _browse(tab):
    _folders(tab)
    tab.get_by_role("button", name="Add a folder").click()
    tab.get_by_role("dialog", name="Add a folder").wait_for()


def _change_tag(tab):
    _panel("Tags")(tab)
    tab.get_by_role("button", name="Change Animal").click()
    tab.get_by_role("dialog", name="Animal").wait_for()


def _what_waits(tab):
    go(tab, "Review")
    tab.locator(".review").wait_for()
    other = tab.get_by_role("button", name="Other suggestions")
    begin = tab.get_by_role("button", name="Begin with all")
    other.or_(begin).first.wait_for()
    if other.is_visible():
        other.click()
    begin.wait_for()


def _review(tab):
    _what_waits(tab)
    tab.get_by_role("button", name="Begin with all").click()
    tab.locator(".review .place").filter(has_text="1 of").wait_for()


VIEWS = {
    "grid": _grid,
    "search": _search,
    "mistake": _mistake,
    "filters": _filters,
    "save": _save,
    "video": _video,
    "alike": _alike,
    "none": _none,
    "folders": _folders,
    "browse": _browse,
    "what waits": _what_waits,
    "review": _review,
    "tags": _panel("Tags"),
    "change tag": _change_tag,
    "doubles": _panel("Doubles"),
    "insights": _panel("Insights"),
    "history": _panel("History"),
}
"""How each view is come to from the grid."""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_nothing(gallery, new_tab, view, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    tab = new_tab(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.goto(gallery.address)
    count_of(tab, "5 videos").wait_for()
    drawn(tab)
    VIEWS[view](tab)
    drawn(tab)
    tab.wait_for_timeout(300)
    answer = Axe().run(tab).response
    # That it looked: the bar alone passes more rules than these.
    assert len(answer["passes"]) > 15
    found = [
        (rule["id"], node["target"], node.get("failureSummary"))
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]
    assert found == []
