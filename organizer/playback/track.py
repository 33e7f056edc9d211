"""The packets of one stream of a video from any second on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import NotNowError
from organizer.frames.formats.bounded_file import file_of
from organizer.frames.formats.format_names import has_format
from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.rates import tick_of
from organizer.frames.streams.timeline import is_spliced, longest_still_s

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from organizer.playback.original import Original

_EARLIER_S = (0.0, 3.0, 12.0, 60.0)
"""How much earlier than wanted a place is looked for, one after the other: transport streams have no list of
their key frames, and lists of others lie."""
_NEAR_S = 0.001


@dataclass(frozen=True, slots=True)
class TimedPacket:
    """A packet and when it is shown or heard."""

    time_s: float | None
    """Seconds from the first picture; None where the container does not say."""
    packet: Packet[Any]


class JoinedClock:
    """Seconds of a stream whose clock may be set again, where recordings were joined."""

    def __init__(self, origin_s: float, still_s: float | None) -> None:
        """Begin.

        Args:
            origin_s: the first picture's stamp in seconds.
            still_s: see ``longest_still_s``; None for a clock that is never set again.
        """
        self._still_s = still_s
        self._shifts = [-origin_s]
        self._decoded: int | None = None
        self._last_s = 0.0

    def pass_packet(self, stamp: int | None, decode: int | None, tick_s: float) -> None:
        """Look at the next packet of the file."""
        now = decode if decode is not None else stamp
        if now is None or self._still_s is None:
            return
        if self._decoded is not None and is_spliced(self._decoded, now, tick_s, self._still_s):
            self._shifts = [self._shifts[-1], self._last_s - now * tick_s]
        self._decoded = now
        self._last_s = now * tick_s + self._shifts[-1]

    def time_of(self, stamp_s: float) -> float:
        """Return the second of a stamp; around a joint pictures of both sides come mixed."""
        return min((stamp_s + shift for shift in self._shifts), key=lambda time: abs(time - self._last_s))


class Track:
    """One stream of one file, opened for itself; use it as a context."""

    def __init__(self, original: Original, *, sound: bool = False, linear: bool = False) -> None:
        """Open nothing yet.

        Args:
            original: the file.
            sound: whether the sound's stream is meant, not the film's.
            linear: whether places are only found by reading from the beginning: parts were joined, each with
                a clock of its own.
        """
        self._original = original
        self._sound = sound
        self.linear = linear
        self._files = ExitStack()
        self.clock: JoinedClock | None = None

    @property
    def path(self) -> str:
        """Return where the file lies."""
        return self._original.path

    def __enter__(self) -> Track:
        """Open it.

        Raises:
            VideoError: it is no video, or another file than was looked at.
        """
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._files.close()

    def _open(self) -> None:
        from av.stream import Discard

        self._files.close()
        path = self._original.path
        self.container: InputContainer = self._files.enter_context(open_container(path))
        if not self._original.is_in_state(file_of(self.container).status()):
            raise NotNowError(path, "the file has changed", "Scan again.")
        self.film: VideoStream = picture_stream(self.container, path)
        self.heard: AudioStream | None = sound_stream(self.container)
        self.stream: VideoStream | AudioStream = self.film
        if self._sound:
            assert self.heard is not None
            self.stream = self.heard
        for other in self.container.streams:
            if other.index != self.stream.index:
                other.discard = Discard.all
        self._film_tick_s = tick_of(self.film, path)
        self.tick_s = float(self.stream.time_base or 0) if self._sound else self._film_tick_s
        self.origin_s = (self.film.start_time or 0) * self._film_tick_s
        self._fresh = True
        self._begin()

    def _begin(self) -> None:
        self.clock = JoinedClock(self.origin_s, longest_still_s(self.container.format.name))

    def time_of(self, stamp: int) -> float:
        """Return the second of a stamp of this stream."""
        assert self.clock is not None
        return self.clock.time_of(stamp * self.tick_s)

    def packets_from(self, start_s: float) -> Iterator[TimedPacket]:
        """Yield packets to the end of the file, or to where it cannot be read on.

        Args:
            start_s: the first one is a key packet that is shown at that second or before, where there is one.
        """
        if start_s > 0 and not self.linear:
            for earlier_s in _EARLIER_S:
                coming = self._sought(start_s - earlier_s)
                if coming is None:
                    break
                first = next(coming, None)
                # Sound may have holes, and may end before the film does: then that is all there is of it.
                if self._sound and first is None:
                    return
                late = first is None or (first.time_s or 0.0) > start_s + _NEAR_S
                if first is not None and (not late or (self._sound and earlier_s == _EARLIER_S[-1])):
                    yield first
                    yield from coming
                    return
                if start_s <= earlier_s:
                    break
        yield from self._read_to(start_s)

    def _sought(self, start_s: float) -> Iterator[TimedPacket] | None:
        """Return the packets from a key packet at or before a second; None where the file cannot tell."""
        from av.error import FFmpegError

        at_s = max(start_s, 0.0) + self.origin_s
        # By the film's clock, also for the sound: few files have a list of places in their sound. Where there
        # is no list at all FFmpeg looks at the packets, and those of the film are passed over here.
        by: VideoStream | AudioStream = self.film
        tick_s = self._film_tick_s
        if has_format(self.container, "mpegts", "mpeg"):
            by, tick_s = self.stream, self.tick_s
        self._fresh = False
        try:
            self.container.seek(round(at_s / tick_s), stream=by)
        except FFmpegError:
            return None
        self._begin()
        return self._from_key(self._packets())

    def _read_to(self, start_s: float) -> Iterator[TimedPacket]:
        """Yield packets from the last key packet up to a second on, read from the beginning."""
        if not self._fresh:
            self._open()
        coming = self._from_key(self._packets())
        held: list[TimedPacket] = []
        for timed in coming:
            if timed.packet.is_keyframe:
                if timed.time_s is not None and timed.time_s > start_s:
                    held.append(timed)
                    break
                held.clear()
            held.append(timed)
        yield from held
        held.clear()
        yield from coming

    def _packets(self) -> Iterator[TimedPacket]:
        from av.error import FFmpegError

        file = file_of(self.container)
        self._fresh = False
        assert self.clock is not None
        counted = not self._sound and has_format(self.container, "avi")
        try:
            for packet in self.container.demux(self.stream):
                if not packet.size:
                    continue
                file.allow_more()
                self.clock.pass_packet(packet.pts, packet.dts, self.tick_s)
                stamp = packet.pts if packet.pts is not None else packet.dts
                if counted and packet.dts is not None:
                    # AVI has no stamps: see ``stamp_of``.
                    stamp = packet.dts
                yield TimedPacket(None if stamp is None else self.time_of(stamp), packet)
        except MemoryError:
            raise
        # As in ``organizer.frames.streams.demux``.
        except (FFmpegError, OSError, IndexError):
            return

    @staticmethod
    def _from_key(packets: Iterator[TimedPacket]) -> Iterator[TimedPacket]:
        for timed in packets:
            if timed.packet.is_keyframe:
                yield timed
                break
        yield from packets


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Return the sound that a player would choose: the one marked as the default, else the first; or None."""
    from av.stream import Disposition

    known = [one for one in container.streams.audio if one.codec_context is not None]
    marked = [one for one in known if one.disposition & Disposition.default]
    return next(iter([*marked, *known]), None)
