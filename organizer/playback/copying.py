"""Pieces of a video whose coded pictures stay as they are; its sound is coded anew as everywhere.

A piece goes from the last key frame that is shown at its beginning or before, to the last one at the next
piece's. So a piece may be empty, and what follows in the next one then begins earlier than that one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from organizer.errors import UnreadableVideoError
from organizer.frames.streams.rates import FALLBACK_RATE, frame_rate
from organizer.playback.converting import LEAST_REST_S, SoundCoder
from organizer.playback.muxing import open_piece, parted
from organizer.playback.plan import Piece

if TYPE_CHECKING:
    from av.packet import Packet

    from organizer.playback.grid import Grid
    from organizer.playback.sound import Sound
    from organizer.playback.track import TimedPacket, Track

_EPSILON_S = 0.0005
_MOST_BYTES = 2**28
"""Of a piece: four seconds of 500 Mbit/s."""


class Copier:
    """Makes pieces of one file; see the module and ``Converter``."""

    def __init__(
        self, film: Track, sound: Sound | None, grid: Grid, *, on_picture: Callable[[], None]
    ) -> None:
        """Prepare.

        Args:
            film: opened; its packets say when they are shown.
            sound: None where there is none.
            grid: which seconds each piece holds, about.
            on_picture: called for each coded picture that is read; may raise StoppedError.
        """
        self._film = film
        self._path = film.path
        self._sound = SoundCoder(sound)
        self._grid = grid
        self._on_picture = on_picture
        self._next = -1
        self._coming: Iterator[TimedPacket] = iter(())
        self._held: list[TimedPacket] = []

    def beginning(self) -> bytes:
        """Return what all pieces have in common."""
        file = io.BytesIO()
        with open_piece(file) as container:
            container.add_stream_from_template(self._film.film)
            self._sound.add_to(container)
            container.start_encoding()
        return parted(file.getvalue())[0]

    def piece(self, number: int) -> Piece:
        """Return a piece."""
        begin_s, end_s = self._grid.begins(number), self._grid.ends(number)
        if number != self._next:
            self._coming, self._held = self._film.packets_from(begin_s), []
            self._skip_to_last_key(begin_s)
        self._next = -1
        shown, ended = self._up_to(end_s)
        file = io.BytesIO()
        with open_piece(file) as container:
            film = container.add_stream_from_template(self._film.film)
            sound = self._sound.add_to(container)
            container.start_encoding()
            film_end_s = self._end_of(shown) if ended else None
            heard = [*self._sound.packets(sound, begin_s, end_s, film_end_s)]
            for packet in self._in_time([timed.packet for timed in shown]):
                packet.stream = film
                container.mux(packet)
            for packet in heard:
                container.mux(packet)
        self._next = number + 1
        data = parted(file.getvalue())[1] if shown or heard else b""
        return Piece(data, is_last=ended and self._sound.ended_s <= end_s + LEAST_REST_S)

    def _in_time(self, packets: list[Packet[Any]]) -> list[Packet[Any]]:
        """Return packets with stamps from the first picture on, decoded as late as it can be.

        Not all containers say when a picture is decoded: Matroska does not.
        """
        if not packets:
            return []
        shift = round(self._film.origin_s / self._film.tick_s)
        stamps = [(packet.pts or 0) - shift for packet in packets]
        in_order = sorted(stamps)
        delay = max(due - shown for due, shown in zip(in_order, stamps, strict=True))
        for packet, shown, due in zip(packets, stamps, in_order, strict=True):
            packet.pts, packet.dts = shown, due - delay
        return packets

    def _end_of(self, shown: list[TimedPacket]) -> float:
        usual_s = 1 / (frame_rate(self._film.film) or FALLBACK_RATE)
        return max((timed.time_s or 0.0 for timed in shown), default=0.0) + usual_s

    def _skip_to_last_key(self, begin_s: float) -> None:
        """Drop what comes before the last key frame that is shown at a second or before."""
        before, _ = self._up_to(begin_s)
        if not self._held and before:
            # Nothing follows: the last group of pictures is still on screen there.
            keys = [at for at, timed in enumerate(before) if timed.packet.is_keyframe]
            self._held = before[keys[-1] :]

    def _up_to(self, end_s: float) -> tuple[list[TimedPacket], bool]:
        """Return packets up to the last key frame that is shown at a second or before, and hold the rest.

        Also returns whether the film ends with them.
        """
        candidate = self._held
        done: list[TimedPacket] = []
        self._held = []
        waiting: list[TimedPacket] = []
        held_bytes = 0
        for timed in self._chained(candidate):
            held_bytes += timed.packet.size
            if held_bytes > _MOST_BYTES:
                raise UnreadableVideoError(
                    self._path,
                    "its key frames lie too far apart",
                    "Convert a copy of it to H.264 and add that.",
                )
            time_s = timed.time_s if timed.time_s is not None else 0.0
            if timed.packet.is_keyframe:
                if time_s > end_s + _EPSILON_S:
                    self._held = [*waiting, timed]
                    return done, False
                done += waiting
                waiting = [timed]
            else:
                waiting.append(timed)
        return [*done, *waiting], True

    def _chained(self, held: list[TimedPacket]) -> Iterator[TimedPacket]:
        yield from held
        for timed in self._coming:
            self._on_picture()
            if timed.packet.pts is None:
                continue
            yield timed
