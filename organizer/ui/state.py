"""The view of a tab: kept in its session, and in its address, so that links, reload and Back work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from organizer.gallery.view_state import Query, ViewState, from_query, to_query
from organizer.library import Library
from organizer.library.filters import VideoFilter

_KEPT = "kept_view"
_CHANGES = "view_changes"
_MOST_LEFT = 4
WIDGET_PREFIX = "filter_"
"""Keys of the widgets that show a part of the view."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a tab remembers, in one value: the script may be begun anew between any two steps of it."""

    view: ViewState
    address: Query
    """The address that stands for it."""
    left: tuple[Query, ...] = ()
    """The addresses of the last views before it. A click may still name one of them: the browser sent it
    before it heard of the next."""


def view() -> ViewState:
    """Return the view of this tab, for drawing it; an address that the person changed (a link, Back) wins."""
    # What callbacks changed is a whole now; the next ones change what is drawn here.
    st.session_state.pop(_CHANGES, None)
    return _current()


def show(new: ViewState) -> None:
    """Make a view the tab's view, whatever else arrives with it; for callbacks, before the page is drawn."""
    st.session_state[_CHANGES] = None
    _keep(new)


def change(**parts: Any) -> None:
    """Change parts of the view; another choice of videos starts at its first page, in the grid.

    One run may bring several changes, in any order: words that were typed into a field arrive together with
    the click that left the field. All of them count, but for a page: it was one of another choice.
    """
    changes = st.session_state.get(_CHANGES, ())
    if changes is None:
        return
    start: tuple[ViewState, dict[str, Any]] = changes or (_clicked(), {})
    before, earlier = start
    # A widget that is not drawn any more may report once more the value that it always had: with a click
    # that comes before the browser has taken it away.
    parts = {
        part: value for part, value in parts.items() if earlier.get(part, getattr(before, part)) != value
    }
    if not parts:
        return
    merged = earlier | parts
    st.session_state[_CHANGES] = before, merged
    if not merged.keys() <= {"page", "video"}:
        merged = {"video": None} | merged | {"page": 1}
    _keep(replace(before, **merged))


def widget_value(part: str, value: Any) -> str:
    """Give the widget that shows a part of the view its value before it is drawn, and return its key."""
    key = WIDGET_PREFIX + part
    # Only where it differs: a value that is set anew would overwrite what is being typed.
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def is_empty(library: Library) -> bool:
    """Whether no video was ever found."""
    return not library.ids(VideoFilter(limit=1, sort=_CHEAPEST))


_CHEAPEST = VideoFilter().sort


def _current() -> ViewState:
    address = _address()
    kept: _Kept | None = st.session_state.get(_KEPT)
    if kept is None or kept.address != address:
        kept = _Kept(from_query(address), address)
        st.session_state[_KEPT] = kept
    return kept.view


def _clicked() -> ViewState:
    """Return the view that a click was made on: going back would have come alone, before it."""
    kept: _Kept | None = st.session_state.get(_KEPT)
    return kept.view if kept is not None and _address() in kept.left else _current()


def _keep(new: ViewState) -> None:
    # Widgets keep their keys: callbacks of others, in the same run, still ask for them.
    query = to_query(new)
    kept: _Kept | None = st.session_state.get(_KEPT)
    left = () if kept is None else (kept.address, *kept.left)[:_MOST_LEFT]
    # First: a run that is broken off from here on finds that the address has changed, and does the rest.
    st.query_params.from_dict(query)
    st.session_state[_KEPT] = _Kept(new, query, left)


def _address() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}
