"""What Ray is asked has an end, whatever Ray does."""

from __future__ import annotations

import threading
import time

import pytest

from organizer.cluster.computers import NodeGoneError
from organizer.cluster.ray_node import wait_for


class NeverAnswers:
    """Ray with a call that is under way for ever; its ``get`` would not come back."""

    def wait(self, references, timeout):
        time.sleep(timeout)
        return [], references

    def get(self, reference):
        pytest.fail("it would never come back")


class Answers:
    def wait(self, references, timeout):
        return references, []

    def get(self, reference):
        return f"answer to {reference}"


def test_an_answer_is_returned():
    assert wait_for(Answers(), "a call", threading.Event()) == "answer to a call"


def test_who_waits_hears_that_it_is_over():
    closed = threading.Event()
    threading.Timer(0.2, closed.set).start()
    started = time.monotonic()
    with pytest.raises(NodeGoneError):
        wait_for(NeverAnswers(), "a call", closed)
    assert time.monotonic() - started < 10


def test_there_is_a_longest_time():
    with pytest.raises(TimeoutError, match="1 s"):
        wait_for(NeverAnswers(), "a call", threading.Event(), within_s=0.6)
