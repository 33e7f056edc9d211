import time
from contextlib import suppress
from threading import Event, Thread

import pytest

from organizer.errors import FolderError
from organizer.library import Library
from organizer.library.jobs import JobState
from organizer.pipeline import job_record
from organizer.pipeline.job_record import STUCK_AFTER_S, JobRecord, recorded
from organizer.pipeline.progress import FileOutcome, Listed, OutcomeKind, Stored
from organizer.stopping import StoppedError, Wishes, check
from tests.gallery_server.process import PATIENCE_S, wait_until


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


def test_a_failed_scan_leaves_its_reason(library):
    with pytest.raises(FolderError), recorded(library, ["/x"], Event()):
        raise FolderError("/x: it does not exist")
    assert (newest(library).state, newest(library).message) == (JobState.FAILED, "/x: it does not exist")


def test_a_scan_that_another_process_asks_to_stop_is_told_so(library):
    stop = Event()
    with pytest.raises(StoppedError), recorded(library, [], stop):
        with Library.open(library) as opened:
            opened.jobs.request_stop(newest(library).id)
        assert stop.wait(timeout=PATIENCE_S)
        raise StoppedError
    assert newest(library).state is JobState.STOPPED


def test_an_interrupted_scan_counts_as_stopped(library):
    with pytest.raises(KeyboardInterrupt), recorded(library, [], Event()):
        raise KeyboardInterrupt
    assert newest(library).state is JobState.STOPPED


def ask(library, wish, *values):
    with Library.open(library) as opened:
        getattr(opened.jobs, wish)(opened.jobs.newest().id, *values)


def test_a_job_that_another_process_asks_to_wait_stands_still_until_it_shall_go_on(library):
    wishes = Wishes()
    steps = []

    def work():
        with suppress(StoppedError), recorded(library, [], wishes) as record:
            record.to_do = 1000
            while not steps or steps[-1] < 999:
                check(wishes)
                record.done += 1
                steps.append(record.done)
                time.sleep(0.02)

    running = Thread(target=work)
    running.start()
    wait_until(lambda: steps)
    ask(library, "request_pause")
    assert newest(library).pause_requested
    wait_until(lambda: newest(library).paused)
    done = len(steps)
    row = newest(library)
    assert (row.finished, row.left_s) == (False, None)
    # Its row is written on: it waits, and is not dead.
    wait_until(lambda: newest(library).done == done)
    wait_until(lambda: newest(library).silent_s < 10)
    assert len(steps) == done
    ask(library, "request_pause", False)
    wait_until(lambda: len(steps) > done)
    wait_until(lambda: not newest(library).paused)
    # One that waits can be stopped too.
    ask(library, "request_pause")
    wait_until(lambda: newest(library).paused)
    ask(library, "request_stop")
    running.join(PATIENCE_S)
    row = newest(library)
    assert (row.state, row.paused, row.current) == (JobState.STOPPED, False, None)


def test_a_job_that_waits_for_long_is_not_stuck(library):
    wishes = Wishes()
    record = JobRecord()
    record.to_do = 10
    record._moved_s -= 10 * STUCK_AFTER_S
    assert record.stuck() is not None
    wishes.waits = True
    assert record.now(wishes).paused
    assert record.stuck() is None


def test_a_scan_says_which_file_is_at_hand_how_much_is_new_and_how_long_it_takes(library):
    def slow():
        yield Listed(600, 0, 0, 600, 0, ())
        for number in range(1, 601):
            record.at_hand.path = f"/x/not UTF-8 \udcff {number}.mp4"
            yield Stored(FileOutcome(f"/x/{number}.mp4", OutcomeKind.NEW), number, 600)
            time.sleep(0.02)

    with recorded(library, ["/x"], Event()) as record:
        rows = []
        for _ in record.following(slow()):
            if record.done % 50 == 0:
                rows.append(newest(library))
    told = [row for row in rows if row.left_s is not None]
    assert told
    assert 0 <= told[-1].left_s < 60
    assert told[-1].current.startswith("/x/not UTF-8 \\udcff ")
    assert 0 < told[-1].fresh <= 600
    row = newest(library)
    assert (row.fresh, row.current, row.left_s) == (600, None, None)
