"""The seam between a way to decode videos and everything that looks at pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from organizer.errors import UnreadableVideoError
from organizer.types import EVERY_SECOND, MAX_SECONDS, Frame, SampledSeconds


class FrameReader(Protocol):
    """A way to get one picture for each second of a video."""

    @property
    def name(self) -> str:
        """Short name for settings and reports, for example ``keyframe``."""
        ...

    def read(
        self,
        path: str,
        *,
        max_seconds: int = MAX_SECONDS,
        short_side: int | None = None,
        sampled: SampledSeconds = EVERY_SECOND,
    ) -> Iterator[Frame]:
        """Yield exactly one frame for each second of a video that is asked for, ascending.

        The seconds are the buckets [k, k + 1) for k from 0 to floor(time of the last frame), k < max_seconds,
        where times count from the first frame. A bucket's frame is one whose time lies in it, the first
        unless the reader says otherwise; where none begins in it (slow or variable frame rate) the one still
        on screen, with its real ``time_s``. A file shorter than a second gives one frame. Of seconds
        that are not asked for nothing is decoded but what the others need.

        Frames are made one by one, as they are asked for, and each owns its memory. Nothing is decoded after
        the last frame needed. Closing the iterator closes the file. A stream that breaks off yields what
        could be decoded.

        Raises, at the call or with the first frame: ValueError for a relative path, max_seconds < 1 or
        short_side < 1, NotAVideoError for content that is not a video, UnreadableVideoError when not one
        frame can be decoded, MissingDependencyError when the library below the reader cannot be loaded.

        Args:
            path: absolute; the file is only ever read.
            max_seconds: how many seconds to look at, at least 1.
            sampled: which of these to give a frame of.
            short_side: in pixels, at least 1; frames are turned and in square pixels, as a player shows them,
                and one whose shorter side is longer is made smaller by averaging areas, its aspect ratio
                kept, so that this side has that length. None leaves every pixel as it was recorded: at full
                size, turned, but not stretched where pixels are no squares.
        """
        ...


def second_of(time_s: float) -> int:
    """Return the bucket k, [k, k + 1), that a time in seconds lies in."""
    # Stamps such as 2.9999999999 are 3 s counted in a container's own unit.
    return int(time_s + 1e-6)


def check_request(path: str, max_seconds: int, short_side: int | None) -> None:
    """Raise ValueError for what no reader can be asked; see FrameReader.read."""
    if not os.path.isabs(path):
        raise ValueError(f"not an absolute path: {path!r}")
    if max_seconds < 1:
        raise ValueError(f"max_seconds must be at least 1, not {max_seconds}")
    if short_side is not None and short_side < 1:
        raise ValueError(f"short_side must be at least 1, not {short_side}")


def nothing_decoded(path: str) -> UnreadableVideoError:
    """Return the error for a video that opens, but of which no picture can be decoded."""
    return UnreadableVideoError(
        path,
        "not one picture of it can be decoded",
        "Copy it again from the camera or a backup, or try a repair tool on a copy.",
    )
