"""A queue of numbered actions from the browser to the library, each done once.

Of two events that reach one run of the script only the last is seen. So each event carries all actions that
the browser does not know to be done (``browser/actions.js``), and numbers up to the last one are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

EVENT = "act"


def acknowledged(component: str) -> int:
    """Return the number of the last action of a component that was done in this tab; 0 before the first."""
    return int(st.session_state.get(_done(component), 0))


def new_actions(component: str) -> Iterator[Mapping[str, Any]]:
    """Go through what a component sent and was not done yet, for its callback; nonsense is passed over.

    Args:
        component: its key.
    """
    sent = getattr(st.session_state.get(component), EVENT, None)
    if not isinstance(sent, Mapping) or not isinstance(sent.get("actions"), list):
        return
    for action in sent["actions"]:
        if not isinstance(action, Mapping) or type(action.get("number")) is not int:
            continue
        if action["number"] > acknowledged(component):
            # First: an action that is broken off is not done twice.
            st.session_state[_done(component)] = action["number"]
            yield action


def _done(component: str) -> str:
    return f"{component}_done"
