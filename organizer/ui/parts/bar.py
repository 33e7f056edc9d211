"""The top of the page: search box, filters, and the way to the other views; a component of its own.

What it sends arrives here. That the search is live, and what the filters are, it asks of the server's routes:
``organizer.ui.server.completions``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import streamlit as st

from organizer.errors import OrganizerError, QueryError
from organizer.gallery.filter_choices import shown_chips
from organizer.gallery.view_state import MOST_WORDS, Panel, ViewState, to_query
from organizer.library import Library
from organizer.query import parse
from organizer.ui import state
from organizer.ui.parts.component import load_component
from organizer.ui.parts.toasts import say
from organizer.ui.resources import open_library

if TYPE_CHECKING:
    from collections.abc import Sequence

_BAR = "bar"
_HOME = "home"
_bar = load_component(_BAR)

PANELS = {
    Panel.REVIEW: "Review",
    Panel.TAGS: "Tags",
    Panel.FOLDERS: "Folders",
    Panel.DOUBLES: "Doubles",
    Panel.INSIGHTS: "Insights",
    Panel.HISTORY: "History",
}
"""The views besides the videos, in their order, with their names."""


def show_bar(library: Library, view: ViewState) -> None:
    """Draw the top of the page."""
    wrong = state.refused()
    with st.container(key="at_top"):
        _bar(
            key=_BAR,
            data={
                "query": view.query,
                "problem": {"text": wrong} if wrong else None,
                "place": state.place(view),
                "saved": [{"name": saved.name, "text": saved.text} for saved in library.saved_searches()],
                "filters": {"chips": len(chips_of(view.query)), "stamp": state.run_number()},
                "views": _views(view),
            },
            on_query_change=_search,
            on_go_change=_go,
            on_save_change=_save,
            on_drop_change=_drop,
        )


def chips_of(text: str) -> list[dict[str, str]]:
    """Return the terms of a search for drawing; none where it cannot be understood."""
    try:
        return shown_chips(text)
    except QueryError:
        return []


def _views(view: ViewState) -> Sequence[dict[str, Any]]:
    """Return the links to the views; each is an address too, to be opened in a tab of its own."""

    def link(panel: Panel | None, name: str, words: str, icon: str) -> dict[str, Any]:
        there = replace(view, panel=panel, video=None)
        href = "/?" + urlencode(to_query(there), doseq=True)
        current = view.panel is panel and (panel is not None or view.video is None)
        return {"panel": name, "words": words, "href": href, "icon": icon, "current": current}

    return [
        link(None, "videos", "Videos", "videos"),
        *(link(panel, panel.value, words, panel.value) for panel, words in PANELS.items()),
    ]


def _sent(event: str) -> Any:
    return getattr(st.session_state.get(_BAR), event, None)


def _search() -> None:
    text = _sent("query")
    if not isinstance(text, str):
        return
    try:
        parse(text[:MOST_WORDS])
    except QueryError:
        # The box says so itself; what is shown stays.
        return
    state.change(query=text.strip()[:MOST_WORDS])


def _go() -> None:
    where = _sent("go")
    if where == _HOME:
        state.change(query="", panel=None, video=None)
    elif where in {"videos", *Panel}:
        state.change(panel=None if where == "videos" else Panel(where), video=None)


def _save() -> None:
    sent = _sent("save")
    if not isinstance(sent, dict):
        return
    name, text, instead = str(sent["name"]).strip(), str(sent["text"]), sent.get("instead")
    try:
        with open_library() as library:
            library.save_search(name, text, instead=instead if isinstance(instead, str) else None)
    except OrganizerError as error:
        say(str(error))
    else:
        say(f"Saved as {name}.")


def _drop() -> None:
    name = _sent("drop")
    if not isinstance(name, str):
        return
    try:
        with open_library() as library:
            library.delete_saved_search(name)
    except OrganizerError as error:
        say(str(error))
    else:
        say(f"{name} is not kept any more.")
