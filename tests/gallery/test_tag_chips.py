"""Tags as chips: what stands on them, where they are seen, in which colour."""

from dataclasses import replace

import pytest

from organizer.gallery.tag_chips import chips, colour_of, spans, sureness
from organizer.library.records import JournalEntry, TagRecord, TagRow
from organizer.types import EVERY_SECOND, LABELS, SampledSeconds, TagState, Tier
from organizer.ui.theme import DARK, LIGHT
from tests.contrast import contrast
from tests.gallery.test_cards_and_detail import VIDEO

BLACK = "#0a0d0c"
"""Around a video."""


def tag(name, state=TagState.SUGGESTED, score=None, tier=None, seconds=()):
    return TagRecord(name, state, score, seconds, tier)


def test_what_stands_on_each_chip():
    video = replace(
        VIDEO,
        tags=(
            tag("Animal", score=0.95, tier=Tier.GIVEN),
            tag("Food", score=0.8996, tier=Tier.GIVEN),
            tag("Concert", score=0.6, tier=Tier.GIVEN),
            tag("Dance", score=0.45, tier=Tier.MAYBE),
            tag("Nature", TagState.CONFIRMED, 0.7, Tier.MAYBE),
            tag("Cooking", TagState.CONFIRMED, 0.1),
            tag("Gran\u202e", TagState.CONFIRMED),
            tag("Vehicle", TagState.REJECTED, 0.9, Tier.GIVEN),
        ),
    )
    shown = chips(video, {})
    assert [(chip.shown, chip.state, chip.words, chip.own) for chip in shown] == [
        ("Animal", "given", "very sure", False),
        ("Food", "given", "very sure", False),
        ("Concert", "given", "sure", False),
        ("Dance", "maybe", "not sure enough", False),
        ("Nature", "yes", "you said yes", False),
        ("Cooking", "yes", "added by you", False),
        ("Gran\\u202e", "yes", "added by you", True),
        ("Vehicle", "no", "you said no", False),
    ]
    assert [chip.name for chip in shown] == [each.name for each in video.tags]
    assert {chip.entry for chip in shown} == {None}


def row(state):
    return TagRow(state, None, "[]", None, "2024-05-03T00:00:00+00:00")


def test_what_was_taken_away_last_can_be_undone_and_nothing_older():
    confirmed = row(TagState.CONFIRMED)
    gone = {"Holiday": JournalEntry(4, confirmed, None), "Beach": JournalEntry(7, confirmed, None)}
    last = chips(VIDEO, gone)[-1]
    assert (last.name, last.state, last.words, last.entry) == ("Beach", "gone", "taken away by you", 7)
    decided = gone | {"Animal": JournalEntry(9, None, confirmed)}
    assert [(chip.name, chip.entry) for chip in chips(VIDEO, decided)] == [("Animal", 9)]


@pytest.mark.parametrize(
    ("seconds", "sampled", "expected"),
    [
        ((), EVERY_SECOND, ()),
        ((4,), EVERY_SECOND, ((4, 5),)),
        ((0, 1, 2, 5, 7, 8), EVERY_SECOND, ((0, 3), (5, 6), (7, 9))),
        # Of the second 9 nobody knows anything: it is taken with the one before.
        ((6, 7, 8, 10, 14), SampledSeconds(8, 2), ((6, 12), (14, 16))),
    ],
)
def test_seconds_are_spans(seconds, sampled, expected):
    assert spans(seconds, sampled) == expected


def test_a_chip_has_the_spans_of_what_the_model_looks_at():
    video = replace(VIDEO, tags=(tag("Animal", score=0.9, tier=Tier.GIVEN, seconds=(8, 10)),))
    assert chips(video, {}, SampledSeconds(8, 2))[0].spans == ((8, 12),)
    assert chips(video, {}, None)[0].spans == ((8, 9), (10, 11))


def test_every_colour_is_seen_wherever_it_stands():
    names = [*LABELS, *(f"tag {number}" for number in range(200))]
    colours = {colour_of(name) for name in names}
    assert len(colours) == 18
    grounds = [BLACK, *(theme[part] for theme in (LIGHT, DARK) for part in ("backgroundColor",))]
    for colour in colours:
        for ground in grounds:
            assert contrast(colour, ground) >= 3, (colour, ground)
    assert len({colour_of(label) for label in LABELS}) == len(LABELS)
    assert colour_of("Beach") == colour_of("beach")


def test_a_chosen_colour_stands_above_all():
    assert chips(VIDEO, {}, None, {"Animal": "#123456"})[0].colour == "#123456"


@pytest.mark.parametrize(
    ("score", "tier", "words"),
    [
        (0.99, Tier.GIVEN, "very sure"),
        (0.5, Tier.GIVEN, "sure"),
        (None, Tier.GIVEN, "sure"),
        (0.99, Tier.MAYBE, "not sure enough"),
        (0.2, None, "not seen"),
        (None, None, ""),
    ],
)
def test_how_sure_a_model_is(score, tier, words):
    assert sureness(score, tier) == words
