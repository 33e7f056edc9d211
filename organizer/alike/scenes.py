"""A video cut into a few runs of seconds that look alike, so that a single second is found in a long mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_SCENES = 6
SPREAD_LEFT = 0.05
"""No further cut is made once the rows lie so near to the mean of their scene: mean squared distance of rows
of length 1."""


def scene_ends(
    rows: NDArray[np.float32], *, most: int = MOST_SCENES, spread_left: float = SPREAD_LEFT
) -> list[list[int]]:
    """Return where the scenes of videos end, the cuts that leave the least spread within them.

    All ways to cut are compared, by what Bellman's recursion keeps of them, for all videos at once.

    Args:
        rows: (videos, rows, dimensions), rows of length 1 or 0; at least one video and one row.
        most: how many scenes a video has at most.
        spread_left: no further cut is made once the rows are so near to the mean of their scene.

    Returns:
        For each video the ends of its scenes, ascending; the last is the number of its rows.
    """
    import numpy as np

    videos, length, dimensions = rows.shape
    sums = np.zeros((videos, length + 1, dimensions), np.float32)
    np.cumsum(rows, axis=1, out=sums[:, 1:])
    products = sums @ sums.transpose(0, 2, 1)
    squares = products[:, range(length + 1), range(length + 1)]
    # Of the sum of the rows from x to y: how long it is, squared.
    runs = squares[:, None, :] - 2 * products + squares[:, :, None]
    lengths = np.arange(length + 1)[None, :] - np.arange(length + 1)[:, None]
    energy = np.concatenate(
        [np.zeros((videos, 1), np.float32), np.cumsum(np.einsum("vri,vri->vr", rows, rows), axis=1)], axis=1
    )
    spread = energy[:, None, :] - energy[:, :, None] - runs / np.maximum(lengths, 1)
    spread = np.where(lengths > 0, np.maximum(spread, 0), np.float32(np.inf))
    best, cuts = [spread[:, 0, :]], []
    for _ in range(1, min(most, length)):
        ways = best[-1][:, :, None] + spread
        cuts.append(ways.argmin(axis=1))
        best.append(np.take_along_axis(ways, cuts[-1][:, None, :], axis=1)[:, 0])
    enough = np.stack([one[:, length] for one in best]) <= spread_left * length
    # The first number of scenes that is enough; all of them where none is.
    numbers = np.where(enough.any(axis=0), enough.argmax(axis=0), len(best) - 1)
    found = []
    for video, cut in enumerate(numbers):
        ends = [length]
        for level in range(cut - 1, -1, -1):
            ends.append(int(cuts[level][video, ends[-1]]))
        found.append(ends[::-1])
    return found
