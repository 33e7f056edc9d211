"""Numpy's own threads, turned off where they only wait for each other."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
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
