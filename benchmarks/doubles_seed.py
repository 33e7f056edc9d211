"""Features of a large library: real means of YouTube-8M videos, with seconds drawn around them.

The means are of 25,000 real videos, so some videos are as near each other as real ones are. Seconds are
drawn as those of two real videos behave, second by second: about them a second is alike its neighbour by
0.5 (correlation), three seconds on by 0.25, and their deviation from the video's mean is 50 of 255
levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from organizer.types import MAX_SECONDS

DOUBLED = 0.01
"""Part of the videos that are copies of another one."""
_LEVELS = 50.0
_SLOW_SHARE, _SLOW = 0.6, 0.8
_COPY_LEVELS = 34.0
"""Noise of a copy: its seconds are alike those of the original by 0.7 to 0.8, as of copies in half size."""
_MOST_TRIMMED_S = 5
_TOGETHER = 200
_COPY_AFTER = 7
"""Videos between an original and its copy."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One video."""

    number: int
    rows: NDArray[np.uint8]
    """(seconds, 1024)."""
    copy_of: int | None
    """The number of its original."""


def means(file: Path) -> NDArray[np.float32]:
    """Return the means of real videos in levels, float32 (videos, 1024)."""
    with np.load(file) as stored:
        return stored["rgb"].astype(np.float32)


def draw_videos(centres: NDArray[np.float32], count: int, seed: int = 1) -> Iterator[Drawn]:
    """Yield videos of 5 to 45 s, most of 45; one of a hundred is a copy of the one seven before it."""
    draw = np.random.default_rng(seed)
    step = round(1 / DOUBLED)
    for start in range(0, count, _TOGETHER):
        number = min(_TOGETHER, count - start)
        numbers = np.arange(start, start + number)
        centre = centres[draw.permutation(len(centres))[:number]]
        seconds = _seconds(centre, draw)
        lengths = np.where(draw.random(number) < 0.7, MAX_SECONDS, draw.integers(5, MAX_SECONDS, number))
        for place, each in enumerate(numbers):
            if each % step == step // 2:
                original = place - _COPY_AFTER
                cut = int(draw.integers(0, min(_MOST_TRIMMED_S, lengths[original] // 3) + 1))
                rows = seconds[original, cut : lengths[original]]
                rows = rows + draw.standard_normal(rows.shape, np.float32) * _COPY_LEVELS
                yield Drawn(int(each), _levels(rows), int(each) - _COPY_AFTER)
            else:
                yield Drawn(int(each), _levels(seconds[place, : lengths[place]]), None)


def _seconds(centre: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32]:
    """Return the seconds of videos, float32 (videos, seconds, 1024)."""
    size = (len(centre), centre.shape[1])
    slow = draw.standard_normal(size, np.float32)
    drawn = np.empty((len(centre), MAX_SECONDS, centre.shape[1]), np.float32)
    for second in range(MAX_SECONDS):
        slow = _SLOW * slow + np.sqrt(1 - _SLOW**2) * draw.standard_normal(size, np.float32)
        fast = draw.standard_normal(size, np.float32)
        drawn[:, second] = centre + _LEVELS * (np.sqrt(_SLOW_SHARE) * slow + np.sqrt(1 - _SLOW_SHARE) * fast)
    return drawn


def _levels(rows: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(rows), 0, 255).astype(np.uint8)
