"""Keep libraries that write to the terminal by themselves from doing so."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


_lock = threading.Lock()
_blocks = 0
_kept = -1


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Turn standard error away for as long as the block runs; blocks of several threads may overlap.

    The file descriptor itself, for what is meant does not come from Python: LiteRT announces its delegate and
    TensorFlow its processor, and neither has a setting for that. Errors still come as exceptions.
    """
    _begin()
    try:
        yield
    finally:
        _end()


def _begin() -> None:
    global _blocks, _kept  # noqa: PLW0603
    with _lock:
        _blocks += 1
        if _blocks > 1:
            return
        try:
            _kept = os.dup(2)
        except OSError:
            # Started without a standard error, as some window systems do.
            _kept = -1
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def _end() -> None:
    global _blocks, _kept  # noqa: PLW0603
    with _lock:
        _blocks -= 1
        if _blocks == 0 and _kept >= 0:
            os.dup2(_kept, 2)
            os.close(_kept)
            _kept = -1
