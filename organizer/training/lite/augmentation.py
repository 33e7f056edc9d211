"""Altered views of pictures to train on: crops, colours, and what phones and networks do to pictures.

All functions take and give uint8 (height, width, 3), 0..255, RGB; the size may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Degrade = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

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


_PHRASES = (
    *("the best day ever", "with my friends", "wait for it", "how to", "part 2", "follow me", "summer 2023"),
    *("POV", "when you", "new video", "LIVE", "subscribe", "easy recipe"),
)
_SANS, _SANS_LIGHT, _BOLD, _SERIF, _SERIF_SMALL, _SCRIPT = 0, 1, 2, 3, 4, 6
"""OpenCV's Hershey fonts by number."""
_FONTS = (_SANS, _SANS_LIGHT, _BOLD, _SERIF, _SERIF_SMALL, _SCRIPT)
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def degraded(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Do one thing to a picture, or in three of ten cases nothing."""
    kind = rng.random()
    for share, degrade in DEGRADATIONS:
        if kind < share:
            return degrade(rgb, rng)
        kind -= share
    return rgb


def blurred(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur it, as a lens out of focus does."""
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.8, 2.5)), np.uint8)


def moved(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur along a line, as a moving camera does."""
    import cv2
    import numpy as np

    length = int(rng.integers(3, max(4, rgb.shape[1] // 12)))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    centre = (length - 1) / 2
    turn = cv2.getRotationMatrix2D((centre, centre), rng.uniform(0, 180), 1)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return np.asarray(cv2.filter2D(rgb, -1, kernel / max(float(kernel.sum()), 1e-3)), np.uint8)


def compressed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Compress it to a JPEG of low quality."""
    import cv2
    import numpy as np

    _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(8, 40))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def letterboxed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Add black bars above and below."""
    import numpy as np

    bar = round(rgb.shape[0] * rng.uniform(0.08, 0.25))
    return np.pad(rgb, ((bar, bar), (0, 0), (0, 0)))


def pillarboxed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Add black bars at both sides."""
    import numpy as np

    bar = round(rgb.shape[1] * rng.uniform(0.15, 0.8))
    return np.pad(rgb, ((0, 0), (bar, bar), (0, 0)))


def captioned(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write one to three lines over it, some on a box, as clips from social networks have."""
    import cv2
    import numpy as np

    written = np.array(rgb)
    height, width = written.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        text = " ".join(rng.choice(_PHRASES, int(rng.integers(1, 4))))
        font = int(rng.choice(_FONTS))
        scale = rng.uniform(0.002, 0.005) * height
        thickness = max(1, int(2 * scale))
        (across, up), _ = cv2.getTextSize(text, font, scale, thickness)
        left = int(rng.integers(0, max(1, width - across)))
        base = int(rng.integers(up, max(up + 1, height)))
        colour = tuple(int(value) for value in rng.integers(0, 256, 3)) if rng.random() < 0.2 else _WHITE
        if rng.random() < 0.4:
            box, colour = (_WHITE, _BLACK) if rng.random() < 0.5 else (_BLACK, _WHITE)
            cv2.rectangle(written, (left - 4, base - up - 4), (left + across + 4, base + 6), box, -1)
        cv2.putText(written, text, (left, base), font, scale, colour, thickness, cv2.LINE_AA)
    return written


DEGRADATIONS: tuple[tuple[float, Degrade], ...] = (
    (0.12, blurred),
    (0.10, moved),
    (0.20, compressed),
    (0.08, letterboxed),
    (0.08, pillarboxed),
    (0.14, captioned),
)
"""How often each; they add up to 0.72."""
