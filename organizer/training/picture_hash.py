"""Hashes that tell whether two pictures show the same photograph, without holding the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BITS = 128
_SIDE = 9


def picture_hash(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the difference hash of a picture, uint8 (16,).

    The picture is shrunk to 9 x 9 grey cells; each bit says whether a cell is brighter than its neighbour, 64
    to the right and 64 downwards. Resized, recompressed and recoloured copies differ in few of the 128 bits,
    other pictures in about half.
    """
    import cv2
    import numpy as np

    cells = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    cells = cells.astype(np.int16)
    right = cells[:-1, 1:] > cells[:-1, :-1]
    down = cells[1:, :-1] > cells[:-1, :-1]
    return np.packbits(np.concatenate([right.ravel(), down.ravel()]))


def distance(picture: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many of the 128 bits differ between one hash (16,) and each of (n, 16)."""
    import numpy as np

    different: NDArray[np.int64] = np.unpackbits(picture ^ others, axis=1).sum(axis=1, dtype=np.int64)
    return different
