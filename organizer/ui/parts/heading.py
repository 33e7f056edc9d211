"""The line above the videos: how many there are, what the search asks for as chips, and the order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from organizer.gallery.query_terms import with_maybes
from organizer.library.filters import Sort
from organizer.text import count
from organizer.ui import state
from organizer.ui.parts.bar import chips_of
from organizer.ui.parts.component import load_component

if TYPE_CHECKING:
    from organizer.gallery.view_state import ViewState
    from organizer.library import Library

_CHIPS = "chips"
_chips = load_component(_CHIPS)

ORDERS = {
    (Sort.TAKEN, True): "Newest first",
    (Sort.TAKEN, False): "Oldest first",
    (Sort.NAME, False): "Name, A to Z",
    (Sort.NAME, True): "Name, Z to A",
    (Sort.DURATION, True): "Longest first",
    (Sort.DURATION, False): "Shortest first",
    (Sort.SIZE, True): "Largest first",
    (Sort.SIZE, False): "Smallest first",
    (Sort.ADDED, True): "Last added first",
    (Sort.ADDED, False): "First added first",
}
_BY_NAME = {
    f"{sort.value} {'down' if descending else 'up'}": (sort, descending) for sort, descending in ORDERS
}


def show_heading(library: Library, view: ViewState, found: int) -> None:
    """Draw the line above the ``found`` videos that the view chooses."""
    wider = with_maybes(view.query) if found else None
    more = 0 if wider is None else library.count(replace(view, query=wider).filter()) - found
    _chips(
        key=_CHIPS,
        data={
            "count": count(found, "video"),
            "query": view.query,
            "maybes": {"words": f"{more:,} more, maybe", "search": wider} if more > 0 else None,
            "chips": chips_of(view.query),
            "order": f"{view.sort.value} {'down' if view.descending else 'up'}",
            "orders": [{"value": name, "words": ORDERS[order]} for name, order in _BY_NAME.items()],
        },
        on_order_change=_change_order,
    )


def _change_order() -> None:
    name = getattr(st.session_state.get(_CHIPS), "order", None)
    if name in _BY_NAME:
        sort, descending = _BY_NAME[name]
        state.change(sort=sort, descending=descending)
