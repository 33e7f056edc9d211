import time

import pytest

from organizer.cli.scan_record import recorded
from organizer.errors import FolderError
from organizer.library import scans
from organizer.library.database import opened
from organizer.library.scans import ScanState
from organizer.pipeline import FileOutcome, Listed, OutcomeKind, Stored


@pytest.fixture
def library(tmp_path):
    return tmp_path / "library.db"


def newest(library):
    with opened(library) as db:
        return scans.newest(db)


def events():
    yield Listed(3, 1, 0, 2, 0, ())
    yield Stored(FileOutcome("/a", OutcomeKind.NEW), 1, 2)
    yield Stored(FileOutcome("/b", OutcomeKind.FAILED, "cut off"), 2, 2)


def test_a_scan_leaves_its_numbers(library):
    with recorded(library, ["/x"]) as record:
        assert newest(library).state is ScanState.RUNNING
        assert len(list(record.following(events()))) == 3
    row = newest(library)
    assert (row.state, row.to_do, row.done, row.failed) == (ScanState.DONE, 2, 2, 1)


def test_a_failed_scan_leaves_its_reason(library):
    with pytest.raises(FolderError), recorded(library, ["/x"]):
        raise FolderError("/x: it does not exist")
    assert (newest(library).state, newest(library).message) == (ScanState.FAILED, "/x: it does not exist")


def test_a_scan_that_is_asked_to_stop_is_interrupted(library):
    def endless():
        while True:
            time.sleep(0.05)
            yield Listed(0, 0, 0, 0, 0, ())

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), recorded(library, []) as record:
        for _ in record.following(endless()):
            with opened(library) as db:
                scans.request_stop(db, newest(library).id)
            assert time.monotonic() - started < 10
    assert newest(library).state is ScanState.STOPPED
