"""The history: everything that a person did, each step with its way back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.gallery.double_groups import undo_move_command
from organizer.gallery.history import history_days
from organizer.ui.lessons import LESSONS
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.parts.panel_actions import carry_out
from organizer.ui.parts.toasts import outcome_words, say
from organizer.ui.resources import named_library, open_library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.gallery.view_state import ViewState
    from organizer.library import Library

_HISTORY, _SHOWN = "history", "history_shown"
_A_PAGE = 60
_history = load_component(_HISTORY)


def show_history(library: Library, _view: ViewState) -> None:
    """Draw the newest steps, and older ones where they were asked for."""
    shown = int(st.session_state.get(_SHOWN, _A_PAGE))
    steps = library.steps(shown + 1)
    about = library.records([step.video_id for step in steps[:shown] if step.video_id is not None])
    _history(
        key=_HISTORY,
        data={
            "days": [
                asdict(day)
                for day in history_days(steps[:shown], about, undo_move=undo_move_command(named_library()))
            ],
            "more": len(steps) > shown,
            "acknowledged": acknowledged(_HISTORY),
        },
        on_act_change=_act,
    )


def _act() -> None:
    carry_out(_HISTORY, {"undo": _undo, "redo": _redo, "older": _older})


def _undo(action: Mapping[str, Any]) -> None:
    step = action.get("step")
    if type(step) is int:
        with open_library() as library:
            outcome = library.undo_step(step)
        LESSONS.answered()
        say(outcome_words(outcome, "Undone"))


def _redo(action: Mapping[str, Any]) -> None:
    step = action.get("step")
    if type(step) is int:
        with open_library() as library:
            outcome = library.redo_step(step)
        LESSONS.answered()
        say(outcome_words(outcome, "Done again"))


def _older(_action: Mapping[str, Any]) -> None:
    st.session_state[_SHOWN] = int(st.session_state.get(_SHOWN, _A_PAGE)) + _A_PAGE
