"""A cheap proof that a network belongs to YouTube-8M's PCA.

The PCA's mean is the mean of what the right network gave for millions of frames. Frames of other videos
through the same network have a mean much like it, channel by channel. Trained again, a network of the same
design finds its features in another order, so its mean is unlike.

What is compared. ``pool_3`` joins six branches, and channels of one branch have a level in common whatever
their order: of the spread in mean.npy 18 % lies between branches, so a network of the same design, trained
again, would correlate at about 0.18 without fitting at all. The level of each branch is taken away first;
then such a network gives 0 on average, with a deviation of 1 / sqrt(2048) = 0.022 over 2048 channels.

The threshold, 0.25, is 11 of these deviations away. Even the one golden frame, whose few large numbers make
chance more generous, stayed below 0.18 in 20,000 shufflings inside its branches, and has 0.297 as it is.

How many frames. One frame tells little: a frame with YouTube-8M's own variances has 0.26 on average, which
may fall on either side. Frames of one video are alike, so the worst case is that each video counts once: 5
videos, which is what 200 frames are at least, give 0.52 on average and 0.46 at the lowest of 40 draws.

What it is not made to show: that pictures were scaled and resized exactly as in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

BRANCHES = (320, 384, 384, 384, 384, 192)
"""Channels of ``pool_3``, branch by branch."""
MIN_CORRELATION = 0.25
MIN_FRAMES = 200
"""Below it there is no verdict on a network."""


class Verdict(StrEnum):
    """What a library's frames say about a network."""

    FITS = "fits"
    DIFFERS = "differs"
    TOO_FEW = "too few frames"


@dataclass(frozen=True, slots=True)
class PcaFit:
    """How well a network's features agree with a PCA's mean."""

    correlation: float
    """-1..1, over the channels, inside the branches; 0 where the features do not vary at all."""
    frames: int

    @property
    def fits(self) -> bool:
        """Whether the correlation reaches the threshold, however many frames there were."""
        return self.correlation >= MIN_CORRELATION

    @property
    def verdict(self) -> Verdict:
        """What may be said about the network."""
        if self.frames < MIN_FRAMES:
            return Verdict.TOO_FEW
        return Verdict.FITS if self.fits else Verdict.DIFFERS


def pca_fit(
    features: NDArray[np.float32], mean: NDArray[np.float32], branches: Sequence[int] = BRANCHES
) -> PcaFit:
    """Compare features with a PCA's mean.

    Args:
        features: (frames, 2048), ``pool_3`` of frames from as many videos as possible.
        mean: (2048,) or (2048, 1), the PCA's.
        branches: how many channels each branch of the network has, 2048 in all.

    Raises:
        ValueError: the shapes are others, or the features hold something that is no finite number.
    """
    import numpy as np

    channels = sum(branches)
    if features.ndim != 2 or features.shape[1] != channels or mean.size != channels:
        raise ValueError(
            f"expected (frames, {channels}) and ({channels},), got {features.shape} and {mean.shape}"
        )
    if not len(features):
        return PcaFit(0.0, 0)
    # In float64: thousands of frames are added up.
    ours = _inside_branches(features.mean(axis=0, dtype=np.float64), branches)
    theirs = _inside_branches(mean.reshape(-1).astype(np.float64), branches)
    if not np.isfinite(ours).all():
        raise ValueError("the features hold something that is no finite number")
    length = float(np.linalg.norm(ours))
    if length <= 1e-9 * np.abs(features).max():
        # The same number everywhere; what is left of it is rounding.
        return PcaFit(0.0, len(features))
    return PcaFit(float(ours @ theirs) / (length * float(np.linalg.norm(theirs))), len(features))


def _inside_branches(values: NDArray[np.float64], branches: Sequence[int]) -> NDArray[np.float64]:
    """Take the mean of its branch from each channel."""
    import numpy as np

    parts = np.split(values, np.cumsum(branches)[:-1])
    return np.concatenate([part - part.mean() for part in parts])
