"""Which of a file's video streams is the film: not its cover, its thumbnail or a preview of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.stream import VideoStream

# What makes pictures of their own: a stream of unknown length in one of these is taken for a single picture.
_STILL_CODECS = frozenset({"mjpeg", "png", "apng", "bmp", "gif", "webp", "tiff", "jpeg2000", "jpegls"})


def film_stream(streams: Iterable[VideoStream]) -> VideoStream | None:
    """Return the stream of moving pictures; None when there is nothing but covers attached to a song.

    In this order: one that can be decoded, that is not marked as a thumbnail or an addition to another, that
    has more than one picture, that begins early enough for its size to be known, that is marked as the
    default; then the largest, the longest, the first.
    """
    from av.stream import Disposition

    moving = [one for one in streams if not one.disposition & Disposition.attached_pic]
    return max(moving, key=_preference, default=None)


def has_size(stream: VideoStream) -> bool:
    """Tell whether FFmpeg saw how large a stream's pictures are when it opened the file."""
    return stream.codec_context is not None and stream.width > 0 and stream.height > 0


def _preference(stream: VideoStream) -> tuple[float, ...]:
    from av.stream import Disposition

    aside = Disposition.timed_thumbnails | Disposition.still_image | Disposition.dependent
    codec = stream.codec_context
    sized = has_size(stream)
    return (
        codec is not None,
        not stream.disposition & aside,
        not _is_one_picture(stream),
        sized,
        bool(stream.disposition & Disposition.default),
        stream.width * stream.height if sized else 0,
        stream.frames,
        float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0,
    )


def _is_one_picture(stream: VideoStream) -> bool:
    if stream.frames or stream.codec_context is None:
        return stream.frames == 1
    return stream.codec_context.codec.canonical_name in _STILL_CODECS
