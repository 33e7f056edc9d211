"""Jobs in processes of their own: what they import, and what is said where none is started."""

import subprocess
import sys

import pytest

from organizer.errors import JobError, JobRunningError
from organizer.library import Library
from organizer.pipeline import background_jobs
from organizer.pipeline.background_jobs import newest_job, start_retag, start_scan
from tests.gallery_server.process import PATIENCE_S, wait_until


def test_files_in_the_current_folder_are_not_imported(tmp_path, monkeypatch):
    current, videos = tmp_path / "current", tmp_path / "videos"
    current.mkdir()
    videos.mkdir()
    for name in ("click", "organizer", "av"):
        (current / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w').close()\n")
    monkeypatch.chdir(current)
    library = tmp_path / "library.db"
    start_scan(library, [str(videos)])
    wait_until(lambda: newest_job(library).finished)
    assert not (tmp_path / "imported").exists()


def test_what_ends_before_it_has_a_row_gives_its_reason(tmp_path):
    with pytest.raises(JobError, match=r"^The scan did not start\. No folder was ever scanned\."):
        start_scan(tmp_path / "library.db", [], retry_failed=True)
    assert newest_job(tmp_path / "library.db") is None


def test_what_is_said_not_to_have_started_does_not_start_later(tmp_path, monkeypatch):
    library = tmp_path / "library.db"
    Library.open(library).close()
    monkeypatch.setattr(background_jobs, "_START_WAIT_S", 0.0)
    with pytest.raises(JobError, match=r"^Tagging again did not start\. Try it again\."):
        start_retag(library, None)
    assert background_jobs._running[-1].wait(PATIENCE_S) != 0
    assert newest_job(library) is None


BEGINS_LATE = """
import signal, sys, time
from organizer.library import Library

def begin(*_):
    with Library.open(sys.argv[1]) as library:
        library.jobs.begin(["/videos"])
    sys.exit(0)

signal.signal(signal.SIGTERM, begin)
print("ready", flush=True)
time.sleep(600)
"""


def test_what_begins_after_the_last_look_is_found(tmp_path, monkeypatch):
    library = tmp_path / "library.db"
    Library.open(library).close()
    monkeypatch.setattr(background_jobs, "_START_WAIT_S", 0.0)
    line = [sys.executable, "-c", BEGINS_LATE, str(library)]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        job = background_jobs._job_of(process, library, 0)
    assert job is not None and job.id == newest_job(library).id
    assert background_jobs._job_of(process, library, job.id) is None


def test_a_job_is_refused_while_another_runs(tmp_path):
    library = tmp_path / "library.db"
    with Library.open(library) as opened:
        opened.jobs.begin(["/videos"])
    for start in (lambda: start_scan(library, ["/videos"]), lambda: start_retag(library, None)):
        with pytest.raises(JobRunningError, match="A scan of this library is running"):
            start()
    assert issubclass(JobRunningError, JobError)
