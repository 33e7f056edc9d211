"""What the mean of a few seconds looks like where only the mean of the whole video is known: a simulation.

The classifier is trained on means over whole videos (120 to 500 s) and used on the means of 45 s and, for
evidence, of 5 s. Such a mean lies off the video's mean, the further the fewer its seconds:

    mean of n seconds = mean of the video + noise, variance of the noise = share(n) * variance of its seconds

- The share is measured on two real videos, second by second (``window_shares``). Seconds resemble their
  neighbours, so 45 of them tell what 9 would that were drawn at random.
- The variance of a video's seconds follows from its mean alone: features are whitened, so the length of a
  second is about the same everywhere, and what the mean does not have of it lies in its seconds. A video
  of one scene has a long mean and hardly any noise.
- The noise's directions are those of all videos together: what the covariance of single seconds, which
  whitening makes round, has more than that of means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

SECOND_SQUARE = 0.77
"""Mean square of a number of a dequantised second: 0.73 and 0.83 in the two videos.

Of numbers with a variance of 1, clipped at -2 and 2, it would be 0.774.
"""
SHARES = {1: 1.0, 5: 0.49, 10: 0.33, 20: 0.20, 45: 0.11}
"""By seconds of a window, the variance of its mean as a share of that of single seconds.

Measured in the two videos (184 and 141 s): 0.45 and 0.53 for 5 s, 0.29 and 0.37 for 10, 0.16 and 0.24 for 20,
0.064 and 0.114 for 45. For 45 s the higher one, since a video of 300 s has more that 45 of them can miss.
"""
_LEAST_SQUARE = 0.06
"""Of a video's seconds around their mean: even what stands still flickers a little."""
_LEAST_VARIANCE = 0.05
"""In any direction, where rounding would leave none or less."""


def window_shares(features: NDArray[np.float32], lengths: Sequence[int]) -> dict[int, float]:
    """Return by how much the means of windows vary around a video's mean, beside its seconds.

    Args:
        features: (seconds, dimensions) of one video, dequantised.
        lengths: of the windows in seconds, each at most the video's.

    Returns:
        By length, the variance of all windows' means as a share of that of the seconds, over all dimensions.
    """
    import numpy as np

    around = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    of_seconds = (around**2).sum() / len(around)
    sums = np.concatenate([np.zeros((1, around.shape[1])), np.cumsum(around, axis=0)])
    shares = {}
    for length in lengths:
        means = (sums[length:] - sums[:-length]) / length
        shares[length] = float((means**2).sum() / len(means) / of_seconds)
    return shares


def spread(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (videos,): the deviation of each video's seconds from their mean, 1 in the middle.

    Args:
        features: (videos, dimensions) means over whole videos.
    """
    import numpy as np

    square = np.maximum(SECOND_SQUARE - (features**2).mean(axis=1), _LEAST_SQUARE)
    deviation: NDArray[np.float32] = np.sqrt(square / square.mean()).astype(np.float32)
    return deviation


@dataclass(frozen=True, eq=False)
class WindowNoise:
    """Noise of single seconds, drawn once; windows take it smaller and add it up anew each time."""

    drawn: NDArray[np.float32]
    """(draws, dimensions), of an average video's seconds."""

    @classmethod
    def fit(cls, features: NDArray[np.float32], draws: int, seed: int) -> WindowNoise:
        """Draw noise that fits videos.

        Args:
            features: (videos, dimensions) means over whole videos.
            draws: how many vectors to keep.
            seed: of the draws.
        """
        import numpy as np

        dimensions = features.shape[1]
        of_means = np.cov(features.T)
        of_seconds = np.eye(dimensions) * SECOND_SQUARE
        variances, directions = np.linalg.eigh(of_seconds - of_means)
        deviations = np.sqrt(np.maximum(variances, _LEAST_VARIANCE))
        rng = np.random.default_rng(seed)
        drawn = rng.standard_normal((draws, dimensions), np.float32)
        return cls(drawn @ (directions * deviations).T.astype(np.float32))

    def windows(
        self, features: NDArray[np.float32], shares: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return what windows of videos could have been.

        Args:
            features: (videos, dimensions) means over whole videos.
            shares: (videos,) variance of a window's mean, see ``SHARES``; 0 leaves a video as it is.
            rng: draws which noise a video gets.
        """
        import numpy as np

        first = int(rng.integers(len(self.drawn)))
        rows = (first + rng.permutation(len(features))) % len(self.drawn)
        amount = np.sqrt(shares.astype(np.float32)) * spread(features)
        noisy: NDArray[np.float32] = features + self.drawn[rows] * amount[:, np.newaxis]
        return noisy
