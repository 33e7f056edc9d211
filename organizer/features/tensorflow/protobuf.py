"""Read protocol buffers without their definitions and without TensorFlow.

What is read here decides what TensorFlow may see, so it never finds less than TensorFlow's own reader does:
fields that occur twice are both found, and what that reader skips as unknown is skipped here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _GROUP, _GROUP_END, _FIXED32 = range(6)
_DEEPEST = 100
"""Levels of messages in messages; the reader of TensorFlow takes no more either."""


def payloads(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """Yield what a message has in a field that holds messages or text, as often as it occurs.

    Raises:
        ValueError: this is no protocol buffer.
    """
    for field, payload in _fields(message):
        if field == wanted:
            if payload is None:
                raise ValueError("it is damaged or of another kind")
            yield payload


def texts(message: memoryview, depth: int = 0) -> Iterator[bytes]:
    """Yield everything at any depth of a message that may be a text, for a text and a message look alike.

    Raises:
        ValueError: it is nested deeper than any real one.
    """
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    fields = _fields(message)
    while True:
        try:
            _, payload = next(fields)
        except StopIteration:
            return
        except ValueError:
            # It was a text after all.
            return
        if payload is not None:
            yield bytes(payload)
            yield from texts(payload, depth + 1)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | None]]:
    """Yield the number of each field, and its content where that is a message or a text."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        field, kind = key >> 3, key & 7
        payload, end = None, at
        if kind == _VARINT:
            _, end = _number(message, at)
        elif kind == _BYTES:
            length, at = _number(message, at)
            end = at + length
            payload = message[at:end]
        elif kind in {_FIXED32, _FIXED64}:
            end = at + (4 if kind == _FIXED32 else 8)
        elif kind not in {_GROUP, _GROUP_END}:
            raise ValueError("it is damaged or of another kind")
        if end > len(message):
            raise ValueError("it is cut off or of another kind")
        if field == 0:
            raise ValueError("it is damaged or of another kind")
        # What is inside a group counts as if it stood outside: nothing is overlooked that way.
        yield field, payload
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
