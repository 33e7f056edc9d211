"""Work on the next few items in the background while the current one is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def look_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int
) -> Generator[tuple[Item, Future[Result]], None, None]:
    """Yield (item, future) in the order of the items, never holding more than ``workers + 1`` of them.

    ``items`` is advanced, and the results are used, in the caller's thread; ``function`` runs in ``workers``
    threads. Closing the generator, and any error in it, drops what has not started and waits for what has.
    """
    pending: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                pending.append((item, pool.submit(function, item)))
                if len(pending) > workers:
                    yield pending.popleft()
            while pending:
                yield pending.popleft()
        finally:
            for _, future in pending:
                future.cancel()
