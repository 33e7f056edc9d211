"""All figures of one model on one set of labelled videos."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from organizer.tags.tagger import NEVER
from organizer.training.measure.bootstrap import REPEATS, Interval, group_draws, interval
from organizer.training.measure.curves import (
    Confusion,
    CurvePoint,
    Reliability,
    confusion,
    precision_recall_curve,
    reliability,
)
from organizer.training.metrics import average_precision, rank

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.scored import Scored

FEWEST = 5
"""A label with fewer videos is reported by itself and left out of the mean: it would say little but noise."""
TOP = 20
"""Predictions of each video that count for GAP@20, as YouTube-8M counts."""
MAYBES = ("maybe_precision", "both_precision", "both_recall")
"""The figures that are about maybes."""
HEADLINE = ("map", "map_all", "top1", "hit1", "gap20", "precision", "recall", *MAYBES)
_STEPS = tuple(round(0.1 * step, 1) for step in range(1, 10))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and how sure it is."""

    value: float | None
    """None where it is not defined, as the precision of no tag."""
    interval: Interval | None
    """95 %; None where there are too few videos or sources to tell."""


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What tags are worth that are given from some score on."""

    threshold: float | None
    """None: each label has its own."""
    precision: float | None
    """None where there is no tag."""
    recall: float | None
    """None where none is due."""
    tags: int


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How well one label is found."""

    label: str
    videos: int
    """Videos known to have it."""
    known: int
    """Videos of which it is known whether they have it."""
    sources: int
    """Groups that the videos with it come from."""
    in_mean: bool
    average_precision: Figure
    at_threshold: AtThreshold
    """At its own threshold; None as threshold where that differs by video."""
    never: bool
    """It is never given: no threshold gave the wanted precision."""
    curve: tuple[CurvePoint, ...]
    confidences: tuple[AtThreshold, ...]
    """At 0.1, 0.2 ... 0.9."""
    maybes: AtThreshold | None = None
    """Its maybes alone, from their own threshold up to the other: recall is the share of what is due that
    only they find. None for a label that never is a maybe."""
    with_maybes: AtThreshold | None = None
    """All from the threshold of the maybes on: what is given and the maybes together."""

    @property
    def together(self) -> AtThreshold:
        """What is given, and the maybes where the label has some."""
        return self.with_maybes or self.at_threshold


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it."""

    videos: int
    without_label: int
    sources: int
    headline: dict[str, Figure]
    """By the names of ``HEADLINE``."""
    labels: tuple[LabelFigures, ...]
    at_thresholds: tuple[AtThreshold, ...]
    """Of all labels together: what is given at the labels' own thresholds, then at 0.1, 0.2 ... 0.9."""
    curve: tuple[CurvePoint, ...]
    """Of all labels together."""
    reliability: Reliability
    confusion: Confusion
    maybes: AtThreshold | None = None
    """The maybes of all labels alone, see ``LabelFigures``; None where no label ever is one."""
    with_maybes: AtThreshold | None = None
    """All that is given and all maybes."""

    def as_json(self) -> dict[str, Any]:
        """Return plain tables, lists and numbers."""
        return asdict(self)


