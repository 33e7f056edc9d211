"""The still picture that stands for a video in the gallery."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from organizer.frames.loading import load_cv2
from organizer.frames.pictures.resize import fit_within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONG_SIDE = 640
"""Pixels of a poster's longer side, for cards of 320 on screens of double density; smaller videos keep their
size."""

# With twice the pixels for each point of a screen, less care for each is as good.
_WEBP_QUALITY = 65
# How hard to try, 0..6. The usual 4, which OpenCV has fixed, takes twice the time for 4 % fewer bytes.
_WEBP_METHOD = 2
# A later frame must be clearly better: the beginning is what people remember a video by.
_CLEARLY_BETTER = 1.15
# Standard deviation of brightness, 0..127, above which more contrast says nothing more.
_FULL_CONTRAST = 48.0


class PosterPicker:
    """Takes the frames of a video one by one and keeps a small copy of the most informative so far."""

    def __init__(self, shown: tuple[int, int] | None = None) -> None:
        """Begin with no frame.

        Args:
            shown: width and height at which frames are shown, where their pixels may be no squares.
        """
        self._shown = shown
        self._best: NDArray[np.uint8] | None = None
        self._best_score = 0.0

    def add(self, rgb: NDArray[np.uint8], small: NDArray[np.uint8] | None = None) -> None:
        """Look at the next frame: (height, width, 3), 0..255, RGB; the caller may reuse it afterwards.

        Args:
            small: the same frame in a few hundred pixels, if there is one: what the frame shows is judged by
                it, always or never for the frames of a video.
        """
        score = informativeness(self._fitted(rgb) if small is None else small)
        if self._best is None or score > self._best_score * _CLEARLY_BETTER:
            self._best, self._best_score = self._fitted(rgb), score

    def encode(self) -> bytes:
        """Return the poster as a WebP file, about 18 KB.

        Raises:
            ValueError: no frame was added.
        """
        if self._best is None:
            raise ValueError("a poster needs at least one frame")
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(self._best).save(file, "webp", quality=_WEBP_QUALITY, method=_WEBP_METHOD)
        return file.getvalue()

    def _fitted(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return fit_within(rgb, LONG_SIDE, self._shown)


def informativeness(rgb: NDArray[np.uint8]) -> float:
    """Return how much a picture shows: 0.0 for black or any plain colour, more for contrast and sharpness.

    Args:
        rgb: (height, width, 3), 0..255.
    """
    cv2 = load_cv2()
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    contrast = min(float(grey.std()) / _FULL_CONTRAST, 1.0)
    # The logarithm keeps sensor noise, which is all edges, from beating a good picture.
    sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    return contrast * math.log1p(sharpness)
