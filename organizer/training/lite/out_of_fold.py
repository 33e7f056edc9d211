"""Figures of the bundled model, recomputed from out-of-fold scores alone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.training.lite.frame_ensemble import pool
from organizer.training.measure.bootstrap import group_draws
from organizer.training.metrics import average_precisions
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

BARELY_MEASURABLE = "Mobile phone"
"""Three real clips: reported, left out of the mean, and no choice is made by them."""


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Over all (video, label) pairs together."""

    precision: float
    """Share of the tags given that are right, 0..1; 1 where none is given."""
    recall: float
    """Share of the tags due that are given, 0..1; 1 where none is due."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Scores of clips by models that saw no clip of their fold, and the thresholds fitted without it."""

    clips: tuple[str, ...]
    folds: NDArray[np.int64]
    """(clips,)"""
    targets: NDArray[np.float32]
    """(clips, labels) of 0 and 1."""
    scores: NDArray[np.float64]
    """(clips, labels), 0..1."""
    fold_thresholds: NDArray[np.float64]
    """(folds, labels)"""

    def save(self, file: Path) -> None:
        """Write one row a clip: clip, fold, labels, scores; thresholds as rows named ``threshold``."""
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(["clip", "fold", "labels", *LABELS])
            for fold, thresholds in enumerate(self.fold_thresholds):
                writer.writerow(["threshold", fold, "", *(f"{value:.6f}" for value in thresholds)])
            for clip, fold, target, scores in zip(
                self.clips, self.folds, self.targets, self.scores, strict=True
            ):
                labels = ";".join(label for label, fits in zip(LABELS, target, strict=True) if fits)
                writer.writerow([clip, fold, labels or "none", *(f"{value:.6f}" for value in scores)])


def read_out_of_fold(file: Path) -> OutOfFold:
    """Read a file written by ``OutOfFold.save``."""
    with file.open(newline="", encoding="utf-8") as source:
        return _out_of_fold(list(csv.DictReader(source)))


