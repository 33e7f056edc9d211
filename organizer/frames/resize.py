"""Pictures made smaller: squashed to a model's square, fitted into a poster, or limited in one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.load_cv2 import load_cv2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shrink(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Squash the whole frame to a square, its aspect ratio ignored.

    rgb: (height, width, 3), 0..255, any size. Returns a new array (size, size, 3) of the same range and
    channel order.
    """
    return _resize(rgb, size, size)


def fit(rgb: NDArray[np.uint8], long_side: int) -> NDArray[np.uint8]:
    """Make a frame so small that its longer side has at most ``long_side`` pixels, its aspect ratio kept.

    rgb: (height, width, 3), 0..255. Returns a new array; a frame that is small enough keeps its size.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, long_side / max(height, width))
    return _resize(rgb, max(1, round(width * scale)), max(1, round(height * scale)))


def limited(width: int, height: int, short_side: int | None) -> tuple[int, int]:
    """Return the size, (width, height), at which the shorter side has at most ``short_side`` pixels.

    The aspect ratio is kept. None limits nothing.
    """
    shorter = min(width, height)
    if short_side is None or shorter <= short_side:
        return width, height
    return round(width * short_side / shorter), round(height * short_side / shorter)


def _resize(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    cv2 = load_cv2()
    # Averaging areas keeps fine detail from flickering, but is no good for enlarging: one step for each.
    smaller = (min(width, rgb.shape[1]), min(height, rgb.shape[0]))
    result: NDArray[np.uint8] = cv2.resize(rgb, smaller, interpolation=cv2.INTER_AREA)
    if smaller != (width, height):
        result = cv2.resize(result, (width, height), interpolation=cv2.INTER_LINEAR)
    return result.copy() if result is rgb else result
