"""Going through maybes, in a real browser: seen, looked through, decided, counted."""

from __future__ import annotations

import pytest

from organizer.library import Library
from tests.contrast import contrast
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed

PAINTED = """
node => {
  // What a colour is in red, green and blue, however the style writes it, on what lies behind it.
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const behind = [];
  for (let at = node; at; at = at.parentElement || at.getRootNode().host)
    behind.unshift(getComputedStyle(at).backgroundColor);
  const paint = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
    return "#" + [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((level) => level.toString(16).padStart(2, "0")).join("");
  };
  return [paint([...behind, getComputedStyle(node).color]), paint(behind)];
}
"""
"""Gives the colours of a node's text and of what it stands on."""


@pytest.fixture
def gallery(tmp_path):
    videos = [
        SeedVideo("party.mp4", ("Dance?",)),
        SeedVideo("street.mp4", ("Vehicle", "Dance?")),
        SeedVideo("ball.mp4", ("Dance",)),
    ]
    seed(tmp_path / "library.db", tmp_path / "videos", videos)
    with running_gallery(tmp_path / "library.db", ORGANIZER_TEST_UNSURE="Dance") as running:
        yield running


def card(tab, name):
    return tab.locator(".card", has=tab.get_by_text(name, exact=True))


def titles(tab):
    return tab.locator(".card .title").all_inner_texts()


def state(gallery, name):
    with Library.open(gallery.library) as library:
        record = library.video(library.find(name))
        return next(tag.state.value for tag in record.tags if tag.name == "Dance")


def test_from_a_filter_to_a_decision_and_back(gallery, tab):
    tab.goto(gallery.address)
    tab.get_by_text("3 videos", exact=True).wait_for()
    sidebar = tab.get_by_test_id("stSidebar")
    assert "Dance\u00a01  Vehicle\u00a01" in sidebar.inner_text()
    chip = card(tab, "party.mp4").locator(".maybe")
    assert chip.get_attribute("title") == "maybe Dance, score 0.40"
    tab.get_by_role("button", name="party.mp4 2 May 2024 maybe Dance, score 0.40")

    # With maybes, also after a reload.
    tab.get_by_role("radio", name="With", exact=True).click()
    wait_until(lambda: "Dance\u00a03  Vehicle\u00a01" in sidebar.inner_text())
    assert tab.url.endswith("?maybes=with")
    tab.reload()
    card(tab, "party.mp4").wait_for()
    assert tab.get_by_role("radio", name="With", exact=True).is_checked()

    # Just those of one tag.
    tab.get_by_role("button", name="Maybe Dance: 2 videos").click()
    tab.get_by_text("2 videos", exact=True).wait_for()
    wait_until(lambda: titles(tab) == ["street.mp4", "party.mp4"])
    assert tab.url.endswith("?any=Dance&maybes=only")

    card(tab, "street.mp4").click()
    maybe = tab.locator("[class*='st-key-tag_row_maybe_']")
    maybe.get_by_text("Dance?").wait_for()
    assert maybe.evaluate("node => getComputedStyle(node).borderStyle") == "dashed"
    label = tab.locator(".label.maybe")
    assert label.locator(".score").get_attribute("title") == (
        "Score 0.40: a maybe from 0.30 on, a tag from 0.50 on"
    )
    assert label.locator(".threshold").count() == 2
    maybe.get_by_role("button", name="Confirm").click()
    tab.get_by_text("confirmed by you").wait_for()
    assert state(gallery, "street.mp4") == "confirmed"
    tab.get_by_role("button", name="Maybe Dance: 1 video").wait_for()

    # On to the next one, back to the first, and to the grid.
    tab.get_by_role("button", name="Next").click()
    tab.get_by_test_id("stText").get_by_text("party.mp4", exact=True).wait_for()
    reject = tab.get_by_role("button", name="Reject")
    # Until the page is drawn to its end, what the video before had stands there too.
    wait_until(lambda: reject.count() == 1)
    reject.click()
    tab.get_by_text("rejected by you").wait_for()
    assert state(gallery, "party.mp4") == "rejected"
    tab.get_by_role("button", name="Undo").click()
    maybe.get_by_text("Dance?").wait_for()
    tab.go_back()
    tab.get_by_test_id("stText").get_by_text("street.mp4", exact=True).wait_for()
    tab.get_by_role("button", name="All videos").click()
    wait_until(lambda: titles(tab) == ["party.mp4"])
    tab.get_by_role("radio", name="Without", exact=True).click()
    wait_until(lambda: titles(tab) == ["ball.mp4", "street.mp4"])
    wait_until(lambda: "Dance\u00a02  Vehicle\u00a01" in sidebar.inner_text())
    assert tab.url.endswith("?any=Dance")
    assert card(tab, "street.mp4").locator(".confirmed").inner_text().split() == ["\u2713", "Dance"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_maybes_can_be_read_and_told_apart_without_colours(gallery, browser, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    tab.goto(gallery.address)
    chip, tag = card(tab, "street.mp4").locator(".maybe"), card(tab, "street.mp4").locator(".tag").first
    chip.wait_for()
    assert chip.locator(".name").inner_text() == "Dance?"
    borders = [node.evaluate("node => getComputedStyle(node).borderStyle") for node in (tag, chip)]
    assert borders == ["solid", "dashed"]
    # All of it is on the card.
    inside, outside = chip.bounding_box(), card(tab, "street.mp4").bounding_box()
    assert outside["x"] <= inside["x"]
    assert inside["x"] + inside["width"] <= outside["x"] + outside["width"]
    if width < 640:
        tab.get_by_test_id("stExpandSidebarButton").click()
    chosen = tab.locator("[role='radio'][aria-checked='true'] p")
    for node in (chip.locator(".name"), tag.locator(".name"), tab.locator(".maybes .name").first, chosen):
        node.wait_for()
        text, ground = node.evaluate(PAINTED)
        assert contrast(text, ground) >= 4.5, node
    context.close()
