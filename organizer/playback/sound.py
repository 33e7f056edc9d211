"""The sound of a video as one row of samples, silent where the file has none: it stays in step with the film.

Browsers wait where a recording's sound has a hole, and players differ in what they make of sound that begins
late. Here sample k is always what is heard k / 48,000 seconds after the first picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from av.audio.frame import AudioFrame
    from numpy.typing import NDArray

    from organizer.playback.track import Track

SAMPLE_RATE = 48_000
CHANNELS = 2
_WARM_UP_S = 0.3
"""Before the place that is wanted: a decoder's first samples lean on what came before."""
_APART = SAMPLE_RATE // 20
"""Samples; stamps that are less apart from the samples counted so far are taken for their rounding."""
_KEPT = 8 * 1024
"""Samples before the last ones asked for that may be asked for again."""


class Sound:
    """The sound of a file; samples are asked for in ascending order, mostly."""

    def __init__(self, track: Track, on_frame: Callable[[], None]) -> None:
        """Read nothing yet.

        Args:
            track: of the sound.
            on_frame: called for each decoded bit of sound.
        """
        self._track = track
        self._on_frame = on_frame
        self._coming: Iterator[tuple[int, NDArray[np.float32]]] | None = None
        self._first = 0
        self._held: list[NDArray[np.float32]] = []
        self._end = 0
        self.ended_at: int | None = None
        """How many samples there are in all; None while that is not known."""

    def samples(self, first: int, last: int) -> NDArray[np.float32]:
        """Return samples (channels, last - first), -1..1; silence before the first and after the last.

        Args:
            first: 0 or more; far from what was asked for before it takes longer.
            last: more than ``first``.
        """
        import numpy as np

        if self._coming is None or not self._first <= first <= self._end + 10 * SAMPLE_RATE:
            self._held, self._first, self._end = [], first, first
            self._coming = self._pieces(first)
        while self._end < last and self._read():
            pass
        joined = np.concatenate(self._held, axis=1) if self._held else np.zeros((CHANNELS, 0), np.float32)
        wanted = joined[:, first - self._first : last - self._first]
        keep = max(0, last - _KEPT - self._first)
        self._held, self._first = [joined[:, keep:]], self._first + keep
        return np.pad(wanted, ((0, 0), (0, last - first - wanted.shape[1])))

    def _read(self) -> bool:
        """Put more samples after the held ones, silence before them where there is a hole."""
        import numpy as np

        assert self._coming is not None
        found = next(self._coming, None)
        if found is None:
            self.ended_at = self._end
            return False
        at, samples = found
        if at < self._end:
            samples = samples[:, self._end - at :]
        elif at > self._end:
            self._held.append(np.zeros((CHANNELS, at - self._end), np.float32))
            self._end = at
        if samples.shape[1]:
            self._held.append(samples)
            self._end += samples.shape[1]
        return True

    def _pieces(self, first: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield samples (channels, n) with the number of their first one."""
        start_s = first / SAMPLE_RATE - _WARM_UP_S
        mixer = _Mixer()
        at: int | None = None
        for frame, time_s in self._frames(start_s):
            self._on_frame()
            stated = None if time_s is None else round(time_s * SAMPLE_RATE)
            if at is None or (stated is not None and abs(stated - at) > _APART):
                at = stated if stated is not None else at or 0
            samples = mixer.mixed(frame)
            if at + samples.shape[1] > 0:
                yield max(at, 0), samples[:, max(0, -at) :]
            at += samples.shape[1]
        rest = mixer.mixed(None)
        if at is not None and at >= 0 and rest.shape[1]:
            yield at, rest

    def _frames(self, start_s: float) -> Iterator[tuple[AudioFrame, float | None]]:
        from av.error import FFmpegError

        codec = None
        for timed in self._track.packets_from(max(start_s, 0.0)):
            if codec is None:
                heard = self._track.heard
                assert heard is not None
                codec = heard.codec_context
                if codec.is_open:
                    codec.flush_buffers()
            # The film's key frame may lie long before; nobody hears that.
            if timed.time_s is not None and timed.time_s < start_s - _WARM_UP_S:
                continue
            try:
                frames = codec.decode(timed.packet)
            except MemoryError:
                raise
            except FFmpegError:
                continue
            for frame in frames:
                yield frame, None if frame.pts is None else self._track.time_of(frame.pts)


class _Mixer:
    """Makes two channels of 48,000 samples a second of whatever comes."""

    def __init__(self) -> None:
        self._form: tuple[object, ...] | None = None

    def mixed(self, frame: AudioFrame | None) -> NDArray[np.float32]:
        """Return samples (channels, n); None gives what is still inside."""
        import av
        import numpy as np

        made: list[NDArray[np.float32]] = []
        if frame is not None:
            form = (frame.format.name, frame.layout.name, frame.sample_rate)
            if form != self._form:
                made += self._taken(None)
                self._form = form
                self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
            # Where it belongs is told by its place in the row.
            frame.pts = None
        made += self._taken(frame)
        return np.concatenate(made, axis=1) if made else np.zeros((CHANNELS, 0), np.float32)

    def _taken(self, frame: AudioFrame | None) -> list[NDArray[np.float32]]:
        import numpy as np

        if self._form is None:
            return []
        return [np.asarray(one.to_ndarray(), np.float32) for one in self._resampler.resample(frame)]
