"""Pictures made smaller: squashed to a model's square, fitted into a poster, or limited in one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.frames.loading import load_cv2
from organizer.types import InputSpec, Resize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def squash(rgb: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.uint8]:
    """Make the square that a network takes of a whole frame.

    Args:
        rgb: (height, width, 3), 0..255; for ``Resize.BILINEAR`` at its full size.

    Returns:
        A new array (size, size, 3) of the same range and channel order.
    """
    return bilinear(rgb, spec.size) if spec.resize is Resize.BILINEAR else shrink(rgb, spec.size)


def bilinear(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Squash as TensorFlow 1's ``ResizeBilinear`` does, without ``align_corners`` or ``half_pixel_centers``.

    Pixel k of the result lies at k * length / size of the frame and is mixed from the two by two pixels
    around that place, also where thousands of others are left out: so did the recipe of YouTube-8M. OpenCV's
    bilinear puts pixels elsewhere.

    Args:
        rgb: (height, width, 3), 0..255, any size.

    Returns:
        A new array (size, size, 3), rounded to whole levels.
    """
    import numpy as np

    top, bottom, down = _neighbours(rgb.shape[0], size)
    left, right, across = _neighbours(rgb.shape[1], size)
    across, down = across[:, np.newaxis], down[:, np.newaxis, np.newaxis]

    def row(at: NDArray[np.intp]) -> NDArray[np.float32]:
        rows = rgb[at]
        first = rows[:, left].astype(np.float32)
        return first + (rows[:, right] - first) * across

    # In the order of TensorFlow's own sums, in float32 as there.
    upper = row(top)
    mixed = upper + (row(bottom) - upper) * down
    return np.rint(mixed).astype(np.uint8)


def _neighbours(length: int, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return the two of ``length`` pixels that each of ``size`` lies between, and how far along, 0..1."""
    import numpy as np

    at = np.arange(size, dtype=np.float32) * (np.float32(length) / np.float32(size))
    # Beyond the last pixel there is none to mix with.
    first = np.minimum(at.astype(np.intp), length - 1)
    return first, np.minimum(first + 1, length - 1), at - first.astype(np.float32)


def shrink(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Squash the whole frame to a square, its aspect ratio ignored.

    Args:
        rgb: (height, width, 3), 0..255, any size.

    Returns:
        A new array (size, size, 3) of the same range and channel order.
    """
    return _resize(rgb, size, size)


def fit_within(
    rgb: NDArray[np.uint8], long_side: int, shown: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Make a frame so small that its longer side has at most ``long_side`` pixels, its aspect ratio kept.

    Args:
        rgb: (height, width, 3), 0..255.
        shown: width and height at which it is shown, where its pixels are no squares.

    Returns:
        A new array; a frame that is small enough keeps the size at which it is shown.
    """
    width, height = shown or (rgb.shape[1], rgb.shape[0])
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
