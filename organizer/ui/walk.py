"""Going through videos: what Previous and Next on the page of a video mean.

They follow the page of the grid as it was when a video was opened from it. A decision may take that video out
of the filter that found it, as one about a maybe does; the way goes on from there all the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from organizer.gallery.view_state import PAGE_SIZE

if TYPE_CHECKING:
    from organizer.gallery.view_state import ViewState
    from organizer.library import Library
    from organizer.library.filters import VideoFilter

_WALK = "walk"


def page_filter(view: ViewState, page: int) -> VideoFilter:
    """Return the library's filter for one page of a view."""
    return replace(view.filter(), limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)


def neighbours(library: Library, view: ViewState) -> tuple[str | None, str | None]:
    """Return the keys of the videos before and after the one that is open, each None where there is none."""
    page = replace(view, video=None)
    walked, keys = st.session_state.get(_WALK, (None, ()))
    if walked != page or view.video not in keys:
        keys = tuple(library.media.keys_of(library.ids(page_filter(view, view.page))))
        st.session_state[_WALK] = page, keys
    if view.video not in keys:
        return None, None
    here = keys.index(view.video)
    return keys[here - 1] if here else None, keys[here + 1] if here + 1 < len(keys) else None


def forget_walk() -> None:
    """Begin anew with the next video that is opened: the grid shows what fits now."""
    st.session_state.pop(_WALK, None)
