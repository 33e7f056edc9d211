"""Maybes on the page: seen everywhere, counted where somebody asks for it, decided like any other tag."""

from datetime import datetime

import pytest

from organizer.gallery.cards import card
from organizer.library import Library
from organizer.models import catalogue
from organizer.tags import tagger
from organizer.types import TagState, Tier
from tests.fakes import MAYBE_THRESHOLD, ColourClassifier, colour_bundle
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.library.sql import database_of
from tests.ui.conftest import titles
from tests.ui.test_pages import states


@pytest.fixture
def maybes(page, monkeypatch):
    """Five videos, of which three may show a dance."""
    bundle = colour_bundle(maybe_threshold=MAYBE_THRESHOLD)
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    monkeypatch.setattr(tagger, "open_classifier", lambda _bundle: ColourClassifier(("Dance", "Concert")))
    videos = [
        SeedVideo("party.mp4", ("Dance?", "Concert?")),
        SeedVideo("stage.mp4", ("Concert?", "Food", "Dance?")),
        SeedVideo("street.mp4", ("Vehicle", "Dance?")),
        SeedVideo("ball.mp4", ("Dance",)),
        SeedVideo("grey.mp4"),
    ]
    seed(page.library, page.folder / "videos", videos)
    return page


def counted(page):
    """What the panel of filters says of each tag: of how many videos it is one, and of how many a maybe."""
    from organizer.gallery.filter_choices import panel

    with Library.open(page.library) as library:
        shown = panel("", library.tag_counts(), library.maybe_counts(), datetime.now())
    return {tag.name: (tag.videos, tag.maybes) for tag in shown.tags}


def test_cards_show_maybes_after_tags(maybes):
    with Library.open(maybes.library) as library:
        stage = card(library.video(library.find("stage.mp4")), poster=False)
    assert [(tag.name, tag.maybe, tag.score) for tag in stage.tags] == [
        ("Food", False, ""),
        ("Concert", True, "0.40"),
        ("Dance", True, "0.40"),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tag:Dance", ["ball.mp4"]),
        ("tag:Dance OR maybe:Dance", ["ball.mp4", "street.mp4", "stage.mp4", "party.mp4"]),
        ("maybe:Dance", ["street.mp4", "stage.mp4", "party.mp4"]),
        ("tag:Dance?", ["street.mp4", "stage.mp4", "party.mp4"]),
    ],
)
def test_a_maybe_counts_where_it_is_asked_for(maybes, words, found):
    maybes.open().search(words)
    assert titles(maybes) == found
    assert maybes.query() == {"q": [words]}
    assert counted(maybes) == {"Dance": (1, 3), "Concert": (0, 2), "Food": (1, 0), "Vehicle": (1, 0)}
    maybes.run()
    assert titles(maybes) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"any": "Dance"}, ["street.mp4", "stage.mp4", "party.mp4"]),
        ({"none": "Concert"}, ["street.mp4"]),
        ({"none": "Vehicle"}, ["street.mp4", "stage.mp4", "party.mp4"]),
        ({"untagged": "1"}, ["party.mp4"]),
    ],
)
def test_an_address_of_before_with_only_maybes_shows_no_video_without_one(maybes, query, found):
    maybes.open(maybes="only", **query)
    assert titles(maybes) == found


def test_an_address_of_before_says_how_maybes_count(maybes):
    maybes.open(maybes="with", untagged="1")
    assert titles(maybes) == ["grey.mp4"]
    maybes.search("")
    assert maybes.query() == {}
    maybes.open(maybes="with", any="Dance")
    assert titles(maybes) == ["ball.mp4", "street.mp4", "stage.mp4", "party.mp4"]


def test_whoever_goes_through_maybes_gets_on_after_each_decision(maybes):
    by_name = keys(maybes.library)
    maybes.open(q="maybe:Dance")
    maybes.trigger("timeline", "open", {"key": by_name["street.mp4"]})
    assert maybes.chips()["Dance?"] == "not sure enough"
    maybes.do("yes", tag="Dance")
    assert states(maybes, "street.mp4")["Dance"] is TagState.CONFIRMED
    assert maybes.chips()["Dance"] == "you said yes"
    assert counted(maybes)["Dance"] == (2, 2)
    maybes.do("step", by=1)
    assert maybes.query()["video"] == [by_name["stage.mp4"]]
    maybes.do("no", tag="Dance").do("step", by=-1)
    assert maybes.query()["video"] == [by_name["street.mp4"]]
    maybes.do("step", by=1).do("step", by=1)
    assert maybes.query()["video"] == [by_name["party.mp4"]]
    assert (maybes.video()["place"], maybes.video()["total"]) == (3, 3)
    maybes.do("close")
    assert titles(maybes) == ["party.mp4"]
    # What is opened from here has the neighbours of now.
    maybes.trigger("timeline", "open", {"key": by_name["party.mp4"]})
    assert maybes.video()["before"] is None
    assert maybes.video()["after"] is None


