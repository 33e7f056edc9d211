"""A click counts even where the run of the script that it began is broken off and begun anew.

Streamlit does that whenever the page sends something else meanwhile; that a button was clicked is forgotten
then.
"""

import pytest

from organizer.library import Library
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from organizer.ui.parts import filters, job_panel
from organizer.ui.server.app import server_options
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.test_pages import ended, states


@pytest.fixture
def begun_anew(monkeypatch):
    """Let the next run of the script begin anew where it would draw the filters, or the job."""

    def begin_anew(panel, name):
        import streamlit as st

        draw, begun = getattr(panel, name), []

        def show(*arguments):
            if not begun:
                begun.append(True)
                st.rerun()
            draw(*arguments)

        monkeypatch.setattr(panel, name, show)

    return begin_anew


@pytest.fixture
def soup(page):
    (page.folder / "videos").mkdir()
    seed(page.library, page.folder / "videos", [SeedVideo("soup.mp4", ("Food",))])
    return page


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Tag all videos again", JobKind.RETAG),
        ("Tag the 1 chosen video again", JobKind.RETAG),
        ("Scan all again", JobKind.SCAN),
    ],
)
def test_a_job_is_started(soup, begun_anew, label, kind):
    soup.open(text="soup")
    begun_anew(filters, "show_filters")
    ended(soup.click(label))
    job = newest_job(soup.library)
    assert (job.kind, job.state) == (kind, JobState.DONE)
    assert "1 video tagged again" in soup.words() or "The scan is done" in soup.words()


def test_the_first_folder_is_scanned(page, begun_anew):
    videos = page.folder / "videos"
    videos.mkdir()
    page.open()
    page.test.text_input[0].set_value(str(videos))
    begun_anew(job_panel, "show_job")
    page.click("Add and scan")
    wait_until(lambda: newest_job(page.library) is not None and newest_job(page.library).finished, 60)
    assert newest_job(page.library).folders == (str(videos),)


def test_why_a_job_was_not_started_is_said_once(soup, begun_anew):
    with Library.open(soup.library) as library:
        library.jobs.begin([], JobKind.RETAG)
    soup.open()
    begun_anew(filters, "show_filters")
    soup.click("Scan all again")
    assert "Videos of this library are being tagged again. Wait for its end or stop it." in soup.plain()
    soup.run()
    assert "Wait for its end or stop it." not in soup.plain()


def test_a_decision_is_stored(soup, begun_anew):
    soup.open(video=keys(soup.library)["soup.mp4"])
    begun_anew(filters, "show_filters")
    soup.click("Reject")
    assert [state.value for state in states(soup, "soup.mp4").values()] == ["rejected"]


def test_a_tab_runs_its_script_once_at_a_time():
    """Else the end of one run takes the click away from the next one, which has begun beside it."""
    assert server_options(1)["runner.fastReruns"] is False
