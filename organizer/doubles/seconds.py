"""What is compared of a video: its seconds as directions from the library's mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.types import EVERY_SECOND, MAX_SECONDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.types import SampledSeconds


@dataclass(frozen=True, slots=True, eq=False)
class Seconds:
    """The seconds of one video that were looked at."""

    vectors: NDArray[np.float32]
    """(rows, dimension), each of length 1: how far and where to it lies from the mean of the library."""
    at: NDArray[np.int64]
    """(rows,): which second each row stands for, ascending."""
    known_s: float
    """Up to where the video is known: its length, at most 45 s."""
    duration_s: float | None
    """How long it is; None where that is not known."""

    @property
    def ends(self) -> bool:
        """Whether it ends where it is known; False where it goes on and nobody looked."""
        return self.duration_s is None or self.duration_s <= self.known_s + 1

    @property
    def length_s(self) -> float:
        """How long it is; up to where it is known, where nobody says it."""
        return self.known_s if self.duration_s is None else self.duration_s


def seconds_of(
    rows: NDArray[np.uint8],
    mean: NDArray[np.float32],
    duration_s: float | None,
    sampled: SampledSeconds = EVERY_SECOND,
) -> Seconds:
    """Return the seconds of a video from its stored features.

    Args:
        rows: uint8 (rows, dimension), as the library stores them.
        mean: float32 (dimension,), of the rows of many videos.
        duration_s: how long the video is; None where that is not known.
        sampled: which seconds the rows stand for.
    """
    import numpy as np

    vectors = np.subtract(rows, mean, dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    at = np.array(sampled.seconds_of(len(rows)), np.int64)
    seen_s = float(min(sampled.second_of(len(rows)), MAX_SECONDS))
    known_s = min(duration_s, seen_s) if duration_s else seen_s
    return Seconds(vectors, at, known_s, duration_s or None)
