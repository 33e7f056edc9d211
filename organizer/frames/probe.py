"""What a video says of itself, read without decoding a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.container import open_container, picture_stream
from organizer.frames.iso_boxes import rotation_deg
from organizer.frames.iso_dates import header_dates
from organizer.frames.riff_dates import recorded_text
from organizer.frames.stream_date import date_in_stream
from organizer.frames.taken import taken_at
from organizer.types import VideoInfo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Containers state nonsense such as 90,000 frames a second when they do not know.
_MAX_FRAME_RATE = 1000.0


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
        duration_s = _duration_s(container, stream)
        return VideoInfo(
            duration_s=duration_s,
            width=width,
            height=height,
            codec=stream.codec_context.codec.canonical_name,
            frame_rate=_frame_rate(stream),
            rotation_deg=rotation,
            taken_at=taken_at(
                _tags(container, path),
                path,
                mtime_ns,
                stream_metadata=stream.metadata,
                headers=header_dates(path) if "mp4" in container.format.name.split(",") else None,
                in_stream=lambda: date_in_stream(container, stream),
                duration_s=duration_s,
            ),
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


def _tags(container: InputContainer, path: str) -> dict[str, str]:
    """Return the container's tags, with the date of AVI files that FFmpeg leaves out."""
    tags = dict(container.metadata)
    return {**tags, "idit": recorded_text(path)} if container.format.name == "avi" else tags


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
