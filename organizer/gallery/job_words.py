"""A job in words: what it does now, how long it takes, how it ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.library.jobs import JobKind, JobState
from organizer.text import count, safe_text, time_left

if TYPE_CHECKING:
    from organizer.library.jobs import Job

_DOES = {
    JobKind.SCAN: "Looking at videos",
    JobKind.RETAG: "Tagging again",
    JobKind.PREVIEW: "Looking what would change",
    JobKind.MERGE: "Merging a library",
    JobKind.DOUBLES: "Looking for doubles",
    JobKind.MOVE: "Moving files",
    JobKind.MOVE_BACK: "Moving files back",
}
_STOPPING = {
    JobKind.SCAN: "Stopping the scan",
    JobKind.RETAG: "Stopping",
    JobKind.PREVIEW: "Stopping",
    JobKind.MERGE: "Stopping the merge",
    JobKind.DOUBLES: "Stopping",
    JobKind.MOVE: "Stopping the move",
    JobKind.MOVE_BACK: "Stopping the move",
}


def running_line(job: Job) -> str:
    """Return what a running job does, with how far it is."""
    if job.kind is JobKind.SCAN and job.to_do is None:
        return "Stopping the scan" if job.stop_requested else "Looking through folders"
    noun = {JobKind.SCAN: "", JobKind.MOVE: " files", JobKind.MOVE_BACK: " files"}.get(job.kind, " videos")
    far = f"{job.done:,} of {job.to_do or 0:,}{noun}"
    if job.stop_requested:
        return _STOPPING[job.kind] if job.kind is JobKind.SCAN else f"{_STOPPING[job.kind]}: {far} done"
    if job.paused:
        return f"Paused: {far} done"
    if job.pause_requested:
        return f"Pausing: {far} done"
    return f"{_DOES[job.kind]}: {far} done"


def left_line(job: Job) -> str:
    """Return how long a running job still takes; empty where that is not known."""
    if job.left_s is None or job.stop_requested or job.pause_requested:
        return ""
    return f"{time_left(job.left_s)} left"


def current_line(job: Job) -> str:
    """Return the name of the file at hand; empty where there is none."""
    at_hand = job.current is not None and not job.paused and not job.stop_requested
    return safe_text(os.path.basename(job.current or "")) if at_hand else ""


def end_line(job: Job) -> str:
    """Return how a job ended."""
    return {
        JobKind.SCAN: _scan_end,
        JobKind.RETAG: _retag_end,
        JobKind.PREVIEW: _preview_end,
        JobKind.MERGE: _merge_end,
        JobKind.DOUBLES: _doubles_end,
        JobKind.MOVE: _move_end,
        JobKind.MOVE_BACK: _move_end,
    }[job.kind](job)


def _scan_end(job: Job) -> str:
    fresh = f", {job.fresh:,} new" if job.fresh else ""
    looked = f"{count(job.done, 'file')} looked at{fresh}"
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


def _preview_end(job: Job) -> str:
    changed = 0 if job.report is None else job.report.changed
    return {
        JobState.DONE: f"{count(changed, 'video')} would change." if changed else "Nothing would change.",
        JobState.STOPPED: "Stopped. Nothing was changed.",
        JobState.FAILED: "Looking what would change failed.",
        JobState.DIED: "Looking what would change ended without a word. Start it again.",
    }[job.state]


def _merge_end(job: Job) -> str:
    done = f"{count(job.done, 'video')} of another library gone through"
    return {
        JobState.DONE: f"The merge is done: {done}.",
        JobState.STOPPED: f"The merge was stopped: {done}. The same command goes on from there.",
        JobState.FAILED: "The merge failed.",
        JobState.DIED: f"The merge ended without a word: {done}. Begin it again; it goes on from there.",
    }[job.state]


def _doubles_end(job: Job) -> str:
    return {
        JobState.DONE: "The search for doubles is done.",
        JobState.STOPPED: "The search for doubles was stopped. What the last one found stays.",
        JobState.FAILED: "The search for doubles failed.",
        JobState.DIED: "The search for doubles ended without a word. Start it again.",
    }[job.state]


def _move_end(job: Job) -> str:
    moved = f"{count(job.done, 'file')} moved{' back' if job.kind is JobKind.MOVE_BACK else ''}"
    return {
        JobState.DONE: f"The move is done: {moved}.",
        JobState.STOPPED: f"The move was stopped: {moved}. The same command goes on from there.",
        JobState.FAILED: "The move failed.",
        JobState.DIED: f"The move ended without a word: {moved}. The next move settles what was cut off.",
    }[job.state]


def not_readable(job: Job) -> str:
    """Return how many files a scan could not read; empty where it could read all."""
    return f"{count(job.failed, 'file')} could not be read" if job.failed else ""


def spoken(job: Job) -> str:
    """Return what a screen reader says of a running job: words that change when it begins and pauses.

    The words of its end are said as they are.
    """
    if job.finished:
        return ""
    if job.stop_requested:
        return _STOPPING[job.kind]
    return f"{_DOES[job.kind]}: paused" if job.paused else _DOES[job.kind]
