"""Figures of the bundled model, recomputed from out-of-fold scores alone."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.training.lite.frame_ensemble import pool
from organizer.training.measure.bootstrap import group_draws
from organizer.training.measure.figures import Measures, figures_of
from organizer.training.measure.scored import Scored
from organizer.training.metrics import average_precisions
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

BARELY_MEASURABLE = "Mobile phone"
"""Three real clips: reported, left out of the mean, and no choice is made by them."""


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

    def scored(self, groups: Mapping[str, str] | None = None) -> Scored:
        """Return the clips as they are measured, each at the thresholds of its fold.

        Args:
            groups: by clip, the source of each; without, a clip is a source of its own.
        """
        import numpy as np

        return Scored(
            labels=LABELS,
            names=self.clips,
            groups=tuple((groups or {}).get(clip, clip) for clip in self.clips),
            targets=self.targets,
            known=np.ones(self.targets.shape, bool),
            scores=self.scores,
            thresholds=self.fold_thresholds[self.folds],
        )

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
    return float(average_precisions(targets > 0, scores)[_measurable()].mean())


def evaluate(result: OutOfFold) -> dict[str, Any]:
    """Return all figures of the model card, rounded to three places."""
    figures = figures_of(result.scored(), repeats=0)
    once = _main_figures(result.scored(), [_once(result)])
    return {
        "clips": figures.videos,
        "clips_without_label": figures.without_label,
        "mean_average_precision_9": _rounded(once["mean_average_precision_9"][0]),
        "mean_average_precision_10": _rounded(figures.headline["map_all"].value),
        **{name: _rounded(once[name][0]) for name in ("top1", "micro_precision", "micro_recall")},
        "labels": {
            label.label: {
                "clips": label.videos,
                "average_precision": _rounded(label.average_precision.value),
                # None of no tags is wrong, and of none that are due is missed.
                "precision": _rounded(label.at_threshold.precision, 1.0),
                "recall": _rounded(label.at_threshold.recall, 1.0),
            }
            for label in figures.labels
        },
    }


def bootstrap_intervals(
    result: OutOfFold, groups: Sequence[str], *, repeats: int = 1000, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the main figures by drawing source repositories with replacement.

    Clips of one repository resemble each other, so repositories are drawn, not clips.

    Args:
        result: scores.
        groups: the source repository of each clip.
        repeats: how often to draw.
        seed: of the draws.
    """
    import numpy as np

    draws = _main_figures(result.scored(), _draws(result, groups, repeats, seed))
    return {
        name: (_rounded(np.quantile(values, 0.025)), _rounded(np.quantile(values, 0.975)))
        for name, values in draws.items()
    }


def paired_differences(
    result: OutOfFold, other: OutOfFold, groups: Sequence[str], *, repeats: int = 1000, seed: int = 0
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

    both = result.scored(), other.scored().pick(result.clips)
    now, before = (_main_figures(scored, [_once(result)]) for scored in both)
    drawn = list(_draws(result, groups, repeats, seed))
    draws_now, draws_before = (_main_figures(scored, drawn) for scored in both)
    differences = {}
    for name in ("mean_average_precision_9", "top1"):
        draws = draws_now[name] - draws_before[name]
        differences[name] = {
            "other": _rounded(before[name][0]),
            "difference": _rounded(now[name][0] - before[name][0]),
            "low": _rounded(np.quantile(draws, 0.025)),
            "high": _rounded(np.quantile(draws, 0.975)),
        }
    return differences


def evidence_shares(result: OutOfFold, evidence: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Return whether evidence points at the right seconds, where two clips are joined end to end.

    It is, by label, the mean share of a label's evidence that lies in its own half. All pairs of clips of
    one fold whose labels differ (both have some, none in common), cut to equal length so that both are
    halves. Per-second evidence does not depend on the other seconds, so that of the joined
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


def _main_figures(scored: Scored, draws: Iterable[NDArray[np.int64]]) -> dict[str, NDArray[np.float64]]:
    """Return (draws,) of each main figure of the card.

    Args:
        scored: labelled clips with their scores.
        draws: (some draws, clips) how often each clip counts, one after the other.
    """
    import numpy as np

    measures, parts = Measures(scored), []
    for weights in draws:
        precisions = measures.label_precisions(weights)
        headline = measures.headline(weights, precisions)
        parts.append(
            {
                "mean_average_precision_9": precisions[:, _measurable()].mean(axis=1),
                "top1": headline["top1"],
                # None of no tags is wrong, and of none that are due is missed.
                "micro_precision": np.nan_to_num(headline["precision"], nan=1.0),
                "micro_recall": np.nan_to_num(headline["recall"], nan=1.0),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _draws(result: OutOfFold, groups: Sequence[str], repeats: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield (some draws, clips): how often each clip was drawn with its repository."""
    import numpy as np

    measurable = result.targets[:, _measurable()]

    def has_all_labels(weights: NDArray[np.int64]) -> NDArray[np.bool_]:
        # A draw without any clip of a label has no average precision for it.
        return np.asarray((weights @ measurable > 0).all(axis=1))

    return group_draws(groups, repeats=repeats, seed=seed, accepts=has_all_labels, width=len(LABELS))


def _once(result: OutOfFold) -> NDArray[np.int64]:
    import numpy as np

    return np.ones((1, len(result.clips)), np.int64)


def _measurable() -> list[int]:
    """Return the columns of the labels that choices are made by."""
    return [column for column, label in enumerate(LABELS) if label != BARELY_MEASURABLE]


def _rounded(value: float | None, nothing: float = math.nan) -> float:
    return round(nothing if value is None else float(value), 3)
