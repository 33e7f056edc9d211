"""Scores as probabilities: one curve for all labels, and for each label a shift of it.

    p = sigmoid(a * logit(score) + b + u_label)

Logistic regression on the scores (Platt, "Probabilistic Outputs for Support Vector Machines", 1999; on the
logit, for scores that are shares already: Kull et al., "Beta calibration", 2017). All labels share a and b;
the shifts u are drawn to 0, so that a label of three videos has hardly one of its own. With a > 0 the order
of a label's videos stays as it was. Between labels it does not: the shifts make their scores comparable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPREAD = 0.5
"""Standard deviation that the labels' shifts are taken to have, in logits (a normal distribution around 0).

On the out-of-fold scores of ``lite`` 2.0.0, by maps of the other folds, the cross-entropy was 0.0965 as they
were, 0.0939 with a spread of 0.05 (hardly any shift), 0.0930 with 0.5 and 0.7, and 0.0943 with 5 (each label
by itself).
"""
LEAST = 1e-4
"""Nearer to 0 and 1, which have no logit, the logit goes on along its tangent: so it ends at -10.2 and 10.2,
keeps the order, and does not make much of the last digits that 32 bits have near 1."""
_MOST_STEPS = 100
_SMALLEST_STEP = 1e-10


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """A map from scores to probabilities."""

    a: float
    """Above 0: how steep."""
    b: float
    offsets: tuple[float, ...]
    """u of each label, in their order."""

    def __post_init__(self) -> None:
        """Refuse a map that would turn the order of scores round.

        Raises:
            TrainingDataError: a number is not finite, or a is not above 0.
        """
        import numpy as np

        if not (self.a > 0 and np.isfinite([self.a, self.b, *self.offsets]).all()):
            raise TrainingDataError(
                f"A map of scores with the slope {self.a:.3g} would put the worst first or all as one. Take "
                "scores that are higher for videos with a label than for those without it."
            )

    def apply(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probabilities of scores.

        Args:
            scores: (..., labels), 0..1; thresholds and the evidence of seconds are mapped as well.

        Returns:
            The same shape, 0..1.
        """
        import numpy as np

        return _sigmoid(self.a * _logit(scores) + self.b + np.array(self.offsets))

    def apply_in_graph(self, scores: Any) -> Any:
        """Return the same of a tensor, in operations that a LiteRT graph has."""
        from keras import ops

        kept = ops.clip(scores, LEAST, 1 - LEAST)
        logits = ops.log(kept) - ops.log(1 - kept) + (scores - kept) / (LEAST * (1 - LEAST))
        return ops.sigmoid(self.a * logits + (self.b + ops.array(self.offsets, scores.dtype)))


def fit_score_map(
    targets: NDArray[np.floating],
    scores: NDArray[np.floating],
    known: NDArray[np.bool_] | NDArray[np.floating],
    *,
    spread: float = SPREAD,
) -> ScoreMap:
    """Fit a map on scores of videos that the model was not trained on, such as out-of-fold scores.

    The most probable map: cross-entropy over the known pairs plus sum(u ** 2) / (2 * spread ** 2). It has one
    solution, found by Newton's method from the map that changes nothing. The targets are Platt's,
    (n + 1) / (n + 2) and 1 / (n + 2) of n pairs, in place of 1 and 0: scores without any mistake would ask
    for an endless slope otherwise. The shifts add up to 0; a label of which nothing is known has none.

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1.
        known: (videos, labels), which pairs count; or how much each counts, 0 and up.
        spread: see ``SPREAD``.

    Raises:
        TrainingDataError: shapes differ, a score is no number from 0 to 1, no pair that is known is right or
            none is wrong, or the wrong ones have the higher scores.
    """
    import numpy as np

    weights = np.asarray(known, np.float64)
    _check(targets, scores, weights)
    # What is not known may be anything, even no number.
    counts = weights > 0
    right = counts & (np.asarray(targets) > 0)
    share = _smoothed(right, weights)
    logits = np.where(counts, _logit(np.where(counts, scores, 0.5)), 0.0)
    labels = logits.shape[1]
    precision = np.array([0.0, 0.0, *[spread**-2] * labels])

    def loss(at: NDArray[np.float64]) -> float:
        claimed = at[0] * logits + at[1] + at[2:]
        # The logarithm of 1 + exp, without an overflow.
        entropy = np.logaddexp(0.0, claimed) - share * claimed
        return float((weights * entropy).sum() + (precision * at**2).sum() / 2)

    at = np.array([1.0, 0.0, *[0.0] * labels])
    for _ in range(_MOST_STEPS):
        step = _newton_step(at, logits, share, weights, precision)
        # A whole step may lead too far from where the curve is bent otherwise.
        while loss(at - step) > loss(at) and np.abs(step).max() > _SMALLEST_STEP:
            step /= 2
        at = at - step
        if np.abs(step).max() <= _SMALLEST_STEP:
            break
    return ScoreMap(float(at[0]), float(at[1]), tuple(at[2:].tolist()))


