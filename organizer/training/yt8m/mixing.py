"""Streams of videos: several read side by side, shuffled in bounded memory, always in the same way."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from random import Random

T = TypeVar("T")

_AT_ONCE = 16
"""Items of one source that follow each other; few enough to mix, enough to be worth a thread's while."""


def interleaved(
    sources: Sequence[Callable[[], Iterable[T]]], *, side_by_side: int, threads: int
) -> Generator[T, None, None]:
    """Yield the items of sources, several of which are open at a time, a few of each in turn.

    It is ``tf.data``'s deterministic parallel interleave for sources that are Python. Whole batches can go to
    TensorFlow then: single items cost more on the way than in the making (330 us a video instead of 240).

    Args:
        sources: functions that begin one each; they run in threads, each by one at a time.
        side_by_side: how many are open at once. The order of the items depends on it,
        threads: and not on this. Reading files goes on in several threads, the rest takes turns.
    """
    waiting = iter(sources)

    def take(items: Iterator[T]) -> tuple[Iterator[T], list[T]]:
        return items, list(islice(items, _AT_ONCE))

    def begin(source: Callable[[], Iterable[T]]) -> tuple[Iterator[T], list[T]]:
        return take(iter(source()))

    pool = ThreadPoolExecutor(threads, thread_name_prefix="yt8m")
    try:
        running: deque[Future[tuple[Iterator[T], list[T]]]] = deque(
            pool.submit(begin, source) for source in islice(waiting, side_by_side)
        )
        while running:
            items, taken = running.popleft().result()
            if len(taken) == _AT_ONCE:
                running.append(pool.submit(take, items))
            elif (source := next(waiting, None)) is not None:
                running.append(pool.submit(begin, source))
            yield from taken
    finally:
        pool.shutdown(cancel_futures=True)


def shuffled(items: Iterable[T], size: int, random: Random) -> Iterator[T]:
    """Yield items in random order, each drawn from so many, as ``tf.data``'s shuffle does.

    Drawn here, the order depends on ``random`` alone; TensorFlow mixes the seed of the whole program into it.
    """
    kept: list[T] = []
    for item in items:
        if len(kept) < size:
            kept.append(item)
            continue
        drawn = random.randrange(size)
        yield kept[drawn]
        kept[drawn] = item
    random.shuffle(kept)
    yield from kept
