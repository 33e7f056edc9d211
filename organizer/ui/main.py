"""The page's script: Streamlit runs it from top to bottom at every click.

The bar at the top and the views below it are drawn from ``show_page``: the videos from ``views/grid.py``, one
video from ``views/detail.py``, each panel from a file in ``views/`` of its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import OrganizerError
from organizer.gallery.view_state import Panel
from organizer.ui import state
from organizer.ui.errors import show_error
from organizer.ui.parts.bar import show_bar
from organizer.ui.parts.job_panel import show_job
from organizer.ui.parts.toasts import show_toasts
from organizer.ui.resources import open_library
from organizer.ui.theme import ICON, show_style
from organizer.ui.title import title_of
from organizer.ui.views.detail import show_detail
from organizer.ui.views.doubles import show_doubles
from organizer.ui.views.folders import show_first_folder, show_folders
from organizer.ui.views.grid import show_grid
from organizer.ui.views.history import show_history
from organizer.ui.views.insights import show_insights
from organizer.ui.views.review import show_review
from organizer.ui.views.tags import show_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.gallery.view_state import ViewState
    from organizer.library import Library

st.set_page_config(page_title="organizer", page_icon=ICON, layout="wide", initial_sidebar_state="collapsed")
show_style()

_PANELS: dict[Panel, Callable[[Library, ViewState], None]] = {
    Panel.REVIEW: show_review,
    Panel.TAGS: show_tags,
    Panel.FOLDERS: show_folders,
    Panel.DOUBLES: show_doubles,
    Panel.INSIGHTS: show_insights,
    Panel.HISTORY: show_history,
}


def show_page() -> None:
    """Draw the view that the address names."""
    view = state.view()
    with open_library() as library:
        if state.is_empty(library):
            _show_nothing_yet(library, view)
            return
        st.set_page_config(page_title=title_of(library, view))
        show_bar(library, view)
        show_job(library)
        # A place for each kind of view, whichever is drawn: the one before is there until this one is drawn
        # to its end, and would stand among it. By their names the bar shows one of them.
        places = {name: st.container(key=f"view_{name}") for name in state.PLACES}
        with places[state.place(view)]:
            if view.panel is not None:
                _PANELS[view.panel](library, view)
            elif view.video is None:
                show_grid(library, view)
            else:
                show_detail(library, view)
    show_toasts()


def _show_nothing_yet(library: Library, view: ViewState) -> None:
    """Draw what there is without a video: the way to a first folder, and to the history if there is one."""
    past = bool(library.steps(1))
    if past:
        show_bar(library, view)
    show_job(library)
    with st.container(key="view_first"):
        if past and view.panel is Panel.HISTORY:
            show_history(library, view)
        elif library.exclusions() or (view.panel is Panel.FOLDERS and library.roots.all()):
            # What leaves videos out is taken back here, and folders are looked through again.
            show_folders(library, view)
        else:
            show_first_folder()
    show_toasts()


try:
    show_page()
except OrganizerError as error:
    show_error(error)
