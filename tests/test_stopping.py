"""Work that is asked to wait stands still, and does nothing else than that."""

import threading
import time

import pytest

from organizer.stopping import StoppedError, Wishes, check
from tests.gallery_server.process import wait_until


class Work(threading.Thread):
    """Looks between two steps whether it shall wait or end."""

    def __init__(self, wishes):
        super().__init__(daemon=True)
        self.wishes, self.steps, self.stopped = wishes, 0, False
        self.start()

    def run(self):
        try:
            while True:
                check(self.wishes)
                self.steps += 1
                time.sleep(0.001)
        except StoppedError:
            self.stopped = True


@pytest.fixture
def work():
    running = Work(Wishes())
    yield running
    running.wishes.set()
    running.join(60)


def test_work_waits_while_it_shall_and_goes_on(work):
    wishes, told = work.wishes, []
    wishes.on_pause = told.append
    wait_until(lambda: work.steps > 3)
    assert wishes.waited_s() == 0
    wishes.pause.set()
    wait_until(lambda: wishes.waits)
    steps = work.steps
    wait_until(lambda: wishes.waited_s() > 0.3)
    assert work.steps == steps
    wishes.pause.clear()
    wait_until(lambda: work.steps > steps)
    waited_s = wishes.waited_s()
    assert waited_s > 0.3
    assert not wishes.waits
    wait_until(lambda: work.steps > steps + 20)
    assert wishes.waited_s() == waited_s
    assert told == [True, False]


def test_work_that_waits_can_be_stopped(work):
    work.wishes.pause.set()
    wait_until(lambda: work.wishes.waits)
    work.wishes.set()
    work.join(60)
    assert work.stopped
    assert not work.wishes.waits


def test_a_plain_event_only_stops():
    stop = threading.Event()
    check(stop)
    check(None)
    stop.set()
    with pytest.raises(StoppedError):
        check(stop)
