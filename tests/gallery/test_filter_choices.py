"""What the panel of filters shows, and what a change of it makes of the search."""

from datetime import datetime

import pytest

from organizer.errors import QueryError
from organizer.gallery.filter_choices import changed, panel, shown_chips
from organizer.query import parse

NOW = datetime(2024, 7, 15, 12, 0)
VIDEOS = {"Dance": 12, "Food": 3}
MAYBES = {"Food": 5, "Nature": 1}


def shown(text=""):
    return panel(text, VIDEOS, MAYBES, NOW)


def choice(text, part):
    return next(one for one in shown(text).choices if one.part == part)


def test_tags_keep_their_order_whatever_is_chosen():
    tags = [(tag.name, tag.videos, tag.maybes, tag.use) for tag in shown("tag:nature -tag:Food").tags]
    assert tags == [("Dance", 12, 0, ""), ("Food", 3, 5, "without"), ("Nature", 0, 1, "with")]


def test_a_tag_that_no_video_carries_any_more_can_be_taken_away():
    first = shown("tag:Gone").tags[0]
    assert (first.name, first.videos, first.use) == ("Gone", 0, "with")
    assert changed("tag:Gone", {"set": "tag", "name": "Gone", "to": ""}, NOW) == ""


def test_every_option_of_every_choice_makes_a_search_that_shows_it():
    for part in shown().choices:
        values = [value for value, _ in part.options]
        assert len(set(values)) == len(values)
        for value in values:
            text = changed("dance", {"set": part.part, "to": value}, NOW)
            parse(text)
            assert text.startswith("dance")
            assert choice(text, part.part).value == value
            # Another one takes its place.
            assert changed(text, {"set": part.part, "to": values[1]}, NOW) == f"dance {values[1]}"
            assert changed(text, {"set": part.part, "to": ""}, NOW) == "dance"


def test_what_was_typed_is_an_option_of_its_own():
    length = choice("length:5s..9s", "length")
    assert length.value == "length:5s..9s"
    assert length.options[-1][0] == "length:5s..9s"


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        ("dance", {"set": "tag", "name": "Food", "to": "with"}, "dance tag:Food"),
        ("dance", {"set": "from", "to": "2023-06-01"}, "dance date:>=2023-06-01"),
        ("date:>=2023-06-01", {"set": "until", "to": "2023-06-30"}, "date:2023-06-01..2023-06-30"),
        ("date:2023-06-01..2023-06-30", {"set": "from", "to": ""}, "date:<=2023-06-30"),
        ("date:2023-06-01", {"set": "until", "to": "0002-06-30"}, "date:>=2023-06-01"),
        ("dance", {"set": "folder", "to": "school"}, "dance folder:school"),
        ("is:failed", {"set": "shown", "to": "is:favourite"}, "is:failed is:favourite"),
        ("dance", {}, "dance"),
        ("dance", {"set": "nonsense", "to": "x"}, "dance"),
        ("dance", {"set": "tag", "to": "with"}, "dance"),
    ],
)
def test_a_change(text, change, expected):
    assert changed(text, change, NOW) == expected


def test_what_is_shown_of_days_and_folder():
    panel = shown("date:2023-06 folder:school")
    assert (panel.first_day, panel.last_day, panel.folder) == ("2023-06-01", "2023-06-30", "school")


def test_a_search_that_is_none_has_no_panel():
    with pytest.raises(QueryError):
        shown("length:<abc")


def test_chips_know_the_search_without_them():
    assert shown_chips('dance summer 2023 -tag:"a b"') == [
        {"words": "dance", "without": 'summer 2023 -tag:"a b"'},
        {"words": "summer 2023", "without": 'dance -tag:"a b"'},
        {"words": "not a b", "without": "dance summer 2023"},
    ]
    assert shown_chips("dance OR food") == [{"words": "dance or food", "without": ""}]
    assert shown_chips("") == []
