"""The seam between a way to decode videos and everything that looks at pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from organizer.types import MAX_SECONDS, Frame


class FrameReader(Protocol):
    """A way to get one picture for each second of a video."""

    @property
    def name(self) -> str:
        """Short name for settings and reports, for example ``opencv``."""
        ...

    def read(self, path: str, *, max_seconds: int = MAX_SECONDS) -> Iterator[Frame]:
        """Yield exactly one frame for each second of a video, ascending.

        path: absolute; the file is only ever read. max_seconds: how many seconds to look at, at least 1.

        The seconds are the buckets [k, k + 1) for k from 0 to floor(time of the last frame), k < max_seconds,
        where times count from the first frame. A bucket's frame is the first one whose time lies in it; where
        none begins in it (slow or variable frame rate) the one still on screen, with its real ``time_s``. A
        file shorter than a second gives one frame.

        Frames are made one by one, as they are asked for, and each owns its memory. Nothing is decoded after
        the last frame needed. Closing the iterator closes the file. A stream that breaks off yields what
        could be decoded.

        Raises, at the call or with the first frame: ValueError for a relative path or max_seconds < 1,
        NotAVideoError for content that is not a video, UnreadableVideoError when not one frame can be
        decoded, MissingDependencyError when the library below the reader cannot be loaded.
        """
        ...


def second_of(time_s: float) -> int:
    """Return the bucket k, [k, k + 1), that a time in seconds lies in."""
    # Stamps such as 2.9999999999 are 3 s counted in a container's own unit.
    return int(time_s + 1e-6)
