"""Thresholds, fitted for a precision that the person chooses, and labels that are better never suggested."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.tags.tagger import NEVER
from organizer.text import count

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.scored import Scored

FEWEST = 3
"""With fewer videos of a label on which to see it, nobody can say how often its tags would be right."""
HALF_TRUSTED = 30
"""With so many positive videos a label's own threshold counts as much as the pooled one."""
_LOWEST, _HIGHEST = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class LabelThreshold:
    """From which score on a label is suggested, and what that gave where it was chosen."""

    label: str
    threshold: float | None
    """None: it is never suggested."""
    reason: str
    """Why never; empty otherwise."""
    videos: int
    """Videos known to have the label."""
    precision: float | None
    """Of its tags at the threshold; None where there are none."""
    recall: float | None
    kept: bool = False
    """Whether it is the threshold of the classifier that was corrected, for want of videos."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds of all labels, in their order."""

    target: float
    """The precision asked for, 0..1."""
    labels: tuple[LabelThreshold, ...]

    @property
    def thresholds(self) -> dict[str, float]:
        """As a bundle stores them: ``NEVER`` (1) for a label that is never suggested."""
        return {row.label: NEVER if row.threshold is None else row.threshold for row in self.labels}

    @property
    def abstaining(self) -> tuple[LabelThreshold, ...]:
        """The labels that are never suggested."""
        return tuple(row for row in self.labels if row.threshold is None)

    def as_json(self) -> dict[str, Any]:
        """Return plain tables, lists and numbers."""
        return asdict(self)


def calibrate(
    scored: Scored,
    precision: float,
    base_thresholds: Mapping[str, float] | None = None,
    untouched: Collection[str] = (),
) -> Calibration:
    """Choose thresholds on videos that the model was not trained on.

    Each label gets the threshold of ``fit_thresholds`` (its own, drawn to the pooled one the more so the
    fewer videos it has). Where its tags miss the precision there, it rises until they reach it. Where no
    score does, or too few videos have the label to tell, the label is never suggested.

    The scores themselves stay as they are: a bundle has no place for a map of scores, and thresholds do not
    need one. How far scores are from probabilities, the report's reliability shows.

    Args:
        scored: labelled videos; its own thresholds do not matter.
        precision: share of right tags to reach, 0..1.
        base_thresholds: by label, of the classifier that was corrected: they stand where too few videos
            have the label to tell a better one.
        untouched: labels whose scores the correction does not touch: theirs stand however many videos there
            are.

    Raises:
        TrainingDataError: the precision is no share.
    """
    import numpy as np

    if not 0 < precision < 1:
        raise TrainingDataError(f"A precision of {precision} cannot be aimed at. Take one between 0 and 1.")
    # What is not known must count neither as right nor as wrong: at 0, below every threshold, it does not.
    fits = scored.known & np.array([label not in untouched for label in scored.labels])
    targets = (scored.positives & fits).astype(np.float32)
    fitted = fit_thresholds(targets, np.where(fits, scored.scores, 0.0), precision)
    kept = base_thresholds or {}
    return Calibration(
        precision,
        tuple(
            _kept_threshold(scored, column, kept[label])
            if label in untouched or (label in kept and scored.positives[:, column].sum() < FEWEST)
            else _fitted_threshold(scored, column, float(fitted[column]), precision)
            for column, label in enumerate(scored.labels)
        ),
    )


def _kept_threshold(scored: Scored, column: int, threshold: float) -> LabelThreshold:
    known = scored.known[:, column]
    right, label = scored.positives[known, column], scored.labels[column]
    if threshold >= NEVER:
        reason = "what it corrects never suggests it"
        return LabelThreshold(label, None, reason, int(right.sum()), None, None, kept=True)
    measured = _precision_and_recall(right, scored.scores[known, column], threshold)
    return LabelThreshold(label, threshold, "", int(right.sum()), *measured, kept=True)


