"""A tag of one's own is taught on the page of tags, its maybes are answered, and it gets better."""

from __future__ import annotations

import pytest

from organizer.assets import assets_folder
from organizer.library import Library
from organizer.models.bundle import load_bundle
from tests.browser.shell import drawn, go, no_error
from tests.gallery_server.process import running_gallery, wait_until
from tests.teaching.planted import TAG, give, plant


@pytest.fixture
def gallery(tmp_path):
    with Library.open(tmp_path / "library.db") as library:
        sunsets = plant(library, bundle=load_bundle(assets_folder() / "lite"))
        give(library, sunsets[:6])
    with running_gallery(tmp_path / "library.db", ORGANIZER_TEST_MODEL="") as running:
        yield running


def taught(gallery):
    with Library.open(gallery.library) as library:
        return library.teaching.tags()


def test_a_tag_is_taught_answered_and_learnt_again(tab, gallery):
    tab.goto(gallery.address + "?view=tags")
    tab.get_by_role("button", name=f"Teach {TAG}").click()
    maybes = tab.get_by_role("link", name=f"{TAG}: ").first
    maybes.wait_for()
    assert "maybe" in maybes.text_content()
    tab.get_by_role("button", name=f"Change {TAG}").click()
    tab.get_by_text("Learnt from 6 videos; finds").wait_for()
    tab.keyboard.press("Escape")
    # Its maybes are a list as any other; the first is opened and answered.
    maybes.click()
    tab.locator(".card .title").first.wait_for()
    drawn(tab)
    tab.locator(".card").first.click()
    tab.get_by_role("button", name=f"Yes, {TAG}").first.click()
    wait_until(lambda: taught(gallery)[0].shown == 7 and taught(gallery)[0].report.answers == 1)
    drawn(tab)
    tab.go_back()
    tab.locator(".card .title").first.wait_for()
    drawn(tab)
    # Switched off, the maybes go; what was given by hand stays.
    go(tab, "Tags")
    tab.get_by_role("button", name=f"Change {TAG}").click()
    tab.get_by_role("button", name="Stop suggesting").click()
    tab.get_by_text("not suggested", exact=True).wait_for()
    assert tab.get_by_role("link", name=f"{TAG}: ").count() == 0
    tab.get_by_text("7 videos", exact=True).wait_for()
    no_error(tab)
