"""A click counts even where the run of the script that it began is broken off and begun anew.

Streamlit does that whenever the page sends something else meanwhile; that a button was clicked is forgotten
then.
"""

import pytest

from organizer.library import Library
from organizer.library.jobs import JobKind, JobState
from organizer.pipeline.background_jobs import newest_job
from organizer.ui.parts import bar, job_panel
from organizer.ui.server.app import server_options
from tests.gallery_server.process import wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.test_pages import ended, states


@pytest.fixture
def begun_anew(monkeypatch):
    """Let the next run of the script begin anew where it would draw the bar, or the job."""

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


@pytest.mark.parametrize("label", ["Tag all videos again", "Tag the 1 chosen video again"])
def test_a_job_is_started(soup, begun_anew, label):
    soup.open(view="tags", q="soup")
    begun_anew(bar, "show_bar")
    ended(soup.click(label))
    job = newest_job(soup.library)
    assert (job.kind, job.state) == (JobKind.PREVIEW, JobState.DONE)
    assert "Nothing would change" in soup.words()


def test_a_scan_is_started(soup, begun_anew):
    soup.open(view="folders")
    begun_anew(bar, "show_bar")
    ended(soup.act("folders", "rescan", id=None))
    job = newest_job(soup.library)
    assert (job.kind, job.state) == (JobKind.SCAN, JobState.DONE)
    assert soup.job().startswith("The scan is done")


def test_the_first_folder_is_scanned(page, begun_anew):
    videos = page.folder / "videos"
    videos.mkdir()
    page.open()
    begun_anew(job_panel, "show_job")
    page.act("folders", "add", path=str(videos))
    wait_until(lambda: newest_job(page.library) is not None and newest_job(page.library).finished)
    assert newest_job(page.library).folders == (str(videos),)


def test_why_a_job_was_not_started_is_said_once(soup, begun_anew):
    soup.open(view="tags")
    with Library.open(soup.library) as library:
        library.jobs.begin([], JobKind.RETAG)
    begun_anew(bar, "show_bar")
    soup.click("Tag all videos again")
    assert "Videos of this library are being tagged again. Wait for its end or stop it." in soup.plain()
    soup.run()
    assert "Wait for its end or stop it." not in soup.plain()


def test_a_decision_is_stored(soup, begun_anew):
    soup.open(video=keys(soup.library)["soup.mp4"])
    begun_anew(bar, "show_bar")
    soup.do("no", tag="Food")
    assert [state.value for state in states(soup, "soup.mp4").values()] == ["rejected"]


def test_a_tab_runs_its_script_once_at_a_time():
    """Else the end of one run takes the click away from the next one, which has begun beside it."""
    assert server_options(1)["runner.fastReruns"] is False


def test_an_action_is_done_whole_when_the_next_one_arrives_meanwhile(page, monkeypatch):
    """Of a step that was begun, and counted as done, the rest would be lost."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from organizer.ui.parts import video_actions

    seed(page.library, page.folder / "videos", [SeedVideo(f"{number}.mp4") for number in range(4)])
    by_name = keys(page.library)
    page.open(video=by_name["3.mp4"])
    run, step, sent, asked = page.test._run, video_actions.step, [], []

    def send(states):
        sent.append(states)
        run(states)

    def arrives(library, key, by):
        if not asked:
            asked.append(key)
            context = get_script_run_ctx()
            # With all that the browser does not know to be done, and the address that it knows.
            context.script_requests.request_rerun(RerunData(context.query_string, widget_states=sent[0]))
        return step(library, key, by)

    monkeypatch.setattr(page.test, "_run", send)
    monkeypatch.setattr(video_actions, "step", arrives)
    page.do_all({"do": "step", "by": 1}, {"do": "step", "by": 1})
    assert asked
    assert page.query() == {"video": [by_name["1.mp4"]]}
    assert page.video()["acknowledged"] == 2
