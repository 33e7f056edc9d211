"""What is done to many videos at once, for the callbacks of the page: one step of the history each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import OrganizerError
from organizer.gallery.listing import chosen_ids
from organizer.library.actions import MarkChange, TagChange
from organizer.pipeline.background_jobs import start_retag
from organizer.text import count, safe_text
from organizer.types import TagState
from organizer.ui.exports import EXPORTS, Format
from organizer.ui.kept_lists import LISTS
from organizer.ui.lessons import LESSONS
from organizer.ui.resources import library_file, open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from organizer.library.actions import Change

LIST_IS_GONE = "The list has changed since. Nothing was done: select the videos once more."
NOTHING = "Nothing changed: it was so already."


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one action."""

    words: str
    """A sentence, as plain text."""
    step: int | None = None
    """The step of the history that Undo undoes; None where there is nothing to undo."""
    download: str | None = None
    """The address of what is to be downloaded, None where nothing is."""


def carry_out(asked: Mapping[str, Any]) -> Said:
    """Do what a page asked for and say what became of it; an error is said too.

    Args:
        asked: ``action``, its ``value``, and the videos: ``spans`` of places in the list ``version``.
    """
    run = ACTIONS.get(str(asked.get("action")))
    kept = LISTS.get(str(asked.get("version")))
    ids = chosen_ids(kept.listed.ids, asked.get("spans")) if kept is not None else []
    if run is None or not ids:
        return Said(LIST_IS_GONE)
    try:
        return run(ids, asked.get("value"))
    except OrganizerError as error:
        return Said(safe_text(str(error)))


def _apply(change: Change, ids: Sequence[int]) -> Said:
    with open_library() as library:
        step = library.apply(change, ids)
    if isinstance(change, TagChange):
        LESSONS.answered()
    if not step.id:
        return Said(NOTHING)
    return Said(f"{step.words}: {count(step.videos, 'video')}.", step.id)


def _decide(state: TagState | None) -> Callable[[Sequence[int], object], Said]:
    return lambda ids, value: _apply(TagChange(str(value), state), ids)


def _favourite(ids: Sequence[int], value: object) -> Said:
    return _apply(MarkChange(favourite=bool(value)), ids)


def _hide(ids: Sequence[int], value: object) -> Said:
    return _apply(MarkChange(hidden=bool(value)), ids)


def _rate(ids: Sequence[int], value: object) -> Said:
    return _apply(MarkChange(rating=value if type(value) is int else 0), ids)


def _retag(ids: Sequence[int], _value: object) -> Said:
    start_retag(library_file(), ids)
    return Said(f"Tagging {count(len(ids), 'video')} again.")


def _export(ids: Sequence[int], value: object) -> Said:
    if value not in set(Format):
        return Said(LIST_IS_GONE)
    address = EXPORTS.offer(ids, Format(str(value)))
    return Said(f"The download of {count(len(ids), 'video')} begins.", download=address)


ACTIONS: dict[str, Callable[[Sequence[int], object], Said]] = {
    "confirm": _decide(TagState.CONFIRMED),
    "reject": _decide(TagState.REJECTED),
    "favourite": _favourite,
    "hide": _hide,
    "rate": _rate,
    "retag": _retag,
    "export": _export,
}
"""What each action of the page does to some videos, given its value."""
