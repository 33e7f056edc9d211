"""What was done to a library, as its history shows it: by day, each with its way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from organizer.gallery.cards import title
from organizer.gallery.links import address_of
from organizer.gallery.tag_list import COLOURS
from organizer.gallery.view_state import ViewState
from organizer.library.actions import StepKind
from organizer.text import count, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organizer.library.actions import Step
    from organizer.library.records import VideoRecord

_ABOUT_TAGS = {StepKind.COLOUR_TAG, StepKind.RENAME_TAG, StepKind.HIDE_LABEL, StepKind.UNLEARN_TAG}
"""Here the number of videos says nothing where it is 0."""


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step."""

    id: int
    words: str
    videos: str
    """``84 videos``, or empty."""
    time: str
    """On the clock here: ``14:05``."""
    undone: bool
    undoable: bool
    """Whether a click undoes it, or does it again."""
    standing: str = ""
    """Whether it was undone, or why it cannot be; empty where neither is so."""
    command: str = ""
    """Of a move of files, the command that moves them back; empty where there is nothing to be moved back."""
    name: str = ""
    """Of the file of the one video that it was about; empty where there were more, or it is gone."""
    link: str = ""
    """The address of that video's page."""


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """The steps of a day, the newest first."""

    words: str
    """``Today``, ``Yesterday``, ``3 May 2024``."""
    steps: tuple[HistoryStep, ...]


def history_days(
    steps: Iterable[Step],
    about: Iterable[VideoRecord] = (),
    today: date | None = None,
    *,
    undo_move: str = "",
) -> list[HistoryDay]:
    """Return steps, the newest first, by the day on which they were done here.

    Args:
        steps: the newest first.
        about: the videos that steps about one alone were about, those that lie somewhere.
        today: by default the present day.
        undo_move: the command that moves files back.
    """
    today = today or datetime.now().date()
    known = {video.id: video for video in about}
    days: dict[date, list[HistoryStep]] = {}
    for step in steps:
        at = datetime.fromisoformat(step.at).astimezone()
        videos = "" if not step.videos and step.kind in _ABOUT_TAGS else count(step.videos, step.noun)
        words = safe_text(_in_words(step.words))
        shown = HistoryStep(
            *(step.id, words, videos, f"{at:%H:%M}", step.undone),
            undoable=step.undoable and not step.moves_files,
            standing=_standing(step),
            command=undo_move if step.moves_files and step.undoable else "",
        )
        if step.video_id in known:
            video = known[step.video_id]
            shown = replace(shown, name=title(video), link=address_of(ViewState(video=video.key)))
        days.setdefault(at.date(), []).append(shown)
    return [HistoryDay(_day_words(day, today), tuple(shown)) for day, shown in days.items()]


def _standing(step: Step) -> str:
    if step.moves_files:
        back = "to move back:" if step.undoable else "taken away since"
        return "moved back" if step.undone else back
    undone = "undone" if step.undone else ""
    return undone if step.undoable else " \u00b7 ".join(filter(None, [undone, "too long ago to undo"]))


def _in_words(words: str) -> str:
    """Return words with the names of colours in place of their codes."""
    for name, code in COLOURS.items():
        words = words.replace(code, name.lower())
    return words


def _day_words(day: date, today: date) -> str:
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day.day} {day:%B} {day.year}"
