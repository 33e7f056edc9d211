"""The decoded pictures of a film from any second on, each with its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.frames.readers.pyav_reader import frames_of, stamp_of
from organizer.frames.streams.rates import FALLBACK_RATE, frame_rate

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from organizer.playback.track import TimedPacket, Track

_NEAR_S = 1.0
_AHEAD_S = 60.0
"""A picture that is said to be shown so much later than its packet has a stamp that is damaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded frame and when it is shown."""

    time_s: float
    frame: VideoFrame


def pictures_from(
    track: Track,
    start_s: float,
    *,
    threads: int,
    on_picture: Callable[[], None],
    only_keys: bool = False,
) -> Iterator[Picture]:
    """Yield the picture that is on screen at a second, then all that follow, times ascending.

    What cannot be decoded is left out, as players do.

    Args:
        track: of the film.
        start_s: in seconds from the first picture. Where nothing is on screen yet, the next one is first.
        threads: for decoding.
        on_picture: called for each that is decoded, also on the way to ``start_s``.
        only_keys: decode key frames and nothing else.
    """
    held: Picture | None = None
    for picture in _decoded(track, start_s, threads, only_keys=only_keys):
        on_picture()
        if held is not None and (picture.time_s > start_s or held.time_s > start_s):
            yield held
        held = picture
    if held is not None:
        yield held


def key_at(track: Track, at_s: float, *, threads: int) -> Picture | None:
    """Return the key frame at a second or before, from its packet alone; None where that is not enough.

    Args:
        track: of the film.
        at_s: in seconds from the first picture.
        threads: for decoding.
    """
    timed: TimedPacket | None = None
    for coming in track.packets_from(at_s):
        if timed is not None and (coming.time_s or 0.0) > at_s:
            break
        if coming.packet.is_keyframe:
            # Where a file has a list of places the first one is the right one; elsewhere others may follow.
            is_near = timed is None and (coming.time_s or 0.0) > at_s - _NEAR_S
            timed = coming
            if is_near:
                break
    if timed is None:
        return None
    stream = _prepared(track, threads, only_keys=False)
    frames = [*frames_of(stream, timed.packet), *frames_of(stream, None)]
    if not frames or timed.time_s is None:
        return None
    return Picture(max(timed.time_s, 0.0), frames[0])


def _decoded(track: Track, start_s: float, threads: int, *, only_keys: bool) -> Iterator[Picture]:
    packets = track.packets_from(start_s)
    stream: VideoStream | None = None
    interval_s = 0.0
    last_s: float | None = None
    begin_s: float | None = None
    stream, last_s = None, None
    for timed in packets:
        if stream is None:
            # Only now it is known whether the file had to be opened again on the way to the place.
            stream = _prepared(track, threads, only_keys=only_keys)
            interval_s = 1 / (frame_rate(stream) or FALLBACK_RATE)
            begin_s = timed.time_s
        for frame in frames_of(stream, timed.packet):
            stamp = stamp_of(frame, stream)
            time_s = None if stamp is None else track.time_of(stamp)
            if time_s is not None and begin_s is not None and time_s < begin_s - interval_s / 2:
                # It leans on pictures from before the place that was sought.
                continue
            if time_s is None or time_s > (timed.time_s or time_s) + _AHEAD_S:
                time_s = 0.0 if last_s is None else last_s + interval_s
            if last_s is not None and time_s <= last_s:
                continue
            last_s = time_s
            yield Picture(max(time_s, 0.0), frame)
    if stream is None:
        return
    for frame in frames_of(stream, None):
        stamp = stamp_of(frame, stream)
        time_s = track.time_of(stamp) if stamp is not None else (last_s or 0.0) + interval_s
        if last_s is None or time_s > last_s:
            last_s = time_s
            yield Picture(max(time_s, 0.0), frame)


def _prepared(track: Track, threads: int, *, only_keys: bool) -> VideoStream:
    """Return the film's stream with a decoder that has seen nothing."""
    codec = track.film.codec_context
    if codec.is_open:
        codec.flush_buffers()
    else:
        track.film.thread_type = "AUTO"
        codec.thread_count = threads
    codec.skip_frame = "NONKEY" if only_keys else "DEFAULT"
    return track.film
