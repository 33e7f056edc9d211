"""Maybes on the page: seen everywhere, counted where somebody asks for it, decided like any other tag."""

import pytest

from organizer.models import catalogue
from organizer.tags import tagger
from organizer.types import TagState, Tier
from tests.fakes import MAYBE_THRESHOLD, ColourClassifier, colour_bundle
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.library.sql import database_of
from tests.ui.test_pages import states, titles


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
    """What the chips in the sidebar say."""
    shown = next((data["maybes"] for data in page.components() if "maybes" in data), None)
    return shown and {tag["name"]: tag["videos"] for tag in shown}


def test_cards_show_maybes_after_tags(maybes):
    maybes.open()
    stage = next(card for card in maybes.cards() if card["title"] == "stage.mp4")
    assert [(tag["name"], tag["maybe"], tag["score"]) for tag in stage["tags"]] == [
        ("Food", False, ""),
        ("Concert", True, "0.40"),
        ("Dance", True, "0.40"),
    ]


@pytest.mark.parametrize(
    ("choice", "found", "counts"),
    [
        (None, ["ball.mp4"], "Dance\u00a01  Food\u00a01  Vehicle\u00a01"),
        (
            "with",
            ["ball.mp4", "street.mp4", "stage.mp4", "party.mp4"],
            "Dance\u00a04  Concert\u00a02  Food\u00a01",
        ),
        ("only", ["street.mp4", "stage.mp4", "party.mp4"], None),
    ],
)
def test_a_maybe_counts_where_it_is_asked_for(maybes, choice, found, counts):
    maybes.open(any="Dance")
    if choice:
        maybes.choose("maybes", choice)
    assert titles(maybes) == found
    assert maybes.query() == {"any": ["Dance"]} | ({"maybes": [choice]} if choice else {})
    if counts:
        assert counts in maybes.plain()
    assert counted(maybes) == {"Dance": 3, "Concert": 2}
    maybes.run()
    assert titles(maybes) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"none": "Concert"}, ["street.mp4"]),
        ({"none": "Vehicle"}, ["street.mp4", "stage.mp4", "party.mp4"]),
        ({"untagged": "1"}, ["party.mp4"]),
    ],
)
def test_only_maybes_shows_no_video_without_one(maybes, query, found):
    maybes.open(maybes="only", **query)
    assert titles(maybes) == found
    assert maybes.widget("maybes").value == "only"


def test_an_address_says_how_maybes_count(maybes):
    maybes.open(maybes="with", untagged="1")
    assert titles(maybes) == ["grey.mp4"]
    assert maybes.widget("maybes").value == "with"
    maybes.click("Clear filters")
    assert maybes.query() == {}
    assert maybes.widget("maybes").value == "without"


def test_what_is_chosen_cannot_be_taken_away(maybes):
    """A click on the choice that stands makes none in the browser; then it is as if nothing was said."""
    maybes.open(maybes="only").choose("maybes", None)
    assert maybes.query() == {}
    assert maybes.widget("maybes").value == "without"


def test_a_click_looks_through_the_maybes_of_one_tag_and_another_one_leaves_them(maybes):
    maybes.open(text="mp4", any="Food")
    maybes.trigger("maybe_counts", "look", {"name": "Dance", "chosen": False})
    assert maybes.query() == {"text": ["mp4"], "any": ["Dance"], "maybes": ["only"]}
    chosen = next(data["maybes"] for data in maybes.components() if "maybes" in data)
    assert {tag["name"]: tag["chosen"] for tag in chosen} == {"Dance": True, "Concert": False}
    maybes.trigger("maybe_counts", "look", {"name": "Dance", "chosen": True})
    assert maybes.query() == {"text": ["mp4"]}


def test_whoever_goes_through_maybes_gets_on_after_each_decision(maybes):
    by_name = keys(maybes.library)
    maybes.open(any="Dance", maybes="only")
    maybes.trigger("card_grid", "open", by_name["street.mp4"])
    assert "Dance?\nmaybe 0.40" in maybes.plain()
    second_row(maybes, "Confirm")
    assert states(maybes, "street.mp4")["Dance"] is TagState.CONFIRMED
    assert "Dance 0.40\nconfirmed by you" in maybes.plain()
    assert counted(maybes) == {"Dance": 2, "Concert": 2}
    maybes.click("Next")
    assert maybes.query()["video"] == [by_name["stage.mp4"]]
    maybes.test.button(key=f"Reject_{video_id(maybes, 'stage.mp4')}_Dance").click()
    maybes.run()
    maybes.click("Previous")
    assert maybes.query()["video"] == [by_name["street.mp4"]]
    maybes.click("Next").click("Next")
    assert maybes.query()["video"] == [by_name["party.mp4"]]
    maybes.click("All videos")
    assert titles(maybes) == ["party.mp4"]
    # What is opened from here has the neighbours of now.
    maybes.trigger("card_grid", "open", by_name["party.mp4"])
    assert maybes.button("Previous").disabled
    assert maybes.button("Next").disabled


