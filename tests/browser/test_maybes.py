"""Going through maybes, in a real browser: seen, looked through, decided, counted."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from organizer.library import Library
from tests.browser.shell import address, count_of, drawn, open_filters, search
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
    count_of(tab, "3 videos").wait_for()
    drawn(tab)
    chip = card(tab, "party.mp4").locator(".maybe")
    assert chip.get_attribute("title") == "maybe Dance, score 0.40"
    panel = open_filters(tab)
    panel.get_by_role("button", name="Dance: 1", exact=True).wait_for()

    # Just those where it is a maybe, also after a reload.
    panel.get_by_role("button", name="Maybe Dance: 2", exact=True).click()
    count_of(tab, "2 videos").wait_for()
    wait_until(lambda: titles(tab) == ["street.mp4", "party.mp4"])
    wait_until(lambda: "maybe:Dance" in unquote(address(tab)))
    drawn(tab)
    tab.reload()
    card(tab, "party.mp4").wait_for()
    panel = open_filters(tab)
    maybe = panel.get_by_role("button", name="Maybe Dance: 2", exact=True)
    wait_until(lambda: maybe.get_attribute("aria-pressed") == "true")
    panel.get_by_role("button", name="Close").click()

    drawn(tab)
    card(tab, "street.mp4").click()
    tab.get_by_role("button", name="Yes, Dance").click()
    wait_until(lambda: state(gallery, "street.mp4") == "confirmed")
    drawn(tab)

    # On to the next one, though this one fits no more; and to the grid.
    tab.get_by_role("button", name="Next video").click()
    tab.locator(".page:not(.going) .stage h1", has_text="party.mp4").wait_for()
    tab.get_by_role("button", name="No, not Dance").click()
    wait_until(lambda: state(gallery, "party.mp4") == "rejected")
    tab.get_by_role("button", name="Undo: Dance").click()
    wait_until(lambda: state(gallery, "party.mp4") == "suggested")
    drawn(tab)
    tab.get_by_role("button", name="All videos").click()
    count_of(tab, "1 video").wait_for()
    wait_until(lambda: titles(tab) == ["party.mp4"])
    search(tab, "tag:Dance")
    wait_until(lambda: titles(tab) == ["ball.mp4", "street.mp4"])
    wait_until(lambda: card(tab, "street.mp4").locator(".confirmed .name").all_inner_texts() == ["Dance"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_maybes_can_be_read_and_told_apart_without_colours(gallery, new_tab, scheme, width):
    tab = new_tab(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.goto(gallery.address)
    chip, tag = card(tab, "street.mp4").locator(".maybe"), card(tab, "street.mp4").locator(".tag").first
    chip.wait_for()
    drawn(tab)
    assert chip.locator(".name").inner_text() == "Dance?"
    borders = [node.evaluate("node => getComputedStyle(node).borderStyle") for node in (tag, chip)]
    assert borders == ["solid", "dashed"]
    # All of it is on the card.
    inside, outside = chip.bounding_box(), card(tab, "street.mp4").bounding_box()
    assert outside["x"] <= inside["x"]
    assert inside["x"] + inside["width"] <= outside["x"] + outside["width"]
    counted = open_filters(tab).get_by_role("button", name="Maybe Dance: 2", exact=True).locator(".number")
    for node in (chip.locator(".name"), tag.locator(".name"), counted):
        text, ground = node.evaluate(PAINTED)
        assert contrast(text, ground) >= 4.5, node
