"""Whether coded pictures may say themselves how they are to be turned, told without decoding one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_JPEG = ("mjpeg", "mjpegb")
_WITH_UNITS = ("h264", "hevc")
CODECS = (*_JPEG, *_WITH_UNITS)
"""Those whose pictures can carry such a note, as FFmpeg spells them."""

# Payload type of the display orientation message in ITU-T H.264 (D.1.1) and H.265 (D.2.1).
_DISPLAY_ORIENTATION = 47
_EXIF = b"Exif\0\0"
# Exif lies in the first segment of a JPEG picture, the messages before the first slice of other codecs.
HEAD_BYTES = 1 << 16
"""So much of a packet is looked at."""


def may_say_its_orientation(codec: str, head: bytes, extradata: bytes | None) -> bool:
    """Tell whether the picture of a packet carries a note of how it is to be shown.

    codec: as FFmpeg spells it. head: the first ``HEAD_BYTES`` of a video's first packet. extradata: the
    stream's own header, which says how the packet is divided.
    """
    if codec in _JPEG:
        return _EXIF in head
    if codec not in _WITH_UNITS:
        return False
    return any(_DISPLAY_ORIENTATION in _messages(unit) for unit in _sei_units(codec, head, extradata or b""))


def _sei_units(codec: str, data: bytes, extradata: bytes) -> Iterator[bytes]:
    """Yield the content of the units of supplemental messages that come before the first slice."""
    for unit in _units(codec, data, extradata):
        if len(unit) < 2:
            continue
        if codec == "h264":
            kind, first_slice, last_slice, sei, header = unit[0] & 31, 1, 5, 6, 1
        else:
            kind, first_slice, last_slice, sei, header = unit[0] >> 1 & 63, 0, 31, 39, 2
        if first_slice <= kind <= last_slice:
            return
        if kind == sei:
            yield unit[header:]


def _units(codec: str, data: bytes, extradata: bytes) -> Iterator[bytes]:
    """Yield the network abstraction layer units of a packet; the last one may be cut off."""
    length_at = 4 if codec == "h264" else 21
    if len(extradata) <= length_at or extradata[0] != 1:
        # As a byte stream: start codes lie between them.
        yield from re.split(b"\0\0\1", data)[1:]
        return
    size = (extradata[length_at] & 3) + 1
    at = 0
    while at + size < len(data):
        length = int.from_bytes(data[at : at + size], "big")
        yield data[at + size : at + size + length]
        at += size + length


def _messages(unit: bytes) -> Iterator[int]:
    """Yield the payload type of each message in a unit."""
    # Without the bytes put in so that no start code appears by chance.
    content = unit.replace(b"\0\0\3", b"\0\0")
    at = 0
    # The last byte only ends the unit.
    while at + 2 < len(content):
        kind, at = _number(content, at)
        size, at = _number(content, at)
        yield kind
        at += size


def _number(content: bytes, at: int) -> tuple[int, int]:
    """Return a number, written as bytes that are added up to the first below 255, and where it ends."""
    first = at
    while content[at : at + 1] == b"\xff":
        at += 1
    return 255 * (at - first) + int.from_bytes(content[at : at + 1], "big"), at + 1
