"""Altered views of a picture, so that the classifier does not learn the shortcuts of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VIEWS = 5
"""Views of each picture: 0 as scanning sees it, 1 mirrored, 2 and up drawn at random."""


def view(rgb: NDArray[np.uint8], number: int, seed: int) -> NDArray[np.uint8]:
    """Return one view of a picture, uint8 (height, width, 3), 0..255, RGB.

    View 0 is the picture, view 1 its mirror image. Every other is a random crop (area 35 to 100 %), mirrored
    half of the time, with changed brightness, contrast and saturation, and now and then grey, blurred,
    compressed hard or letterboxed. The same number and seed give the same view.
    """
    import numpy as np

    if number == 0:
        return rgb
    if number == 1:
        return np.ascontiguousarray(rgb[:, ::-1])
    rng = np.random.default_rng((seed, number))
    altered = _recoloured(_cropped(rgb, rng), rng)
    altered = _degraded(altered, rng)
    return np.ascontiguousarray(altered[:, ::-1]) if rng.random() < 0.5 else altered


def _cropped(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import numpy as np

    height, width = rgb.shape[:2]
    area = rng.uniform(0.35, 1.0)
    stretch = np.exp(rng.uniform(np.log(0.75), np.log(4 / 3)))
    crop_height = min(height, max(16, round(height * np.sqrt(area / stretch))))
    crop_width = min(width, max(16, round(width * np.sqrt(area * stretch))))
    top = rng.integers(0, height - crop_height + 1)
    left = rng.integers(0, width - crop_width + 1)
    return rgb[top : top + crop_height, left : left + crop_width]


def _recoloured(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import numpy as np

    saturation = 0.0 if rng.random() < 0.08 else rng.uniform(0.6, 1.4)
    brightness, contrast = rng.uniform(0.7, 1.3), rng.uniform(0.75, 1.25)
    pixels = rgb.astype(np.float32)
    grey = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    pixels = grey[..., np.newaxis] + saturation * (pixels - grey[..., np.newaxis])
    pixels = (pixels * brightness - 128) * contrast + 128
    recoloured: NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return recoloured


def _degraded(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    kind = rng.random()
    if kind < 0.15:
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.8, 2.5)), np.uint8)
    if kind < 0.40:
        _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(8, 40))])
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if kind < 0.50:
        border = round(rgb.shape[0] * rng.uniform(0.08, 0.2))
        return np.pad(rgb, ((border, border), (0, 0), (0, 0)))
    return rgb
