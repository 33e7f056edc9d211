"""How long a video is: as its container says or, where that cannot be true, as its packets show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from organizer.frames.formats.bounded_file import file_of
from organizer.frames.formats.format_names import has_format
from organizer.frames.streams.packets import OpenVideo
from organizer.frames.streams.rates import FALLBACK_RATE, frame_rate, tick_of
from organizer.frames.streams.timeline import decoded_at, is_spliced, longest_still_s

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

# Less than a still picture and the sound of a telephone need: what a header claims at less cannot be true.
_LEAST_BYTES_PER_S = 250
# A stream of a TV channel or a disc has at least that much of a picture.
_LEAST_BROADCAST_BYTES_PER_S = 10_000
# Streams without a container: their length is FFmpeg's guess from the greatest bit rate that they allow.
_BARE = frozenset({"mpegvideo", "m4v", "h264", "hevc"})
# How far the header of an AVI and its index may be apart: frames left out at the end are in one of them only.
_APART_S, _APART = 2.0, 0.05


@dataclass(frozen=True, slots=True)
class LengthLimits:
    """What it may cost to know a length that the header does not tell; sizes in bytes."""

    most_read: int = 2**31
    """No bigger file is read only to know its length: half an hour of a camera's video, 20 s on a slow
    disk."""
    count_s: float = 60.0
    """Seconds that reading for it may take all the same: a slow drive, or a network. The rest is reckoned."""
    small: int = 2**26
    """A recording of this size whose clock may have been set again is read through; of a longer one only
    places are looked at."""
    place_every: int = 2**24
    """From one of these places to the next, unless that makes more than ``most_places``."""
    most_places: int = 64
    """That are looked at, before those in which a joint is sought."""
    close: int = 2**18
    """A joint that lies between two places so close together is known well enough."""
    tail: int = 2**20
    """So much of the end is read for the last picture."""


_LIMITS = LengthLimits()


def duration_s(
    container: InputContainer, stream: VideoStream, path: str, *, limits: LengthLimits = _LIMITS
) -> float | None:
    """Return how many seconds a video lasts; None when that cannot be known.

    Args:
        container, stream: as opened, nothing read from it yet;
        path: the file. What the header says is taken where it can be true, and then no packet is read. It
            cannot where there is none, where the file is much too small for it, where an AVI's index says
            otherwise, and where the clock of a program or transport stream is set again on the way: parts
            that were joined count one after the other;
        limits: what that may cost.
    """
    stated_s = _stated_s(container, stream)
    size = container.size
    if stated_s is not None and stated_s * _LEAST_BYTES_PER_S > size:
        stated_s = None
    if longest_still_s(container.format.name) is not None:
        return _of_joined(path, size, stated_s, limits)
    if has_format(container, "avi"):
        return _of_avi(stream, path, stated_s, limits)
    if stated_s is None or has_format(container, *_BARE):
        return _counted_s(path, limits) or stated_s
    return stated_s


def _stated_s(container: InputContainer, stream: VideoStream) -> float | None:
    import av

    if container.duration is not None and container.duration > 0:
        return container.duration / av.time_base
    if stream.duration is not None and stream.duration > 0 and stream.time_base:
        return float(stream.duration * stream.time_base)
    return None


def _of_avi(stream: VideoStream, path: str, stated_s: float | None, limits: LengthLimits) -> float | None:
    """Return the length of an AVI: stated_s where it has an index, of about as many frames as its header."""
    tick_s = tick_of(stream, path)
    entries = stream.index_entries
    # Without an index FFmpeg knows of the first frame only.
    known = len(entries) > 1 or len(entries) == stream.frames
    indexed_s = (entries[len(entries) - 1].timestamp + 1) * tick_s if entries and known else None
    if stated_s is not None and indexed_s is not None:
        apart_s = abs(stream.frames * tick_s - indexed_s)
        if apart_s <= _APART_S + _APART * indexed_s and stated_s >= indexed_s / 2:
            return stated_s
    return _counted_s(path, limits) or indexed_s or stated_s


def _of_joined(path: str, size: int, stated_s: float | None, limits: LengthLimits) -> float | None:
    """Return the length of a program or transport stream: stated_s where its clock is never set again."""
    if size > limits.small:
        with ExitStack() as stack:
            length = _Places(OpenVideo.open(path, stack), path, size, limits).length()
    else:
        length = count_packets(path, limits)
    if length is None:
        return stated_s
    # Sound may go on after the last picture; FFmpeg, on the other hand, leaves out the last pictures.
    return length.seconds if stated_s is None or length.parts > 1 else max(length.seconds, stated_s)


def _counted_s(path: str, limits: LengthLimits) -> float | None:
    length = count_packets(path, limits)
    return None if length is None else length.seconds


@dataclass(frozen=True, slots=True)
class Length:
    """What the packets show."""

    seconds: float
    parts: int
    """Recordings that were joined; 1 for an ordinary file."""


def count_packets(path: str, limits: LengthLimits) -> Length | None:
    """Read through the packets; None when there are none, or the file is too big for that.

    Where that takes too long, the rest of the file is taken to be as what was read.
    """
    with ExitStack() as stack:
        video = OpenVideo.open(path, stack)
        if video.container.size > limits.most_read:
            return None
        file = file_of(video.container)
        file.end_after(limits.count_s)
        counter = _Counter(video.stream, path, longest_still_s(video.container.format.name))
        for packet in video.packets():
            counter.add(packet)
        length = counter.length()
        if length is not None and file.out_of_time and file.tell():
            return replace(length, seconds=length.seconds * video.container.size / file.tell())
    return length


class _Counter:
    """Adds up how long the packets of a stream are shown."""

    def __init__(self, stream: VideoStream, path: str, still_s: float | None) -> None:
        self._tick_s = tick_of(stream, path)
        self._ticks_are_true = self._tick_s == float(stream.time_base or 0)
        self._interval_s = 1 / (frame_rate(stream) or FALLBACK_RATE)
        self._still_s = still_s
        self._before_s = 0.0
        self._parts = 0
        self._decode: int | None = None
        self._begin_s, self._end_s = math.inf, -math.inf

    def add(self, packet: Packet[VideoStream]) -> None:
        """Take in the next packet."""
        if not self._parts:
            # What comes before the first key frame is not shown.
            if not packet.is_keyframe:
                return
            self._parts = 1
        decode = decoded_at(packet.pts, packet.dts, self._tick_s, self._still_s)
        if decode is not None:
            if self._decode is not None and is_spliced(self._decode, decode, self._tick_s, self._still_s):
                self._before_s += self._end_s - self._begin_s
                self._begin_s, self._end_s = math.inf, -math.inf
                self._parts += 1
            self._decode = decode
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None:
            begin_s = stamp * self._tick_s
        else:
            begin_s = self._end_s if math.isfinite(self._end_s) else 0.0
        told_s = (packet.duration or 0) * self._tick_s if self._ticks_are_true else 0.0
        shown_s = told_s or self._interval_s
        self._begin_s = min(self._begin_s, begin_s)
        self._end_s = max(self._end_s, begin_s + shown_s)

    def length(self) -> Length | None:
        """Return what was added up; None for nothing."""
        if not self._parts:
            return None
        return Length(self._before_s + self._end_s - self._begin_s, self._parts)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a file, in bytes, and the clock of the first picture behind it, in seconds."""

    at: int
    clock_s: float


