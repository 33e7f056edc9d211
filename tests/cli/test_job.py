"""``organizer job``."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.library.jobs import JobKind, JobNow, JobState


@pytest.fixture
def library(organizer):
    with Library.open(organizer.library) as opened:
        yield opened


def test_without_a_job(library, organizer):
    assert organizer("job").out == "No job ever ran in this library.\n"


def test_a_job_says_how_it_stands(library, organizer):
    id_ = library.jobs.begin(["/videos \x1b[1m"])
    now = JobNow("/videos/a.mp4", 200.0, 3)
    library.jobs.beat(id_, to_do=9, done=4, failed=1, now=now)
    said = organizer("job")
    assert said.out.splitlines() == [
        "Scan: running",
        "folder     /videos \\x1b[1m",
        "done       4 of 9",
        "new        3 videos",
        "failed     1; see: organizer list --status failed",
        "at hand    /videos/a.mp4",
        "time left  about 3 minutes",
    ]
    library.jobs.finish(id_, JobState.DONE)
    assert organizer("job").out.splitlines()[0] == "Scan: done"


def test_a_job_is_asked_to_wait_to_go_on_and_to_stop(library, organizer):
    id_ = library.jobs.begin([], JobKind.RETAG)
    assert "It pauses" in organizer("job", "pause").out
    assert library.jobs.asked_to_pause(id_)
    assert organizer("job").out.startswith("Tagging again: pausing\n")
    library.jobs.beat(id_, to_do=9, done=4, failed=0, now=JobNow(paused=True))
    assert organizer("job").out.startswith("Tagging again: paused\n")
    assert organizer("job", "resume").out == "It goes on.\n"
    assert not library.jobs.asked_to_pause(id_)
    organizer("job", "stop")
    assert library.jobs.newest().stop_requested
    library.jobs.finish(id_, JobState.STOPPED)
    said = organizer("job", "pause")
    assert (said.code, said.err) == (1, "Error: No job runs in this library.\n")


def test_another_job_is_told_of_one_that_waits(library, organizer):
    library.jobs.request_pause(library.jobs.begin([]))
    said = organizer("retag")
    assert "A scan of this library is paused. Let it go on or stop it, then try again." in said.err
