"""Figures of held-out videos that choose the best epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST = 1e-7


def held_out_figures(
    scores: NDArray[np.float32], targets: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[float | None, float | None]:
    """Return the loss and the mean average precision.

    Args:
        scores: float32 (videos, labels), 0..1.
        targets: 0 or 1, of the same shape.
        weights: of the same shape; 0 where it is not known whether the label fits.

    Returns:
        The mean cross-entropy, weighted; None where nothing is known. The mean over labels of the average
        precision among the videos where the label is known; labels that none or all of them have say nothing
        and are left out; None where that leaves none.
    """
    import numpy as np
    from sklearn.metrics import average_precision_score

    known = float(weights.sum(dtype=np.float64))
    if not known:
        return None, None
    clipped = np.clip(scores.astype(np.float64), _LEAST, 1 - _LEAST)
    losses = -targets * np.log(clipped) - (1 - targets) * np.log(1 - clipped)
    precisions = []
    for column in range(targets.shape[1]):
        counted = weights[:, column] > 0
        wanted = targets[counted, column] > 0
        if wanted.any() and not wanted.all():
            precisions.append(float(average_precision_score(wanted, scores[counted, column])))
    return float((losses * weights).sum() / known), float(np.mean(precisions)) if precisions else None
