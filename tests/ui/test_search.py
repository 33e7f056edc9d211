"""The search of the page, without a browser: its box, its chips, its order, what is kept of it."""

import pytest

from organizer.library import Library
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.conftest import titles

ALL = ["grey.mp4", "soup.mp4", "cat.mp4", "broken.mp4"]


@pytest.fixture
def three(page):
    videos = [
        SeedVideo("trip/cat.mp4", ("Animal", "Nature")),
        SeedVideo("trip/soup.mp4", ("Food",), duration_s=90.0),
        SeedVideo("grey.mp4"),
        SeedVideo("broken.mp4", reason="the file is cut off"),
    ]
    seed(page.library, page.folder / "videos", videos)
    return page


def chips(page):
    return [chip["words"] for chip in page.heading()["chips"]]


@pytest.mark.parametrize(
    ("words", "found", "shown"),
    [
        ("tag:Animal OR tag:Food", ["soup.mp4", "cat.mp4"], ["Animal or Food"]),
        ("tag:Animal tag:Nature", ["cat.mp4"], ["Animal", "Nature"]),
        ("-tag:Food", ["grey.mp4", "cat.mp4", "broken.mp4"], ["not Food"]),
        ("is:untagged", ["grey.mp4", "broken.mp4"], ["without a tag"]),
        ("is:failed", ["broken.mp4"], ["not readable"]),
        ("TRIP so", ["soup.mp4"], ["TRIP", "so"]),
        ("length:>1m", ["soup.mp4"], ["longer than 1m"]),
        ("date:2024-05-02", ["soup.mp4"], ["2 May 2024"]),
    ],
)
def test_a_search_narrows_the_videos_and_stands_in_the_address(three, words, found, shown):
    three.open().search(words)
    assert titles(three) == found
    assert three.query() == {"q": [words]}
    assert chips(three) == shown
    assert three.bar()["query"] == words
    assert three.bar()["filters"]["chips"] == len(shown)
    three.run()
    assert titles(three) == found


def test_the_order_stands_in_the_address(three):
    three.open().sort("name up")
    assert titles(three) == ["broken.mp4", "grey.mp4", "cat.mp4", "soup.mp4"]
    assert three.query() == {"sort": ["name"], "order": ["up"]}
    assert three.heading()["order"] == "name up"
    three.sort("nonsense")
    assert three.query() == {"sort": ["name"], "order": ["up"]}


def test_a_chip_that_is_taken_away_leaves_the_others_as_they_were_typed(three):
    three.open(q='TRIP   tag:animal -tag:Food "ca"')
    assert chips(three) == ["TRIP", "animal", "not Food", '"ca"']
    three.search(three.heading()["chips"][1]["without"])
    assert three.query() == {"q": ['TRIP -tag:Food "ca"']}
    assert titles(three) == ["cat.mp4"]


def test_an_address_of_before_the_search_is_understood(three):
    three.open(text="cat", any="Animal", from_="2024-05-01")
    assert titles(three) == ["cat.mp4"]
    assert three.bar()["query"] == 'tag:Animal "cat" date:>=2024-05-01'
    three.search("")
    assert titles(three) == ALL
    assert three.query() == {}


def test_no_match_says_what_to_do(three):
    three.open(q='"nothing like it"')
    assert "No video fits this search" in three.words()
    assert three.heading()["count"] == "0 videos"
    three.click("Show all videos")
    assert titles(three) == ALL


def test_an_address_that_is_no_search_shows_all_videos_and_the_box_what_is_wrong(three):
    three.open(q="length:<abc", sort="size")
    assert sorted(titles(three)) == sorted(ALL)
    assert three.bar()["problem"] == {"text": "length:<abc"}
    assert three.bar()["query"] == ""
    three.search("length:>1m")
    assert three.bar()["problem"] is None
    assert three.query() == {"q": ["length:>1m"], "sort": ["size"]}


def test_what_is_no_search_changes_nothing(three):
    three.open(q="tag:Food").search("tag:Food (")
    assert titles(three) == ["soup.mp4"]
    assert three.query() == {"q": ["tag:Food"]}


