"""``organizer job``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_option, open_library
from organizer.errors import JobError
from organizer.library.jobs import JobKind, JobState, quiet_words
from organizer.text import count, safe_text, time_left

if TYPE_CHECKING:
    from organizer.library.jobs import Job


class Wish(StrEnum):
    """What a running job can be asked."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


_NAMES = {
    JobKind.SCAN: "Scan",
    JobKind.RETAG: "Tagging again",
    JobKind.PREVIEW: "Preview of tagging again",
    JobKind.MERGE: "Merge",
    JobKind.DOUBLES: "Search for doubles",
    JobKind.MOVE: "Move of files",
    JobKind.MOVE_BACK: "Way back of moved files",
}
_ASKED = {
    Wish.PAUSE: "It pauses when the files at hand are done. To go on: organizer job resume",
    Wish.RESUME: "It goes on.",
    Wish.STOP: "It stops when the files at hand are done.",
}


@click.command()
@click.argument("wish", required=False, type=click.Choice([wish.value for wish in Wish]))
@library_option
def job(wish: str | None) -> None:
    """Show the job that runs, or ran last: a scan, tagging again, a merge; pause, resume or stop it.

    A job runs on while the gallery is closed. One that was paused waits, and other jobs with it, until it is
    asked to go on.
    """
    with open_library() as library:
        newest = library.jobs.newest()
        if newest is None:
            click.echo("No job ever ran in this library.")
            return
        if wish is None:
            for line in describe(newest):
                click.echo(line)
            return
        if newest.finished:
            raise JobError("No job runs in this library.")
        if wish == Wish.STOP:
            library.jobs.request_stop(newest.id)
        else:
            library.jobs.request_pause(newest.id, wish == Wish.PAUSE)
    click.echo(_ASKED[Wish(wish)])


def describe(newest: Job) -> list[str]:
    """Return the lines that say how a job stands."""
    state = newest.state.value
    if not newest.finished:
        state = "paused" if newest.paused else "pausing" if newest.pause_requested else state
        state = "stopping" if newest.stop_requested else state
    lines = [f"{_NAMES[newest.kind]}: {state}"]
    lines += [f"folder     {safe_text(folder)}" for folder in newest.folders]
    if newest.to_do is not None:
        lines.append(f"done       {newest.done} of {newest.to_do}")
    if newest.fresh:
        lines.append(f"new        {count(newest.fresh, 'video')}")
    if newest.failed:
        lines.append(f"failed     {newest.failed}; see: organizer list --status failed")
    if newest.current:
        lines.append(f"at hand    {safe_text(newest.current)}")
    if newest.left_s is not None:
        lines.append(f"time left  {time_left(newest.left_s)}")
    if newest.message:
        lines.append(safe_text(newest.message))
    if words := quiet_words(newest):
        lines.append(words)
    if newest.state is JobState.DIED:
        lines.append("Its process ended without a word. Begin it again; it goes on from there.")
    return lines
