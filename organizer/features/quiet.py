"""Keep libraries that write to the terminal by themselves from doing so."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Turn standard error away for as long as the block runs.

    The file descriptor itself, for what is meant does not come from Python: LiteRT announces its delegate and
    TensorFlow its processor, and neither has a setting for that. Errors still come as exceptions.
    """
    try:
        kept = os.dup(2)
    except OSError:
        # Started without a standard error, as some window systems do.
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