def test_nonsense_in_the_address_is_ignored(three):
    three.open(page="99", sort="x", state="y", status="z", from_="never", view="elsewhere")
    assert titles(three) == ALL


def test_a_search_names_a_tag_whatever_its_count(three):
    key = keys(three.library)["trip/cat.mp4"]
    three.open(q="tag:Animal")
    assert titles(three) == ["cat.mp4"]
    three.trigger("timeline", "open", {"key": key})
    three.do("no", tag="Animal").do("close")
    assert three.query() == {"q": ["tag:Animal"]}
    assert chips(three) == ["Animal"]
    assert "No video fits this search" in three.words()


def test_counts_that_change_at_every_look_change_no_search(three):
    three.open(q="tag:Food")
    for number in range(3):
        videos = [SeedVideo("trip/soup.mp4", ("Food",), 90.0)]
        videos += [SeedVideo(f"{more}.mp4", ("Food",)) for more in range(number + 1)]
        seed(three.library, three.folder / "videos", videos)
        three.run()
        assert three.query() == {"q": ["tag:Food"]}
        assert chips(three) == ["Food"]


def test_a_search_from_a_panel_or_a_video_shows_videos(three):
    three.open(view="folders").search("cat")
    assert three.query() == {"q": ["cat"]}
    assert titles(three) == ["cat.mp4"]
    three.trigger("bar", "go", "folders")
    assert three.query() == {"q": ["cat"], "view": ["folders"]}
    assert three.listed() is None
    three.trigger("bar", "go", "videos")
    assert three.query() == {"q": ["cat"]}
    three.trigger("bar", "go", "home")
    assert three.query() == {}
    three.trigger("bar", "go", "elsewhere")
    assert three.query() == {}


def test_views_are_links_that_open_anywhere(three):
    three.open(q="cat", view="folders", sort="size")
    views = {view["words"]: view for view in three.bar()["views"]}
    assert views["Folders"]["current"]
    assert not views["Videos"]["current"]
    assert views["Videos"]["href"] == "/?q=cat&sort=size"
    assert views["Folders"]["href"] == "/?q=cat&sort=size&view=folders"


def test_a_search_is_kept_under_a_name(three):
    three.open(q="tag:Animal")
    three.trigger("bar", "save", {"name": " Beasts ", "text": "tag:Animal", "instead": None})
    assert three.bar()["saved"] == [{"name": "Beasts", "text": "tag:Animal"}]
    assert three.said() == ["Saved as Beasts."]
    three.trigger("bar", "save", {"name": "Animals", "text": "tag:Animal", "instead": "Beasts"})
    assert three.bar()["saved"] == [{"name": "Animals", "text": "tag:Animal"}]
    with Library.open(three.library) as library:
        assert [(one.name, one.text) for one in library.saved_searches()] == [("Animals", "tag:Animal")]
    three.trigger("bar", "save", {"name": "ANIMALS  of mine", "text": "tag:Animal", "instead": "Animals"})
    three.trigger(
        "bar", "save", {"name": "animals of mine", "text": "tag:Animal", "instead": "ANIMALS of mine"}
    )
    assert three.bar()["saved"] == [{"name": "animals of mine", "text": "tag:Animal"}]
    three.trigger("bar", "drop", "animals of mine")
    assert three.bar()["saved"] == []


def test_what_cannot_be_done_is_said_and_the_page_stays(three, monkeypatch):
    from organizer.errors import LibraryError
    from organizer.ui.parts import bar, toasts

    def refuse():
        raise LibraryError("The library is busy.")

    three.open()
    monkeypatch.setattr(bar, "open_library", refuse)
    monkeypatch.setattr(toasts, "open_library", refuse)
    for event in ("undo", "redo"):
        three.act("toasts", event, step=1)
    three.trigger("bar", "drop", "Animals")
    assert three.said() == ["The library is busy."] * 3
    assert three.listed()


def test_words_in_a_search_are_never_markup(three):
    hostile = "<img src=x onerror=alert(1)>"
    three.open(q=f'"{hostile}"')
    assert hostile in chips(three)[0]
    assert "onerror" not in three.markup()
