import os
import time

import pytest

from organizer.bench.workers import WarmWorkers
from organizer.errors import ScanError


def sleep(seconds):
    time.sleep(seconds)


def crash(_item):
    os._exit(3)


def refuse(item):
    raise ValueError(item)


def test_work_is_done_by_all_at_once_and_its_time_counted():
    with WarmWorkers(2) as workers:
        assert workers.start_s > 0
        # Four waits, two at a time: twice one wait, and what sending them takes.
        assert workers.seconds(sleep, [0.2] * 4) >= 0.4
        with pytest.raises(ValueError, match="7"):
            workers.seconds(refuse, [7])
        with pytest.raises(ScanError, match="ended unexpectedly"):
            workers.seconds(crash, [None])
