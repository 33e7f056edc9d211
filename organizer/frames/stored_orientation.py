"""How a video's pictures are to be turned, told by FFmpeg's rules and, mostly, without decoding one."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from organizer.frames.iso_boxes import IDENTITY, display_matrix
from organizer.frames.matroska import may_be_projected
from organizer.frames.orientation import UPRIGHT, Orientation, orientation_of, orientation_of_matrix
from organizer.frames.own_orientation import CODECS, HEAD_BYTES, may_say_its_orientation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


def stored_orientation(
    container: InputContainer, stream: VideoStream, path: str, packets: Iterable[Packet[VideoStream]]
) -> Orientation:
    """Tell how the first picture of a video is to be turned and mirrored.

    packets: those that the stream begins with. Its decoder may be used.

    PyAV gives a display matrix only with a decoded frame. The one that phones write is read from the file;
    where there are signs of another (Matroska, notes inside the coded pictures), one frame is decoded.
    """
    formats = container.format.name.split(",")
    ask = "matroska" in formats and may_be_projected(path)
    if "mp4" in formats:
        matrix = display_matrix(path, stream.id)
        if matrix is not None and matrix != IDENTITY:
            return orientation_of_matrix(matrix)
        ask = matrix is None
    if not ask and not _may_say_its_own(stream, packets):
        return UPRIGHT
    frame = _first_frame(stream, packets)
    return orientation_of(frame) if frame is not None else UPRIGHT


def _may_say_its_own(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> bool:
    codec, extradata = stream.codec_context.codec.canonical_name, stream.codec_context.extradata
    if codec not in CODECS:
        return False
    first = next(iter(packets), None)
    return first is not None and may_say_its_orientation(
        codec, bytes(memoryview(first)[:HEAD_BYTES]), extradata
    )


def _first_frame(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> VideoFrame | None:
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
