"""Which of several videos of one film to keep: the longest, largest picture, largest file, oldest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.dates.shown import utc_seconds
from organizer.text import file_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from organizer.library.records import VideoRecord

SAME_LENGTH_S = 1.0
"""Up to so much longer or shorter is as long: a container counts its sound too."""
_SAME_BYTES = 0.02


@dataclass(frozen=True, slots=True)
class Choice:
    """A video to keep."""

    kept: VideoRecord
    why: str
    """As words that follow "kept:", such as ``the longest, 14 s``."""


def choose(videos: Sequence[VideoRecord]) -> Choice:
    """Return which of some videos to keep, and why; of equal ones the one that was added first.

    Args:
        videos: at least one.
    """
    left, why = list(videos), "it was added first"
    for best, words in _RULES:
        better = best(left)
        if len(better) < len(left):
            left, why = better, words(better[0])
        if len(left) == 1:
            break
    return Choice(min(left, key=lambda video: video.id), why)


def _longest(videos: list[VideoRecord]) -> list[VideoRecord]:
    longest = max(video.duration_s or 0.0 for video in videos)
    return [video for video in videos if (video.duration_s or 0.0) >= longest - SAME_LENGTH_S]


def _largest_picture(videos: list[VideoRecord]) -> list[VideoRecord]:
    most = max(_pixels(video) for video in videos)
    return [video for video in videos if _pixels(video) == most]


def _largest_file(videos: list[VideoRecord]) -> list[VideoRecord]:
    # Of one length, so this says too which has the most bits a second.
    most = max(video.size_bytes for video in videos)
    return [video for video in videos if video.size_bytes >= most * (1 - _SAME_BYTES)]


def _oldest(videos: list[VideoRecord]) -> list[VideoRecord]:
    first = min(_taken(video) for video in videos)
    return [video for video in videos if _taken(video) == first]


def _pixels(video: VideoRecord) -> int:
    return (video.width or 0) * (video.height or 0)


def _taken(video: VideoRecord) -> float:
    moment = None if video.taken is None else video.taken.moment
    return float("inf") if moment is None else utc_seconds(moment)


_RULES: tuple[tuple[Callable[[list[VideoRecord]], list[VideoRecord]], Callable[[VideoRecord], str]], ...] = (
    (_longest, lambda video: f"the longest, {video.duration_s or 0:.0f} s"),
    (_largest_picture, lambda video: f"the largest picture, {video.width} x {video.height}"),
    (_largest_file, lambda video: f"the largest file, {file_size(video.size_bytes)}"),
    (_oldest, lambda _: "the oldest"),
)
