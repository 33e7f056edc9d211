"""Which operations a TensorFlow graph is made of, read without TensorFlow and without running anything.

A graph is a program: some operations read and write files, call Python or talk to other computers. A network
for pictures needs none of these, so what has them is refused before TensorFlow gets to see it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from organizer.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAX_BYTES = 1 << 30
SAVED_MODEL = "saved_model.pb"
_OTHER_FORMS = ("saved_model.cpb", "saved_model.pbtxt")
"""Files that TensorFlow takes instead of ``saved_model.pb``, or reads in another way."""

_REACHES_OUT = re.compile(
    r"PyFunc|File(?!name)|Reader|Record|Dataset|Iterator|Summary|Proto|Rpc|Remote|Remap|Collective"
    r"|^(Print|Debug|Abort|_?Send$|_?Recv$|Save$|SaveSlices$|Restore$|RestoreSlice$)"
)
"""``SaveV2`` and ``RestoreV2`` are in every SavedModel: its weights are read with them."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

# Field numbers of TensorFlow's messages.
_SAVED_MODEL_META_GRAPH = 2
_META_GRAPH_GRAPH = 2
_GRAPH_NODE, _GRAPH_LIBRARY = 1, 2
_LIBRARY_FUNCTION = 1
_FUNCTION_NODE = 3
_NODE_OP = 2


def graph_operations(graph: bytes) -> set[str]:
    """Return the names of all operations in a serialised GraphDef, its functions included.

    Raises:
        ValueError: it is none.
    """
    return _operations(memoryview(graph))


def saved_model_operations(saved_model: bytes) -> set[str]:
    """Return the names of all operations in the content of a ``saved_model.pb``.

    Raises:
        ValueError: it is none.
    """
    found: set[str] = set()
    for meta_graph in _messages(memoryview(saved_model), _SAVED_MODEL_META_GRAPH):
        for graph in _messages(meta_graph, _META_GRAPH_GRAPH):
            found |= _operations(graph)
    if not found:
        raise ValueError("there is no graph in it")
    return found


def check_saved_model(folder: Path) -> None:
    """Refuse a folder that holds no SavedModel, or one with operations that a network has no need of.

    Raises:
        BundleError: it may not be loaded.
    """
    file = folder / SAVED_MODEL
    try:
        if other := [name for name in _OTHER_FORMS if (folder / name).exists()]:
            raise ValueError(f"it has {other[0]}, which is not read here")
        if not file.is_file():
            raise ValueError(f"there is no {SAVED_MODEL} in it")
        if file.stat().st_size > _MAX_BYTES:
            raise ValueError(f"{SAVED_MODEL} is too large")
        if refused := sorted(filter(_REACHES_OUT.search, saved_model_operations(file.read_bytes()))):
            raise ValueError(f"it has operations that reach outside the network: {', '.join(refused)}")
    except (OSError, ValueError) as error:
        raise BundleError(
            f"{folder}: this is no TensorFlow module that can be used ({error}). "
            "Get it again, or another one."
        ) from error


def _operations(graph: memoryview) -> set[str]:
    nodes = list(_messages(graph, _GRAPH_NODE))
    for library in _messages(graph, _GRAPH_LIBRARY):
        for function in _messages(library, _LIBRARY_FUNCTION):
            nodes += _messages(function, _FUNCTION_NODE)
    return {bytes(name).decode("utf-8") for node in nodes for name in _messages(node, _NODE_OP)}


def _messages(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """Yield what a message has in a field that holds messages or text, as often as it occurs.

    Raises:
        ValueError: this is no protocol buffer.
    """
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind, end = key & 7, at
        if kind == _VARINT:
            _, end = _number(message, at)
        elif kind == _BYTES:
            length, at = _number(message, at)
            end = at + length
        elif kind in {_FIXED32, _FIXED64}:
            end = at + (4 if kind == _FIXED32 else 8)
        else:
            raise ValueError("it is damaged or of another kind")
        if end > len(message):
            raise ValueError("it is cut off or of another kind")
        if key >> 3 == wanted:
            if kind != _BYTES:
                raise ValueError("it is damaged or of another kind")
            yield message[at:end]
        at = end


def _number(message: memoryview, at: int) -> tuple[int, int]:
    """Return a number of variable length and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("it is cut off or of another kind")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("it is damaged or of another kind")
