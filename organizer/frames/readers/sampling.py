"""Which frame stands for a second of a video, and the reader that gets it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError, NotAVideoError
from organizer.frames.readers.keyframe_reader import KeyFrameReader
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import check_request
from organizer.stopping import StoppedError
from organizer.types import EVERY_SECOND, MAX_SECONDS

if TYPE_CHECKING:
    from organizer.frames.readers.reader import FrameReader
    from organizer.types import Frame, SampledSeconds


_NO_OTHER_READER_HELPS = (NotAVideoError, MissingDependencyError, StoppedError, MemoryError)


class Sampling(StrEnum):
    """Which frame of a second is looked at."""

    EXACT = "exact"
    """The first one; every picture up to it is decoded."""
    KEYFRAME = "keyframe"
    """One that can be decoded quickly: the second's key frame where it has one."""
    AUTO = "auto"
    """As KEYFRAME, and as EXACT for a file where that does not work."""


def reader_for(sampling: Sampling, *, threads: int) -> FrameReader:
    """Return the reader of a sampling; it can be pickled.

    Args:
        threads: how many each video is decoded with; 0 for one for each processor.
    """
    if sampling is Sampling.EXACT:
        return PyAvReader(threads=threads)
    if sampling is Sampling.KEYFRAME:
        return KeyFrameReader(threads=threads)
    return AutoReader(threads=threads)


class AutoReader:
    """Reads key frames, and from where that does not work on exactly; FrameReader says what it promises."""

    name = "auto"

    def __init__(self, *, threads: int = 1) -> None:
        """Prepare both ways; nothing is opened.

        Args:
            threads: decoding threads for each video; 0 for one for each processor.
        """
        self._quick = reader_for(Sampling.KEYFRAME, threads=threads)
        self._exact = reader_for(Sampling.EXACT, threads=threads)

    def read(
        self,
        path: str,
        *,
        max_seconds: int = MAX_SECONDS,
        short_side: int | None = None,
        sampled: SampledSeconds = EVERY_SECOND,
    ) -> Iterator[Frame]:
        """See ``FrameReader.read``."""
        check_request(path, max_seconds, short_side)
        return self._frames(path, max_seconds, short_side, sampled)

    def _frames(
        self, path: str, max_seconds: int, short_side: int | None, sampled: SampledSeconds
    ) -> Iterator[Frame]:
        done = 0
        try:
            for frame in self._quick.read(
                path, max_seconds=max_seconds, short_side=short_side, sampled=sampled
            ):
                yield frame
                done = frame.second + 1
            return
        except _NO_OTHER_READER_HELPS:
            raise
        # Demuxers and decoders fail in ways of their own, and each reader asks other things of a file.
        except Exception:
            pass
        # Should this one fail at once too, its reason is what people get to read.
        try:
            for frame in self._exact.read(
                path, max_seconds=max_seconds, short_side=short_side, sampled=sampled
            ):
                if frame.second >= done:
                    yield frame
        except _NO_OTHER_READER_HELPS:
            raise
        except Exception:
            # What could be decoded before counts.
            if not done:
                raise
