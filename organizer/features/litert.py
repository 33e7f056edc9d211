"""Open LiteRT graphs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def open_interpreter(graph: Path, *, threads: int | None = None) -> Any:
    """Return an interpreter for a ``.tflite`` file with its tensors allocated.

    Args:
        graph: the file.
        threads: processor threads to use; None takes all.

    Raises:
        BundleError: the file is missing or is no LiteRT graph.
    """
    from ai_edge_litert.interpreter import Interpreter

    try:
        # Given as bytes: the library's own file opening fails on non-ASCII paths on Windows.
        content = graph.read_bytes()
        with _quiet():
            interpreter = Interpreter(model_content=content, num_threads=threads or os.cpu_count())
            interpreter.allocate_tensors()
            return interpreter
    except (OSError, ValueError, RuntimeError) as error:
        raise BundleError(
            f"{graph}: this model file cannot be used ({error}). "
            "Reinstall organizer or pull the bundle again."
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep LiteRT from announcing its delegate on standard error; it has no setting for that.

    The file descriptor itself is turned away, for the message does not come from Python. Errors still come as
    exceptions.
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
