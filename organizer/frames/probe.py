"""What a video says of itself, read without decoding its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.dates.capture_date import capture_date
from organizer.frames.dates.container_dates import header_dates, recorded_text
from organizer.frames.dates.stream_date import date_in_stream
from organizer.frames.formats.format_names import has_format
from organizer.frames.formats.orientation import stored_orientation
from organizer.frames.formats.pixel_aspect import PixelAspect, square_size
from organizer.frames.read_errors import all_is_read
from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.demux import FirstPackets
from organizer.frames.streams.duration import duration_s
from organizer.frames.streams.rates import frame_rate
from organizer.types import VideoInfo

if TYPE_CHECKING:
    from av.container import InputContainer


def probe(path: str, *, mtime_ns: int) -> VideoInfo:
    """Read what the container of a video says; no network is used.

    No picture is decoded, but for the first one where only that tells how it is turned.

    Args:
        path: absolute.
        mtime_ns: when the file was last changed, nanoseconds since 1970; the last resort for the date.

    Raises:
        ValueError: for a relative path.
        NotAVideoError: for content that is not a video (empty, text, sound only).
        UnreadableVideoError: for a video that cannot be opened.
        NotNowError: it, or a part of it, cannot be read just now.
    """
    with all_is_read(path):
        return _probed(path, mtime_ns)


def _probed(path: str, mtime_ns: int) -> VideoInfo:
    with open_container(path) as container:
        stream = picture_stream(container, path)
        if stream.width <= 0 or stream.height <= 0:
            raise UnreadableVideoError(
                path, "the size of its picture is unknown", "Convert a copy of it to H.264 and add that."
            )
        # Pixels are stretched as they are stored, and turned then.
        width, height = square_size(stream.width, stream.height, PixelAspect(stream).now)
        # First of all: FFmpeg adds packets that were read to an index that is not there.
        length_s = duration_s(container, stream, path)
        packets = FirstPackets(container, stream)
        orientation = stored_orientation(container, stream, path, packets)
        if orientation.swaps_sides:
            width, height = height, width
        return VideoInfo(
            duration_s=length_s,
            width=width,
            height=height,
            codec=stream.codec_context.codec.canonical_name,
            frame_rate=frame_rate(stream),
            rotation_deg=orientation.turn_deg,
            taken_at=capture_date(
                _tags(container, path),
                path,
                mtime_ns,
                stream_metadata=stream.metadata,
                headers=header_dates(path) if has_format(container, "mp4") else None,
                in_stream=lambda: date_in_stream(stream, packets),
                duration_s=length_s,
            ),
            mirrored=orientation.mirrored,
            stored_width=stream.width,
            stored_height=stream.height,
        )


def _tags(container: InputContainer, path: str) -> dict[str, str]:
    """Return the container's tags, with the date of AVI files that FFmpeg leaves out."""
    tags = dict(container.metadata)
    return {**tags, "idit": recorded_text(path)} if has_format(container, "avi") else tags
