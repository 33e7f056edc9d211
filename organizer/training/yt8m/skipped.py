"""What could not be used of the shards: named, counted, and in the way of nothing else."""

from __future__ import annotations

import threading
from dataclasses import dataclass

_MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record, or the rest of a shard from a record on, that was left out."""

    shard: str
    """Path of the file."""
    record_number: int
    """Counted from 0 in its shard."""
    reason: str
    """What is wrong with it, no full stop at the end."""

    def __str__(self) -> str:
        return f"{self.shard}, record {self.record_number}: {self.reason}"


class SkipLog:
    """Counts each skipped record once, however often the shards are read; safe to use from several threads.

    Memory stays small whatever the shards hold: one bit a record for the count, and the first thousand in
    words.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        """By shard, a number whose bit k says that record k was skipped."""
        self._first: list[Skipped] = []

    def add(self, skipped: Skipped) -> None:
        """Note one record; nothing changes where it is known already."""
        bit = 1 << skipped.record_number
        with self._lock:
            seen = self._seen.get(skipped.shard, 0)
            if seen & bit:
                return
            self._seen[skipped.shard] = seen | bit
            if len(self._first) < _MOST_KEPT:
                self._first.append(skipped)

    @property
    def count(self) -> int:
        """How many different records were skipped; a shard that was given up counts as one."""
        with self._lock:
            return sum(seen.bit_count() for seen in self._seen.values())

    @property
    def first(self) -> tuple[Skipped, ...]:
        """The first thousand, in the order in which they were met."""
        with self._lock:
            return tuple(self._first)
