"""What is said where no video fits a search, and what may be tried then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from organizer.gallery.filter_choices import shown_chips
from organizer.gallery.query_terms import asks_for_maybes, asks_for_words, with_maybes
from organizer.library import Library
from organizer.text import count
from organizer.types import LABELS
from organizer.ui import state

if TYPE_CHECKING:
    from organizer.gallery.view_state import ViewState


def show_no_match(library: Library, view: ViewState) -> None:
    """Say that no video fits, and offer the ways on."""
    with st.container(border=True, key="no_match"):
        if asks_for_maybes(view.query):
            st.markdown("**No maybe is left that fits this search.**")
        else:
            st.markdown("**No video fits this search.**")
        if len(shown_chips(view.query)) > 1:
            st.markdown("Take one of its words away above, or show all videos.")
        if asks_for_words(view.query):
            looked_for = ", ".join(LABELS[:-1])
            st.markdown(
                "Words are looked for in names, folders and tags. What organizer sees in a video by itself: "
                f"{looked_for} and {LABELS[-1]}. Anything else you can tag yourself."
            )
        more = with_maybes(view.query)
        if more is not None and (found := library.count(replace(view, query=more).filter())):
            st.button(
                f"Count maybes too: {count(found, 'video')}",
                key="with_maybes",
                on_click=lambda: state.change(query=more),
            )
        st.button("Show all videos", on_click=lambda: state.change(query=""))
