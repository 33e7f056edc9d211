"""What becomes of pictures on their way through phones and networks: blur, compression, bars, overlaid text.

All functions take and give uint8 (height, width, 3), 0..255, RGB; the size may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Degrade = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

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
    for share, degrade in _SHARES:
        if kind < share:
            return degrade(rgb, rng)
        kind -= share
    return rgb


def _blurred(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.8, 2.5)), np.uint8)


def _moved(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
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


def _compressed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(8, 40))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _letterboxed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import numpy as np

    bar = round(rgb.shape[0] * rng.uniform(0.08, 0.25))
    return np.pad(rgb, ((bar, bar), (0, 0), (0, 0)))


def _pillarboxed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    import numpy as np

    bar = round(rgb.shape[1] * rng.uniform(0.15, 0.8))
    return np.pad(rgb, ((0, 0), (bar, bar), (0, 0)))


def _captioned(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
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


_SHARES: tuple[tuple[float, Degrade], ...] = (
    (0.12, _blurred),
    (0.10, _moved),
    (0.20, _compressed),
    (0.08, _letterboxed),
    (0.08, _pillarboxed),
    (0.14, _captioned),
)
"""How often each; they add up to 0.72."""
