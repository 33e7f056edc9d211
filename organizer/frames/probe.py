"""What a video says of itself, read without decoding a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.container import open_container, picture_stream
from organizer.frames.duration import duration_s
from organizer.frames.iso_boxes import rotation_deg
from organizer.frames.rates import frame_rate
from organizer.frames.taken import taken_at
from organizer.types import VideoInfo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream


def probe(path: str, *, mtime_ns: int) -> VideoInfo:
    """Read what the container of a video says; no picture is decoded and no network is used.

    path: absolute.
    mtime_ns: when the file was last changed, nanoseconds since 1970; the last resort for the date.

    Raises ValueError for a relative path, NotAVideoError for content that is not a video (empty, text, sound
    only) and UnreadableVideoError for a video that cannot be opened.
    """
    with open_container(path) as container:
        stream = picture_stream(container, path)
        width, height = stream.width, stream.height
        if width <= 0 or height <= 0:
            raise UnreadableVideoError(
                path, "the size of its picture is unknown", "Convert a copy of it to H.264 and add that."
            )
        rotation = _rotation_deg(container, stream, path)
        if rotation in (90, 270):
            width, height = height, width
        return VideoInfo(
            duration_s=duration_s(container, stream, path),
            width=width,
            height=height,
            codec=stream.codec_context.codec.canonical_name,
            frame_rate=frame_rate(stream),
            rotation_deg=rotation,
            taken_at=taken_at({**stream.metadata, **container.metadata}, path, mtime_ns),
        )


def _rotation_deg(container: InputContainer, stream: VideoStream, path: str) -> int:
    """Return the rotation in degrees clockwise: the display matrix, elsewhere the ``rotate`` tag."""
    if "mp4" in container.format.name.split(","):
        return rotation_deg(path, stream.id)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    try:
        return round(float(tags.get("rotate", "0")) / 90) % 4 * 90
    except (ValueError, OverflowError):
        return 0
