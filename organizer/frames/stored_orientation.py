"""How a video's pictures are to be turned, told by FFmpeg's rules and, mostly, without decoding one."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from organizer.frames.iso_boxes import IDENTITY, display_matrix
from organizer.frames.matroska import may_be_projected
from organizer.frames.orientation import UPRIGHT, Orientation, orientation_of, orientation_of_matrix
from organizer.frames.own_orientation import CODECS, HEAD_BYTES, may_say_its_orientation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

# A recording of television may begin in the middle; its first picture comes with the next key frame.
_MOST_PACKETS = 300


def stored_orientation(container: InputContainer, stream: VideoStream, path: str) -> Orientation:
    """Tell how the first picture of a video is to be turned and mirrored.

    container, stream: just opened; read from, and the stream's decoder may be used.

    PyAV gives a display matrix only with a decoded frame. The one that phones write is read from the file;
    where there are signs of another (Matroska, notes inside the coded pictures), one frame is decoded.
    """
    formats = container.format.name.split(",")
    matrix = None
    if "mp4" in formats:
        matrix = display_matrix(path, stream.id)
        if matrix not in (None, IDENTITY):
            return orientation_of_matrix(matrix)
    codec, extradata = stream.codec_context.codec.canonical_name, stream.codec_context.extradata
    ask = ("mp4" in formats and matrix is None) or ("matroska" in formats and may_be_projected(path))
    if not ask and codec not in CODECS:
        return UPRIGHT
    packets = islice(_packets(container, stream), _MOST_PACKETS)
    first = next(packets, None)
    if first is None:
        return UPRIGHT
    head = bytes(memoryview(first)[:HEAD_BYTES])
    if not ask and not may_say_its_orientation(codec, head, extradata):
        return UPRIGHT
    frame = _first_frame(stream, chain([first], packets))
    return orientation_of(frame) if frame is not None else UPRIGHT


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of a stream, to where the file breaks off."""
    from av.error import FFmpegError

    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except (FFmpegError, OSError):
        return


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
