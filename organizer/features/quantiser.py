"""Store features in 8 bits a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVELS = 255


class Rounding(StrEnum):
    """How a number between two levels becomes one of them."""

    NEAREST = "nearest"
    TRUNCATE = "truncate"
    """Down; dequantising adds half a level (4/512 on the range -2..2), as YouTube-8M's readers do."""


@dataclass(frozen=True, slots=True)
class Quantiser:
    """A linear map of [low, high] onto 0..255; numbers outside are clipped to the ends."""

    low: float
    high: float
    rounding: Rounding

    def quantise(self, features: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return uint8 of the same shape."""
        import numpy as np

        levels = (np.clip(features, self.low, self.high) - self.low) * (LEVELS / (self.high - self.low))
        if self.rounding is Rounding.NEAREST:
            levels = np.rint(levels)
        quantised: NDArray[np.uint8] = levels.astype(np.uint8)
        return quantised

    def dequantise(self, quantised: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 of the same shape, within one level of what was quantised (half, for nearest)."""
        import numpy as np

        span = self.high - self.low
        offset = span / 512 if self.rounding is Rounding.TRUNCATE else 0.0
        # Cast first: uint8 arithmetic wraps around in silence.
        return quantised.astype(np.float32) * np.float32(span / LEVELS) + np.float32(self.low + offset)

    def clipped_share(self, features: NDArray[np.float32]) -> float:
        """Return the share (0..1) of numbers that lie outside the range."""
        return float(((features < self.low) | (features > self.high)).mean())


YT8M_QUANTISER = Quantiser(-2.0, 2.0, Rounding.TRUNCATE)
"""YouTube-8M's own: the data set clips to this range and truncates. The published classifier was trained on
features stored with it."""


def fit_quantiser(features: NDArray[np.float32], covered: float) -> Quantiser:
    """Fit the range to features, the same below zero as above.

    Args:
        features: of any shape, projected; their mean is about 0.
        covered: share (0..1) of the numbers that the range shall hold.
    """
    import numpy as np

    reach = float(np.quantile(np.abs(features), covered))
    return Quantiser(-reach, reach, Rounding.NEAREST)
