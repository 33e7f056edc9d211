"""The page's script: Streamlit runs it from top to bottom at every click."""

import streamlit as st

from organizer.errors import OrganizerError
from organizer.library.queries import count_videos
from organizer.ui import state
from organizer.ui.errors import show_error
from organizer.ui.parts.filters import show_filters
from organizer.ui.parts.folders import show_folders, show_start
from organizer.ui.parts.model import show_model, show_retag
from organizer.ui.parts.scan_panel import show_scan
from organizer.ui.resources import library
from organizer.ui.theme import ICON, show_style
from organizer.ui.views.detail import show_detail
from organizer.ui.views.grid import show_grid

st.set_page_config(page_title="organizer", page_icon=ICON, layout="wide")
show_style()


def show_page() -> None:
    """Draw the view that the address names."""
    view = state.view()
    with library() as db:
        if state.is_empty(db):
            show_scan(db)
            show_start()
            return
        # Counted once for all parts of the page.
        found = count_videos(db, view.filter()) if view.video is None else 0
        with st.sidebar:
            st.markdown("### organizer")
            show_filters(db, view)
            show_retag(db, view, found)
            show_folders(db)
            show_model(db)
        show_scan(db)
        if view.video is None:
            show_grid(db, view, found)
        else:
            show_detail(db, view)


try:
    show_page()
except OrganizerError as error:
    show_error(error)