def map_out_of_fold(
    targets: NDArray[np.floating],
    scores: NDArray[np.floating],
    known: NDArray[np.bool_] | NDArray[np.floating],
    folds: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Return (videos, labels) probabilities, those of each fold by the map that all other folds give.

    What the map of all folds says of the same videos would look better than it is.

    Args:
        targets: see ``fit_score_map``.
        scores: see ``fit_score_map``.
        known: see ``fit_score_map``.
        folds: (videos,), the fold of each; videos of one source stand in one.

    Raises:
        TrainingDataError: see ``fit_score_map``.
    """
    import numpy as np

    mapped = np.empty(scores.shape)
    for fold in np.unique(folds):
        own = folds == fold
        mapped[own] = fit_score_map(targets[~own], scores[~own], known[~own]).apply(scores[own])
    return mapped


def _check(targets: NDArray[np.floating], scores: NDArray[np.floating], weights: NDArray[np.float64]) -> None:
    import numpy as np

    if scores.ndim != 2 or not targets.shape == weights.shape == scores.shape:
        raise TrainingDataError(
            f"There are targets {targets.shape}, scores {scores.shape} and weights {weights.shape}. Give "
            "each of them for the same videos and labels."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise TrainingDataError("Some weights are no numbers from 0 up. Give 0 for what is not known.")
    counts = weights > 0
    inside = scores[counts]
    if not ((inside >= 0) & (inside <= 1)).all():
        raise TrainingDataError("Some scores are no numbers from 0 to 1. Train the classifier again.")
    right = int((targets[counts] > 0).sum())
    if right in {0, len(inside)}:
        raise TrainingDataError(
            f"Of {len(inside)} known pairs of video and label {right} are right. A map of scores needs right "
            "ones and wrong ones."
        )


def _smoothed(right: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (videos, labels) targets, see ``fit_score_map``."""
    import numpy as np

    positives, negatives = weights[right].sum(), weights[~right].sum()
    share: NDArray[np.float64] = np.where(right, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    return share


def _newton_step(
    at: NDArray[np.float64],
    logits: NDArray[np.float64],
    share: NDArray[np.float64],
    weights: NDArray[np.float64],
    precision: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (2 + labels,): what to take off a, b and the shifts."""
    import numpy as np

    claimed = _sigmoid(at[0] * logits + at[1] + at[2:])
    error, bend = weights * (claimed - share), weights * claimed * (1 - claimed)
    of_label, slope_of_label = bend.sum(axis=0), (bend * logits).sum(axis=0)
    gradient = np.array([(error * logits).sum(), error.sum(), *error.sum(axis=0)]) + precision * at
    hessian = np.diag(precision + np.array([0.0, 0.0, *of_label]))
    hessian[0, 0] = (bend * logits**2).sum()
    hessian[1, 1] = of_label.sum()
    hessian[0, 1] = hessian[1, 0] = slope_of_label.sum()
    hessian[0, 2:] = hessian[2:, 0] = slope_of_label
    hessian[1, 2:] = hessian[2:, 1] = of_label
    # Of scores that are all one, any slope does: the shortest step takes none.
    return np.asarray(np.linalg.lstsq(hessian, gradient, rcond=None)[0], np.float64)


def _logit(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    import numpy as np

    exact = np.asarray(scores, np.float64)
    kept = np.clip(exact, LEAST, 1 - LEAST)
    logits: NDArray[np.float64] = np.log(kept) - np.log1p(-kept) + (exact - kept) / (LEAST * (1 - LEAST))
    return logits


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    share: NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -logits))
    return share
