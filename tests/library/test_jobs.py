import json
import time

import pytest

from organizer.errors import JobRunningError
from organizer.library import Library
from organizer.library.jobs import DIED_AFTER_S, JobKind, JobState, RetagChange, RetagReport
from tests.library.sql import database_of


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as database:
        yield database


def test_no_scan(library):
    assert library.jobs.newest() is None


def test_a_scan_from_begin_to_end(library):
    scan_id = library.jobs.begin(["/a", "/not UTF-8 \udcff"])
    row = library.jobs.newest()
    assert (row.id, row.state, row.finished, row.to_do) == (scan_id, JobState.RUNNING, False, None)
    assert row.folders == ("/a", "/not UTF-8 \udcff")
    assert not library.jobs.beat(scan_id, to_do=9, done=3, failed=1)
    library.jobs.request_stop(scan_id)
    assert library.jobs.beat(scan_id, to_do=9, done=4, failed=1)
    library.jobs.finish(scan_id, JobState.STOPPED)
    row = library.jobs.newest()
    assert (row.state, row.finished, row.to_do, row.done, row.failed) == (JobState.STOPPED, True, 9, 4, 1)


def test_a_silent_scan_died(library):
    library.jobs.begin([])
    assert library.jobs.newest(time.time() + DIED_AFTER_S - 1).state is JobState.RUNNING
    row = library.jobs.newest(time.time() + DIED_AFTER_S + 1)
    assert (row.state, row.finished) == (JobState.DIED, True)


def test_a_reason_with_a_name_that_is_not_utf8(library):
    library.jobs.finish(library.jobs.begin([]), JobState.FAILED, "/x \udcff: gone")
    assert library.jobs.newest().message == "/x \\udcff: gone"


def test_old_rows_go(library):
    for _ in range(50):
        library.jobs.begin([])
    assert database_of(library).execute("SELECT count(*) FROM scans").fetchone() == (20,)
    assert library.jobs.newest().id == 50


def test_a_job_that_tags_again_leaves_its_report(library):
    job_id = library.jobs.begin([], JobKind.RETAG)
    assert (library.jobs.newest().kind, library.jobs.newest().report) == (JobKind.RETAG, None)
    changed = RetagChange("not UTF-8 \udcff", ("Food",), (), ("Dance",), ("Food", "Animal"))
    report = RetagReport(9, 8, 2, (changed,))
    library.jobs.finish(job_id, JobState.DONE, None, report)
    assert library.jobs.newest().report == report


def test_a_report_of_before_there_were_maybes_is_read(library):
    job_id = library.jobs.begin([], JobKind.RETAG)
    library.jobs.finish(job_id, JobState.DONE)
    old = {"asked": 9, "tagged": 8, "changed": 1}
    old["changes"] = [{"title": "a.mp4", "added": ["Food"], "removed": ["Dance"]}]
    database_of(library).execute("UPDATE scans SET report = ? WHERE id = ?", [json.dumps(old), job_id])
    change = RetagChange("a.mp4", ("Food",), ("Dance",), (), ())
    assert library.jobs.newest().report == RetagReport(9, 8, 1, (change,))


def test_a_job_that_runs_is_shown_before_one_that_was_started_later(library):
    running = library.jobs.begin([], JobKind.RETAG)
    later = library.jobs.begin(["/a"])
    assert library.jobs.newest().id == later
    library.jobs.finish(later, JobState.DONE)
    assert library.jobs.newest().id == running
    # Silent for too long, it is over.
    assert library.jobs.newest(time.time() + DIED_AFTER_S + 1).id == later


def test_a_job_that_wants_to_be_alone_is_refused_beside_another(library):
    first = library.jobs.begin([], alone=True)
    with pytest.raises(JobRunningError, match="A scan of this library is running"):
        library.jobs.begin([], JobKind.RETAG, alone=True)
    assert database_of(library).execute("SELECT count(*) FROM scans").fetchone() == (1,)
    database_of(library).execute("UPDATE scans SET beat_at = beat_at - ?", [DIED_AFTER_S + 1])
    database_of(library).conn.commit()
    assert library.jobs.begin([], JobKind.RETAG, alone=True) == first + 1
