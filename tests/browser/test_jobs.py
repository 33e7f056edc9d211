"""Jobs that last as long as a test wants, beside clicks, without the page, and stopped, in a real browser."""

from __future__ import annotations

import re
import time

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from tests.browser.shell import drawn, go, no_error
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.sql import database_of

MANY = 250
"""Two steps of tagging again."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A gallery of many videos."""
    folder = tmp_path_factory.mktemp("jobs")
    videos = [SeedVideo(f"clip {number}.mp4", ("Dance",)) for number in range(MANY)]
    seed(folder / "library.db", folder / "videos", videos, poster=b"no picture")
    with running_gallery(folder / "library.db", ORGANIZER_TEST_HOLD=str(folder / "hold")) as running:
        yield running


@pytest.fixture
def hold(gallery):
    """While this file is there, tagging again gets no further."""
    file = gallery.library.with_name("hold")
    yield file
    file.unlink(missing_ok=True)


def tags(gallery, name):
    with Library.open(gallery.library) as library:
        found = library.list(VideoFilter(text=name))
        return {tag.name: tag.state.value for video in found for tag in video.tags}


def line(tab):
    """The line of the job."""
    return tab.get_by_role("region", name="Job")


def tag_all_again(gallery, tab, hold):
    """Look what would change, and begin to change it; it gets no further while ``hold`` is there."""
    with Library.open(gallery.library) as library:
        database_of(library).execute("DELETE FROM video_tags WHERE state = 'suggested'")
        database_of(library).conn.commit()
    tab.goto(gallery.address + "/?view=tags")
    tab.get_by_role("button", name="Tag all videos again").click()
    change = tab.get_by_role("button", name=f"Change {MANY} videos")
    change.wait_for()
    drawn(tab)
    hold.touch()
    change.click()
    line(tab).get_by_text(f"Tagging again: 0 of {MANY} videos done").wait_for()


def test_tagging_again_goes_on_beside_clicks_and_without_the_page(gallery, hold, tab):
    tag_all_again(gallery, tab, hold)
    go(tab, "Videos")
    tab.locator(".card").first.click()
    tab.locator("video").first.wait_for()
    other = tab.context.new_page()
    other.goto(gallery.address)
    line(other).get_by_text(f"Tagging again: 0 of {MANY} videos done").wait_for()
    tab.close()
    hold.unlink()
    line(other).get_by_text(f"{MANY} videos tagged again, {MANY} changed.").wait_for()
    job = newest_job(gallery.library)
    assert (job.kind, job.state, job.done, job.report.tagged) == (JobKind.RETAG, JobState.DONE, MANY, MANY)
    assert job.report.changed == MANY
    assert len(job.report.changes) == 100
    assert tags(gallery, "clip 246") | tags(gallery, "clip 0") == {"Dance": "suggested"}
    no_error(other)


def test_tagging_again_can_be_stopped(gallery, hold, tab):
    tag_all_again(gallery, tab, hold)
    line(tab).get_by_role("button", name="Stop", exact=True).click()
    line(tab).get_by_text(f"Stopping: 0 of {MANY} videos done").wait_for()
    # Its process looks once a second whether it was asked to: two looks later, it was.
    asked = time.time()
    wait_until(lambda: time.time() - newest_job(gallery.library).silent_s > asked + 1.5)
    hold.unlink()
    line(tab).get_by_text(re.compile(r"^Stopped: \d+ videos tagged again, \d+ changed\.")).wait_for()
    job = newest_job(gallery.library)
    assert job.state is JobState.STOPPED
    assert 0 < job.done < MANY


def test_a_job_that_was_silent_and_goes_on_is_shown_again(gallery, tab):
    with Library.open(gallery.library) as library:
        job = library.jobs.begin([], JobKind.RETAG)
        library.jobs.beat(job, to_do=10, done=3, failed=0)
        database_of(library).execute("UPDATE scans SET beat_at = beat_at - 60 WHERE id = ?", [job])
        database_of(library).conn.commit()
        tab.goto(gallery.address)
        line(tab).get_by_text("Tagging again ended without a word: 3 videos tagged again").wait_for()
        library.jobs.beat(job, to_do=10, done=4, failed=0)
        line(tab).get_by_text("Tagging again: 4 of 10 videos done").wait_for()
        library.jobs.finish(job, JobState.DONE)
    line(tab).get_by_text("4 videos tagged again", exact=False).wait_for()
    no_error(tab)
