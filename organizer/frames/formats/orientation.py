"""How a stored picture lies, and how a player turns it: the eight ways of a display matrix.

FFmpeg's rules decide. Mostly the turn is told from the container, or from whether the coded pictures may say
it themselves, without decoding one.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from organizer.frames.formats.format_names import has_format
from organizer.frames.formats.iso_boxes import IDENTITY, display_matrix
from organizer.frames.formats.matroska import may_be_projected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class Orientation:
    """What a player does to the stored picture: first the turn, then the mirror."""

    turn_deg: int = 0
    """Clockwise: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether left and right are exchanged after the turn."""

    @property
    def swaps_sides(self) -> bool:
        """Whether the stored picture's width becomes its height."""
        return self.turn_deg in (90, 270)

    def applied_to(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture as it is shown: (height, width, 3) of a stored one, as a view of it."""
        import numpy as np

        turned = np.rot90(rgb, -(self.turn_deg // 90))
        return turned[:, ::-1] if self.mirrored else turned


UPRIGHT = Orientation()
"""Shown as it is stored."""


def orientation_of_matrix(matrix: Sequence[int]) -> Orientation:
    """Tell what FFmpeg's own ``-autorotate`` does for a display matrix.

    Of other angles than quarters, within half a degree, FFmpeg makes a slanted picture with black corners and
    browsers none: they are ignored, the mirror with them, as browsers do it.

    Args:
        matrix: its nine fixed-point numbers a b u, c d v, x y w, row by row: a point (p, q) of the stored
            picture is shown at (a p + c q, b p + d q).
    """
    a, b, _, c, d = matrix[:5]
    across, down = math.hypot(a, c), math.hypot(b, d)
    if not across or not down:
        return UPRIGHT
    # FFmpeg's angle, in whole degrees clockwise; a mirror shows only in what the angle does not explain.
    angle = round(math.degrees(math.atan2(b / down, a / across))) % 360
    if angle == 0:
        return Orientation(180, mirrored=True) if d < 0 else UPRIGHT
    if angle == 90:
        return Orientation(90, mirrored=c > 0)
    if angle == 180:
        return Orientation(180) if d < 0 else Orientation(0, mirrored=True)
    if angle == 270:
        return Orientation(270, mirrored=c < 0)
    return UPRIGHT


def orientation_of(frame: VideoFrame) -> Orientation:
    """Tell how a decoded frame is to be shown.

    FFmpeg gives each frame the container's matrix (MP4, MOV, Matroska); without one, what the coded pictures
    themselves say (H.264 and HEVC in a display orientation message, Motion JPEG in Exif).
    """
    from av.sidedata.sidedata import SideDataContainer, Type

    try:
        # Not ``frame.side_data``: that one refers to its frame and the frame to it, so that all the large
        # frames stay in memory until Python looks for such circles.
        notes = list(SideDataContainer(frame))  # type: ignore[call-arg]
    except ValueError:
        # PyAV gives none of them where it does not know one, such as Exif; then the angle has to do.
        return _turned_by(-frame.rotation)
    # The first one counts, as in FFmpeg: a frame may carry the container's and, after it, its own.
    for note in notes:
        if note.type == Type.DISPLAYMATRIX:
            return orientation_of_matrix(struct.unpack("=9i", bytes(note)))
    return UPRIGHT


def _turned_by(angle: int) -> Orientation:
    """Return a turn by degrees clockwise, cut to whole ones; none for an angle that is no quarter."""
    quarters = round(angle / 90)
    return Orientation(quarters % 4 * 90) if abs(angle - quarters * 90) <= 1 else UPRIGHT


def may_say_its_orientation(codec: str, head: bytes, extradata: bytes | None) -> bool:
    """Tell whether the picture of a packet carries a note of how it is to be shown.

    Args:
        codec: as FFmpeg spells it.
        head: the first ``HEAD_BYTES`` of a video's first packet.
        extradata: the stream's own header, which says how the packet is divided.
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


def stored_orientation(
    container: InputContainer, stream: VideoStream, path: str, packets: Iterable[Packet[VideoStream]]
) -> Orientation:
    """Tell how the first picture of a video is to be turned and mirrored.

    PyAV gives a display matrix only with a decoded frame. The one that phones write is read from the file;
    where there are signs of another (Matroska, notes inside the coded pictures), one frame is decoded.

    Args:
        packets: those that the stream begins with. Its decoder may be used.
    """
    ask = has_format(container, "matroska") and may_be_projected(path)
    if has_format(container, "mp4"):
        matrix = display_matrix(path, stream.id)
        if matrix is not None and matrix != IDENTITY:
            return orientation_of_matrix(matrix)
        ask = matrix is None
    if not ask and not _may_say_its_own(stream, packets):
        return UPRIGHT
    frame = first_frame(stream, packets)
    return orientation_of(frame) if frame is not None else UPRIGHT


def _may_say_its_own(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> bool:
    codec, extradata = stream.codec_context.codec.canonical_name, stream.codec_context.extradata
    if codec not in CODECS:
        return False
    first = next(iter(packets), None)
    return first is not None and may_say_its_orientation(
        codec, bytes(memoryview(first)[:HEAD_BYTES]), extradata
    )


def first_frame(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> VideoFrame | None:
    """Return the first picture that can be decoded, None where none can."""
    from av.error import FFmpegError

    stream.codec_context.thread_count = 1
    for packet in chain(packets, [None]):
        try:
            frames = stream.codec_context.decode(packet)
        except FFmpegError:
            continue
        if frames:
            return frames[0]
    return None
