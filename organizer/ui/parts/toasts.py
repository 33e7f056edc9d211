"""What was done, said for a few seconds at the foot of the page, with a way back where there is one.

Whoever does something in a callback calls ``say``; the page draws it at the end of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.errors import OrganizerError
from organizer.library import Library
from organizer.text import safe_text
from organizer.ui.lessons import LESSONS
from organizer.ui.parts.action_queue import acknowledged, new_actions
from organizer.ui.parts.component import load_component
from organizer.ui.resources import open_library

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.library.actions import StepOutcome

_TOASTS = "toasts"
_SAID, _NUMBER = "toasts_said", "toasts_number"
_KEPT = 3
_toasts = load_component(_TOASTS)


def say(words: str, undo: int | None = None, *, undone: bool = False) -> None:
    """Say something in passing.

    Args:
        words: what was done: "84 videos tagged Dance."
        undo: the step of the library's history that takes it back; None where nothing does.
        undone: whether the step is undone: the way back does it once more then.
    """
    number = int(st.session_state.get(_NUMBER, 0)) + 1
    st.session_state[_NUMBER] = number
    said = [*st.session_state.get(_SAID, ()), _toast(number, words, undo, undone)]
    st.session_state[_SAID] = said[-_KEPT:]


def show_toasts() -> None:
    """Draw what was said; the browser shows each once."""
    with st.container(key="at_foot"):
        _toasts(
            key=_TOASTS,
            data={
                "toasts": list(st.session_state.get(_SAID, ())),
                "acknowledged": acknowledged(_TOASTS),
            },
            on_act_change=_act,
        )


def _toast(number: int, words: str, undo: int | None, undone: bool) -> dict[str, Any]:
    return {"id": number, "words": safe_text(words), "undo": undo, "undone": undone}


def outcome_words(outcome: StepOutcome, done: str) -> str:
    """Return what became of a step; what stayed as it was is said with the reason.

    Args:
        outcome: of undoing it, or of doing it again.
        done: what that is called: "Undone".
    """
    why = " ".join(outcome.reasons)
    return f"{done}. {why}".strip() if outcome else why or "Nothing was left to do."


def _act() -> None:
    for action in new_actions(_TOASTS):
        step, event = action.get("step"), action.get("action")
        if type(step) is not int:
            continue
        if event == "undo":
            _change(step, "Undone", Library.undo_step, undone=True)
        elif event == "redo":
            _change(step, "Done again", Library.redo_step, undone=False)


def _change(step: int, done: str, change: Callable[[Library, int], StepOutcome], *, undone: bool) -> None:
    try:
        with open_library() as library:
            outcome = change(library, step)
    except OrganizerError as error:
        say(str(error))
    else:
        LESSONS.answered()
        say(outcome_words(outcome, done), step if outcome else None, undone=undone)
