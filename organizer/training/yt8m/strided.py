"""Find the rows of a frame-level record without parsing them: they lie at one distance from each other.

A row is three nested messages around 1024 bytes, and protocol buffers write each of the same size with the
same nine bytes in front. So all rows are one table in the record's bytes, and checking the table's first nine
columns checks the structure: 20 us a record of 230 seconds, where parsing it and asking each row for its
length takes 190. Who does not write records in this way is read with the ordinary parser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.features.protobuf import payloads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CONTEXT, _FEATURE_LISTS = 1, 2
_ENTRY, _KEY, _VALUE = 1, 1, 2


@dataclass(frozen=True, slots=True)
class Table:
    """A record whose rows lie at one distance."""

    context: bytes
    """The message ``Features`` with id and labels."""
    rows: NDArray[np.uint8]
    """(seconds, dimensions), a view into the record."""


def find_table(record: memoryview, name: str, dimensions: int) -> Table | None:
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
    return Table(bytes(contexts[0]), table[:, len(head) :])


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
