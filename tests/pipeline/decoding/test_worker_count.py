"""How many workers a computer carries."""

import pytest

from organizer.features.processor import processors
from organizer.memory import memory_of_computer
from organizer.pipeline.decoding.worker_count import default_workers, fitting_workers, shared_processors


@pytest.mark.parametrize(
    ("workers", "files", "expected"), [(4, 1, (1, 8)), (4, 100, (4, 2)), (8, 3, (3, 2)), (16, 100, (16, 1))]
)
def test_threads_are_what_workers_leave(workers, files, expected):
    assert shared_processors(workers, files, 8) == expected


@pytest.mark.parametrize(
    ("processors", "gigabytes", "expected"), [(8, 64, 8), (8, 4, 3), (1, 64, 1), (64, 512, 16), (2, 0.5, 1)]
)
def test_by_default_workers_are_as_many_as_processors_and_memory_carry(processors, gigabytes, expected):
    assert fitting_workers(processors, int(gigabytes * 2**30)) == expected


def test_without_word_of_memory_processors_decide():
    assert fitting_workers(4, None) == 4


def test_this_computer_has_workers_that_its_processors_and_memory_carry():
    assert default_workers() == fitting_workers(processors(), memory_of_computer())
    assert default_workers() >= 1
