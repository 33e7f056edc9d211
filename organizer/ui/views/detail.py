"""One video: play it, say which tags fit, go on to the next.

All of it is one component, ``browser/detail.js`` with its parts. It stays as it is while tags change, so that
the video plays on; what a person does there comes back as a queue of actions.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import UnknownVideoError
from organizer.gallery.cards import poster_address, title
from organizer.gallery.video_page import Neighbour, video_page
from organizer.library import Library
from organizer.models.catalogue import sampled_by, thresholds_of
from organizer.ui import state
from organizer.ui.parts import video_actions
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.walk import steps

if TYPE_CHECKING:
    from organizer.gallery.video_page import VideoPage
    from organizer.gallery.view_state import ViewState

_component = load_component(video_actions.COMPONENT)

# From edge to edge, whatever else stands above it; constant text, no data in it.
_EDGE_TO_EDGE = """
<style>
  .st-key-detail {
    width: calc(100% + 2 * var(--organizer-side)) !important; max-width: none !important;
    margin: 0 calc(-1 * var(--organizer-side));
  }
  .stMainBlockContainer:has(.st-key-detail) { padding-bottom: var(--organizer-foot); }
</style>
"""


def show_detail(library: Library, view: ViewState) -> None:
    """Draw the video that the view names."""
    assert view.video is not None
    try:
        page = _page(library, view, view.video)
    except UnknownVideoError:
        if key := video_actions.read_anew(library, view.video):
            state.change(video=key)
            st.rerun()
        with st.container(border=True):
            st.markdown("**This video is not in the library any more.**")
            st.markdown("Go back to the videos; its file may have been replaced by another one.")
            st.button("All videos", icon=":material/arrow_back:", on_click=lambda: state.change(video=None))
        return
    video_actions.note_shown(page.key)
    answer = video_actions.said()
    _component(
        key=video_actions.COMPONENT,
        data={
            **asdict(page),
            "acknowledged": acknowledged(video_actions.COMPONENT),
            "said": None if answer is None else asdict(answer),
        },
        on_act_change=video_actions.act,
    )
    st.html(_EDGE_TO_EDGE)


def _page(library: Library, view: ViewState, key: str) -> VideoPage:
    record = library.video(library.media.id_of(key))
    around = steps(library, view, record.id)
    return video_page(
        record,
        pictured=bool(library.media.with_posters([record.id])),
        decided=library.last_decisions(record),
        tag_names=library.tag_names(),
        thresholds=thresholds_of(record.bundle),
        sampled=sampled_by(record.bundle),
        colours=library.tag_colours(),
        place=around.place,
        total=around.total,
        before=_neighbour(library, around.before),
        after=_neighbour(library, around.after),
    )


def _neighbour(library: Library, key: str | None) -> Neighbour | None:
    """Return what is shown of a video before its page comes."""
    if key is None:
        return None
    try:
        record = library.video(library.media.id_of(key))
    except UnknownVideoError:
        return None
    poster = poster_address(record) if library.media.with_posters([record.id]) else ""
    return Neighbour(key, title(record), poster)
