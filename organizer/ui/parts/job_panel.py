"""The job that runs, live, and how the last one ended: a scan, tagging again, or a merge."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import OrganizerError
from organizer.library import Library
from organizer.library.jobs import Job, JobKind, JobState, RetagReport
from organizer.pipeline.background_jobs import newest_job
from organizer.text import count, safe_text
from organizer.ui import state
from organizer.ui.errors import show_error
from organizer.ui.resources import library_file, open_library

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_EVERY_S = 1.0
_NEW_CARDS_EVERY_S = 4.0
_LOOK_FOR_LIFE_EVERY_S = 5.0
_FRESH_S = 60.0
_CHANGES_PX = 280
_SEEN, _DISMISSED = "scan_seen", "scan_dismissed"
_NOT_STARTED = "not_started_"


def show_job(library: Library) -> None:
    """Draw the running job; one that ended while this tab was open is told until it is dismissed."""
    job = library.jobs.newest()
    if job is None or (job.finished and job.id == st.session_state.get(_DISMISSED)):
        return
    if not job.finished:
        # What the grid below shows is as new as this.
        remember_job(job.id, job.done)
        _show_running()
    elif _is_news(job):
        remember_job(job.id, job.done)
        _show_end(job)
        if job.state is JobState.DIED:
            _look_for_life(job.id)


def _is_news(job: Job) -> bool:
    """Whether this tab tells the end of a job: it knew of it, the end is fresh, or nobody was told."""
    known = st.session_state.get(_SEEN, (None,))[0] == job.id
    return known or job.silent_s < _FRESH_S or job.state is JobState.DIED


def remember_job(job_id: int, done: int = 0) -> None:
    """Note that this tab knows of a job, however short it is, and how far it was."""
    st.session_state[_SEEN] = (job_id, done, time.monotonic())


def start_job(start: Callable[[], int], panel: str) -> None:
    """Start a job; for callbacks: a run of the script may be broken off before it reaches the clicked button.

    Args:
        start: starts it and returns its id.
        panel: the name of the panel that says why it was not started, with ``show_why_not_started``.
    """
    try:
        job_id = start()
    except OrganizerError as error:
        st.session_state[_NOT_STARTED + panel] = error
    else:
        remember_job(job_id)


def show_why_not_started(panel: str) -> None:
    """Say, once, why the job that was asked for in a panel was not started, if it was not."""
    error = st.session_state.pop(_NOT_STARTED + panel, None)
    if error is not None:
        show_error(error)


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_running() -> None:
    job = newest_job(library_file())
    if job is None or job.finished:
        st.rerun()
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{_progress_words(job)}**", width="content")
            st.button(
                "Stop",
                key="scan_stop",
                icon=":material/stop_circle:",
                disabled=job.stop_requested,
                on_click=_stop,
                args=(job.id,),
            )
        st.progress(job.done / job.to_do if job.to_do else 0.0)
        if job.message:
            st.warning(safe_text(job.message))
    _, seen_done, seen_at = st.session_state.get(_SEEN, (job.id, 0, 0.0))
    waited = time.monotonic() - seen_at >= _NEW_CARDS_EVERY_S
    if job.done > seen_done and waited and state.view().video is None:
        st.rerun()


@st.fragment(run_every=_LOOK_FOR_LIFE_EVERY_S)
def _look_for_life(job_id: int) -> None:
    """Draw nothing; see whether a silent job goes on, as one does whose computer slept or was busy."""
    job = newest_job(library_file())
    if job is None or job.id != job_id or job.state is not JobState.DIED:
        st.rerun()


def _progress_words(job: Job) -> str:
    if job.kind is JobKind.RETAG:
        far = f"{job.done:,} of {job.to_do or 0:,} videos"
        return f"Stopping: {far} tagged again" if job.stop_requested else f"Tagging again: {far} done"
    if job.kind is JobKind.MERGE:
        far = f"{job.done:,} of {job.to_do or 0:,} videos"
        return f"Stopping the merge: {far} done" if job.stop_requested else f"Merging a library: {far} done"
    if job.stop_requested:
        return "Stopping the scan"
    if job.to_do is None:
        return "Looking through folders"
    failed = f", {job.failed:,} not readable" if job.failed else ""
    return f"Looking at videos: {job.done:,} of {job.to_do:,} done{failed}"


def _stop(job_id: int) -> None:
    with open_library() as library:
        library.jobs.request_stop(job_id)


def _show_end(job: Job) -> None:
    words = _END_OF[job.kind](job)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch"):
                st.markdown(f"**{words}**")
                if job.message:
                    st.text(safe_text(job.message))
                if job.report and job.report.tagged < job.report.asked and job.state is JobState.DONE:
                    st.markdown(f"{count(job.report.asked - job.report.tagged, 'video')} need a scan first.")
            st.button("Dismiss", key="scan_dismiss", on_click=_dismiss, args=(job.id,))
        if job.report and job.report.changes:
            with st.expander("What changed"), st.container(height=_CHANGES_PX, border=False):
                show_changes(job.report)


def _scan_end(job: Job) -> str:
    failed = f", {count(job.failed, 'file')} not readable" if job.failed else ""
    looked = f"{count(job.done, 'file')} looked at{failed}"
    return {
        JobState.DONE: f"The scan is done: {looked}." if job.to_do else "The scan is done: nothing is new.",
        JobState.STOPPED: f"The scan was stopped: {looked}. The next scan goes on from there.",
        JobState.FAILED: "The scan failed.",
        JobState.DIED: f"The last scan ended without a word: {looked}. Scan again; it goes on from there.",
    }[job.state]


def _retag_end(job: Job) -> str:
    if job.report is not None:
        tagged, changed = job.report.tagged, f", {job.report.changed:,} changed"
    else:
        tagged, changed = job.done, ""
    done = f"{count(tagged, 'video')} tagged again{changed}"
    return {
        JobState.DONE: f"{done}.",
        JobState.STOPPED: f"Stopped: {done}. The others are as they were.",
        JobState.FAILED: "Tagging again failed.",
        JobState.DIED: f"Tagging again ended without a word: {done}. Start it again.",
    }[job.state]


def _merge_end(job: Job) -> str:
    done = f"{count(job.done, 'video')} of another library gone through"
    return {
        JobState.DONE: f"The merge is done: {done}.",
        JobState.STOPPED: f"The merge was stopped: {done}. The same command goes on from there.",
        JobState.FAILED: "The merge failed.",
        JobState.DIED: f"The merge ended without a word: {done}. Begin it again; it goes on from there.",
    }[job.state]


_END_OF = {JobKind.SCAN: _scan_end, JobKind.RETAG: _retag_end, JobKind.MERGE: _merge_end}


def show_changes(report: RetagReport) -> None:
    """Draw a line for each video whose tags changed, as far as the report names them."""
    lines = []
    for change in report.changes:
        signs = [f"+{name}" for name in change.added] + [f"\u2212{name}" for name in change.removed]
        signs += [f"+{name}?" for name in change.maybes_added]
        signs += [f"\u2212{name}?" for name in change.maybes_removed]
        lines.append(safe_text(f"{change.title}: {', '.join(signs)}"))
    if lines:
        st.text("\n".join(lines))
    if report.changed > len(lines):
        st.markdown(f"and {report.changed - len(lines):,} more")


def _dismiss(job_id: int) -> None:
    st.session_state[_DISMISSED] = job_id
