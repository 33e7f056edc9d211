from dataclasses import replace

import numpy as np
import pytest

from organizer.gallery import detail, evidence, tag_chips
from organizer.gallery.cards import CardTag, card
from organizer.library.records import PlaceRecord, Status, TagRecord, VideoRecord
from organizer.types import SampledSeconds, TagState, Tier, VideoScores
from tests.dates.zones import needs_tzset, zone

PLACE = PlaceRecord("/videos", "trip/a.mp4", "/videos/trip/a.mp4", Status.OK)
VIDEO = VideoRecord(
    id=1,
    key="k" * 22,
    status=Status.OK,
    error=None,
    places=(PLACE,),
    size_bytes=3_200_000,
    duration_s=61.0,
    width=1920,
    height=1080,
    codec="h264",
    frame_rate=29.97,
    rotation_deg=0,
    taken_at="2024-05-03T14:05:00",
    taken_source="name",
    bundle="lite 1",
    scores={"Animal": 0.9, "Food": 0.2, "Dance": 0.4},
    tags=(TagRecord("Animal", TagState.SUGGESTED, 0.9, (0, 1)),),
)
REJECTED = TagRecord("Animal", TagState.REJECTED, 0.9, ())
MAYBE = TagRecord("Dance", TagState.SUGGESTED, 0.447, (2,), Tier.MAYBE)


def test_a_card():
    shown = card(VIDEO, poster=True)
    assert (shown.title, shown.duration, shown.date, shown.status) == ("a.mp4", "1:01", "3 May 2024", "")
    assert shown.tags == (CardTag("Animal", False),)
    assert shown.more_tags == 0


@needs_tzset
@pytest.mark.parametrize(
    ("name", "day", "moment"),
    [
        ("UTC", "1 May 2023", "1 May 2023, 22:30"),
        ("Europe/Berlin", "2 May 2023", "2 May 2023, 00:30"),
    ],
)
def test_an_instant_has_the_same_day_on_the_card_and_on_its_page(name, day, moment):
    video = replace(VIDEO, taken_at="2023-05-01T22:30:00+00:00", taken_source="container", taken_clock="utc")
    with zone(name):
        assert card(video, poster=True).date == day
        assert dict(detail.facts(video))["Taken"] == f"{moment} (from the video itself)"


def test_a_card_leaves_out_rejected_tags_and_counts_what_does_not_fit():
    tags = tuple(TagRecord(str(number), TagState.CONFIRMED, None, ()) for number in range(6))
    shown = card(replace(VIDEO, tags=(*tags, REJECTED)), poster=False)
    assert [tag.name for tag in shown.tags] == ["0", "1", "2", "3"]
    assert shown.more_tags == 2
    assert all(tag.confirmed for tag in shown.tags)


def test_a_maybe_on_a_card_says_its_score():
    shown = card(replace(VIDEO, tags=(*VIDEO.tags, MAYBE)), poster=False)
    assert shown.tags == (CardTag("Animal", False), CardTag("Dance", False, maybe=True, score="0.45"))


@pytest.mark.parametrize("state", [TagState.CONFIRMED, TagState.REJECTED])
def test_a_decided_maybe_is_none_on_a_card(state):
    shown = card(replace(VIDEO, tags=(replace(MAYBE, state=state),)), poster=False)
    assert shown.tags == ((CardTag("Dance", True),) if state is TagState.CONFIRMED else ())


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.FAILED, "Not readable"), (Status.MISSING, "Missing"), (Status.OFFLINE, "Offline")],
)
def test_a_card_says_that_a_video_cannot_be_watched(status, words):
    assert card(replace(VIDEO, status=status), poster=False).status == words


