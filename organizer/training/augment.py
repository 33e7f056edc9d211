"""Altered views of a picture, so that the classifier does not learn the shortcuts of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.training.degrade import degraded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VIEWS = 6
"""Views of each picture: 0 as scanning sees it, 1 mirrored, 2 and up drawn at random."""
AUGMENTATION = 2
"""Counted up when views change, for features of them are kept."""
_PORTRAIT, _LANDSCAPE = 9 / 16, 16 / 9


def view(rgb: NDArray[np.uint8], number: int, seed: int) -> NDArray[np.uint8]:
    """Return one view of a picture, uint8 (height, width, 3), 0..255, RGB.

    View 0 is the picture, view 1 its mirror image. Every other is a random crop (area 35 to 100 %; two of
    five have a phone's shape, upright or lying), mirrored half of the time, with changed brightness, contrast
    and saturation, now and then grey or dark, and mostly degraded. The same number and seed give the same
    view.
    """
    import numpy as np

    if number == 0:
        return rgb
    if number == 1:
        return np.ascontiguousarray(rgb[:, ::-1])
    rng = np.random.default_rng((seed, number))
    altered = _recoloured(_cropped(rgb, rng), rng)
    # Before anything is written over it: mirrored words are on no video.
    return degraded(np.ascontiguousarray(altered[:, ::-1]) if rng.random() < 0.5 else altered, rng)


def _cropped(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import numpy as np

    height, width = rgb.shape[:2]
    area, kind = rng.uniform(0.35, 1.0), rng.random()
    if kind < 0.6:
        shape = width / height * np.exp(rng.uniform(np.log(0.75), np.log(4 / 3)))
    else:
        shape = _PORTRAIT if kind < 0.8 else _LANDSCAPE
    crop_height = np.sqrt(area * height * width / shape)
    # What does not fit is made smaller as a whole, so that its shape stays.
    scale = min(1.0, height / crop_height, width / (crop_height * shape))
    crop_width = min(width, max(16, round(crop_height * shape * scale)))
    crop_height = min(height, max(16, round(crop_height * scale)))
    top = rng.integers(0, height - crop_height + 1)
    left = rng.integers(0, width - crop_width + 1)
    return rgb[top : top + crop_height, left : left + crop_width]


def _recoloured(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import numpy as np

    saturation = 0.0 if rng.random() < 0.08 else rng.uniform(0.6, 1.4)
    contrast = rng.uniform(0.75, 1.25)
    dark = rng.random() < 0.12
    brightness = rng.uniform(0.3, 0.6) if dark else rng.uniform(0.7, 1.3)
    pixels = rgb.astype(np.float32)
    grey = (pixels @ np.array([0.299, 0.587, 0.114], np.float32))[..., np.newaxis]
    pixels = np.asarray((grey + saturation * (pixels - grey)) * brightness, np.float32)
    middle = 128 * min(brightness, 1.0)
    pixels = (pixels - middle) * contrast + middle
    if dark:
        pixels += rng.normal(0, 6, rgb.shape[:2])[..., np.newaxis]
    recoloured: NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return recoloured
