"""When each packet of a video is shown, told from the packets' stamps alone.

Stamps of a decoder sometimes go back; the times made of them never do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from organizer.frames.streams.rates import FALLBACK_RATE, MAX_RATE

SET_AGAIN_S = 1.0
"""Stamps of shuffled frames step back by a few frames; a clock that was set again steps back further."""
_BROADCAST_FORMATS = frozenset({"mpeg", "mpegts", "wtv"})
# These formats ask for a stamp every 0.7 s. Slide shows for DVD players hold a picture longer than that.
_LONGEST_STILL_S = 10.0


def longest_still_s(format_name: str) -> float | None:
    """Return how long, in seconds, one picture may stay on screen in a format; None for as long as it likes.

    Args:
        format_name: as FFmpeg calls it, for example ``mpegts``. In program and transport streams the clock is
            the broadcast's: a step forward by hours is where one recording was joined to another. Elsewhere
            it is the file's own, and a picture that stays for hours is a slide or a screen on which nothing
            moves.
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

        Args:
            frame_rate: frames per second as the file states it; None, 0 or nonsense when it does not.
            longest_still_s: a longer step forward, in seconds, is no still but a clock that was set again;
                None where each step is to be believed. See longest_still_s.
        """
        # A wrong guess moves only frames without a stamp of their own.
        rate = frame_rate if frame_rate and 0 < frame_rate <= MAX_RATE else FALLBACK_RATE
        self._interval_s = 1 / rate
        self._longest_still_s = math.inf if longest_still_s is None else longest_still_s
        self._time_s: float | None = None
        self._stamp_s: float | None = None
        self._offset_s = 0.0

    def time_of(self, stamp_s: float | None) -> float:
        """Return the time of the next frame in seconds: 0.0 for the first, then never less than before.

        Args:
            stamp_s: what the decoder says, in seconds from anywhere; None or not a number when it says
                nothing.
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


@dataclass(frozen=True, slots=True)
class PacketInfo:
    """What a container says of one packet, that is of one coded picture."""

    stamp: int | None
    """When the picture is shown, in ticks from anywhere; None when the container does not say."""
    decode: int | None
    """When the packet is decoded, in ticks; None when the container does not say."""
    is_key: bool
    """Whether decoding can begin here."""
    is_shown: bool = True
    """False for a picture that only helps to decode others, as before the first cut of an edit list."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The packets of a video by position, that is in the order in which they lie in the file."""

    times_s: tuple[float | None, ...]
    """By position: seconds from the first picture shown; None for a packet that is never shown."""
    keys: tuple[bool, ...]
    """By position: whether decoding can begin there."""
    order: tuple[int, ...]
    """The positions of the shown ones, in the order in which they are shown."""

    def time_of(self, position: int) -> float:
        """Return the time of a packet that is shown, in seconds."""
        time_s = self.times_s[position]
        if time_s is None:
            raise ValueError(f"packet {position} is not shown")
        return time_s

    def is_doubtful(self, position: int) -> bool:
        """Tell whether the packet next to a key packet is said to be one too.

        Key frames cost too much to follow upon each other. Where they do, mostly all packets are marked: for
        want of an index.
        """
        return any(self.keys[max(position - 1, 0) : position]) or any(self.keys[position + 1 : position + 2])


def is_spliced(before: int, now: int, tick_s: float, longest_still_s: float | None = None) -> bool:
    """Tell from the decoding stamps of two packets, one after the other, whether another recording begins.

    Args:
        longest_still_s: as FrameClock takes it.
    """
    # Decoding stamps only go forward.
    if (before - now) * tick_s > SET_AGAIN_S:
        return True
    return longest_still_s is not None and (now - before) * tick_s > longest_still_s


def decoded_at(
    stamp: int | None, decode: int | None, tick_s: float, longest_still_s: float | None
) -> int | None:
    """Return when a packet is decoded, in ticks.

    Args:
        stamp, decode: as FFmpeg says. Program streams state the first only; where a recording was spliced on,
            FFmpeg makes the second up from what came before, and so tells of the splice one packet too late.
    """
    if longest_still_s is None or stamp is None or decode is None:
        return decode
    return stamp if is_spliced(decode, stamp, tick_s, longest_still_s) else decode


def lay_out(
    packets: Sequence[PacketInfo],
    tick_s: float,
    frame_rate: float | None,
    longest_still_s: float | None = None,
) -> Timeline:
    """Return when each packet is shown, as a decoder that decodes all of them would show them.

    What comes before the first key packet, and what is shown before it, refers to pictures that are not
    there: decoders do not show it. Packets without a stamp are taken to be shown in the order of the file.

    Args:
        packets: in the order of the file.
        tick_s: seconds of one tick.
        frame_rate, longest_still_s: as FrameClock takes them.
    """
    first = next((position for position, packet in enumerate(packets) if packet.is_key), len(packets))
    ranked: list[tuple[int, int, int]] = []
    part, decoded, stamp = 0, None, None
    for position in range(first, len(packets)):
        packet = packets[position]
        if packet.decode is not None:
            if decoded is not None and is_spliced(decoded, packet.decode, tick_s, longest_still_s):
                part, stamp = part + 1, None
            decoded = packet.decode
        stamp = next((known for known in (packet.stamp, packet.decode, stamp) if known is not None), 0)
        ranked.append((part, stamp, position))
    begins = ranked[0][:2] if ranked else (0, 0)
    order = [
        position
        for part, stamp, position in sorted(ranked)
        if (part, stamp) >= begins and packets[position].is_shown
    ]
    clock = FrameClock(frame_rate, longest_still_s=longest_still_s)
    times_s: list[float | None] = [None] * len(packets)
    for position in order:
        known = packets[position].stamp
        if known is None:
            known = packets[position].decode
        times_s[position] = clock.time_of(None if known is None else known * tick_s)
    return Timeline(tuple(times_s), tuple(packet.is_key for packet in packets), tuple(order))
