"""Videos as a few short vectors each, small enough that all of a library are compared at every question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.alike.measure import unit
from organizer.alike.scenes import scene_ends
from organizer.features.processor import single_threaded_blas

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.alike.measure import Measure

WHOLE_DIMENSIONS = 512
"""Of the vector of a whole video."""
SCENE_DIMENSIONS = 256
"""Of that of a scene."""
_LEVELS = 127


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The vectors of some videos, in any order. They only choose who is looked at closely: eight bits do."""

    ids: NDArray[np.int64]
    """(videos,) of the library."""
    stamps: NDArray[np.int64]
    """(videos,) which features they were made of, see ``Features.stamps``."""
    starts: NDArray[np.int64]
    """(videos,) the first scene of each, ascending; each has one at least."""
    wholes: NDArray[np.int8]
    """(videos, 512) the mean direction of each video, in its heaviest dimensions."""
    scenes: NDArray[np.int8]
    """(scenes, 256) that of each run of seconds that look alike."""

    def by_whole(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how alike each video as a whole is to a direction (512,): (videos,), -1..1."""
        return _cosines(direction, self.wholes)

    def by_scene(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how alike the scene of each video is that is most like a direction (256,): (videos,)."""
        import numpy as np

        if not len(self.ids):
            return np.empty(0, np.float32)
        found: NDArray[np.float32] = np.maximum.reduceat(_cosines(direction, self.scenes), self.starts)
        return found

    def part(self, first: int, end: int) -> Vectors:
        """Return the vectors of the videos from one place to another, where they lie."""
        begins = int(self.starts[first])
        ends = int(self.starts[end]) if end < len(self.starts) else len(self.scenes)
        return Vectors(
            self.ids[first:end],
            self.stamps[first:end],
            self.starts[first:end] - begins,
            self.wholes[first:end],
            self.scenes[begins:ends],
        )

    def only(self, chosen: NDArray[np.bool_]) -> Vectors:
        """Return the vectors of those videos alone, (videos,) true for each."""
        import numpy as np

        if bool(chosen.all()):
            return self
        counts = np.diff(np.append(self.starts, len(self.scenes)))
        left = counts[chosen]
        return Vectors(
            self.ids[chosen],
            self.stamps[chosen],
            np.cumsum(left) - left,
            self.wholes[chosen],
            self.scenes[np.repeat(chosen, counts)],
        )


def in_bytes(rows: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return int8 of the same shape; only the direction of each row is kept, not its length."""
    import numpy as np

    most = np.abs(rows).max(axis=-1, keepdims=True)
    levels: NDArray[np.int8] = np.rint(rows * (_LEVELS / np.maximum(most, np.float32(1e-12)))).astype(np.int8)
    return levels


def vectors_of(measure: Measure, videos: Sequence[tuple[int, int, NDArray[np.uint8]]]) -> Vectors:
    """Return the vectors of some videos.

    Args:
        measure: of the library.
        videos: for each its id, its stamp and its features, uint8 (rows, dimensions), at least one row.
    """
    import numpy as np

    order = measure.order
    heavy = order[:WHOLE_DIMENSIONS]
    # One pass over all rows of all videos: most of the time goes into it.
    rows = measure.directions(np.concatenate([features for _, _, features in videos]))[:, heavy]
    ends = np.cumsum([len(features) for _, _, features in videos])
    starts = ends - [len(features) for _, _, features in videos]
    wholes = np.add.reduceat(rows, starts, axis=0)
    parts = rows[:, :SCENE_DIMENSIONS]
    cut = _cut([parts[start:end] for start, end in zip(starts, ends, strict=True)])
    first_rows = np.concatenate(
        [start + np.array([0, *cuts[:-1]]) for start, cuts in zip(starts, cut, strict=True)]
    )
    scenes = np.add.reduceat(parts, first_rows, axis=0)
    counts = np.array([len(cuts) for cuts in cut])
    return Vectors(
        ids=np.array([id_ for id_, _, _ in videos], np.int64),
        stamps=np.array([stamp for _, stamp, _ in videos], np.int64),
        starts=(np.cumsum(counts) - counts).astype(np.int64),
        wholes=in_bytes(wholes),
        scenes=in_bytes(scenes),
    )


def whole_direction(measure: Measure, directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what ``by_whole`` takes of a video's directions, (rows, dimensions)."""
    return unit(directions.mean(axis=0))[measure.order[:WHOLE_DIMENSIONS]]


def scene_direction(measure: Measure, direction: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what ``by_scene`` takes of the direction of a second, (dimensions,)."""
    return direction[measure.order[:SCENE_DIMENSIONS]]


def _cut(videos: Sequence[NDArray[np.float32]]) -> list[list[int]]:
    """Return the scenes of videos; those with as many rows are cut together."""
    import numpy as np

    by_length: dict[int, list[int]] = {}
    for number, rows in enumerate(videos):
        by_length.setdefault(len(rows), []).append(number)
    found: list[list[int]] = [[] for _ in videos]
    for numbers in by_length.values():
        with single_threaded_blas():
            ends = scene_ends(unit(np.stack([videos[number] for number in numbers])))
        for number, cuts in zip(numbers, ends, strict=True):
            found[number] = cuts
    return found


def _cosines(direction: NDArray[np.float32], vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    import numkong
    import numpy as np

    if not len(vectors):
        return np.empty(0, np.float32)
    asked = in_bytes(direction[None])
    apart = np.asarray(numkong.cdist(asked, vectors, metric="angular"))
    alike: NDArray[np.float32] = (1 - apart[0]).astype(np.float32)
    return alike
