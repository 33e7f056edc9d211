import json
import time

import pytest

from organizer.errors import JobRunningError
from organizer.library import Library
from organizer.library.database.columns import time_text
from organizer.library.jobs import DIED_AFTER_S, JobKind, JobState, busy_words, quiet_words
from organizer.library.retag_report import RetagChange, RetagReport
from tests.library.build import add_failed
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


def test_a_job_that_says_nothing_is_told_with_when_another_can_begin(library):
    library.jobs.begin([])
    (beat_s,) = database_of(library).execute("SELECT beat_at FROM scans").fetchone()

    def words(after_s):
        return busy_words(library.jobs.newest(beat_s + after_s))

    assert words(9) == "A scan of this library is running. Wait for its end or stop it."
    silent = words(20.5)
    assert silent.startswith(words(9) + " Nothing was heard of it for 20 s: if it was killed")
    assert silent.endswith("begin in 25 s.")
    assert words(DIED_AFTER_S - 0.1).endswith("begin in 1 s.")
    assert quiet_words(library.jobs.newest(beat_s + DIED_AFTER_S + 1)) == ""


def test_a_reason_with_a_name_that_is_not_utf8(library):
    library.jobs.finish(library.jobs.begin([]), JobState.FAILED, "/x \udcff: gone")
    assert library.jobs.newest().message == "/x \\udcff: gone"


def test_old_rows_go(library):
    for _ in range(50):
        library.jobs.begin([])
    assert database_of(library).execute("SELECT count(*) FROM scans").fetchone() == (20,)
    assert library.jobs.newest().id == 50


def scan_of(library, began_s, ended_s, moments, *, state=JobState.DONE, kind=JobKind.SCAN):
    """Leave what a scan left that looked at videos at some moments, in seconds since 1970."""
    job_id = library.jobs.begin([], kind)
    library.jobs.beat(job_id, to_do=len(moments), done=len(moments), failed=0)
    library.jobs.finish(job_id, state)
    db = database_of(library)
    db.execute("UPDATE scans SET started_at = ?, beat_at = ? WHERE id = ?", [began_s, ended_s, job_id])
    for moment in moments:
        # Each video was looked at last by one scan.
        number = db.execute("SELECT count(*) FROM videos").fetchone()[0]
        add_failed(library, "/v", f"{number}.mp4", "cut off")
        db.execute(
            "UPDATE videos SET analysed_at = ? WHERE id = (SELECT max(id) FROM videos)", [time_text(moment)]
        )
    db.conn.commit()


def test_the_speed_of_scans_is_that_of_the_newest_that_looked_at_enough(library):
    assert library.jobs.seconds_a_video() is None
    scan_of(library, 1000, 1500, [1000 + 10 * n for n in range(9)])
    assert library.jobs.seconds_a_video() is None
    # The walk through folders before the first one does not count, nor what was recognised after the last.
    scan_of(library, 2000, 9000, [3000 + 10 * n for n in range(20)])
    assert library.jobs.seconds_a_video() == pytest.approx((190 + 1) / 20)
    scan_of(library, 10_000, 10_500, [10_000 + 2 * n for n in range(10)], state=JobState.STOPPED)
    assert library.jobs.seconds_a_video() == pytest.approx((18 + 1) / 10)
    # Another kind of job, one that failed, and one with too little.
    scan_of(library, 20_000, 20_500, [20_000 + n for n in range(30)], kind=JobKind.RETAG)
    scan_of(library, 30_000, 30_500, [30_000 + n for n in range(30)], state=JobState.FAILED)
    scan_of(library, 40_000, 40_500, [40_000, 40_001])
    assert library.jobs.seconds_a_video() == pytest.approx((18 + 1) / 10)


def test_videos_that_another_scan_looked_at_since_say_nothing_of_an_older_one(library):
    scan_of(library, 2000, 3000, [2000 + 10 * n for n in range(20)])
    database_of(library).execute("UPDATE videos SET analysed_at = ?", [time_text(5000)])
    assert library.jobs.seconds_a_video() is None


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
