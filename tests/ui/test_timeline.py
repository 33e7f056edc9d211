"""The timeline on the page: which list it asks for, and what becomes of what is done there."""

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.ui.kept_lists import LISTS
from organizer.ui.server.lists import list_routes
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.server.asked import asked


@pytest.fixture
def three(page):
    videos = [SeedVideo("cat.mp4", ("Animal",)), SeedVideo("soup.mp4", ("Food",)), SeedVideo("grey.mp4")]
    seed(page.library, page.folder / "videos", videos)
    return page


def timeline(page):
    return next((data for data in page.components() if "acknowledged" in data and "address" in data), None)


def listed(page):
    """The titles that the timeline gets, from the route that it asks."""
    address = timeline(page)["address"]
    query = [part.split("=", 1) for part in address.split("&") if part]
    query = [(name, asked_value(value)) for name, value in query] + [("limit", "99")]
    answer = asked(list_routes(page.library), "/api/months", query)
    return [card["title"] for card in answer.json["videos"]]


def asked_value(text):
    from urllib.parse import unquote_plus

    return unquote_plus(text)


def act(page, *acts):
    with Library.open(page.library) as library:
        version = LISTS.newest(library, VideoFilter()).version
    sent = [{"number": number, "version": version, **one} for number, one in enumerate(acts, start=1)]
    return page.trigger("timeline", "act", {"number": len(sent), "actions": sent})


def said(page):
    return [toast for data in page.components() for toast in data.get("toasts", ())]


def test_the_list_is_that_of_the_address(three):
    three.open()
    assert timeline(three)["address"] == ""
    assert listed(three) == ["grey.mp4", "soup.mp4", "cat.mp4"]
    three.open(q="tag:Animal OR tag:Food", sort="name", order="up")
    assert listed(three) == ["cat.mp4", "soup.mp4"]


def test_the_page_of_an_old_address_is_forgotten(three):
    three.open(page="3", text="mp4")
    assert "page" not in timeline(three)["address"]
    assert len(listed(three)) == 3


@pytest.mark.parametrize("hostile", ["<img src=x onerror=alert(1)>", "a&b=c#d", "100%", "ü"])
def test_words_of_an_address_stay_words(three, hostile):
    three.open(q=f'cat OR "{hostile}"')
    assert listed(three) == ["cat.mp4"]


def test_a_click_opens_the_video(three):
    key = keys(three.library)["cat.mp4"]
    three.open().trigger("timeline", "open", {"key": key, "version": "v"})
    assert three.query() == {"video": [key]}


@pytest.mark.parametrize("sent", ["x", {"key": 3}, {}, None, [1]])
def test_what_no_page_of_ours_sends_opens_nothing(three, sent):
    three.open().trigger("timeline", "open", sent)
    assert three.query() == {}


def test_what_is_done_is_done_once_and_said_with_a_way_back(three):
    three.open()
    act(three, {"action": "favourite", "value": True, "spans": [[0, 2]]})
    assert timeline(three)["acknowledged"] == 1
    (toast,) = said(three)
    assert toast["words"].endswith(": 2 videos.")
    three.act("toasts", "undo", step=toast["undo"])
    with Library.open(three.library) as library:
        assert not any(video.favourite for video in library.list())


def test_two_ways_back_that_are_taken_at_once_are_both_gone(three):
    three.open()
    act(three, *({"action": "confirm", "value": name, "spans": [[0, 2]]} for name in ("One", "Two")))
    undo = [{"action": "undo", "step": toast["undo"]} for toast in said(three)]
    sent = [{"number": number, **action} for number, action in enumerate([*undo, {"action": "undo"}], 1)]
    three.trigger("toasts", "act", {"number": 3, "actions": sent})
    assert [toast["words"] for toast in said(three)][-2:] == ["Undone.", "Undone."]
    with Library.open(three.library) as library:
        assert not {"One", "Two"} & set(library.tag_names())


def test_all_that_was_sent_at_once_is_done_and_nothing_twice(three):
    three.open()
    first = {"action": "confirm", "value": "One", "spans": [[0, 1]]}
    second = {"action": "confirm", "value": "Two", "spans": [[1, 2]]}
    act(three, first)
    act(three, first, second)
    assert timeline(three)["acknowledged"] == 2
    with Library.open(three.library) as library:
        assert len(library.steps()) == 2
        assert library.tag_counts()["Two"] == 1


def test_a_download_goes_to_the_page_with_its_number(three):
    three.open()
    act(three, {"action": "export", "value": "m3u", "spans": [[0, 3]]})
    download = timeline(three)["download"]
    assert download["number"] == 1
    assert download["address"].startswith("/export/")


def test_every_tag_is_proposed(three):
    with Library.open(three.library) as library:
        library.confirm(1, "Gran's cat")
    names = [tag["name"] for tag in timeline(three.open())["names"]]
    assert {"Animal", "Mobile phone", "Gran's cat"} <= set(names)
    assert len(names) == len(set(names))


def test_a_label_that_is_hidden_for_good_is_not_proposed(three):
    with Library.open(three.library) as library:
        library.hide_label("Concert", hidden=True)
    names = [tag["name"] for tag in timeline(three.open())["names"]]
    assert "Concert" not in names
    assert "Dance" in names


def test_where_nothing_fits_there_is_no_timeline(three):
    three.open(q="nothing like it")
    assert timeline(three) is None
    assert "No video fits this search." in three.words()
