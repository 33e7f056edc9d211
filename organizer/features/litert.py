"""Open LiteRT graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.features.processor import processors
from organizer.features.quiet import quiet_stderr
from organizer.regular_file import read_regular

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 1 << 31
"""A graph is a FlatBuffer, whose offsets reach no further."""


def open_interpreter(graph: Path, *, threads: int | None = None, delegated: bool = True) -> Any:
    """Return an interpreter for a ``.tflite`` file with its tensors allocated.

    Args:
        graph: the file.
        threads: processor threads to use; None takes all.
        delegated: let XNNPACK run what it can, several times as fast. It is wrong now and then for graphs
            with loops, see ``LiteRtClassifier``.

    Raises:
        BundleError: the file is missing or is no LiteRT graph.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    operations = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    try:
        # Given as bytes: the library's own file opening fails on non-ASCII paths on Windows.
        content = read_regular(graph, _MOST_BYTES)
        with quiet_stderr():
            interpreter = Interpreter(
                model_content=content,
                num_threads=threads or processors(),
                experimental_op_resolver_type=operations,
            )
            interpreter.allocate_tensors()
            return interpreter
    except (OSError, ValueError, RuntimeError) as error:
        raise BundleError(
            f"{graph}: this model file cannot be used ({error}). "
            "Reinstall organizer or pull the bundle again."
        ) from error
