"""What a video says of itself, read without decoding its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.container import open_container, picture_stream
from organizer.frames.first_packets import FirstPackets
from organizer.frames.pixel_aspect import PixelAspect, square_size
from organizer.frames.stored_orientation import stored_orientation
from organizer.frames.taken import taken_at
from organizer.types import VideoInfo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Containers state nonsense such as 90,000 frames a second when they do not know.
_MAX_FRAME_RATE = 1000.0


def probe(path: str, *, mtime_ns: int) -> VideoInfo:
    """Read what the container of a video says; no network is used.

    No picture is decoded, but for the first one where only that tells how it is turned.

    path: absolute.
    mtime_ns: when the file was last changed, nanoseconds since 1970; the last resort for the date.

    Raises ValueError for a relative path, NotAVideoError for content that is not a video (empty, text, sound
    only) and UnreadableVideoError for a video that cannot be opened.
    """
    with open_container(path) as container:
        stream = picture_stream(container, path)
        if stream.width <= 0 or stream.height <= 0:
            raise UnreadableVideoError(
                path, "the size of its picture is unknown", "Convert a copy of it to H.264 and add that."
            )
        # Pixels are stretched as they are stored, and turned then.
        width, height = square_size(stream.width, stream.height, PixelAspect(stream).now)
        orientation = stored_orientation(container, stream, path, FirstPackets(container, stream))
        if orientation.swaps_sides:
            width, height = height, width
        return VideoInfo(
            duration_s=_duration_s(container, stream),
            width=width,
            height=height,
            codec=stream.codec_context.codec.canonical_name,
            frame_rate=_frame_rate(stream),
            rotation_deg=orientation.turn_deg,
            taken_at=taken_at({**stream.metadata, **container.metadata}, path, mtime_ns),
            mirrored=orientation.mirrored,
            stored_width=stream.width,
            stored_height=stream.height,
        )


def _duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    import av

    if container.duration is not None and container.duration > 0:
        return container.duration / av.time_base
    if stream.duration is not None and stream.duration > 0 and stream.time_base:
        return float(stream.duration * stream.time_base)
    return None


def _frame_rate(stream: VideoStream) -> float | None:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate <= _MAX_FRAME_RATE:
            return float(rate)
    return None
