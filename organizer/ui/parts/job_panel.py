"""The job that runs, live on one line, and how the last one ended: a scan, tagging again, or a merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.errors import OrganizerError
from organizer.gallery.job_words import (
    current_line,
    end_line,
    left_line,
    not_readable,
    running_line,
    spoken,
)
from organizer.gallery.view_state import Panel, ViewState
from organizer.library import Library
from organizer.library.filters import Sort
from organizer.library.jobs import Job, JobKind, Jobs, JobState
from organizer.pipeline.background_jobs import newest_job
from organizer.text import count, safe_text
from organizer.ui import state
from organizer.ui.errors import show_error
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.changes import change_lines
from organizer.ui.parts.component import load_component
from organizer.ui.parts.panel_actions import carry_out
from organizer.ui.parts.toasts import say
from organizer.ui.resources import library_file, open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_LOOK_EVERY_S = 1.0
_LOOK_FOR_LIFE_EVERY_S = 5.0
_FRESH_S = 60.0
_JOB, _ELSEWHERE = "job", "job_elsewhere"
_SEEN, _STARTED, _WAS_EMPTY = "scan_seen", "job_started", "scan_of_nothing"
_OF_ONE_PANEL = {JobKind.DOUBLES: Panel.DOUBLES, JobKind.PREVIEW: Panel.TAGS}
"""Jobs that change nothing: what they find concerns one panel alone."""
_dismissed: dict[Path, int] = {}
"""By library the job whose end was dismissed last, in whichever tab."""
SEEK_FAILED = "folders_seek"
"""How often this tab was led to the files that cannot be read."""
_NOT_STARTED = "not_started_"

_job = load_component(_JOB)


def show_job(library: Library) -> None:
    """Draw the running job; one that ended while this tab was open is told until it is dismissed.

    The end of one that concerns a single panel is told there alone where it was started elsewhere, as in a
    terminal; while it runs, or is paused, it is in the way of others, and shown everywhere.

    It always takes two places of the page, empty or not: what stands below is the same element whether a job
    runs or not, so that a video plays on. Not a container: a fragment inside of one leaves it open for the
    run of the script that follows in the same thread (Streamlit 1.67).
    """
    job = library.jobs.newest()
    if job is None or (job.finished and (_is_dismissed(job) or not _is_told_here(job))):
        st.empty()
        st.empty()
        return
    if not job.finished:
        st.session_state[_SEEN] = job.id
        st.session_state[_WAS_EMPTY] = state.is_empty(library)
        _show_running()
        st.empty()
        return
    if _is_news(job):
        st.session_state[_SEEN] = job.id
        _show_end(job)
    else:
        st.empty()
    if _is_news(job) and job.state is JobState.DIED:
        _look_for_life(job.id)
    else:
        st.empty()


def _is_dismissed(job: Job) -> bool:
    return job.id == _dismissed.get(library_file())


def _is_told_here(job: Job) -> bool:
    """Whether the end of a job concerns what is shown, or a person dealt with it in this tab."""
    panel = _OF_ONE_PANEL.get(job.kind)
    return panel in {None, state.view().panel} or job.id == st.session_state.get(_STARTED)


def _is_news(job: Job) -> bool:
    """Whether this tab tells the end of a job: it knew of it, the end is fresh, or nobody was told."""
    if job.kind is JobKind.PREVIEW and state.view().panel is Panel.TAGS and job.state is JobState.DONE:
        # What it found stands there in full.
        return False
    known = st.session_state.get(_SEEN) == job.id
    return known or job.silent_s < _FRESH_S or job.state is JobState.DIED


def remember_job(job_id: int) -> None:
    """Note that a job was started in this tab, or paused or let go on, and tell its end here."""
    st.session_state[_SEEN] = st.session_state[_STARTED] = job_id


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
    if job is None or job.finished or st.session_state.pop(_ELSEWHERE, False):
        st.rerun()
        return
    pause = ("resume", "Go on") if job.pause_requested else ("pause", "Pause")
    asked = [] if job.stop_requested else [_way(*pause), _way("stop", "Stop")]
    _draw(
        job,
        running_line(job),
        [*_failed(job), *asked],
        share=job.done / job.to_do if job.to_do else 0.0,
    )
    if job.done and st.session_state.get(_WAS_EMPTY):
        # The first videos: from here on there is something to see.
        with open_library() as library:
            if not state.is_empty(library):
                st.rerun()


def _show_end(job: Job) -> None:
    notes: list[str] = []
    changes: list[str] = []
    more = ""
    if job.report is not None:
        if job.report.tagged < job.report.asked and job.state is JobState.DONE:
            notes.append(f"{count(job.report.asked - job.report.tagged, 'video')} need a scan first.")
        if job.kind is JobKind.RETAG:
            changes, more = change_lines(job.report)
    ways = [*_failed(job), *_ways_on(job), _way("dismiss", "Dismiss")]
    _draw(job, end_line(job), ways, notes=notes, changes=changes, more=more)


def _draw(
    job: Job,
    words: str,
    ways: Sequence[dict[str, str]],
    *,
    share: float | None = None,
    notes: Sequence[str] = (),
    changes: Sequence[str] = (),
    more: str = "",
) -> None:
    message = [] if job.message is None else [safe_text(job.message)]
    _job(
        key=_JOB,
        data={
            "id": job.id,
            "words": words,
            "spoken": spoken(job),
            "current": current_line(job),
            "left": left_line(job),
            "ways": ways,
            "share": share,
            "waits": job.paused,
            "notes": [*message, *notes],
            "changes": changes,
            "more": more,
            "acknowledged": acknowledged(_JOB),
        },
        on_act_change=_act,
    )


def _way(action: str, words: str, kind: str = "") -> dict[str, str]:
    return {"action": action, "words": words, "kind": kind}


def _failed(job: Job) -> list[dict[str, str]]:
    """Return the way to the files that could not be read."""
    words = not_readable(job) if job.kind is JobKind.SCAN else ""
    return [_way("failed", words, "wrong")] if words else []


def _ways_on(job: Job) -> list[dict[str, str]]:
    """Return what can be done after the end of a job."""
    if job.kind is JobKind.SCAN and job.fresh:
        return [_way("new", f"Show {count(job.fresh, 'new video')}")]
    if job.kind is JobKind.PREVIEW and job.state is JobState.DONE:
        return [_way("show", "Show")]
    if job.kind is JobKind.DOUBLES and job.state is JobState.DONE and state.view().panel is not Panel.DOUBLES:
        return [_way("doubles", "Show doubles")]
    if job.kind is JobKind.RETAG and job.report and job.report.step_id and job.report.changed:
        return [_way("undo", "Undo")]
    return []


@st.fragment(run_every=_LOOK_FOR_LIFE_EVERY_S)
def _look_for_life(job_id: int) -> None:
    """Draw nothing; see whether a silent job goes on, as one does whose computer slept or was busy."""
    job = newest_job(library_file())
    if job is None or job.id != job_id or job.state is not JobState.DIED:
        st.rerun()


def _act() -> None:
    carry_out(
        _JOB,
        {
            "pause": lambda action: _ask(Jobs.request_pause, _id(action)),
            "resume": lambda action: _ask(lambda jobs, id_: jobs.request_pause(id_, False), _id(action)),
            "stop": lambda action: _ask(Jobs.request_stop, _id(action)),
            "failed": _to_failed,
            "new": _to_new,
            "show": lambda _action: _to(ViewState(panel=Panel.TAGS)),
            "doubles": lambda _action: _to(ViewState(panel=Panel.DOUBLES)),
            "undo": _undo,
            "dismiss": lambda action: _dismiss(_id(action)),
        },
    )


def _id(action: Mapping[str, Any]) -> int:
    id_ = action.get("id")
    return id_ if type(id_) is int else 0


def _ask(wish: Callable[[Jobs, int], object], job_id: int) -> None:
    with open_library() as library:
        wish(library.jobs, job_id)
    # Who lets it go on here wants to hear of its end here.
    remember_job(job_id)


def _to(view: ViewState) -> None:
    state.show(view)
    # A callback of the running job's line draws that line alone.
    st.session_state[_ELSEWHERE] = True


def _to_failed(_action: Mapping[str, Any]) -> None:
    _to(ViewState(panel=Panel.FOLDERS))
    st.session_state[SEEK_FAILED] = int(st.session_state.get(SEEK_FAILED, 0)) + 1


def _to_new(action: Mapping[str, Any]) -> None:
    _to(ViewState(sort=Sort.ADDED))
    _dismiss(_id(action))


def _undo(action: Mapping[str, Any]) -> None:
    with open_library() as library:
        job = library.jobs.newest()
        if job is None or job.id != _id(action) or job.report is None:
            return
        step_id = job.report.step_id
        outcome = library.undo_step(step_id)
    say("Undone." if outcome else "Nothing was left to undo.", step_id if outcome else None, undone=True)
    _dismiss(job.id)


def _dismiss(job_id: int) -> None:
    # For all tabs, and after a reload.
    _dismissed[library_file()] = job_id
