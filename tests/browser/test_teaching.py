"""A tag of one's own is taught on the page of tags, its maybes are answered, and it gets better."""

from __future__ import annotations

import pytest

from organizer.assets import assets_folder
from organizer.library import Library
from organizer.models.bundle import load_bundle
from organizer.teaching.refine import learn_tag
from organizer.teaching.teach import suggest
from tests.browser.shell import drawn, go, no_error
from tests.fakes import colour_bundle
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed
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


@pytest.fixture
def refined(tmp_path):
    """Eight videos that show an animal and eight that do not; half of each are answered, and learnt from."""
    videos = [SeedVideo(f"{number}.mp4", ("Animal",)) for number in range(8)]
    videos += [SeedVideo(f"soup {number}.mp4", ("Food",)) for number in range(8)]
    seed(tmp_path / "library.db", tmp_path / "videos", videos)
    with Library.open(tmp_path / "library.db") as library:
        for video_id in range(1, 5):
            library.confirm(video_id, "Animal")
            library.reject(video_id + 8, "Animal")
        label = learn_tag(library, colour_bundle(), "Animal")
        library.teaching.store(label)
        list(suggest(library, colour_bundle(), label))
    with running_gallery(tmp_path / "library.db") as running:
        yield running


def test_a_label_goes_by_the_model_alone_and_follows_answers_again(tab, refined):
    tab.goto(refined.address + "?view=tags")
    follows = tab.get_by_text("follows your 8 answers", exact=True)
    follows.wait_for()
    tab.get_by_role("button", name="Change Animal").click()
    tab.get_by_role("heading", name="Follows your 8 answers").wait_for()
    tab.get_by_role("button", name="Go by the model alone").click()
    tab.get_by_text("does not follow your answers", exact=True).wait_for()
    assert not taught(refined)[0].enabled
    tab.get_by_text("8 videos", exact=True).first.wait_for()
    tab.get_by_role("button", name="Change Animal").click()
    tab.get_by_role("button", name="Follow my answers again").click()
    follows.wait_for()
    assert taught(refined)[0].enabled
    no_error(tab)
