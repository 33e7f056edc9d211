"""How many videos are decoded at once, and with how many threads each."""

from __future__ import annotations

from organizer.features.processor import processors
from organizer.memory import memory_of_computer

_MEMORY_FOR_WORKER = 600 * 2**20
"""Bytes; what decoding one 4K video takes at the most, with room to spare."""
_MAX_WORKERS = 16
"""By default. More decode more than one network can look at."""


def shared_processors(workers: int, files: int, processors: int) -> tuple[int, int]:
    """Return how many workers to start for some files, and the threads that each decodes a video with.

    Few long files on many processors: what workers leave free, their decoders use.
    """
    workers = max(1, min(workers, files))
    return workers, max(1, processors // workers)


def default_workers() -> int:
    """Return how many files to decode at once: one a processor, as far as memory carries them."""
    return fitting_workers(processors(), memory_of_computer())


def fitting_workers(processors: int, memory: int | None) -> int:
    """Return how many files can be decoded at once.

    Args:
        processors: how many there are.
        memory: bytes of memory; None where it is not known.
    """
    fitting = _MAX_WORKERS if memory is None else memory // 2 // _MEMORY_FOR_WORKER
    return max(1, min(processors, fitting, _MAX_WORKERS))
