"""All videos in short: a few bytes for every two seconds, so that 100,000 videos fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.types import EVERY_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.types import SampledSeconds

LEADING = 96
"""Dimensions of a sketch: features are ordered by how much they tell, and noise is in the last ones."""
HOP_S = 2
"""Seconds of one vector."""
_SCALE = 127.0


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """Vectors of all videos, one video after another."""

    vectors: NDArray[np.int8]
    """(vectors, LEADING): directions from the library's mean, times 127."""
    video: NDArray[np.int32]
    """(vectors,): which video each belongs to, counted from 0, ascending."""
    at_s: NDArray[np.int16]
    """(vectors,): the second at which each begins."""
    ids: Sequence[int]
    """The library's id of each video."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many vectors each video has."""
        import numpy as np

        return np.bincount(self.video, minlength=len(self.ids))


def sketch(rows: NDArray[np.uint8], mean: NDArray[np.float32], at: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the sketch of one video, int8 (vectors, LEADING).

    Args:
        rows: uint8 (rows, dimension), as the library stores them.
        mean: float32 (dimension,), of the rows of many videos.
        at: (rows,): the second that each row stands for, ascending.
    """
    import numpy as np

    kept = min(LEADING, rows.shape[1])
    leading = np.subtract(rows[:, :kept], mean[:kept], dtype=np.float32)
    starts = np.flatnonzero(np.diff(at // HOP_S, prepend=-1))
    sums = np.add.reduceat(leading, starts, axis=0)
    sums *= _SCALE / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    return np.rint(sums, out=sums).astype(np.int8)


def sketches_of(
    videos: Iterable[tuple[int, NDArray[np.uint8]]],
    mean: NDArray[np.float32],
    sampled: SampledSeconds = EVERY_SECOND,
) -> Sketches:
    """Return the sketches of videos.

    Args:
        videos: id and features, uint8 (rows, dimension), of each; read once, one after another.
        mean: float32 (dimension,), of the rows of many videos.
        sampled: which seconds the rows stand for.
    """
    import numpy as np

    ids: list[int] = []
    lengths: list[int] = []
    # One block that grows: to join a hundred thousand small arrays would take all of it twice.
    block, width = bytearray(), LEADING
    seconds = np.array(sampled.all, np.int64)
    for id_, rows in videos:
        if len(rows):
            drawn = sketch(rows, mean, seconds[: len(rows)])
            ids.append(id_)
            lengths.append(len(drawn))
            width = drawn.shape[1]
            block += drawn.tobytes()
    begins = np.unique(seconds // HOP_S) * HOP_S
    places = [begins[:length] for length in lengths]
    return Sketches(
        np.frombuffer(block, np.int8).reshape(-1, width),
        np.repeat(np.arange(len(ids), dtype=np.int32), lengths),
        np.concatenate(places).astype(np.int16) if places else np.empty(0, np.int16),
        ids,
    )
