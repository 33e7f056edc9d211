"""The review in a real browser: keys and buttons, undo, reload, a second tab, a phone."""

from __future__ import annotations

import re

import pytest

from organizer.library import Library
from organizer.library.jobs import JobKind
from tests.browser.shell import no_error
from tests.fakes import show_labels
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed

MAYBES = 12


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    (folder / "videos").mkdir()
    videos = [SeedVideo(f"pet {number}.mp4", ("Nature", "Animal?")) for number in range(MAYBES)]
    videos.append(SeedVideo("soup <b>.mp4", ("Food?",)))
    for video in videos[:3]:
        show_labels(folder / "videos" / video.name, "Nature", "Animal")
    seed(folder / "library.db", folder / "videos", videos)
    with running_gallery(folder / "library.db") as running:
        yield running


@pytest.fixture
def begun(gallery, tab):
    """A new review of the animals."""
    forget(gallery)
    choices(gallery, tab)
    begin(gallery, tab, "Begin with Animal")
    place(tab, f"1 of {MAYBES}")
    yield tab
    no_error(tab)


def choices(gallery, tab):
    """Go to what a review can be begun of."""
    tab.goto(gallery.address + "/?view=review")
    other = tab.get_by_role("button", name="Other suggestions")
    begin = tab.get_by_role("button", name="Begin with all")
    other.or_(begin).first.wait_for()
    if other.is_visible():
        other.click()
    begin.wait_for()


def begin(gallery, tab, name):
    with Library.open(gallery.library) as library:
        last = library.reviews.newest()
    tab.get_by_role("button", name=name).click()
    if last is not None and last.underway:
        tab.get_by_role("button", name="Begin another").click()


def forget(gallery):
    with Library.open(gallery.library) as library:
        for video in library.list():
            library.forget(video.id, "Animal")
            library.forget(video.id, "Food")


def place(tab, words):
    # Not busy: who is quicker than the page has to wait for the next suggestion.
    asks = tab.locator(".review .ask-part:not(.busy)")
    asks.locator(".place").filter(has_text=re.compile(f"^{words}$")).wait_for()


def asked(tab):
    return tab.locator(".review .about a").text_content()


def states(gallery, tag="Animal"):
    with Library.open(gallery.library) as library:
        found = [one.state.value for video in library.list() for one in video.tags if one.name == tag]
    return {state: found.count(state) for state in ("confirmed", "rejected")}


def stored(gallery, confirmed, rejected):
    wait_until(lambda: states(gallery) == {"confirmed": confirmed, "rejected": rejected})


def test_one_key_answers_and_the_next_is_there_at_once(gallery, begun):
    first = asked(begun)
    assert begun.locator(".review h1").filter(visible=True).text_content() == "Animal?"
    begun.keyboard.press("y")
    place(begun, f"2 of {MAYBES}")
    assert asked(begun) != first
    begun.keyboard.press("n")
    begun.keyboard.press("y")
    begun.keyboard.press("l")
    stored(gallery, 2, 1)
    begun.get_by_text("Animal: 2 of 3 right (21 to 94 %)").wait_for()
    begun.get_by_text("1 put off.").wait_for()
    begun.keyboard.press("u")
    place(begun, f"4 of {MAYBES}")
    begun.get_by_role("button", name="Undo").click()
    place(begun, f"3 of {MAYBES}")
    stored(gallery, 1, 1)


def test_it_is_where_it_was_after_a_reload_and_in_a_second_tab(gallery, begun):
    begun.get_by_role("button", name="Yes").click()
    place(begun, f"2 of {MAYBES}")
    stored(gallery, 1, 0)
    begun.reload()
    place(begun, f"2 of {MAYBES}")
    second = begun.context.new_page()
    second.goto(gallery.address + "/?view=review")
    place(second, f"2 of {MAYBES}")
    assert asked(second) == asked(begun)
    second.keyboard.press("n")
    place(second, f"3 of {MAYBES}")
    stored(gallery, 1, 1)
    # The other tab asks about it still; what was answered first holds.
    begun.keyboard.press("y")
    begun.locator(".toast").filter(has_text="answered elsewhere").wait_for()
    place(begun, f"3 of {MAYBES}")
    stored(gallery, 1, 1)


