from __future__ import annotations

import threading

import pytest

from organizer.pipeline.fingerprints import look_ahead
from tests.gallery_server.process import PATIENCE_S, wait_until


def double(number: int) -> int:
    return number * 2


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_results_come_in_the_order_of_the_items(workers, count):
    results = [(item, future.result()) for item, future in look_ahead(double, range(count), workers=workers)]
    assert results == [(number, 2 * number) for number in range(count)]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_never_more_than_workers_and_one_are_held(workers):
    taken = finished_with = most = 0

    def items():
        nonlocal taken, most
        for number in range(20):
            taken += 1
            most = max(most, taken - finished_with)
            yield number

    for _, future in look_ahead(double, items(), workers=workers):
        future.result()
        finished_with += 1
    assert (most, taken) == (workers + 1, 20)


def test_the_next_items_are_worked_on_while_one_is_used():
    started = threading.Event()

    def work(number: int) -> None:
        if number == 1:
            started.set()

    ahead = look_ahead(work, range(3), workers=1)
    next(ahead)
    assert started.wait(PATIENCE_S)
    ahead.close()


def test_items_are_advanced_in_the_callers_thread_and_work_is_done_in_others():
    here, seen = threading.get_ident(), []

    def items():
        for number in range(5):
            assert threading.get_ident() == here
            yield number

    for _, future in look_ahead(lambda _: threading.get_ident(), items(), workers=2):
        seen.append(future.result())
    assert here not in seen


def test_an_error_comes_with_its_item_and_the_others_go_on():
    def work(number: int) -> int:
        if number == 2:
            raise KeyError(number)
        return number

    results = []
    for item, future in look_ahead(work, range(5), workers=2):
        try:
            results.append(future.result())
        except KeyError as error:
            assert error.args == (item,)
            results.append("error")
    assert results == [0, 1, "error", 3, 4]


def test_an_error_of_the_items_is_raised():
    def items():
        yield 1
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        list(look_ahead(double, items(), workers=2))


def test_closing_drops_what_has_not_started_and_waits_for_the_rest():
    begun, ended = [], []

    def work(number: int) -> None:
        begun.append(number)
        # Not before the one after it was dropped, however late this thread's turn comes.
        wait_until(lambda: pending and pending[0][1].cancelled())
        ended.append(number)

    pending = []
    ahead = look_ahead(work, range(100), workers=1)
    next(ahead)
    pending.extend(ahead.gi_frame.f_locals["pending"])
    ahead.close()
    assert begun == ended == [0]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]
