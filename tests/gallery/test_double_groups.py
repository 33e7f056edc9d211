"""Groups of doubles as cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from organizer.doubles.grouping import grouped
from organizer.gallery.double_groups import (
    group_cards,
    move_command,
    moved_words,
    search_words,
    undo_move_command,
)
from organizer.library.doubles import DoublePair, MovedAway, PairKind, SearchState
from organizer.library.records import TagRecord
from organizer.types import TagState
from tests.dates.zones import needs_tzset, zone
from tests.doubles.test_grouping import video


def cards(*videos, timing=0.9):
    pairs = [DoublePair(1, 2, PairKind.COPY, 0.0, 20.0, 0.9, timing)]
    (group,) = group_cards(grouped(pairs, {each.id: each for each in videos}), {1})
    return group


def test_the_one_to_keep_comes_first_with_its_reason():
    group = cards(video(1, picture=(1920, 1080)), video(2))
    kept, other = group.cards
    assert (group.words, group.kept) == ("2 files", 1)
    assert (kept.role, kept.kept) == ("Keep: the largest picture, 1920 x 1080", True)
    assert (other.role, other.kept, other.sure) == ("A copy", False, True)
    assert (kept.picture, kept.length, other.picture) == ("1920 \u00d7 1080", "0:20", "640 \u00d7 360")
    assert kept.poster.startswith("/poster/key1")
    assert other.poster == ""
    assert kept.link == "/?video=key1"


def test_what_may_be_another_take_says_so():
    assert not cards(video(1), video(2), timing=None).cards[1].sure


def test_what_was_decided_is_said_and_can_be_carried():
    tag = TagRecord("Holiday", TagState.CONFIRMED, None, ())
    rejected = TagRecord("Food", TagState.REJECTED, 0.4, ())
    decided = replace(video(2), tags=(tag, rejected))
    group = cards(video(1, size=9000), decided)
    assert group.carries
    assert group.cards[1].tags == "Holiday, not Food"
    assert not cards(video(1, size=9000), video(2)).carries


@pytest.mark.parametrize(
    ("last", "now", "words"),
    [
        (None, None, "not looked for yet"),
        (SearchState(9, 9, "2026-11-30T05:00:00+00:00"), SearchState(9, 9), "among 9 videos."),
        (SearchState(9, 9, "2026-11-30T05:00:00+00:00"), SearchState(10, 10), "other videos by now"),
    ],
)
def test_when_doubles_were_looked_for(last, now, words):
    assert words in search_words(last, now)


@needs_tzset
def test_files_that_were_moved_lately_are_told():
    moved = MovedAway(2, "/x/Dou\x1bbles", "2026-11-30T09:05:00+00:00")

    def words(days, files=2):
        return moved_words(
            replace(moved, files=files), datetime(2026, 11, 30, 10, tzinfo=UTC) + timedelta(days)
        )

    with zone("Europe/Berlin"):
        told = "2 files were moved to /x/Dou\\x1bbles on 30 November 2026, 10:05."
        assert (words(0), words(29)) == (told, told)
        assert words(0, 1).startswith("1 file was moved to")
    assert (words(31), moved_words(None)) == ("", "")


def test_the_command_names_the_library_where_it_has_to():
    assert undo_move_command(None) == "organizer duplicates --undo-move"
    assert undo_move_command("/l.db") == "organizer duplicates --library /l.db --undo-move"
    assert move_command(None) == "organizer duplicates --move-to FOLDER"
    assert (
        move_command("/my videos/l.db") == "organizer duplicates --library '/my videos/l.db' --move-to FOLDER"
    )
