"""Pieces of a video whose pictures are decoded and coded anew, as H.264 and AAC."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from organizer.playback.filtering import Filter
from organizer.playback.muxing import TICKS, open_piece, parted
from organizer.playback.pictures import Picture, pictures_from
from organizer.playback.plan import Piece
from organizer.playback.sound import CHANNELS, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from av.container import OutputContainer
    from av.packet import Packet
    from numpy.typing import NDArray

    from organizer.playback.grid import Grid
    from organizer.playback.looking import Shape
    from organizer.playback.sound import Sound
    from organizer.playback.track import Track

QUALITY = "23"
"""x264's constant rate factor; 18 can hardly be told from the original, 28 clearly."""
_STILL_S = 0.1
"""A picture that stays longer is there again at the beginning of each piece: players may begin with any."""
LEAST_REST_S = 0.1
"""Seconds of sound after the film that are not worth a piece."""
_BIT_RATE = 160_000
_FRAME = 1024
"""Samples of a packet of AAC."""
_LEAD = 2
"""Packets that are coded before the first one that is wanted: one leans on the one before."""


class SoundCoder:
    """Codes any part of a sound as AAC such that parts fit together, whichever was coded when."""

    def __init__(self, sound: Sound | None) -> None:
        self._sound = sound

    @property
    def ended_s(self) -> float:
        """How long the sound is known to go on, in seconds."""
        if self._sound is None:
            return 0.0
        return math.inf if self._sound.ended_at is None else self._sound.ended_at / SAMPLE_RATE

    def add_to(self, container: OutputContainer) -> Any:
        """Add a stream for the sound to a piece; None where there is no sound."""
        if self._sound is None:
            return None
        stream: Any = container.add_stream("aac", rate=SAMPLE_RATE)
        stream.codec_context.layout = "stereo"
        stream.codec_context.format = "fltp"
        stream.codec_context.bit_rate = _BIT_RATE
        stream.codec_context.time_base = Fraction(1, SAMPLE_RATE)
        return stream

    def packets(
        self, stream: Any, begin_s: float, end_s: float, film_end_s: float | None
    ) -> Iterator[Packet[Any]]:
        """Yield the packets that begin in some seconds; their places are the same whichever are asked for.

        Args:
            stream: from ``add_to``.
            begin_s: where the first one begins, or before.
            end_s: where the last one begins at the latest.
            film_end_s: how long the film lasts; None while that is not known.
        """
        if self._sound is None:
            return
        first, last = (math.ceil(at * SAMPLE_RATE / _FRAME - 1e-6) for at in (begin_s, end_s))
        if last <= first:
            return
        samples = self._samples((first - _LEAD) * _FRAME, (last + 2) * _FRAME)
        if film_end_s is not None and math.isfinite(self.ended_s):
            # Silence lasts as long as the film.
            last = min(last, math.ceil(max(self.ended_s, film_end_s) * SAMPLE_RATE / _FRAME))
        for packet in _coded(stream, samples, (first - _LEAD) * _FRAME):
            if packet.pts is not None and first * _FRAME <= packet.pts < last * _FRAME:
                yield packet

    def _samples(self, first: int, last: int) -> NDArray[np.float32]:
        import numpy as np

        assert self._sound is not None
        before = max(0, -first)
        found = self._sound.samples(max(0, first), last)
        return np.concatenate([np.zeros((CHANNELS, before), np.float32), found], axis=1)


def _coded(stream: Any, samples: NDArray[np.float32], first: int) -> Iterator[Packet[Any]]:
    import av

    for at in range(0, samples.shape[1], _FRAME):
        frame = av.AudioFrame.from_ndarray(
            samples[:, at : at + _FRAME].copy(), format="fltp", layout="stereo"
        )
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = first + at
        yield from stream.encode(frame)
    yield from stream.encode(None)