def test_label_rows_are_best_first_with_strips():
    of_seconds = np.array([[0.1, 0.0, 0.3], [0.95, 1.2, -0.1]], np.float32)
    rows = evidence.label_rows(
        VIDEO, {"Animal": 0.5}, {}, ("Animal", "Food", "Dance"), VideoScores((0.9, 0.2, 0.4), of_seconds)
    )
    assert [row.label for row in rows] == ["Animal", "Dance", "Food"]
    assert rows[0].strip == (10, 95)
    assert rows[0].best_second == 1
    assert (rows[0].state, rows[0].threshold) == ("suggested", 0.5)
    assert (rows[1].state, rows[1].threshold) == ("", None)
    assert rows[2].strip == (0, 100)


def test_label_rows_name_the_seconds_that_were_looked_at():
    of_seconds = np.zeros((11, 1), np.float32)
    of_seconds[[3, 9], 0] = 0.4, 0.9
    video = replace(VIDEO, scores={"Animal": 0.9})
    scored = VideoScores((0.9,), of_seconds, SampledSeconds(8, 2))
    (row,) = evidence.label_rows(video, {}, {}, ("Animal",), scored)
    assert (len(row.strip), row.seconds[-3:], row.best_second) == (11, (8, 10, 12), 10)


def test_label_rows_without_seconds():
    assert all(row.strip == () and row.best_second is None for row in evidence.label_rows(VIDEO, {}, {}))


@pytest.mark.parametrize(
    ("thresholds", "maybe_thresholds", "marks", "words"),
    [
        ({}, {}, (None, None), "Score 0.40"),
        ({"Dance": 0.65}, {}, (0.65, None), "Score 0.40: a tag from 0.65 on"),
        (
            {"Dance": 0.65},
            {"Dance": 0.3},
            (0.65, 0.3),
            "Score 0.40: a maybe from 0.30 on, a tag from 0.65 on",
        ),
        (
            {"Dance": 1.0},
            {"Dance": 0.3},
            (None, 0.3),
            "Score 0.40: a maybe from 0.30 on, never sure enough for a tag",
        ),
        ({"Dance": 1.0}, {}, (None, None), "Score 0.40: never sure enough for a tag"),
    ],
)
def test_a_label_says_from_which_scores_on_it_is_what(thresholds, maybe_thresholds, marks, words):
    row = next(
        row for row in evidence.label_rows(VIDEO, thresholds, maybe_thresholds) if row.label == "Dance"
    )
    assert (row.threshold, row.maybe_threshold) == marks
    assert row.words == words


@pytest.mark.parametrize(
    ("state", "shown"),
    [(TagState.SUGGESTED, "maybe"), (TagState.CONFIRMED, "confirmed"), (TagState.REJECTED, "rejected")],
)
def test_a_decision_about_a_label_stands_above_a_maybe(state, shown):
    rows = evidence.label_rows(replace(VIDEO, tags=(replace(MAYBE, state=state),)), {}, {})
    assert next(row.state for row in rows if row.label == "Dance") == shown


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ((), False),
        ((REJECTED,), False),
        (VIDEO.tags, False),
        ((*VIDEO.tags, MAYBE), False),
        ((MAYBE,), True),
        ((MAYBE, REJECTED), True),
        ((replace(MAYBE, state=TagState.CONFIRMED),), False),
    ],
)
def test_a_video_with_maybes_alone_asks(tags, said):
    video = replace(VIDEO, tags=tags)
    assert bool(tag_chips.maybes_alone(video)) is said
    assert not (said and detail.why_no_tag(video, {}))


@pytest.mark.parametrize(("duration_s", "said"), [(None, False), (45.9, False), (61.0, True), (4000.0, True)])
def test_longer_videos_say_how_much_was_looked_at(duration_s, said):
    assert ("first 45 s" in detail.analysed_part(replace(VIDEO, duration_s=duration_s))) is said


def test_what_was_looked_at_is_a_sentence():
    assert detail.analysed_part(VIDEO) == "The first 45 s of 1:01 were looked at."
    some = SampledSeconds(8, 2)
    words = "The first 45 s of 1:01 were looked at, from 8 s on one second in 2."
    assert detail.analysed_part(VIDEO, some) == words
    short = replace(VIDEO, duration_s=20.0)
    assert detail.analysed_part(short, some) == "From 8 s on one second in 2 was looked at."
    assert detail.analysed_part(short) == ""