def tier(page, name, tag):
    with Library.open(page.library) as library:
        record = library.video(library.find(name))
        return next((found.state, found.tier) for found in record.tags if found.name == tag)


def test_an_undone_decision_about_a_maybe_leaves_the_maybe(maybes):
    maybes.open(video=keys(maybes.library)["street.mp4"])
    for decide in ("yes", "no"):
        maybes.do(decide, tag="Dance").undo("Dance")
        assert tier(maybes, "street.mp4", "Dance") == (TagState.SUGGESTED, Tier.MAYBE)
        assert maybes.chips()["Dance?"] == "not sure enough"


def test_a_video_with_maybes_alone_asks_about_them(maybes):
    by_name = keys(maybes.library)
    maybes.open(video=by_name["party.mp4"])
    assert "The model is sure of no tag." in maybes.video()["hint"]
    rows = {row["label"]: row for row in maybes.evidence("party.mp4")["rows"]}
    assert rows["Dance"]["state"] == "maybe"
    assert (rows["Dance"]["threshold"], rows["Dance"]["maybe_threshold"]) == (0.5, MAYBE_THRESHOLD)
    assert rows["Dance"]["words"] == "Score 0.40: a maybe from 0.30 on, a tag from 0.50 on"
    assert rows["Dance"]["sure"] == "not sure enough"
    maybes.do("yes", tag="Dance")
    assert maybes.video()["hint"] == ""


def test_the_field_proposes_a_maybe(maybes):
    maybes.open(video=keys(maybes.library)["street.mp4"])
    proposed = [tag["name"] for tag in maybes.video()["proposals"]]
    assert "Dance" in proposed
    assert "Vehicle" not in proposed


def test_a_maybe_may_be_typed_as_it_is_shown(maybes):
    maybes.open(video=keys(maybes.library)["street.mp4"])
    maybes.do_all({"do": "add", "tag": "dance?"}, {"do": "add", "tag": "Beach?"})
    assert maybes.chips()["Dance"] == "you said yes"
    assert states(maybes, "street.mp4") == {
        "Vehicle": TagState.SUGGESTED,
        "Dance": TagState.CONFIRMED,
    }
    said = maybes.video()["said"]
    assert "Beach?: a question mark at the end of a tag marks a maybe" in said["words"]
    assert (said["wrong"], said["typed"]) == (True, "Beach?")


def test_where_only_maybes_fit_they_are_offered(maybes):
    maybes.open(q="tag:Concert")
    assert "No video fits this search." in maybes.words()
    maybes.click("Count maybes too: 2 videos")
    assert titles(maybes) == ["stage.mp4", "party.mp4"]
    assert maybes.query() == {"q": ["tag:Concert OR maybe:Concert"]}


def test_where_no_maybe_is_left_that_is_said(maybes):
    maybes.open(q="maybe:Vehicle")
    assert "No maybe is left that fits this search." in maybes.words()


def test_a_library_without_maybes_does_not_speak_of_them(page):
    seed(page.library, page.folder / "videos", [SeedVideo("ball.mp4", ("Dance",))])
    page.open(q="tag:Food")
    assert counted(page) == {"Dance": (1, 0)}
    assert "Count maybes" not in page.markup()


def test_tagging_again_says_what_became_a_maybe(maybes):
    with Library.open(maybes.library) as library:
        database_of(library).execute("DELETE FROM video_tags WHERE tier = 'maybe'")
        database_of(library).conn.commit()
    maybes.open(video=keys(maybes.library)["street.mp4"]).do("tag_again")
    assert maybes.video()["said"]["words"] == "Tagged again: +Dance?."


def test_names_of_maybes_are_never_markup(maybes):
    hostile = "<img src=x onerror=alert(1)> **b**"
    with Library.open(maybes.library) as library:
        database_of(library).execute("UPDATE tags SET name = ? WHERE name = 'Dance'", [hostile])
        database_of(library).conn.commit()
    maybes.open()
    assert counted(maybes)[hostile] == (1, 3)
    maybes.open(video=keys(maybes.library)["party.mp4"])
    assert maybes.chips()[f"{hostile}?"] == "not sure enough"
    assert "onerror" not in maybes.markup()
