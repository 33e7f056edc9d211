"""A video as YouTube-8M's frame level has it: a SequenceExample whose list ``rgb`` has a row a second.

Written and read without TensorFlow. A row is three nested messages around its bytes, and protocol buffers
write each of the same size with the same bytes in front, nine for 1024. So all rows are one table in the
record's bytes, and checking the table's first columns checks the structure: 20 us a record of 230 seconds,
where parsing it and asking each row for its length takes 190.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.features.tensorflow.protobuf import payloads

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

_CONTEXT, _FEATURE_LISTS = 1, 2
_ENTRY, _KEY, _VALUE = 1, 1, 2
_TEXTS, _NUMBERS = 1, 3
"""Fields of a Feature: its list of bytes, and of whole numbers."""
ROWS = "rgb"
_ID, _LABELS, _REJECTED = b"id", b"labels", b"rejected"


@dataclass(frozen=True, slots=True)
class RowTable:
    """A record whose rows lie at one distance."""

    context: bytes
    """The message ``Features`` with id and labels."""
    rows: NDArray[np.uint8]
    """(seconds, dimensions), a view into the record."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a record says of its video besides the rows."""

    id: bytes
    labels: tuple[int, ...] = ()
    """Numbers of the classes that it has."""
    rejected: tuple[int, ...] = ()
    """Numbers of those that somebody said it has not. YouTube-8M knows no such thing: its readers pass over
    it, and where there are none nothing is written."""


def frame_record(context: Context, rows: NDArray[np.uint8]) -> bytes:
    """Return a serialised SequenceExample, laid out as ``find_row_table`` finds it.

    Args:
        context: what is said of the video.
        rows: (seconds, dimensions) uint8, at least one.
    """
    import numpy as np

    said = _entry(_ID, _field(_TEXTS, _field(1, context.id))) + _entry(_LABELS, _numbers(context.labels))
    if context.rejected:
        said += _entry(_REJECTED, _numbers(context.rejected))
    seconds, dimensions = rows.shape
    head = _row_head(dimensions)
    table = np.empty((seconds, len(head) + dimensions), np.uint8)
    table[:, : len(head)] = np.frombuffer(head, np.uint8)
    table[:, len(head) :] = rows
    return _field(_CONTEXT, said) + _field(_FEATURE_LISTS, _entry(ROWS.encode(), table.tobytes()))


def read_context(message: bytes) -> Context:
    """Return what ``frame_record`` wrote of a video; whatever else stands there is passed over.

    Raises:
        ValueError: it has no id, or is no protocol buffer.
    """
    found: dict[bytes, memoryview] = {}
    for entry in payloads(memoryview(message), _ENTRY):
        for key in payloads(entry, _KEY):
            for value in payloads(entry, _VALUE):
                found[bytes(key)] = value
    ids = [
        bytes(text)
        for kind in payloads(found.get(_ID, memoryview(b"")), _TEXTS)
        for text in payloads(kind, 1)
    ]
    if len(ids) != 1 or not ids[0]:
        raise ValueError("it has no id")
    return Context(ids[0], _packed(found.get(_LABELS)), _packed(found.get(_REJECTED)))


def find_row_table(record: memoryview, name: str, dimensions: int) -> RowTable | None:
    """Return a SequenceExample's context and the rows of one of its lists.

    None where it is written differently, or is none.

    Args:
        record: a serialised SequenceExample, or anything else.
        name: of the feature list.
        dimensions: bytes of each row.
    """
    import numpy as np

    try:
        contexts = list(payloads(record, _CONTEXT))
        lists = list(payloads(record, _FEATURE_LISTS))
        if len(contexts) != 1 or len(lists) != 1:
            return None
        found = []
        for entry in payloads(lists[0], _ENTRY):
            keys = list(payloads(entry, _KEY))
            values = list(payloads(entry, _VALUE))
            if len(keys) != 1 or len(values) != 1:
                return None
            if keys[0] == name.encode():
                found.append(values[0])
    except ValueError:
        return None
    head = _row_head(dimensions)
    if len(found) != 1 or not found[0] or len(found[0]) % (len(head) + dimensions):
        return None
    table = np.frombuffer(found[0], np.uint8).reshape(-1, len(head) + dimensions)
    if not (table[:, : len(head)] == np.frombuffer(head, np.uint8)).all():
        return None
    return RowTable(bytes(contexts[0]), table[:, len(head) :])


def _row_head(dimensions: int) -> bytes:
    """Return what stands before each row: field 1 of list, Feature and BytesList, with their lengths."""
    head = b""
    for _ in range(3):
        head = b"\x0a" + _varint(len(head) + dimensions) + head
    return head


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _field(number: int, payload: bytes) -> bytes:
    """Return a field that holds a message or bytes."""
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _entry(key: bytes, value: bytes) -> bytes:
    """Return an entry of a map."""
    return _field(_ENTRY, _field(_KEY, key) + _field(_VALUE, value))


def _numbers(numbers: Iterable[int]) -> bytes:
    """Return a Feature of whole numbers, 0 or more, packed as protocol buffers do it since version 3."""
    packed = b"".join(_varint(number) for number in numbers)
    return _field(_NUMBERS, _field(1, packed) if packed else b"")


def _packed(feature: memoryview | None) -> tuple[int, ...]:
    numbers: list[int] = []
    for kind in payloads(feature, _NUMBERS) if feature is not None else ():
        for packed in payloads(kind, 1):
            value = shift = 0
            for byte in packed:
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    numbers.append(value)
                    value = shift = 0
    return tuple(numbers)