class Measures:
    """Figures of one model; everything that has to be sorted is sorted once."""

    def __init__(self, scored: Scored) -> None:
        import numpy as np

        positives, every = scored.positives, np.arange(len(scored.names))
        ranks = scored.scores if scored.ranks is None else scored.ranks
        self._positives = positives.astype(np.int64)
        self._tagged = scored.tagged.astype(np.int64)
        self._right_tags = (scored.tagged & positives).sum(axis=1)
        self._maybes = scored.maybes.sum(axis=1)
        self._right_maybes = (scored.maybes & positives).sum(axis=1)
        self._due = positives.sum(axis=1)
        self._labelled = positives.any(axis=1).astype(np.int64)
        self._best_is_right = positives[every, scored.best].astype(np.int64)
        self._by_label = [
            rank(np.flatnonzero(known), positives[known, column], ranks[known, column])
            for column, known in enumerate(scored.known.T)
        ]
        self._pooled = rank(*_top_predictions(scored, TOP))
        self.in_mean: NDArray[np.bool_] = positives.sum(axis=0) >= FEWEST
        """(labels,) whether a label counts in ``map``."""

    def has_all_labels(self, weights: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(draws,) whether a draw has a video of every label of the mean."""
        due = (weights @ self._positives)[:, self.in_mean]
        there: NDArray[np.bool_] = due.min(axis=1, initial=1) > 0
        return there

    def label_precisions(self, weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (draws, labels) average precisions; NaN for a label without a video."""
        import numpy as np

        due = weights @ self._positives
        return np.stack(
            [
                average_precision(ranking, weights, due[:, column])
                for column, ranking in enumerate(self._by_label)
            ],
            axis=1,
        )

    def headline(
        self, weights: NDArray[np.int64], precisions: NDArray[np.float64] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return (draws,) of each of ``HEADLINE``; NaN where it is not defined.

        ``map``: mean of the labels' average precisions, of labels with ``FEWEST`` videos or more;
        ``map_all``: of all labels with a video. ``top1``: share of the videos with a label whose best label
        is theirs; ``hit1``: the same share of all videos, as YouTube-8M defines Hit@1 (a video without a
        label has no hit). ``gap20``: average precision of the 20 best predictions of all videos, in one
        ranking.
        ``precision``, ``recall``: of all tags that are given; NaN where none is given, or due.
        ``maybe_precision``: share of the maybes that are right. ``both_precision``, ``both_recall``: of what
        is given and the maybes together.

        Args:
            weights: (draws, videos) how often each video counts.
            precisions: what ``label_precisions`` gives for these, where that is known already.
        """
        import numpy as np

        if precisions is None:
            precisions = self.label_precisions(weights)
        due, right = weights @ self._due, weights @ self._right_tags
        given, maybes = weights @ self._tagged.sum(axis=1), weights @ self._maybes
        right_maybes = weights @ self._right_maybes
        best_is_right = weights @ self._best_is_right
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "map": _mean(precisions[:, self.in_mean]),
                "map_all": _mean(precisions),
                "top1": best_is_right / (weights @ self._labelled),
                "hit1": best_is_right / weights.sum(axis=1),
                "gap20": average_precision(self._pooled, weights, due),
                "precision": right / given,
                "recall": right / due,
                "maybe_precision": right_maybes / maybes,
                "both_precision": (right + right_maybes) / (given + maybes),
                "both_recall": (right + right_maybes) / due,
            }


def figures_of(scored: Scored, *, repeats: int = REPEATS, seed: int = 0) -> Figures:
    """Measure one model.

    Args:
        scored: labelled videos with its scores.
        repeats: draws for the intervals; 0 leaves them out.
        seed: of the draws.
    """
    import numpy as np

    measures = Measures(scored)
    once = np.ones((1, len(scored.names)), np.int64)
    values, precisions = measures.headline(once), measures.label_precisions(once)[0]
    draws: dict[str, list[NDArray[np.float64]]] = {name: [] for name in HEADLINE}
    label_draws: list[NDArray[np.float64]] = []
    sources = len(set(scored.groups))
    if repeats and sources > 1:
        for weights in group_draws(
            scored.groups,
            repeats=repeats,
            seed=seed,
            accepts=measures.has_all_labels,
            width=len(scored.labels),
        ):
            label_draws.append(measures.label_precisions(weights))
            for name, drawn in measures.headline(weights, label_draws[-1]).items():
                draws[name].append(drawn)

    def figure(value: float, parts: list[NDArray[np.float64]]) -> Figure:
        return Figure(number_or_none(value), interval(np.concatenate(parts)) if parts else None)

    labels = tuple(
        _label(
            scored,
            column,
            bool(measures.in_mean[column]),
            # Drawing three videos again and again tells nothing about a fourth.
            figure(
                precisions[column],
                [part[:, column] for part in label_draws] if measures.in_mean[column] else [],
            ),
        )
        for column in range(len(scored.labels))
    )
    right, known = scored.positives, scored.known
    maybes, with_maybes = _maybes(scored)
    # Of a handful of tags nobody can say how often they are right.
    counted = {"precision": scored.tagged, "maybe_precision": scored.maybes}
    counted["both_precision"] = scored.tagged | scored.maybes
    too_few = {name for name, tags in counted.items() if tags.sum() < FEWEST}
    return Figures(
        videos=len(scored.names),
        without_label=int((~right.any(axis=1)).sum()),
        sources=sources,
        headline={name: figure(values[name][0], [] if name in too_few else draws[name]) for name in HEADLINE},
        labels=labels,
        at_thresholds=(_tags(right, scored.tagged, None), *_at_steps(right[known], scored.scores[known])),
        curve=precision_recall_curve(right[known], scored.scores[known]),
        reliability=reliability(scored),
        confusion=confusion(scored),
        maybes=maybes,
        with_maybes=with_maybes,
    )


def _label(scored: Scored, column: int, in_mean: bool, precision: Figure) -> LabelFigures:
    import numpy as np

    known = scored.known[:, column]
    right, scores = scored.positives[known, column], scored.scores[known, column]
    thresholds = scored.thresholds[..., column]
    own = float(thresholds) if thresholds.ndim == 0 else None
    maybes, with_maybes = _maybes(scored.only((scored.labels[column],)))
    sources = {group for group, has in zip(scored.groups, scored.positives[:, column], strict=True) if has}
    return LabelFigures(
        label=scored.labels[column],
        videos=int(right.sum()),
        known=int(known.sum()),
        sources=len(sources),
        in_mean=in_mean,
        average_precision=precision,
        at_threshold=_tags(right, scored.tagged[known, column], own),
        never=bool(np.all(thresholds >= NEVER)),
        curve=precision_recall_curve(right, scores),
        confidences=_at_steps(right, scores),
        maybes=maybes,
        with_maybes=with_maybes,
    )


def _maybes(scored: Scored) -> tuple[AtThreshold | None, AtThreshold | None]:
    """Return what maybes are worth, alone and together with what is given; None where no label is one."""
    if scored.maybe_thresholds is None or not scored.has_maybes:
        return None, None
    # One label with one threshold has it said.
    own = float(scored.maybe_thresholds[0]) if scored.maybe_thresholds.shape == (1,) else None
    right, maybes = scored.positives, scored.maybes
    return _tags(right, maybes, own), _tags(right, maybes | scored.tagged, own)


def _at_steps(right: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[AtThreshold, ...]:
    return tuple(_tags(right, scores >= step, step) for step in _STEPS)


def _tags(right: NDArray[np.bool_], tagged: NDArray[np.bool_], threshold: float | None) -> AtThreshold:
    given, due, found = int(tagged.sum()), int(right.sum()), int((tagged & right).sum())
    return AtThreshold(threshold, found / given if given else None, found / due if due else None, given)


def number_or_none(value: float) -> float | None:
    """Return a number as it is, and None for one that is not defined."""
    return None if math.isnan(value) else float(value)


def _top_predictions(
    scored: Scored, most: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
    import numpy as np

    ranked = np.argsort(-np.where(scored.known, scored.scores, -1.0), axis=1, kind="stable")[:, :most]
    videos, places = np.nonzero(np.take_along_axis(scored.known, ranked, axis=1))
    columns = ranked[videos, places]
    return videos, scored.positives[videos, columns], scored.scores[videos, columns]


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row, of what is defined in it; NaN where nothing is."""
    import numpy as np

    defined = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        mean: NDArray[np.float64] = np.where(defined, values, 0.0).sum(axis=1) / defined.sum(axis=1)
    return mean