class _Places:
    """Adds up the length of a big program or transport stream from its clock at some places."""

    def __init__(self, video: OpenVideo, path: str, size: int, limits: LengthLimits) -> None:
        self._video = video
        self._tick_s = tick_of(video.stream, path)
        self._size = size
        self._limits = limits
        self._parts = 1

    def length(self) -> Length | None:
        """Return the length, right to some seconds for each joint; None when the clock cannot be read.

        None too when that takes too long.
        """
        file = file_of(self._video.container)
        file.end_after(self._limits.count_s)
        count = min(self._size // self._limits.place_every, self._limits.most_places)
        places = [self._place(self._size * index // count) for index in range(count)]
        places.append(self._last())
        known = [place for place in places if place is not None]
        if len(known) < 2:
            return None
        seconds = sum(self._between(before, after) for before, after in pairwise(known))
        return None if file.out_of_time else Length(seconds, self._parts)

    def _between(self, before: _Place, after: _Place) -> float:
        """Return the seconds of material between two places."""
        step_s, size = after.clock_s - before.clock_s, after.at - before.at
        if 0 <= step_s <= size / _LEAST_BROADCAST_BYTES_PER_S:
            return step_s
        middle = self._place(before.at + size // 2) if size > self._limits.close else None
        if middle is None or not before.at < middle.at < after.at:
            self._parts += 1
            return 0.0
        return self._between(before, middle) + self._between(middle, after)

    def _place(self, at: int) -> _Place | None:
        packets = self._packets_from(at)
        return next(
            (_Place(at, packet.dts * self._tick_s) for packet in packets if packet.dts is not None), None
        )

    def _last(self) -> _Place | None:
        last = None
        for packet in self._packets_from(self._size - self._limits.tail):
            if packet.dts is not None:
                last = packet.dts + (packet.duration or 0)
        return None if last is None else _Place(self._size, last * self._tick_s)

    def _packets_from(self, at: int) -> Iterator[Packet[VideoStream]]:
        import av

        with suppress(av.error.FFmpegError):
            self._video.container.seek(at, unsupported_byte_offset=True)
            yield from self._video.packets()
