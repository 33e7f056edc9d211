import time

import pytest

from organizer.errors import ScanRunningError
from organizer.library import scans
from organizer.library.database import opened
from organizer.library.scans import DIED_AFTER_S, JobKind, RetagChange, RetagReport, ScanState


@pytest.fixture
def db(tmp_path):
    with opened(tmp_path / "library.db") as database:
        yield database


def test_no_scan(db):
    assert scans.newest(db) is None


def test_a_scan_from_begin_to_end(db):
    scan_id = scans.begin(db, ["/a", "/not UTF-8 \udcff"])
    row = scans.newest(db)
    assert (row.id, row.state, row.finished, row.to_do) == (scan_id, ScanState.RUNNING, False, None)
    assert row.folders == ("/a", "/not UTF-8 \udcff")
    assert not scans.beat(db, scan_id, to_do=9, done=3, failed=1)
    scans.request_stop(db, scan_id)
    assert scans.beat(db, scan_id, to_do=9, done=4, failed=1)
    scans.finish(db, scan_id, ScanState.STOPPED)
    row = scans.newest(db)
    assert (row.state, row.finished, row.to_do, row.done, row.failed) == (ScanState.STOPPED, True, 9, 4, 1)


def test_a_silent_scan_died(db):
    scans.begin(db, [])
    assert scans.newest(db, time.time() + DIED_AFTER_S - 1).state is ScanState.RUNNING
    row = scans.newest(db, time.time() + DIED_AFTER_S + 1)
    assert (row.state, row.finished) == (ScanState.DIED, True)


def test_a_reason_with_a_name_that_is_not_utf8(db):
    scans.finish(db, scans.begin(db, []), ScanState.FAILED, "/x \udcff: gone")
    assert scans.newest(db).message == "/x \\udcff: gone"


def test_old_rows_go(db):
    for _ in range(50):
        scans.begin(db, [])
    assert db.execute("SELECT count(*) FROM scans").fetchone() == (20,)
    assert scans.newest(db).id == 50


def test_a_job_that_tags_again_leaves_its_report(db):
    job_id = scans.begin(db, [], JobKind.RETAG)
    assert (scans.newest(db).kind, scans.newest(db).report) == (JobKind.RETAG, None)
    report = RetagReport(9, 8, 2, (RetagChange("not UTF-8 \udcff", ("Food",), ()),))
    scans.finish(db, job_id, ScanState.DONE, None, report)
    assert scans.newest(db).report == report


def test_a_job_that_runs_is_shown_before_one_that_was_started_later(db):
    running = scans.begin(db, [], JobKind.RETAG)
    later = scans.begin(db, ["/a"])
    assert scans.newest(db).id == later
    scans.finish(db, later, ScanState.DONE)
    assert scans.newest(db).id == running
    # Silent for too long, it is over.
    assert scans.newest(db, time.time() + DIED_AFTER_S + 1).id == later


def test_a_job_that_wants_to_be_alone_is_refused_beside_another(db):
    first = scans.begin(db, [], alone=True)
    with pytest.raises(ScanRunningError, match="A scan of this library is running"):
        scans.begin(db, [], JobKind.RETAG, alone=True)
    assert db.execute("SELECT count(*) FROM scans").fetchone() == (1,)
    db.execute("UPDATE scans SET beat_at = beat_at - ?", [DIED_AFTER_S + 1])
    db.conn.commit()
    assert scans.begin(db, [], JobKind.RETAG, alone=True) == first + 1
