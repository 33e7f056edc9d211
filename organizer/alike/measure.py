"""What alike means: the angle between features, seen from the middle of a library, weighed by its spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_ZERO = 127.5
"""The level that stands for 0: what a space's quantiser spans lies the same below it as above."""
_MIDDLE_OF = 10
_SPREAD_OF = 30
"""As many videos that are nothing special count beside those of the library: few of them say little."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """How rows of features become directions that can be compared.

    What all videos of a library have in common tells none of them apart, so it is taken off. Directions in
    which videos differ much weigh more than those in which mostly the seconds of one video do: whitened and
    half-whitened features have these blown up.
    """

    centre: NDArray[np.float32]
    """(dimensions,) in levels 0..255."""
    weight: NDArray[np.float32]
    """(dimensions,) above 0."""

    @property
    def order(self) -> NDArray[np.int64]:
        """(dimensions,) which dimensions weigh most, those first; as stored where some weigh the same."""
        import numpy as np

        return np.argsort(-self.weight, kind="stable")

    def directions(self, quantised: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return rows as directions, float32 (rows, dimensions), of length 1, or of 0 in the very middle."""
        import numpy as np

        seen = quantised.astype(np.float32)
        seen -= self.centre
        seen *= self.weight
        return unit(seen)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows of any length as rows of length 1; zeros stay zeros."""
    import numpy as np

    lengths = np.sqrt(np.einsum("...i,...i->...", rows, rows))[..., None]
    scaled: NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-12))
    return scaled


def fit_measure(means: Sequence[NDArray[np.float32]]) -> Measure:
    """Return the measure of a library.

    Args:
        means: of some of its videos, at least one: the mean of all rows of each, (dimensions,) in levels
            0..255.
    """
    import numpy as np

    seen = np.stack(means).astype(np.float64)
    videos = len(seen)
    centre = _ZERO + (seen.mean(axis=0) - _ZERO) * (videos / (videos + _MIDDLE_OF))
    spread = seen.var(axis=0)
    usual = spread.mean()
    if usual > 0:
        weight = np.sqrt((videos * spread / usual + _SPREAD_OF) / (videos + _SPREAD_OF))
    else:
        weight = np.ones_like(spread)
    return Measure(centre.astype(np.float32), weight.astype(np.float32))
