"""The page's own components: each a script and a style in ``browser/``, sent as text with the page.

Streamlit takes a component's script as one module, in which nothing can be imported without another load. So
files that several components share are put before them: ``element.js`` before each, others where a component
names them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import streamlit as st

from organizer.ui import state
from organizer.ui.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = Path(__file__).with_name("browser")
_EVERYWHERE = "element"

SHARED: dict[str, tuple[str, ...]] = {
    "bar": ("ask", "icons", "search_box", "save_star", "filter_panel"),
    "chips": ("icons",),
    "toasts": ("icons", "actions"),
    "job": ("icons", "actions", "panel"),
    "tags": ("icons", "actions", "panel"),
    "folders": ("icons", "actions", "panel", "folder_chooser"),
    "doubles": ("icons", "actions", "panel", "command"),
    "insights": ("icons", "actions", "panel"),
    "history": ("icons", "actions", "panel", "command"),
    "review": ("ask", "playback", "icons", "actions", "panel", "detail_keys"),
    "timeline": (
        "ask",
        "icons",
        "actions",
        "timeline_layout",
        "timeline_store",
        "timeline_spans",
        "timeline_cards",
        "timeline_strip",
        "timeline_rail",
        "timeline_view",
        "timeline_place",
        "timeline_popover",
        "timeline_bar",
        "timeline_keys",
        "timeline_lists",
        "timeline_act",
    ),
    "detail": (
        "ask",
        "playback",
        "icons",
        "detail_icons",
        "actions",
        "detail_sheet",
        "detail_keys",
        "detail_marks",
        "detail_bar",
        "detail_player",
        "detail_chips",
        "detail_field",
        "detail_why",
        "detail_alike",
        "detail_marked",
        "detail_facts",
    ),
}
"""The shared files that a component needs besides ``element.js``, by its name, in the order they are put."""

STYLES: dict[str, tuple[str, ...]] = {
    "job": ("panel",),
    "tags": ("panel",),
    "folders": ("panel", "folder_chooser"),
    "doubles": ("panel", "command"),
    "insights": ("panel",),
    "history": ("panel", "command"),
    "review": ("panel",),
    "timeline": ("timeline_cards", "timeline_bar", "timeline_rail"),
    "detail": (
        "detail_sheet",
        "detail_bar",
        "detail_player",
        "detail_chips",
        "detail_field",
        "detail_why",
        "detail_alike",
    ),
}
"""The same of styles."""


class Renderer(Protocol):
    """Draws a component."""

    def __call__(self, *, key: str, data: Mapping[str, Any], **callbacks: Callable[[], None]) -> None:
        """Draw it with data that can be JSON; ``on_NAME_change`` is called when it sends an event NAME."""


def load_component(name: str) -> Renderer:
    """Return what draws the component of ``browser/NAME.js`` and ``browser/NAME.css``."""
    draw: Callable[..., object] = st.components.v2.component(
        f"organizer_{name}", css=style(name), js=script(name)
    )

    def render(*, key: str, data: Mapping[str, Any], **callbacks: Callable[[], None]) -> None:
        # Whatever a person does in it, they stay where they are until it leads them elsewhere.
        draw(key=key, data=data, **{event: _staying(callback) for event, callback in callbacks.items()})

    return render


def _staying(callback: Callable[[], None]) -> Callable[[], None]:
    def act() -> None:
        with uninterrupted():
            state.stay()
            callback()

    return act


def script(name: str) -> str:
    """Return a component's script, with what it shares with others before it."""
    files = (_EVERYWHERE, *SHARED.get(name, ()), name)
    return "\n".join(_read(f"{file}.js") for file in files)


def style(name: str) -> str:
    """Return a component's style, with those that it shares or is made of before it."""
    return "\n".join(_read(f"{file}.css") for file in (*STYLES.get(name, ()), name))


def _read(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")
