"""Tagging again: first what would change, then the change, as one step that can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobState, busy_words
from organizer.pipeline.background_jobs import start_retag
from organizer.query import parse
from organizer.text import count
from organizer.ui.parts.changes import show_differences
from organizer.ui.parts.job_panel import show_why_not_started, start_job
from organizer.ui.resources import library_file, open_library

if TYPE_CHECKING:
    from organizer.gallery.view_state import ViewState
    from organizer.library import Library
    from organizer.library.jobs import Job

_PANEL = "retag"
_LEFT = "retag_left"


def show_retag(library: Library, view: ViewState) -> None:
    """Draw what tags many videos again.

    Args:
        library: the library.
        view: the view; where it searches, the videos it chooses can be tagged alone.
    """
    job = library.jobs.newest()
    busy = job is not None and not job.finished
    with st.container(key="retag"):
        st.markdown("## Tag again")
        st.markdown(
            "With the model in use, from what is stored: no video is opened. What you confirmed or rejected "
            "stays. You see first what would change, and can undo it as a whole."
        )
        with st.container(horizontal=True):
            if view.is_filtered:
                found = library.count(view.filter())
                st.button(
                    f"Tag the {count(found, 'chosen video')} again",
                    key="retag_chosen",
                    disabled=not found or busy,
                    on_click=_preview,
                    args=(view.query,),
                )
            st.button("Tag all videos again", key="retag_all", disabled=busy, on_click=_preview, args=("",))
        show_why_not_started(_PANEL)
        if job is not None and busy:
            st.markdown(busy_words(job).replace("Wait for its end or stop it.", "This waits for its end."))
        elif job is not None and job.kind is JobKind.PREVIEW:
            _show_preview(library, job)


def _show_preview(library: Library, job: Job) -> None:
    """Draw what would change, and the button that changes it."""
    report = job.report
    if job.state is not JobState.DONE or report is None or st.session_state.get(_LEFT) == job.id:
        return
    with st.container(border=True, key="retag_preview"):
        if report.changed:
            st.markdown(f"**{count(report.changed, 'video')} of {report.tagged:,} would change**")
        else:
            st.markdown("**Nothing would change.** All videos have the tags that this model gives.")
        if report.tagged < report.asked:
            left = count(report.asked - report.tagged, "video")
            st.markdown(f"{left} need a scan first: nothing is stored for the model in use.")
        show_differences(report, {tag.name for tag in library.tags() if tag.hidden})
        with st.container(horizontal=True):
            if report.changed:
                st.button(
                    f"Change {count(report.changed, 'video')}",
                    key="retag_apply",
                    type="primary",
                    on_click=_apply,
                    args=(report.chosen or "",),
                )
            st.button("Leave it", key="retag_leave", on_click=_leave, args=(job.id,))


def _preview(query: str) -> None:
    start_job(lambda: start_retag(library_file(), _chosen(query), preview=True, asked=query), _PANEL)


def _apply(query: str) -> None:
    start_job(lambda: start_retag(library_file(), _chosen(query), asked=query), _PANEL)


def _leave(job_id: int) -> None:
    st.session_state[_LEFT] = job_id


def _chosen(query: str) -> list[int] | None:
    """Return the videos that a search chooses; None for all.

    Raises:
        QueryError: it is no search any more.
    """
    if not query:
        return None
    with open_library() as library:
        return list(library.ids(VideoFilter(query=parse(query))))
