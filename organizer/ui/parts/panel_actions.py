"""What a person does on a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from organizer.errors import OrganizerError
from organizer.gallery.view_state import from_query
from organizer.text import safe_text
from organizer.ui import state
from organizer.ui.parts.action_queue import new_actions
from organizer.ui.parts.toasts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Action = Callable[[Mapping[str, Any]], None]


def carry_out(component: str, actions: Mapping[str, Action]) -> None:
    """Do what a component sent and was not done yet, for its callback.

    An action that ends in an error says so in passing; ``go`` leads to other videos.

    Args:
        component: its key.
        actions: what does each action, given what came with it.
    """
    for action in new_actions(component):
        name = action.get("action")
        run = _go if name == "go" else actions.get(str(name))
        if run is None:
            continue
        try:
            run(action)
        except OrganizerError as error:
            say(safe_text(str(error)))


def text(action: Mapping[str, Any], name: str) -> str:
    """Return a text that came with an action; nonsense is empty."""
    value = action.get(name)
    return value if isinstance(value, str) else ""


def _go(action: Mapping[str, Any]) -> None:
    address = urlsplit(text(action, "href"))
    if not address.netloc and address.path == "/":
        state.show(from_query(parse_qs(address.query, errors="replace")))