def second_row(page, label):
    """Click the button of the second tag of a video."""
    [button for button in page.test.button if button.label == label][1].click()
    page.run()


def video_id(page, name):
    from organizer.library import Library

    with Library.open(page.library) as library:
        return library.find(name)


def tier(page, name, tag):
    from organizer.library import Library

    with Library.open(page.library) as library:
        record = library.video(library.find(name))
        return next((found.state, found.tier) for found in record.tags if found.name == tag)


def test_an_undone_decision_about_a_maybe_leaves_the_maybe(maybes):
    maybes.open(video=keys(maybes.library)["street.mp4"])
    for decide in ("Confirm", "Reject"):
        second_row(maybes, decide)
        maybes.click("Undo")
        assert tier(maybes, "street.mp4", "Dance") == (TagState.SUGGESTED, Tier.MAYBE)
        assert "Dance?\nmaybe 0.40" in maybes.plain()


def test_a_video_with_maybes_alone_asks_about_them(maybes):
    by_name = keys(maybes.library)
    maybes.open(video=by_name["party.mp4"])
    assert "The model is sure of no tag." in maybes.plain()
    rows = {row["label"]: row for row in maybes.player()["rows"]}
    assert rows["Dance"]["state"] == "maybe"
    assert (rows["Dance"]["threshold"], rows["Dance"]["maybe_threshold"]) == (0.5, MAYBE_THRESHOLD)
    assert rows["Dance"]["words"] == "Score 0.40: a maybe from 0.30 on, a tag from 0.50 on"
    maybes.click("Confirm")
    assert "The model is sure of no tag." not in maybes.plain()


def test_the_field_proposes_a_maybe(maybes):
    maybes.open(video=keys(maybes.library)["street.mp4"])
    proposed = [tag["name"] for tag in next(d for d in maybes.components() if "typed" in d)["tags"]]
    assert "Dance" in proposed
    assert "Vehicle" not in proposed


def test_a_maybe_may_be_typed_as_it_is_shown(maybes):
    maybes.open(video=keys(maybes.library)["street.mp4"])
    maybes.trigger("tag_field", "add", {"number": 1, "names": ["dance?", "Beach?"]})
    assert "Dance 0.40\nconfirmed by you" in maybes.plain()
    assert states(maybes, "street.mp4") == {
        "Vehicle": TagState.SUGGESTED,
        "Dance": TagState.CONFIRMED,
    }
    assert "Beach?: a question mark at the end of a tag marks a maybe" in maybes.words()


def test_where_only_maybes_fit_they_are_offered(maybes):
    maybes.open(all="Concert")
    assert "No video fits these filters." in maybes.words()
    maybes.click("Count maybes too: 2 videos")
    assert titles(maybes) == ["stage.mp4", "party.mp4"]
    assert maybes.query() == {"all": ["Concert"], "maybes": ["with"]}


def test_where_no_maybe_is_left_that_is_said(maybes):
    maybes.open(any="Vehicle", maybes="only")
    assert "No maybe is left that fits these filters." in maybes.words()
    assert counted(maybes) == {"Vehicle": 0, "Dance": 3, "Concert": 2}


def test_a_library_without_maybes_does_not_speak_of_them(page):
    seed(page.library, page.folder / "videos", [SeedVideo("ball.mp4", ("Dance",))])
    page.open(any="Food")
    assert counted(page) is None
    assert not page.test.button_group
    assert "Count maybes" not in page.markup()
    page.open(maybes="only")
    assert page.widget("maybes").value == "only"


def test_tagging_again_says_what_became_a_maybe(maybes):
    from organizer.library import Library

    with Library.open(maybes.library) as library:
        database_of(library).execute("DELETE FROM video_tags WHERE tier = 'maybe'")
        database_of(library).conn.commit()
    maybes.open(video=keys(maybes.library)["street.mp4"]).click("Tag this video again")
    assert "street.mp4: +Dance?" in maybes.plain()


def test_names_of_maybes_are_never_markup(maybes):
    from organizer.library import Library

    hostile = "<img src=x onerror=alert(1)> **b**"
    with Library.open(maybes.library) as library:
        database_of(library).execute("UPDATE tags SET name = ? WHERE name = 'Dance'", [hostile])
        database_of(library).conn.commit()
    maybes.open()
    assert counted(maybes)[hostile] == 3
    maybes.open(video=keys(maybes.library)["party.mp4"])
    assert f"{hostile}?\nmaybe 0.40" in maybes.plain()
    assert "onerror" not in maybes.markup()
