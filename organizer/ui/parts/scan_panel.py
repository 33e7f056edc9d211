"""The job that runs, live, and how the last one ended: a scan, or tagging again."""

from __future__ import annotations

import time

import streamlit as st

from organizer.library import Library
from organizer.library.jobs import Job, JobKind, JobState, RetagReport
from organizer.pipeline.background_scan import newest_scan
from organizer.text import count, safe_text
from organizer.ui import state
from organizer.ui.resources import library_file, open_library

_LOOK_EVERY_S = 1.0
_NEW_CARDS_EVERY_S = 4.0
_FRESH_S = 60.0
_CHANGES_PX = 280
_SEEN, _DISMISSED = "scan_seen", "scan_dismissed"


def show_scan(library: Library) -> None:
    """Draw the running job; one that ended while this tab was open is told until it is dismissed."""
    scan = library.jobs.newest()
    if scan is None or scan.id == st.session_state.get(_DISMISSED):
        return
    if not scan.finished:
        # What the grid below shows is as new as this.
        remember_scan(scan.id, scan.done)
        _show_running()
    elif _is_news(scan):
        remember_scan(scan.id, scan.done)
        _show_end(scan)


def _is_news(scan: Job) -> bool:
    """Whether this tab tells the end of a job: it knew of it, the end is fresh, or nobody was told."""
    known = st.session_state.get(_SEEN, (None,))[0] == scan.id
    return known or scan.silent_s < _FRESH_S or scan.state is JobState.DIED


def remember_scan(scan_id: int, done: int = 0) -> None:
    """Note that this tab knows of a job, however short it is, and how far it was."""
    st.session_state[_SEEN] = (scan_id, done, time.monotonic())


@st.fragment(run_every=_LOOK_EVERY_S)
def _show_running() -> None:
    scan = newest_scan(library_file())
    if scan is None or scan.finished:
        st.rerun()
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{_progress_words(scan)}**", width="content")
            st.button(
                "Stop",
                key="scan_stop",
                icon=":material/stop_circle:",
                disabled=scan.stop_requested,
                on_click=_stop,
                args=(scan.id,),
            )
        st.progress(scan.done / scan.to_do if scan.to_do else 0.0)
        if scan.message:
            st.warning(safe_text(scan.message))
    _, seen_done, seen_at = st.session_state.get(_SEEN, (scan.id, 0, 0.0))
    waited = time.monotonic() - seen_at >= _NEW_CARDS_EVERY_S
    if scan.done > seen_done and waited and state.view().video is None:
        st.rerun()


def _progress_words(scan: Job) -> str:
    if scan.kind is JobKind.RETAG:
        far = f"{scan.done:,} of {scan.to_do or 0:,} videos"
        return f"Stopping: {far} tagged again" if scan.stop_requested else f"Tagging again: {far} done"
    if scan.stop_requested:
        return "Stopping the scan"
    if scan.to_do is None:
        return "Looking through folders"
    failed = f", {scan.failed:,} not readable" if scan.failed else ""
    return f"Looking at videos: {scan.done:,} of {scan.to_do:,} done{failed}"


def _stop(scan_id: int) -> None:
    with open_library() as library:
        library.jobs.request_stop(scan_id)


def _show_end(scan: Job) -> None:
    words = _retag_end(scan) if scan.kind is JobKind.RETAG else _scan_end(scan)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch"):
                st.markdown(f"**{words}**")
                if scan.message:
                    st.text(safe_text(scan.message))
                if scan.report and scan.report.tagged < scan.report.asked and scan.state is JobState.DONE:
                    st.markdown(
                        f"{count(scan.report.asked - scan.report.tagged, 'video')} need a scan first."
                    )
            st.button("Dismiss", key="scan_dismiss", on_click=_dismiss, args=(scan.id,))
        if scan.report and scan.report.changes:
            with st.expander("What changed"), st.container(height=_CHANGES_PX, border=False):
                show_changes(scan.report)


def _scan_end(scan: Job) -> str:
    failed = f", {count(scan.failed, 'file')} not readable" if scan.failed else ""
    looked = f"{count(scan.done, 'file')} looked at{failed}"
    return {
        JobState.DONE: f"The scan is done: {looked}." if scan.to_do else "The scan is done: nothing is new.",
        JobState.STOPPED: f"The scan was stopped: {looked}. The next scan goes on from there.",
        JobState.FAILED: "The scan failed.",
        JobState.DIED: f"The last scan ended without a word: {looked}. Scan again; it goes on from there.",
    }[scan.state]


def _retag_end(scan: Job) -> str:
    if scan.report is not None:
        tagged, changed = scan.report.tagged, f", {scan.report.changed:,} changed"
    else:
        tagged, changed = scan.done, ""
    done = f"{count(tagged, 'video')} tagged again{changed}"
    return {
        JobState.DONE: f"{done}.",
        JobState.STOPPED: f"Stopped: {done}. The others are as they were.",
        JobState.FAILED: "Tagging again failed.",
        JobState.DIED: f"Tagging again ended without a word: {done}. Start it again.",
    }[scan.state]


def show_changes(report: RetagReport) -> None:
    """Draw a line for each video whose tags changed, as far as the report names them."""
    lines = []
    for change in report.changes:
        signs = [f"+{name}" for name in change.added] + [f"\u2212{name}" for name in change.removed]
        lines.append(safe_text(f"{change.title}: {', '.join(signs)}"))
    if lines:
        st.text("\n".join(lines))
    if report.changed > len(lines):
        st.markdown(f"and {report.changed - len(lines):,} more")


def _dismiss(scan_id: int) -> None:
    st.session_state[_DISMISSED] = scan_id
