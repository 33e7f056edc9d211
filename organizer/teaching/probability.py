"""From the score of a taught tag to a probability: what is usual, until the person's answers say more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USUAL_SLOPE = 0.9
USUAL_RARITY = 1.0
USUAL_OFFSET = -0.5
"""The usual logit is ``USUAL_SLOPE * score + USUAL_RARITY * log(share) + USUAL_OFFSET``, where the share is
that of the library's videos which score higher than the examples do. Fitted over forty classes of YouTube-8M
that no figure of docs/teaching.md is of."""
_SLOPE_SPREAD, _OFFSET_SPREAD = 0.4, 1.5
"""How far slope and offset of a tag lie from the usual ones: standard deviations of a normal prior."""
_TAIL = (3, 0.1)
"""The upper tail is drawn as a line from the third highest score to the highest tenth."""
_STEPS = 30


@dataclass(frozen=True, slots=True)
class ProbabilityMap:
    """Makes a logit of a score: ``slope * score + offset``."""

    slope: float
    offset: float


def usual_map(held_out: NDArray[np.floating], background: NDArray[np.floating]) -> ProbabilityMap:
    """Return what is to be expected before anybody answered.

    Args:
        held_out: (examples,) scores of videos that show the tag, each by what was learnt without it.
        background: (videos,) scores of unlabelled videos.
    """
    share = log_share_above(background, float(held_out.mean()))
    return ProbabilityMap(USUAL_SLOPE, USUAL_RARITY * share + USUAL_OFFSET)


def log_share_above(scores: NDArray[np.floating], score: float) -> float:
    """Return the logarithm of the share of scores above one, from a line through their upper tail.

    So it is known too where no score is that high: tails of scores fall about exponentially.
    """
    import numpy as np

    ordered = np.sort(scores)[::-1]
    last = max(_TAIL[0] + 2, int(len(ordered) * _TAIL[1]))
    if len(ordered) <= last:
        above = int((ordered > score).sum())
        return float(np.log((above + 0.5) / (len(ordered) + 1)))
    ranks = np.unique(np.geomspace(_TAIL[0], last, 20).astype(int))
    tail = ordered[ranks - 1]
    if tail[0] - tail[-1] < 1e-9:
        return float(np.log(last / len(ordered)))
    fall, start = np.polyfit(tail, np.log(ranks / len(ordered)), 1)
    # Beyond what so many videos can tell the line goes no further.
    least = np.log(0.5 / (len(ordered) + 1))
    return float(np.clip(start + fall * score, least, np.log(0.5)))


def answered_map(
    usual: ProbabilityMap, scores: NDArray[np.floating], yes: NDArray[np.bool_]
) -> ProbabilityMap:
    """Return the map that a person's answers to suggestions speak for, drawn towards the usual one.

    Logistic regression of the answers on the score (Platt, "Probabilistic Outputs for Support Vector
    Machines", 1999) with a normal prior around the usual map: few answers move it a little.

    Args:
        usual: what holds without answers.
        scores: (answers,) by what was learnt without each.
        yes: (answers,) whether the video shows the tag.
    """
    import numpy as np

    slope, offset = map_fit(
        np.stack([scores, np.ones(len(scores))], axis=1),
        yes,
        np.array([usual.slope, usual.offset]),
        np.array([_SLOPE_SPREAD, _OFFSET_SPREAD]),
    ).tolist()
    return ProbabilityMap(max(slope, 0.05), offset)


def map_fit(
    design: NDArray[np.floating],
    yes: NDArray[np.bool_],
    usual: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (columns,) weights of a logistic regression with a normal prior.

    Args:
        design: (answers, columns).
        yes: (answers,) what is to be foretold.
        usual: (columns,) the prior's mean: what holds without answers.
        spread: (columns,) its standard deviations.
    """
    import numpy as np

    at, precision = usual.copy(), np.diag(spread**-2.0)
    for _ in range(_STEPS):
        shown = 1 / (1 + np.exp(-np.clip(design @ at, -40, 40)))
        gradient = design.T @ (shown - yes) + precision @ (at - usual)
        bend = (design * (shown * (1 - shown))[:, np.newaxis]).T @ design + precision
        step = np.linalg.solve(bend, gradient)
        # Newton's steps may leap where all answers agree; two at most is far enough.
        at = at - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
    return at
