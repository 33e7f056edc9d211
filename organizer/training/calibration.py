"""Two thresholds for each label, fitted for precisions that the person chooses.

From the higher one a label is given, from the lower one it is a maybe. Some labels are better never given,
and some never suggested at all.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.tags.tagger import NEVER
from organizer.text import count
from organizer.training.calibration_map import fit_score_map

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.scored import Scored

MAYBE_PRECISION = 0.5
"""Maybes are asked to be right every second time."""
FEWEST = 3
"""With fewer videos of a label on which to see it, nobody can say how often its tags would be right."""
HALF_TRUSTED = 30
"""With so many positive videos a label's own threshold counts as much as the pooled one."""
MAYBE_TRUSTED = 100
"""With so many positive videos that are not given, what was seen of a label's maybes counts as much as what
their probabilities say.

Of the maybes of ``lite`` 2.0.0 out of fold, with thresholds that were aimed at every second on other sources,
0.42 were right with 100, 0.40 with 30, 0.28 by what was seen alone, and 0.44 by probabilities alone.
"""
_LOWEST, _HIGHEST = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class LabelThreshold:
    """From which scores on a label is given and a maybe, and what that gave where it was chosen."""

    label: str
    threshold: float | None
    """None: it is never given."""
    reason: str
    """Why never; empty otherwise."""
    videos: int
    """Videos known to have the label."""
    precision: float | None
    """Of its tags at the threshold; None where there are none."""
    recall: float | None
    kept: bool = False
    """Whether its thresholds are those of the classifier that was corrected, for want of videos."""
    maybe: float | None = None
    """From which score on it is a maybe, below the threshold; None: it never is."""

    @property
    def words(self) -> str:
        """That it is never given, and why, for the end of a sentence; empty where it is given."""
        if self.threshold is not None:
            return ""
        return f"{'never suggested' if self.maybe is None else 'never given, at most a maybe'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds of all labels, in their order."""

    target: float
    """The precision asked for, of what is given, 0..1."""
    labels: tuple[LabelThreshold, ...]
    maybe_target: float = MAYBE_PRECISION
    """That of the maybes alone, 0..1."""

    @property
    def thresholds(self) -> dict[str, float]:
        """As a bundle stores them: ``NEVER`` (1) for a label that is never given."""
        return {row.label: NEVER if row.threshold is None else row.threshold for row in self.labels}

    @property
    def maybe_thresholds(self) -> dict[str, float]:
        """As a bundle stores them: only of the labels that are maybes."""
        return {row.label: row.maybe for row in self.labels if row.maybe is not None}

    @property
    def abstaining(self) -> tuple[LabelThreshold, ...]:
        """The labels that are never given; some of them may be maybes."""
        return tuple(row for row in self.labels if row.threshold is None)

    def as_json(self) -> dict[str, Any]:
        """Return plain tables, lists and numbers."""
        return asdict(self)


def calibrate(
    scored: Scored,
    precision: float,
    base_thresholds: Mapping[str, float] | None = None,
    untouched: Collection[str] = (),
    *,
    maybe_precision: float = MAYBE_PRECISION,
    base_maybe_thresholds: Mapping[str, float] | None = None,
) -> Calibration:
    """Choose thresholds on videos that the model was not trained on.

    Each label gets the threshold of ``fit_thresholds`` (its own, drawn to the pooled one the more so the
    fewer videos it has). Where its tags miss the precision there, it rises until they reach it. Where no
    score does, or too few videos have the label to tell, the label is never given.

    Below that, maybes begin where ``fit_maybe_thresholds`` says, also of a label that is never given because
    no score is precise enough. A label with too few videos to tell has no maybes either.

    Args:
        scored: labelled videos; its own thresholds do not matter.
        precision: share of right tags to reach, 0..1.
        base_thresholds: by label, of the classifier that was corrected: they stand where too few videos
            have the label to tell a better one.
        untouched: labels whose scores the correction does not touch: theirs stand however many videos there
            are.
        maybe_precision: share of right ones to reach among the maybes alone, 0..1.
        base_maybe_thresholds: by label, of the classifier that was corrected; they stand where its
            thresholds do. A label without one has no maybes.

    Raises:
        TrainingDataError: a precision is no share.
    """
    import numpy as np

    for share in (precision, maybe_precision):
        if not 0 < share < 1:
            raise TrainingDataError(f"A precision of {share} cannot be aimed at. Take one between 0 and 1.")
    # What is not known must count neither as right nor as wrong: at 0, below every threshold, it does not.
    fits = scored.known & np.array([label not in untouched for label in scored.labels])
    targets = (scored.positives & fits).astype(np.float32)
    fitted = fit_thresholds(targets, np.where(fits, scored.scores, 0.0), precision)
    kept, kept_maybes = base_thresholds or {}, base_maybe_thresholds or {}
    rows = [
        _kept_threshold(scored, column, kept[label], kept_maybes.get(label))
        if label in untouched or (label in kept and scored.positives[:, column].sum() < FEWEST)
        else _fitted_threshold(scored, column, float(fitted[column]), precision)
        for column, label in enumerate(scored.labels)
    ]
    return Calibration(precision, _with_maybes(rows, scored, fits, maybe_precision), maybe_precision)


