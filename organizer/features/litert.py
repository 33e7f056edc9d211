"""Open LiteRT graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path


def open_interpreter(graph: Path, *, threads: int | None = None) -> Any:
    """Return an interpreter for a ``.tflite`` file; the caller allocates its tensors.

    Args:
        graph: the file.
        threads: processor threads to use; None takes all.

    Raises:
        BundleError: the file is missing or is no LiteRT graph.
    """
    import os

    from ai_edge_litert.interpreter import Interpreter

    try:
        # Given as bytes: the library's own file opening fails on non-ASCII paths on Windows.
        content = graph.read_bytes()
        return Interpreter(model_content=content, num_threads=threads or os.cpu_count())
    except (OSError, ValueError, RuntimeError) as error:
        raise BundleError(
            f"{graph}: this model file cannot be used ({error}). "
            "Reinstall organizer or pull the bundle again."
        ) from error
