"""Workers ended at random points of scans, a few of them; ``python -m benchmarks kill`` ends many."""

import sys

import pytest

from benchmarks import kill

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes end in other ways")


def check(result):
    assert (result.hangs, result.broken_off) == (0, [])
    assert result.stored_as_broken == []
    assert result.not_ok_at_the_end == []
    assert result.left_running == 0


def test_workers_that_are_ended_break_no_file(tmp_path):
    result = kill.run(terminate=10, kill=10, servers=2, seed=3, folder=tmp_path)
    check(result)
    assert (result.terminated, result.killed, result.servers_killed) == (10, 10, 2)


@pytest.mark.long
def test_many_workers_that_are_ended_break_no_file(tmp_path):
    result = kill.run(terminate=200, kill=200, servers=20, seed=1, folder=tmp_path)
    check(result)
    assert (result.terminated, result.killed) == (200, 200)
