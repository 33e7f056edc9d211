"""The page's script: Streamlit runs it from top to bottom at every click.

A new panel is drawn from ``show_page``; a panel about one video from ``views/detail.py``.
"""

import streamlit as st

from organizer.errors import OrganizerError
from organizer.ui import state
from organizer.ui.errors import show_error
from organizer.ui.parts.filters import show_filters
from organizer.ui.parts.folders import show_folders, show_start
from organizer.ui.parts.job_panel import show_job
from organizer.ui.parts.model import show_model, show_retag
from organizer.ui.resources import open_library
from organizer.ui.theme import ICON, show_style
from organizer.ui.views.detail import show_detail
from organizer.ui.views.grid import show_grid

st.set_page_config(page_title="organizer", page_icon=ICON, layout="wide")
show_style()


def show_page() -> None:
    """Draw the view that the address names."""
    view = state.view()
    with open_library() as library:
        if state.is_empty(library):
            show_job(library)
            show_start()
            return
        # Counted once for all parts of the page.
        found = library.count(view.filter()) if view.video is None else 0
        with st.sidebar:
            st.markdown("### organizer")
            show_filters(library, view)
            show_retag(library, view, found)
            show_folders(library)
            show_model(library)
        show_job(library)
        if view.video is None:
            show_grid(library, view, found)
        else:
            show_detail(library, view)


try:
    show_page()
except OrganizerError as error:
    show_error(error)
