"""Intervals by drawing sources with replacement (Efron's bootstrap, over groups).

Videos of one source resemble each other, so sources are drawn and not videos: intervals over videos would be
too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Accepts = Callable[[NDArray[np.int64]], NDArray[np.bool_]]

REPEATS = 1000
_FEWEST_DRAWS = 100
"""Fewer do not tell 2.5 % of them."""
_TRIES_A_DRAW = 20
_NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """Holds the figure in 95 % of the draws."""

    low: float
    high: float


def group_draws(
    groups: Sequence[str],
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    accepts: Accepts | None = None,
    width: int = 1,
) -> Iterator[NDArray[np.int64]]:
    """Draw as many groups as there are, with replacement, again and again.

    Args:
        groups: (videos,) the group of each.
        repeats: draws wanted.
        seed: the same one gives the same draws.
        accepts: says of (draws, videos) which of the draws to keep; others are drawn again, up to twenty
            times as often as there are draws wanted.
        width: numbers that the caller makes of each video and draw; sets how many draws come at once.

    Yields:
        (draws, videos): how often each video was drawn.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    names, group_of = np.unique(np.array(groups), return_inverse=True)
    at_once = int(np.clip(_NUMBERS_AT_ONCE // (len(groups) * width), 1, repeats))
    left, tries = repeats, repeats * _TRIES_A_DRAW
    while left > 0 and tries > 0:
        drawn = rng.integers(0, len(names), (at_once, len(names)))
        drawn += np.arange(at_once)[:, np.newaxis] * len(names)
        counts = np.bincount(drawn.ravel(), minlength=at_once * len(names)).reshape(at_once, -1)
        weights = counts[:, group_of]
        tries -= at_once
        kept = weights if accepts is None else weights[accepts(weights)]
        if len(kept):
            yield kept[:left]
        left -= len(kept)


def interval(draws: NDArray[np.float64]) -> Interval | None:
    """Return where 95 % of the draws lie, of those that are defined; None where these are too few."""
    import numpy as np

    defined = draws[~np.isnan(draws)]
    if len(defined) < _FEWEST_DRAWS:
        return None
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(float(low), float(high))