class Converter:
    """Makes pieces of one file; one after the other costs least."""

    def __init__(
        self,
        film: Track,
        sound: Sound | None,
        shape: Shape,
        grid: Grid,
        *,
        threads: int,
        on_picture: Callable[[], None],
    ) -> None:
        """Prepare.

        Args:
            film: opened.
            sound: None where there is none.
            shape: of the result.
            grid: which seconds each piece holds.
            threads: for decoding and for coding.
            on_picture: called for each picture that is decoded; may raise StoppedError.
        """
        self._film = film
        self._sound = SoundCoder(sound)
        self._shape = shape
        self._grid = grid
        self._threads = threads
        self._on_picture = on_picture
        self._next = -1
        self._coming: Iterator[Picture] = iter(())
        self._waiting: Picture | None = None
        self._last: Picture | None = None

    def beginning(self) -> bytes:
        """Return what all pieces have in common."""
        file = io.BytesIO()
        with open_piece(file) as container:
            self._add_film(container)
            self._sound.add_to(container)
            container.start_encoding()
        return parted(file.getvalue())[0]

    def piece(self, number: int) -> Piece:
        """Return a piece."""
        begin_s, end_s = self._grid.begins(number), self._grid.ends(number)
        if number != self._next:
            self._coming = self._filtered(begin_s)
            self._waiting = self._last = None
        # Whatever stops the work in the middle leaves it where nobody goes on.
        self._next = -1
        file = io.BytesIO()
        with open_piece(file) as container:
            film = self._add_film(container)
            sound = self._sound.add_to(container)
            container.start_encoding()
            packets: list[Packet[Any]] = []
            times: list[float] = []
            for picture in self._shown(begin_s, end_s):
                times.append(picture.time_s)
                picture.frame.pts = round(picture.time_s * TICKS)
                picture.frame.time_base = Fraction(1, TICKS)
                # Else x264 is told to repeat what kinds of pictures the original is made of.
                picture.frame.pict_type = 0
                packets += film.encode(picture.frame)
            packets += film.encode(None)
            film_end_s = None
            if self._waiting is None:
                film_end_s = 0.0 if self._last is None else self._last.time_s + 1 / self._shape.rate
            heard = [*self._sound.packets(sound, begin_s, end_s, film_end_s)]
            _say_durations(packets, self._waiting, end_s, 1 / self._shape.rate)
            for packet in [*packets, *heard]:
                container.mux(packet)
        self._next = number + 1
        data = parted(file.getvalue())[1] if packets or heard else b""
        return Piece(data, is_last=film_end_s is not None and self._sound.ended_s <= end_s + LEAST_REST_S)

    def _shown(self, begin_s: float, end_s: float) -> Iterator[Picture]:
        """Yield what is shown in some seconds; a still picture is there again at their beginning."""
        first = True
        while True:
            picture = self._waiting or next(self._coming, None)
            self._waiting = None
            if picture is not None and picture.time_s < begin_s:
                # What was on screen at the place that was jumped to; the piece before has it.
                self._last = picture
                continue
            due = picture is not None and picture.time_s < end_s
            if first and (picture is None or picture.time_s > begin_s + _STILL_S):
                more_sound = self._sound.ended_s > begin_s
                if self._last is not None and (picture is not None or more_sound):
                    yield Picture(begin_s, self._last.frame)
            first = False
            if picture is None:
                return
            if not due:
                self._waiting = picture
                return
            self._last = picture
            yield picture

    def _filtered(self, start_s: float) -> Iterator[Picture]:
        filter_ = Filter(self._shape)
        pictures = pictures_from(self._film, start_s, threads=self._threads, on_picture=self._on_picture)
        for picture in pictures:
            yield from filter_.push(picture)
        yield from filter_.rest()

    def _add_film(self, container: OutputContainer) -> Any:
        shape = self._shape
        options = {"preset": shape.preset, "crf": QUALITY, "bf": "0"}
        stream: Any = container.add_stream(
            "libx264", rate=Fraction(shape.rate).limit_denominator(1001), options=options
        )
        stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
        codec = stream.codec_context
        codec.time_base = Fraction(1, TICKS)
        codec.thread_count = self._threads
        codec.colorspace, codec.color_primaries = shape.matrix, shape.primaries
        codec.color_trc = shape.transfer
        codec.color_range = 2 if shape.full_range else 1
        return stream


def _say_durations(packets: list[Packet[Any]], waiting: Picture | None, end_s: float, usual_s: float) -> None:
    """Say how long each picture of a piece stays: to the next one or, if that is far, to the piece's end."""
    stamps = [packet.pts or 0 for packet in packets]
    if not stamps:
        return
    after_s = stamps[-1] / TICKS + usual_s
    if waiting is not None:
        after_s = waiting.time_s if waiting.time_s <= end_s + _STILL_S else end_s
    for packet, after in zip(packets, [*stamps[1:], round(after_s * TICKS)], strict=True):
        packet.duration = max(1, after - (packet.pts or 0))