def read_reference_scores(file: Path) -> dict[str, OutOfFold]:
    """Read scores of several models on the same clips: the same columns behind one that names the model."""
    with file.open(newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    models = dict.fromkeys(row["model"] for row in rows)
    return {model: _out_of_fold([row for row in rows if row["model"] == model]) for model in models}


def _out_of_fold(rows: list[dict[str, str]]) -> OutOfFold:
    import numpy as np

    thresholds = [row for row in rows if row["clip"] == "threshold"]
    clips = [row for row in rows if row["clip"] != "threshold"]

    def numbers(table: list[dict[str, str]]) -> NDArray[np.float64]:
        return np.array([[float(row[label]) for label in LABELS] for row in table])

    label_sets = [set(row["labels"].split(";")) for row in clips]
    return OutOfFold(
        clips=tuple(row["clip"] for row in clips),
        folds=np.array([int(row["fold"]) for row in clips]),
        targets=np.array([[label in labels for label in LABELS] for labels in label_sets], np.float32),
        scores=numbers(clips),
        fold_thresholds=numbers(sorted(thresholds, key=lambda row: int(row["fold"]))),
    )


def mean_average_precision(targets: NDArray[np.float32], scores: NDArray[np.float64]) -> float:
    """Return the mean over the nine built-in labels other than Mobile phone.

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1.
    """
    import numpy as np

    precisions = average_precisions(targets > 0, scores)
    return float(np.mean(np.delete(precisions, LABELS.index(BARELY_MEASURABLE))))


def top1(targets: NDArray[np.float32], scores: NDArray[np.float64]) -> float:
    """Return the share of labelled videos whose highest-scored label is one of theirs."""
    labelled = targets.any(axis=1)
    best = scores[labelled].argmax(axis=1)
    return float(targets[labelled][range(len(best)), best].mean())


def precision_recall(targets: NDArray[np.float32], tagged: NDArray[np.bool_]) -> PrecisionRecall:
    """Return micro precision and recall of tags given as (videos, labels) of booleans."""
    right, given, due = float((tagged & (targets > 0)).sum()), float(tagged.sum()), float(targets.sum())
    return PrecisionRecall(right / given if given else 1.0, right / due if due else 1.0)


def evaluate(result: OutOfFold) -> dict[str, Any]:
    """Return all figures of the model card, rounded to three places."""
    import numpy as np

    precisions = dict(zip(LABELS, average_precisions(result.targets > 0, result.scores), strict=True))
    tagged = result.scores >= result.fold_thresholds[result.folds]
    at_thresholds = precision_recall(result.targets, tagged)
    per_label = {}
    for column, label in enumerate(LABELS):
        of_label = precision_recall(result.targets[:, column], tagged[:, column])
        per_label[label] = {
            "clips": int(result.targets[:, column].sum()),
            "average_precision": _rounded(precisions[label]),
            "precision": _rounded(of_label.precision),
            "recall": _rounded(of_label.recall),
        }
    return {
        "clips": len(result.clips),
        "clips_without_label": int((~result.targets.any(axis=1)).sum()),
        "mean_average_precision_9": _rounded(mean_average_precision(result.targets, result.scores)),
        "mean_average_precision_10": _rounded(np.mean(list(precisions.values()))),
        "top1": _rounded(top1(result.targets, result.scores)),
        "micro_precision": _rounded(at_thresholds.precision),
        "micro_recall": _rounded(at_thresholds.recall),
        "labels": per_label,
    }


def bootstrap_intervals(
    result: OutOfFold, groups: list[str], *, repeats: int = 1000, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the main figures by drawing source repositories with replacement.

    Clips of one repository resemble each other, so repositories are drawn, not clips.
    """
    import numpy as np

    draws: dict[str, list[float]] = {}
    for chosen in _drawn_clips(result, groups, repeats, seed):
        figures = evaluate(_picked(result, chosen))
        for name in ("mean_average_precision_9", "top1", "micro_precision", "micro_recall"):
            draws.setdefault(name, []).append(figures[name])
    return {
        name: (_rounded(np.quantile(values, 0.025)), _rounded(np.quantile(values, 0.975)))
        for name, values in draws.items()
    }


def paired_differences(
    result: OutOfFold, other: OutOfFold, groups: list[str], *, repeats: int = 1000, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Return how much better ``result`` is than another model on the same clips.

    The same drawn repositories count for both, so what makes a draw hard or easy falls out of the difference.

    Args:
        result: of one model.
        other: of another; the order of its clips may differ.
        groups: the source repository of each clip of ``result``.
        repeats: how often to draw.
        seed: of the draws.

    Returns:
        By figure, nine-label mean average precision and top-1: ``other`` (its value), ``difference`` and the
        ends of its 95 % interval, ``low`` and ``high``.
    """
    import numpy as np

    place = {clip: index for index, clip in enumerate(other.clips)}
    other = _picked(other, np.array([place[clip] for clip in result.clips]))
    figures = {"mean_average_precision_9": mean_average_precision, "top1": top1}
    draws: dict[str, list[float]] = {name: [] for name in figures}
    for chosen in _drawn_clips(result, groups, repeats, seed):
        targets = result.targets[chosen]
        for name, figure in figures.items():
            draws[name].append(figure(targets, result.scores[chosen]) - figure(targets, other.scores[chosen]))
    differences = {}
    for name, figure in figures.items():
        of_other = figure(other.targets, other.scores)
        differences[name] = {
            "other": _rounded(of_other),
            "difference": _rounded(figure(result.targets, result.scores) - of_other),
            "low": _rounded(np.quantile(draws[name], 0.025)),
            "high": _rounded(np.quantile(draws[name], 0.975)),
        }
    return differences


def evidence_shares(result: OutOfFold, evidence: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Return whether evidence points at the right seconds, where two clips are joined end to end.

    By label, the mean share of its evidence that lies in its own half.

    All pairs of clips of one fold whose labels differ (both have some, none in common), cut to equal length
    so that both are halves. Per-second evidence does not depend on the other seconds, so that of the joined
    clip is that of its parts. A pair counts for a label where the joined clip would be tagged with it.

    Args:
        result: targets, folds, thresholds.
        evidence: (seconds, labels) of each clip by a model that did not see it.
    """
    import numpy as np

    shares: dict[str, list[float]] = {label: [] for label in LABELS}
    all_shares: list[float] = []
    for first, fold in enumerate(result.folds):
        own_labels = np.flatnonzero(result.targets[first])
        for second in np.flatnonzero(result.folds == fold):
            if not result.targets[second].any() or (result.targets[first] * result.targets[second]).any():
                continue
            own, other = evidence[result.clips[first]], evidence[result.clips[second]]
            length = min(len(own), len(other))
            joined = np.concatenate([own[:length], other[:length]])
            tagged = pool(joined) >= result.fold_thresholds[fold]
            for label in own_labels:
                share = float(joined[:length, label].sum() / joined[:, label].sum())
                all_shares.append(share)
                if tagged[label]:
                    shares[LABELS[label]].append(share)
    tagged_shares = [share for values in shares.values() for share in values]
    return {
        "pairs_and_labels": len(all_shares),
        "share_in_own_half": round(float(np.mean(all_shares)), 3),
        "tagged_pairs_and_labels": len(tagged_shares),
        "tagged_share_in_own_half": round(float(np.mean(tagged_shares)), 3),
        "tagged_share_by_label": {
            label: round(float(np.mean(values)), 3) for label, values in shares.items() if values
        },
    }


def _drawn_clips(
    result: OutOfFold, groups: list[str], repeats: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Yield indices of the clips of drawn repositories."""
    import numpy as np

    measurable = result.targets[:, [label != BARELY_MEASURABLE for label in LABELS]]
    clips = np.arange(len(result.clips))

    def has_all_labels(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        # A draw without any clip of a label has no average precision for it.
        return np.asarray((counts @ measurable > 0).all(axis=1))

    for counts in group_draws(groups, repeats=repeats, seed=seed, accepts=has_all_labels):
        for of_draw in counts:
            yield np.repeat(clips, of_draw)


def _picked(result: OutOfFold, chosen: NDArray[np.int64]) -> OutOfFold:
    return OutOfFold(
        tuple(result.clips[index] for index in chosen),
        result.folds[chosen],
        result.targets[chosen],
        result.scores[chosen],
        result.fold_thresholds,
    )


def _rounded(value: float) -> float:
    return round(float(value), 3)
