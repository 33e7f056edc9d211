"""How many pictures a second a stream has, and how long one tick of its stamps is, where that can be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.formats.format_names import has_format

if TYPE_CHECKING:
    from fractions import Fraction

    from av.video.stream import VideoStream

# Containers state nonsense such as 90,000 frames a second when they do not know.
_MIN_RATE, MAX_RATE = 1 / 600, 1000.0
FALLBACK_RATE = 25.0
"""Taken where nothing is stated, as players do."""


def frame_rate(stream: VideoStream) -> float | None:
    """Return frames per second: as the container says or, where that is nonsense, the stream; else None."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate is not None and _can_be(rate):
            return float(rate)
    return None


def tick_of(stream: VideoStream, path: str) -> float:
    """Return the seconds of one tick of a stream's stamps.

    Raises:
        UnreadableVideoError: not stated.
    """
    if not stream.time_base:
        raise UnreadableVideoError(
            path, "its frames have no times", "Convert a copy of it to H.264 and add that."
        )
    # AVI has no stamps: FFmpeg counts frames, and takes the frame rate that the header states.
    if has_format(stream.container, "avi") and not _can_be(1 / stream.time_base):
        return 1 / (frame_rate(stream) or FALLBACK_RATE)
    return float(stream.time_base)


def _can_be(rate: Fraction) -> bool:
    return _MIN_RATE <= rate <= MAX_RATE
