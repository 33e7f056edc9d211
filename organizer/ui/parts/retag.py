"""Tag videos again from their stored features: many as a job of their own, one at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer import pipeline
from organizer.errors import OrganizerError
from organizer.gallery.cards import title
from organizer.library import Library
from organizer.library.jobs import RetagChange, RetagReport, running_words
from organizer.pipeline.background_scan import start_retag
from organizer.text import count
from organizer.ui.errors import show_error
from organizer.ui.parts.scan_panel import remember_scan, show_changes
from organizer.ui.resources import library_file, open_library, tagger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.gallery.view_state import ViewState

_ONE = "retagged_video"


def show_retag(library: Library, view: ViewState, found: int) -> None:
    """Draw the buttons that tag many videos again.

    Args:
        library: the library.
        view: the view; where it is filtered, the videos it chooses can be tagged alone.
        found: how many videos it chooses; not looked at while one video is open.
    """
    job = library.jobs.newest()
    busy = job is not None and not job.finished
    with st.expander("Tag again", icon=":material/sell:"):
        st.markdown("From what is stored, no video is opened. What you confirmed or rejected stays.")
        if view.is_filtered and view.video is None:
            label = f"Tag the {count(found, 'chosen video')} again"
            if st.button(label, key="retag_chosen", width="stretch", disabled=not found or busy):
                _start(library.ids(view.filter()))
        if st.button("Tag all videos again", key="retag_all", width="stretch", disabled=busy):
            _start(None)
        if job is not None and busy:
            st.markdown(f"{running_words(job.kind)} This waits for its end.")


def _start(ids: Sequence[int] | None) -> None:
    try:
        with st.spinner("Starting"):
            job_id = start_retag(library_file(), ids)
    except OrganizerError as error:
        show_error(error)
        return
    remember_scan(job_id)
    st.rerun()


def show_retag_one(video_id: int) -> None:
    """Draw the button that tags one video again, and what that changed."""
    # A callback: no click elsewhere stops one, as it would stop a run of the script.
    st.button("Tag this video again", icon=":material/sell:", on_click=_retag_one, args=(video_id,))
    id_, outcome = st.session_state.pop(_ONE, (None, None))
    if id_ != video_id:
        return
    if isinstance(outcome, OrganizerError):
        show_error(outcome)
    elif isinstance(outcome, RetagReport) and not outcome.tagged:
        st.markdown("It needs a scan first: nothing is stored for the model in use.")
    elif isinstance(outcome, RetagReport):
        st.markdown("Tagged again." if outcome.changed else "Tagged again; nothing changed.")
        show_changes(outcome)


def _retag_one(video_id: int) -> None:
    outcome: RetagReport | OrganizerError
    try:
        with open_library() as library, tagger() as shared:
            (step,) = pipeline.retag(library, shared, [video_id])
            changes = tuple(
                RetagChange(title(library.video(video_id)), change.added, change.removed)
                for change in step.changes
            )
        outcome = RetagReport(1, step.tagged, len(changes), changes)
    except OrganizerError as error:
        outcome = error
    st.session_state[_ONE] = (video_id, outcome)