def test_to_the_end_while_a_scan_runs(gallery, begun):
    with Library.open(gallery.library) as library:
        job = library.jobs.begin(["/v"], JobKind.SCAN)
        library.jobs.beat(job, to_do=10, done=1, failed=0)
        for number in range(1, MAYBES):
            begun.keyboard.press("y")
            place(begun, f"{number + 1} of {MAYBES}")
        begun.keyboard.press("n")
        begun.get_by_role("heading", name=f"All {MAYBES} are done").wait_for()
        begun.locator(".outcome li").filter(has_text=f"{MAYBES - 1} of {MAYBES} right").wait_for()
        stored(gallery, MAYBES - 1, 1)
        begun.get_by_role("button", name="Undo the last answer").click()
        place(begun, f"{MAYBES} of {MAYBES}")


def test_a_review_that_is_not_at_its_end_makes_way_for_another_when_that_is_said(gallery, begun):
    begun.keyboard.press("y")
    begun.keyboard.press("l")
    # What is put off comes last: the next one has its number.
    place(begun, f"2 of {MAYBES}")
    stored(gallery, 1, 0)
    begun.get_by_text("1 put off.").wait_for()
    place(begun, f"2 of {MAYBES}")
    begun.get_by_role("button", name="Other suggestions").click()
    left = f"the review of Animal with {MAYBES - 1} left"
    begun.get_by_text(f"There is {left}.").wait_for()
    begun.get_by_role("button", name="Begin with Food").click()
    dialog = begun.get_by_role("dialog", name="Begin another review?")
    dialog.get_by_text(f"This ends {left}. What you answered stays.").wait_for()
    dialog.get_by_role("button", name="Go on with the last").click()
    place(begun, f"2 of {MAYBES}")
    begun.get_by_role("button", name="Other suggestions").click()
    begun.get_by_role("button", name="Begin with Food").click()
    dialog.get_by_role("button", name="Begin another").click()
    place(begun, "1 of 1")
    # Nothing was said in this one, so nothing is asked.
    begun.get_by_role("button", name="Other suggestions").click()
    begun.get_by_role("button", name="Begin with all").click()
    place(begun, f"1 of {2 * MAYBES}")


def test_the_rest_like_this_is_skipped(gallery, begun):
    begun.keyboard.press("s")
    begun.locator(".toast").filter(has_text="of Animal skipped").wait_for()
    assert states(gallery) == {"confirmed": 0, "rejected": 0}


def test_one_thumb_is_enough_on_a_phone(gallery, new_tab):
    forget(gallery)
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True)
    choices(gallery, tab)
    begin(gallery, tab, "Begin with all")
    place(tab, f"1 of {2 * MAYBES + 1}")
    for name in ("Yes", "No", "Later"):
        box = tab.get_by_role("button", name=name, exact=False).first.bounding_box()
        assert box["height"] >= 48
        assert box["y"] > 844 * 0.6
        assert box["y"] + box["height"] < 844 - 60
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (1024, 700), (1440, 900)])
def test_what_is_said_in_passing_lies_over_no_button(gallery, new_tab, width, height):
    forget(gallery)
    tab = new_tab(viewport={"width": width, "height": height}, has_touch=width < 900)
    choices(gallery, tab)
    begin(gallery, tab, "Begin with all")
    place(tab, f"1 of {2 * MAYBES + 1}")
    for _ in range(2):
        tab.keyboard.press("s")
        tab.locator(".toast").last.wait_for()
        tab.locator(".review .ask-part:not(.busy)").wait_for()
    (said,) = [toast.bounding_box() for toast in tab.locator(".toast").filter(visible=True).all()]
    assert said["y"] >= 0
    assert said["x"] >= 0
    assert said["x"] + said["width"] <= width
    buttons = tab.locator(".review button, .review .about a").filter(visible=True).all()
    assert len(buttons) >= 6
    # Of the player the lower half, where its controls are.
    player = tab.locator(".review .stage").bounding_box()
    player |= {"y": player["y"] + player["height"] / 2, "height": player["height"] / 2}
    for box in [player, *(button.bounding_box() for button in buttons)]:
        assert not overlap(said, box)
    # Elsewhere it is said at the foot again.
    tab.get_by_role("button", name="Other suggestions").click()
    tab.get_by_role("button", name="Begin with all").wait_for()
    assert tab.locator(".toasts").bounding_box()["y"] > height / 2


def overlap(one, other):
    """Whether two boxes have anything in common."""
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )
