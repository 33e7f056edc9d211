"""The view of a tab: kept in its session, and in its address, so that links, reload and Back work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.gallery.view_state import Query, ViewState, from_query, to_query
from organizer.library.filters import VideoFilter
from organizer.library.queries import video_ids

if TYPE_CHECKING:
    from sqlite_utils import Database

_KEPT = "kept_view"
WIDGET_PREFIX = "filter_"
"""Keys of the widgets that show a part of the view."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a tab remembers, in one value: the script may be begun anew between any two steps of it."""

    view: ViewState
    address: Query
    """The address that stands for it."""


def view() -> ViewState:
    """Return the view of this tab; an address that the person changed (a link, Back) wins."""
    address = _address()
    kept: _Kept | None = st.session_state.get(_KEPT)
    if kept is None or kept.address != address:
        kept = _Kept(from_query(address), address)
        _keep(kept)
    return kept.view


def show(new: ViewState) -> None:
    """Make a view the tab's view; for callbacks, which run before the page is drawn."""
    query = to_query(new)
    # First: a run that is broken off from here on finds that the address has changed, and does the rest.
    st.query_params.from_dict(query)
    _keep(_Kept(new, query))


def change(**parts: Any) -> None:
    """Change parts of the view; another choice of videos starts at its first page, in the grid."""
    if not parts.keys() <= {"page", "video"}:
        parts = {"page": 1, "video": None} | parts
    show(replace(view(), **parts))


def is_empty(db: Database) -> bool:
    """Whether no video was ever found."""
    return not video_ids(db, VideoFilter(limit=1, sort=_CHEAPEST))


_CHEAPEST = VideoFilter().sort


def _keep(kept: _Kept) -> None:
    # Widgets take their value from the view again. Before the view is kept, or widgets that a broken-off run
    # left behind would show another one than it.
    for key in [key for key in st.session_state if str(key).startswith(WIDGET_PREFIX)]:
        del st.session_state[key]
    st.session_state[_KEPT] = kept


def _address() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}