def _with_maybes(
    rows: list[LabelThreshold], scored: Scored, fits: NDArray[np.bool_], precision: float
) -> tuple[LabelThreshold, ...]:
    """Return the labels with what was chosen for their maybes, where that was to be chosen."""
    import numpy as np

    given = np.array([NEVER if row.threshold is None else row.threshold for row in rows])
    try:
        score_map = fit_score_map(scored.targets, scored.scores, fits)
    except TrainingDataError:
        # Nothing right, nothing wrong, or scores that are worse than none: nothing tells what a maybe is.
        return tuple(rows)
    chances = score_map.apply(scored.scores)
    lowest = fit_maybe_thresholds(
        scored.positives, scored.scores, known=fits, thresholds=given, chances=chances, precision=precision
    )
    return tuple(
        replace(row, maybe=round(float(maybe), 4))
        if not row.kept and row.videos >= FEWEST and round(float(maybe), 4) < threshold
        else row
        for row, maybe, threshold in zip(rows, lowest, given, strict=True)
    )


def _kept_threshold(scored: Scored, column: int, threshold: float, maybe: float | None) -> LabelThreshold:
    known = scored.known[:, column]
    right, label = scored.positives[known, column], scored.labels[column]
    kept_maybe = maybe if maybe is not None and maybe < threshold else None
    if threshold >= NEVER:
        reason = f"what it corrects never {'suggests' if kept_maybe is None else 'gives'} it"
        return LabelThreshold(label, None, reason, int(right.sum()), None, None, True, kept_maybe)
    measured = _precision_and_recall(right, scored.scores[known, column], threshold)
    return LabelThreshold(label, threshold, "", int(right.sum()), *measured, True, kept_maybe)


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


def fit_maybe_thresholds(
    targets: NDArray[np.floating] | NDArray[np.bool_],
    scores: NDArray[np.float64],
    *,
    known: NDArray[np.bool_],
    thresholds: NDArray[np.float64],
    chances: NDArray[np.float64],
    precision: float = MAYBE_PRECISION,
) -> NDArray[np.float64]:
    """Choose from which lower score on labels are maybes.

    It is the lowest score from which on, up to where the label is given, ``precision`` of the videos are
    expected to have it. The few videos in between tell that badly, label by label, so what is expected of one
    is what its probability says, mixed with what was seen: of n positive videos in between the latter counts
    n / (n + ``MAYBE_TRUSTED``).

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1, by models that did not see these videos.
        known: (videos, labels) which pairs count.
        thresholds: (labels,) from which on each is given; ``NEVER`` where it never is.
        chances: (videos, labels) probabilities, see ``fit_score_map``; the scores themselves where these are.
        precision: share of right ones to reach among the maybes, 0..1.

    Returns:
        (labels,) from 0.05 to the threshold; there where the label is never a maybe.
    """
    import numpy as np

    lowest = np.empty(len(thresholds))
    for column, threshold in enumerate(thresholds):
        below = known[:, column] & ((scores[:, column] < threshold) | (threshold >= NEVER))
        seen = targets[below, column] > 0
        trust = seen.sum() / (seen.sum() + MAYBE_TRUSTED)
        expected = trust * seen + (1 - trust) * chances[below, column]
        lowest[column] = max(_LOWEST, lowest_precise(expected, scores[below, column], precision))
    return np.minimum(lowest, thresholds)


def lowest_precise(targets: NDArray[np.floating], scores: NDArray[np.float64], precision: float) -> float:
    """Return the lowest score from which on (itself included) the share of positives reaches ``precision``.

    Targets may also be chances: then it is the share that is expected.

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
