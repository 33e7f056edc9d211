"""All videos that the view chooses, as a timeline.

The timeline is one component. It asks the routes of lists for what it shows, so scrolling needs no run of
this script; what a person does there comes here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from organizer.gallery.view_state import ViewState, to_query
from organizer.text import safe_text
from organizer.types import LABELS
from organizer.ui import state
from organizer.ui.batch import ACTIONS, carry_out
from organizer.ui.parts.action_queue import acknowledged, new_actions
from organizer.ui.parts.component import load_component
from organizer.ui.parts.heading import show_heading
from organizer.ui.parts.no_match import show_no_match
from organizer.ui.parts.toasts import say
from organizer.ui.walk import forget_walk

if TYPE_CHECKING:
    from organizer.library import Library

_TIMELINE, _DOWNLOAD = "timeline", "timeline_download"
_timeline = load_component(_TIMELINE)


def show_grid(library: Library, view: ViewState) -> None:
    """Draw the videos that the view chooses."""
    forget_walk()
    found = library.count(view.filter())
    show_heading(library, view, found)
    if not found:
        show_no_match(library, view)
        return
    hidden = {tag.name for tag in library.tags() if tag.hidden}
    names = [name for name in dict.fromkeys([*LABELS, *library.tag_names()]) if name not in hidden]
    _timeline(
        key=_TIMELINE,
        data={
            "address": list_address(view),
            "names": [{"name": name, "shown": safe_text(name)} for name in names],
            "actions": list(ACTIONS),
            "acknowledged": acknowledged(_TIMELINE),
            "download": st.session_state.get(_DOWNLOAD),
        },
        on_open_change=_open,
        on_act_change=_act,
    )


def list_address(view: ViewState) -> str:
    """Return the parameters by which the routes of lists know a view's choice and its order."""
    return urlencode(to_query(replace(view, video=None)), doseq=True, errors="replace")


def _open() -> None:
    sent = getattr(st.session_state.get(_TIMELINE), "open", None)
    if isinstance(sent, dict) and isinstance(sent.get("key"), str):
        state.change(video=sent["key"])


def _act() -> None:
    for action in new_actions(_TIMELINE):
        said = carry_out(action)
        say(said.words, said.step)
        if said.download is not None:
            st.session_state[_DOWNLOAD] = {"number": action["number"], "address": said.download}
