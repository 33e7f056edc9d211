"""The view of a tab: kept in its session, and in its address, so that links, reload and Back work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.gallery.view_state import Query, ViewState, from_query, to_query
from organizer.library.filters import VideoFilter
from organizer.library.queries import video_ids

if TYPE_CHECKING:
    from sqlite_utils import Database

_VIEW, _ADDRESS = "view", "address"
_CHANGES = "view_changes"
WIDGET_PREFIX = "filter_"
"""Keys of the widgets that show a part of the view."""


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
    before, earlier = changes or (_current(), {})
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


def is_empty(db: Database) -> bool:
    """Whether no video was ever found."""
    return not video_ids(db, VideoFilter(limit=1, sort=_CHEAPEST))


_CHEAPEST = VideoFilter().sort


def _current() -> ViewState:
    address = _address()
    if _VIEW not in st.session_state or st.session_state.get(_ADDRESS) != address:
        st.session_state[_VIEW] = from_query(address)
        st.session_state[_ADDRESS] = address
    current: ViewState = st.session_state[_VIEW]
    return current


def _keep(new: ViewState) -> None:
    # Widgets keep their keys: callbacks of others, in the same run, still ask for them.
    query = to_query(new)
    st.session_state[_VIEW] = new
    st.query_params.from_dict(query)
    st.session_state[_ADDRESS] = query


def _address() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}
