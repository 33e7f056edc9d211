"""Times that never go back, made from the time stamps of a decoder, which sometimes do."""

from __future__ import annotations

import math

# Used where the file states no frame rate; a wrong guess moves only frames without a stamp of their own.
_FALLBACK_RATE = 25.0
_MAX_RATE = 1000.0
SET_AGAIN_S = 1.0
"""Stamps of shuffled frames step back by a few frames; a clock that was set again steps back further."""
_BROADCAST_FORMATS = frozenset({"mpeg", "mpegts", "wtv"})
# These formats ask for a stamp every 0.7 s. Slide shows for DVD players hold a picture longer than that.
_LONGEST_STILL_S = 10.0


def longest_still_s(format_name: str) -> float | None:
    """Return how long, in seconds, one picture may stay on screen in a format; None for as long as it likes.

    format_name: as FFmpeg calls it, for example ``mpegts``. In program and transport streams the clock is
    the broadcast's: a step forward by hours is where one recording was joined to another. Elsewhere it is
    the file's own, and a picture that stays for hours is a slide or a screen on which nothing moves.
    """
    return _LONGEST_STILL_S if _BROADCAST_FORMATS.intersection(format_name.split(",")) else None


class FrameClock:
    """Gives each frame its time in seconds from the first one, in the order the frames are shown.

    Decoders hand frames out in the right order, but not always with the right stamp: those of an AVI with
    B-frames are shuffled or missing, and a spliced recording starts again from anywhere. A frame without a
    stamp comes one frame interval after the one before it; one whose stamp is behind shares the time of the
    one before, until the stamps have caught up. So one bad stamp never moves the rest of the video.
    """

    def __init__(self, frame_rate: float | None, *, longest_still_s: float | None = None) -> None:
        """Begin at 0.

        frame_rate: frames per second as the file states it; None, 0 or nonsense when it does not.
        longest_still_s: a longer step forward, in seconds, is no still but a clock that was set again; None
        where each step is to be believed. See longest_still_s.
        """
        rate = frame_rate if frame_rate and 0 < frame_rate <= _MAX_RATE else _FALLBACK_RATE
        self._interval_s = 1 / rate
        self._longest_still_s = math.inf if longest_still_s is None else longest_still_s
        self._time_s: float | None = None
        self._stamp_s: float | None = None
        self._offset_s = 0.0

    def time_of(self, stamp_s: float | None) -> float:
        """Return the time of the next frame in seconds: 0.0 for the first, then never less than before.

        stamp_s: what the decoder says, in seconds from anywhere; None or not a number when it says nothing.
        """
        now_s = 0.0 if self._time_s is None else self._time_s
        estimate_s = 0.0 if self._time_s is None else self._time_s + self._interval_s
        self._time_s = estimate_s
        if stamp_s is None or math.isnan(stamp_s) or stamp_s == self._stamp_s:
            return self._time_s
        if (
            self._stamp_s is None
            or stamp_s <= self._stamp_s - SET_AGAIN_S
            or stamp_s > self._stamp_s + self._longest_still_s
        ):
            self._offset_s = stamp_s - estimate_s
            self._stamp_s = stamp_s
        elif stamp_s > self._stamp_s:
            self._time_s = max(now_s, stamp_s - self._offset_s)
            self._stamp_s = stamp_s
        else:
            self._time_s = now_s
        return self._time_s