@pytest.mark.parametrize(
    ("video", "words"),
    [
        (VIDEO, ""),
        (replace(VIDEO, tags=()), "reaches its label's threshold"),
        (replace(VIDEO, tags=(REJECTED,)), "You rejected"),
        (replace(VIDEO, tags=(), scores={}), "Scan its folder"),
        (replace(VIDEO, tags=(), scores={}, status=Status.FAILED), "could not be read"),
    ],
)
def test_why_there_is_no_tag(video, words):
    assert words in detail.why_no_tag(video, {})
    assert bool(detail.why_no_tag(video, {})) is bool(words)


@pytest.mark.parametrize(
    ("video", "words"),
    [
        (VIDEO, ""),
        (replace(VIDEO, tags=()), "not sure enough of any tag"),
        (replace(VIDEO, tags=(REJECTED,)), "You said no to its tags"),
        (replace(VIDEO, tags=(), scores={}), "No model has looked at it yet"),
        (replace(VIDEO, tags=(), scores={}, status=Status.FAILED), "could not be read"),
    ],
)
def test_why_there_is_no_tag_without_a_word_of_scores(video, words):
    said = detail.no_tag_words(video, {})
    assert words in said
    assert bool(said) is bool(words)
    assert not any(word in said.lower() for word in ("score", "threshold", "probabil", "organizer "))


def test_a_high_score_without_a_tag_was_not_tagged_since():
    score = VIDEO.scores["Animal"]
    bare = replace(VIDEO, tags=())
    assert "took back what you decided about Animal" in detail.why_no_tag(bare, {"Animal": score})
    assert "No score reaches" in detail.why_no_tag(bare, {"Animal": score + 0.01})
    rejected = replace(VIDEO, tags=(replace(REJECTED, name="Animal"),))
    assert "You rejected its tags" in detail.why_no_tag(rejected, {"Animal": score})
    assert "took back what you said about Animal" in detail.no_tag_words(bare, {"Animal": score})


def test_what_keeps_a_video_from_being_watched_and_what_to_do():
    assert detail.problem(VIDEO) is None
    failed = replace(VIDEO, status=Status.FAILED, error="the file is cut off\x1b[31m")
    words, advice = detail.problem(failed)
    assert words == "This file could not be read: the file is cut off\\x1b[31m."
    assert "try again" in advice
    assert "Connect the drive" in detail.problem(replace(VIDEO, status=Status.OFFLINE))[1]
    assert "tags are kept" in detail.problem(replace(VIDEO, status=Status.MISSING))[1]


def test_facts_leave_out_what_is_unknown():
    assert dict(detail.facts(VIDEO))["Taken"] == "3 May 2024, 14:05 (from the file's name)"
    unknown = replace(
        VIDEO,
        duration_s=None,
        taken_at=None,
        width=None,
        height=None,
        frame_rate=None,
        codec=None,
        bundle=None,
    )
    assert [name for name, _ in detail.facts(unknown)] == ["Size", "File"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "1920 x 1080, 30 frames/s"),
        ({"stored_width": 1920, "stored_height": 1080}, "1920 x 1080, 30 frames/s"),
        ({"stored_width": 1440, "stored_height": 1080}, "1920 x 1080 (stored 1440 x 1080), 30 frames/s"),
        (
            {"stored_width": 1080, "stored_height": 1920, "rotation_deg": 90},
            "1920 x 1080, 30 frames/s, turned by 90 degrees",
        ),
        (
            {"stored_width": 1080, "stored_height": 1440, "rotation_deg": 270, "mirrored": True},
            "1920 x 1080 (stored 1080 x 1440), 30 frames/s, turned by 270 degrees, mirrored",
        ),
        ({"mirrored": True, "frame_rate": None}, "1920 x 1080, mirrored"),
    ],
)
def test_how_the_picture_lies_in_the_file(changes, words):
    assert dict(detail.facts(replace(VIDEO, **changes)))["Picture"] == words
