"""From which probability on a label is given, and from which it is a maybe.

One pair for all labels: scores are probabilities, in which a label's own threshold stands already. Out of
fold, thresholds of each label's own gave fewer right tags at like precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.training.calibration import lowest_precise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GIVEN_PRECISION = 0.90
"""Wanted share of right ones among the given tags."""
BOTH_PRECISION = 0.71
"""The same among given tags and maybes together; out of fold it came out as 0.70."""


@dataclass(frozen=True, slots=True)
class TierThresholds:
    """For every label the same."""

    given: float
    """0..1."""
    maybe: float
    """0..1, at most ``given``."""


def fit_tiers(
    targets: NDArray[np.float32], probabilities: NDArray[np.float64], known: NDArray[np.bool_]
) -> TierThresholds:
    """Return the lowest thresholds from which on tags are as often right as wanted.

    Args:
        targets: (videos, labels) of 0 and 1.
        probabilities: (videos, labels), 0..1, of videos that the model did not see.
        known: (videos, labels), the pairs that count.
    """
    pairs = targets[known], probabilities[known]
    given = lowest_precise(*pairs, GIVEN_PRECISION)
    return TierThresholds(given, min(given, lowest_precise(*pairs, BOTH_PRECISION)))
