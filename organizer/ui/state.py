"""The view of a tab: kept in its session, and in its address, so that links, reload and Back work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from organizer.errors import QueryError
from organizer.gallery.view_state import Query, ViewState, from_query, to_query
from organizer.library import Library
from organizer.library.filters import VideoFilter

_KEPT = "kept_view"
_CHANGES = "view_changes"
_RUN = "view_run"
_MOST_LEFT = 4
PLACES = ("grid", "video", "panel")
"""The parts of the page that show one kind of view each."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a tab remembers, in one value: the script may be begun anew between any two steps of it."""

    view: ViewState
    address: Query
    """The address that stands for it."""
    refused: str = ""
    """What the address asks for where that is no search: all videos are shown then."""
    left: tuple[Query, ...] = ()
    """The addresses of the last views before it. A click may still name one of them: the browser sent it
    before it heard of the next."""


def view() -> ViewState:
    """Return the view of this tab, for drawing it; an address that the person changed (a link, Back) wins."""
    # What callbacks changed is a whole now; the next ones change what is drawn here.
    st.session_state.pop(_CHANGES, None)
    return _current()


def place(view: ViewState) -> str:
    """Return in which of ``PLACES`` a view is drawn."""
    return "panel" if view.panel is not None else "video" if view.video is not None else "grid"


def refused() -> str:
    """Return the search in the address of this tab that cannot be understood; empty where there is none."""
    kept: _Kept | None = st.session_state.get(_KEPT)
    return kept.refused if kept is not None else ""


def run_number() -> int:
    """Return the number of this run of the script in this tab."""
    number = int(st.session_state.get(_RUN, 0)) + 1
    st.session_state[_RUN] = number
    return number


def show(new: ViewState) -> None:
    """Make a view the tab's view, whatever else arrives with it; for callbacks, before the page is drawn."""
    st.session_state[_CHANGES] = None
    _keep(new)


def change(**parts: Any) -> None:
    """Change parts of the view; another choice of videos, or another panel, closes the video that is open.

    One run may bring several changes, in any order: words that were typed into a field arrive together with
    the click that left the field. All of them count.
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
    if merged.keys() != {"video"}:
        # A search is for videos, from wherever on the page it is typed.
        merged = ({"video": None, "panel": None} if "query" in merged else {"video": None}) | merged
    _keep(replace(before, **merged))


def stay() -> None:
    """Keep to the view that a click was made on, for callbacks: going back would have come alone, before it.

    The address that came with the click may be one of before: the browser sends it with each click, and it
    had not heard yet where the last one led.
    """
    kept: _Kept | None = st.session_state.get(_KEPT)
    if kept is not None and _address() in kept.left:
        st.query_params.from_dict(kept.address)


def is_empty(library: Library) -> bool:
    """Whether no video was ever found."""
    return not library.ids(VideoFilter(limit=1, sort=_CHEAPEST, hidden=None, live=None))


_CHEAPEST = VideoFilter().sort


def _current() -> ViewState:
    address = _address()
    kept: _Kept | None = st.session_state.get(_KEPT)
    if kept is None or kept.address != address:
        view, wrong = _understood(from_query(address))
        kept = _Kept(view, address, wrong)
        st.session_state[_KEPT] = kept
    return kept.view


def _understood(view: ViewState) -> tuple[ViewState, str]:
    """Return a view that can be shown, and the search that was taken out of it because it is none."""
    try:
        view.filter()
    except QueryError:
        return replace(view, query=""), view.query
    return view, ""


def _clicked() -> ViewState:
    stay()
    return _current()


def _keep(new: ViewState) -> None:
    # Widgets keep their keys: callbacks of others, in the same run, still ask for them.
    query = to_query(new)
    kept: _Kept | None = st.session_state.get(_KEPT)
    left = () if kept is None else (kept.address, *kept.left)[:_MOST_LEFT]
    # First: a run that is broken off from here on finds that the address has changed, and does the rest.
    st.query_params.from_dict(query)
    st.session_state[_KEPT] = _Kept(new, query, left=left)


def _address() -> Query:
    return {name: st.query_params.get_all(name) for name in st.query_params}
