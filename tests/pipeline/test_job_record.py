import time
from threading import Event

import pytest

from organizer.errors import FolderError
from organizer.library import Library
from organizer.library.jobs import JobState
from organizer.pipeline import job_record
from organizer.pipeline.job_record import STUCK_AFTER_S, recorded
from organizer.pipeline.progress import FileOutcome, Listed, OutcomeKind, Stored
from organizer.stopping import StoppedError


@pytest.fixture
def library(tmp_path):
    return tmp_path / "library.db"


def newest(library):
    with Library.open(library) as opened:
        return opened.jobs.newest()


def events():
    yield Listed(3, 1, 0, 2, 0, ())
    yield Stored(FileOutcome("/a", OutcomeKind.NEW), 1, 2)
    yield Stored(FileOutcome("/b", OutcomeKind.FAILED, "cut off"), 2, 2)


def test_a_scan_leaves_its_numbers(library):
    with recorded(library, ["/x"], Event()) as record:
        assert newest(library).state is JobState.RUNNING
        assert len(list(record.following(events()))) == 3
    row = newest(library)
    assert (row.state, row.to_do, row.done, row.failed) == (JobState.DONE, 2, 2, 1)


def test_a_scan_in_which_nothing_is_done_for_long_says_that_it_is_stuck(library, monkeypatch):
    with recorded(library, ["/x"], Event()) as record:
        following = record.following(events())
        assert record.stuck(time.monotonic() + 10 * STUCK_AFTER_S) is None
        next(following)
        assert record.stuck(time.monotonic() + STUCK_AFTER_S - 5) is None
        words = record.stuck(time.monotonic() + STUCK_AFTER_S + 5)
        assert words.startswith("The scan is stuck: no file was done for 16 minutes.")
        monkeypatch.setattr(job_record, "STUCK_AFTER_S", -1.0)
        wait_until(lambda: (newest(library).message or "").startswith("The scan is stuck"))
        assert newest(library).state is JobState.RUNNING
        monkeypatch.undo()
        next(following)
        wait_until(lambda: newest(library).message is None)
        assert len(list(following)) == 1
        assert record.stuck(time.monotonic() + 10 * STUCK_AFTER_S) is None
    assert (newest(library).state, newest(library).message) == (JobState.DONE, None)


def wait_until(true):
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_failed_scan_leaves_its_reason(library):
    with pytest.raises(FolderError), recorded(library, ["/x"], Event()):
        raise FolderError("/x: it does not exist")
    assert (newest(library).state, newest(library).message) == (JobState.FAILED, "/x: it does not exist")


def test_a_scan_that_another_process_asks_to_stop_is_told_so(library):
    stop = Event()
    with pytest.raises(StoppedError), recorded(library, [], stop):
        with Library.open(library) as opened:
            opened.jobs.request_stop(newest(library).id)
        assert stop.wait(timeout=30)
        raise StoppedError
    assert newest(library).state is JobState.STOPPED


def test_an_interrupted_scan_counts_as_stopped(library):
    with pytest.raises(KeyboardInterrupt), recorded(library, [], Event()):
        raise KeyboardInterrupt
    assert newest(library).state is JobState.STOPPED
