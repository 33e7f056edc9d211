import random
import threading
from collections import Counter

import pytest

from organizer.training.yt8m.sampling import interleaved, shuffled


def source(name, count):
    return lambda: ((name, number) for number in range(count))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("counts", [[], [0], [5], [16], [100, 0, 16, 33, 7, 50], [0, 0, 3]])
def test_everything_comes_once_and_in_the_order_of_its_source(counts, threads):
    sources = [source(number, count) for number, count in enumerate(counts)]
    items = list(interleaved(sources, side_by_side=2, threads=threads))
    assert Counter(name for name, _ in items) == Counter({n: c for n, c in enumerate(counts) if c})
    for number, count in enumerate(counts):
        assert [item for name, item in items if name == number] == list(range(count))


def test_the_order_does_not_depend_on_how_fast_a_source_is():
    release = threading.Event()

    def slow():
        release.wait(5)
        yield from (("slow", number) for number in range(40))

    def quick():
        yield from (("quick", number) for number in range(40))
        release.set()

    wanted = list(interleaved([source("slow", 40), source("quick", 40)], side_by_side=2, threads=2))
    assert list(interleaved([slow, quick], side_by_side=2, threads=2)) == wanted
    assert [name for name, _ in wanted[::16]] == ["slow", "quick", "slow", "quick", "slow"]


def test_only_some_are_open_at_once():
    is_open, most = set(), []

    def tracked(number):
        def begin():
            is_open.add(number)
            most.append(len(is_open))
            yield from range(20)
            is_open.discard(number)

        return begin

    assert len(list(interleaved([tracked(number) for number in range(30)], side_by_side=3, threads=2))) == 600
    assert max(most) <= 3


def test_an_error_comes_through_and_the_threads_end():
    def broken():
        yield 1
        raise ValueError("broken")

    before = threading.active_count()
    with pytest.raises(ValueError, match="broken"):
        list(interleaved([source("a", 100), broken], side_by_side=2, threads=2))
    assert threading.active_count() == before


def test_left_early_the_threads_end():
    before = threading.active_count()
    items = interleaved([source("a", 100)] * 5, side_by_side=2, threads=2)
    assert next(items) == ("a", 0)
    items.close()
    assert threading.active_count() == before


def test_shuffling_is_repeatable_and_bounded():
    numbers = iter(range(1, 1001))
    items = shuffled(numbers, 100, random.Random("1 2"))
    first = next(items)
    assert next(numbers) == 102, "more or fewer were kept"
    items = shuffled(range(1, 1001), 100, random.Random("1 2"))
    assert next(items) == first
    everything = [first, *items]
    assert sorted(everything) == list(range(1, 1001))
    assert everything == list(shuffled(range(1, 1001), 100, random.Random("1 2")))
    assert everything != list(shuffled(range(1, 1001), 100, random.Random("1 3")))
    assert sum(abs(place - item) for place, item in enumerate(everything)) / 1000 > 50
