"""Doubles, from the search to an answer, in a real browser."""

from __future__ import annotations

import pytest

from organizer.doubles.finding import find_doubles
from organizer.doubles.grouping import groups_of
from organizer.doubles.move_plan import plan_moves
from organizer.doubles.moving import move_away
from organizer.library import Library
from tests.browser.shell import drawn, go, no_error
from tests.doubles.films import SPACE, encoded_again, film, seed_doubles, store_file
from tests.gallery_server.process import running_gallery, wait_until


@pytest.fixture
def gallery(tmp_path):
    seed_doubles(tmp_path / "library.db", tmp_path / "videos")
    with running_gallery(tmp_path / "library.db") as running:
        yield running


def test_doubles_are_looked_for_answered_and_opened(gallery, tab):
    with Library.open(gallery.library) as library:
        library.confirm(2, "Holiday")
    tab.set_viewport_size({"width": 1280, "height": 700})
    tab.goto(gallery.address)
    go(tab, "Doubles")
    tab.get_by_role("button", name="Look for doubles").click()
    beach = tab.get_by_role("region", name="beach.mp4", exact=True)
    beach.wait_for()
    zoo = tab.get_by_role("region", name="zoo and garden.mp4", exact=True)
    zoo.get_by_text("A part of it, from 0:04 on").wait_for()
    drawn(tab)
    assert beach.get_by_role("listitem").count() == 2
    assert beach.get_by_text("Keep: the largest picture, 1920 x 1080").count() == 1
    # A file's name is text.
    assert beach.get_by_text("<b>beach small.mp4", exact=True).count() == 1

    # A video is opened, and Back comes back to the place.
    zoo.get_by_role("link", name="zoo cut.mp4", exact=True).scroll_into_view_if_needed()
    before = tab.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    zoo.get_by_role("link", name="zoo cut.mp4", exact=True).click()
    tab.wait_for_function("location.search.includes('video=')")
    drawn(tab)
    tab.go_back()
    zoo.wait_for()
    assert before > 50
    wait_until(
        lambda: abs(tab.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") - before) < 40
    )
    drawn(tab)

    beach.get_by_role("button", name="Keep the tags of all").click()
    tab.locator(".toast").filter(has_text="Tags of doubles carried").wait_for()
    with Library.open(gallery.library) as library:
        assert [tag.name for tag in library.video(1).tags] == ["Holiday"]
    drawn(tab)

    beach.get_by_role("button", name="Not the same: <b>beach small.mp4").click()
    answered = tab.locator(".answered").filter(has_text="<b>beach small.mp4 is no double.")
    answered.wait_for()
    beach.wait_for(state="detached")
    drawn(tab)
    answered.get_by_role("button", name="Undo", exact=True).click()
    beach.wait_for()
    tab.get_by_text("--move-to FOLDER").wait_for()
    no_error(tab)
    # The files themselves are not there, which the page of a video finds out.
    assert [problem for problem in tab.problems if "404" not in problem] == []


def test_files_that_were_moved_are_told_with_the_command_for_the_way_back(tmp_path, tab):
    rows, away = film(1, 20), tmp_path / "<b>away"
    with Library.open(tmp_path / "library.db") as library:
        store_file(library, tmp_path / "videos", "beach.mp4", rows, picture=(1920, 1080))
        store_file(library, tmp_path / "videos", "small.mp4", encoded_again(rows, 1))
        list(find_doubles(library, SPACE))
        list(move_away(library, plan_moves(library, groups_of(library), str(away))))
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with running_gallery(tmp_path / "library.db") as gallery:
        for view in ("Doubles", "History"):
            tab.goto(gallery.address)
            go(tab, view)
            tab.get_by_text(f"moved to {away}").wait_for()
            tab.get_by_role("button", name="Copy the command").click()
            tab.get_by_text("Copied", exact=True).wait_for()
            copied = tab.evaluate("navigator.clipboard.readText()")
            assert copied == f"organizer duplicates --library {gallery.library} --undo-move"
            drawn(tab)
        assert tab.get_by_text("No doubles were found.").count() == 0
        assert tab.get_by_role("button", name="Undo").count() == 0
        no_error(tab)
