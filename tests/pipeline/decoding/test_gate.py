"""Threads that share, and those that must be alone."""

import threading
import time

from organizer.pipeline.decoding.gate import Gate


def test_those_that_want_to_be_alone_are():
    gate = Gate()
    inside, most, seen_alone = [], [], []

    def shared():
        with gate.shared():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.005)
            inside.pop()

    def alone():
        with gate.alone():
            inside.append(1)
            time.sleep(0.005)
            seen_alone.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=target) for target in [shared, shared, alone, shared] * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen_alone == [1] * 8
    assert len(most) == 24