def _fitted_threshold(scored: Scored, column: int, fitted: float, precision: float) -> LabelThreshold:
    known = scored.known[:, column]
    right, scores = scored.positives[known, column], scored.scores[known, column]
    label, videos = scored.labels[column], int(right.sum())
    if videos < FEWEST:
        reason = f"{count(videos, 'video')} with it to measure on, at least {FEWEST} are needed"
        return LabelThreshold(label, None, reason, videos, None, None)
    own = lowest_precise(right.astype("float32"), scores, precision)
    if own >= NEVER:
        reason = f"no threshold gave a precision of {precision:.2f}"
        return LabelThreshold(label, None, reason, videos, None, None)
    threshold = round(fitted, 4)
    if _precision(right, scores, threshold) < precision:
        above = _lowest_precise_above(right, scores, precision, threshold)
        # Where the best scores are wrong ones, only more of the right ones below make up for them.
        threshold = _ceiling(above if above < NEVER else own)
    return LabelThreshold(label, threshold, "", videos, *_precision_and_recall(right, scores, threshold))


def _precision_and_recall(
    right: NDArray[np.bool_], scores: NDArray[np.float64], threshold: float
) -> tuple[float | None, float | None]:
    """Return precision and recall of the tags from a score on."""
    tagged = scores >= threshold
    return (
        float(right[tagged].mean()) if tagged.any() else None,
        float(tagged[right].mean()) if right.any() else None,
    )


def fit_thresholds(
    targets: NDArray[np.float32], scores: NDArray[np.float64], precision: float
) -> NDArray[np.float64]:
    """Choose thresholds that give tags of a wanted precision.

    The pooled threshold is the lowest score from which on the tags of all labels together are at least so
    precise. Each label has one of its own, found the same way, and mixed with the pooled one: of n positive
    videos it counts n / (n + 30). A handful of videos cannot tell a threshold, and forty tell it badly: with
    labels of 30 and more left to themselves, precision out of fold was 2 to 5 points lower at like recall.

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1, by models that did not see these videos.
        precision: share of right tags to reach, 0..1.

    Returns:
        (labels,) thresholds, 0.05..0.95.
    """
    import numpy as np

    pooled = lowest_precise(targets.ravel(), scores.ravel(), precision)
    own = np.array([lowest_precise(*columns, precision) for columns in zip(targets.T, scores.T, strict=True)])
    positives = targets.sum(axis=0)
    trust = positives / (positives + HALF_TRUSTED)
    shrunk: NDArray[np.float64] = np.clip(trust * own + (1 - trust) * pooled, _LOWEST, _HIGHEST)
    return shrunk


def lowest_precise(targets: NDArray[np.float32], scores: NDArray[np.float64], precision: float) -> float:
    """Return the lowest score from which on (itself included) the share of positives reaches ``precision``.

    It lies halfway to the next score below, so that the last tag does not hang on rounding. 1 where no
    score is precise enough.
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    share = np.cumsum(targets[order]) / np.arange(1, len(order) + 1)
    # Only the last of equal scores is a place to cut.
    is_cut = np.append(ranked[:-1] > ranked[1:], True)
    precise = np.flatnonzero(is_cut & (share >= precision))
    if not len(precise):
        return NEVER
    last = precise[-1]
    below = ranked[last + 1] if last + 1 < len(ranked) else 0.0
    return float((ranked[last] + below) / 2)


def _lowest_precise_above(
    right: NDArray[np.bool_], scores: NDArray[np.float64], precision: float, threshold: float
) -> float:
    """Return the lowest score from ``threshold`` up that is precise enough; 1 where none is."""
    above = scores >= threshold
    return max(threshold, lowest_precise(right[above].astype("float32"), scores[above], precision))


def _precision(right: NDArray[np.bool_], scores: NDArray[np.float64], threshold: float) -> float:
    """Return the precision of the tags from a score on; 1 where there are none, for none is wrong."""
    tagged = scores >= threshold
    return float(right[tagged].mean()) if tagged.any() else 1.0


def _ceiling(threshold: float) -> float:
    """Round up to four places: down might let in one more tag, a wrong one."""
    return min(NEVER, math.ceil(threshold * 10_000) / 10_000)
