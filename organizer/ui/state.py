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
WIDGET_PREFIX = "filter_"
"""Keys of the widgets that show a part of the view."""


def view() -> ViewState:
    """Return the view of this tab; an address that the person changed (a link, Back) wins."""
    address = _address()
    if _VIEW not in st.session_state or st.session_state[_ADDRESS] != address:
        _keep(from_query(address))
        st.session_state[_ADDRESS] = address
    current: ViewState = st.session_state[_VIEW]
    return current


def show(new: ViewState) -> None:
    """Make a view the tab's view; for callbacks, which run before the page is drawn."""
    _keep(new)
    query = to_query(new)
    st.query_params.from_dict(query)
    st.session_state[_ADDRESS] = query


def change(**parts: Any) -> None:
    """Change parts of the view; another choice of videos starts at its first page, in the grid."""
    if not parts.keys() <= {"page", "video"}:
        parts = {"page": 1, "video": None} | parts
    show(replace(view(), **parts))


def is_empty(db: Database) -> bool:
    """Whether no video was ever found."""
    return not video_ids(db, VideoFilter(limit=1, sort=_CHEAPEST))


_CHEAPEST = VideoFilter().sort


def _keep(new: ViewState) -> None:
    st.session_state[_VIEW] = new
    # Widgets take their value from the view again.
    for key in [key for key in st.session_state if str(key).startswith(WIDGET_PREFIX)]:
        del st.session_state[key]


def _address() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}
