"""What the processor offers to networks.

Numpy's own threads are turned off where they only wait for each other.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from threadpoolctl import ThreadpoolController


_ONE_AT_A_TIME = Lock()
"""Held while they are off, which goes for the whole process."""


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Run matrix products in the block in its own thread.

    Products of a few milliseconds are not worth sharing: while decoders keep the processors busy, the other
    half of one waits for its turn, and it took ten times as long.
    """
    with _ONE_AT_A_TIME, _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """Return what knows the libraries that are loaded; looking for them takes milliseconds."""
    import numpy as np  # noqa: F401 - it brings the library in question
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}
_CPUINFO = Path("/proc/cpuinfo")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """Say whether the processor multiplies bfloat16 numbers (AVX512_BF16 or AMX).

    Only Linux tells; elsewhere the answer is no. TensorFlow does not ask for these: on older processors it
    would compute bfloat16 in float32 with extra conversions, slower than float32 alone.
    """
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return not _BFLOAT16_FLAGS.isdisjoint(flags)
