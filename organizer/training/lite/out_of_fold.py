"""Figures of the bundled model, recomputed from out-of-fold scores alone."""

from __future__ import annotations

import csv
import math
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from organizer.training.calibration_map import ScoreMap
from organizer.training.lite.second_classifier import pool, sigmoid
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
"""Five real clips: reported, left out of the mean of nine, and no choice is made by them."""
_THRESHOLD, _MAYBE, _SLOPE, _OFFSET = "threshold", "maybe", "slope", "offset"
MAIN = {
    "mean_average_precision_9": "",
    "mean_average_precision_10": "",
    "top1": "top1",
    "micro_precision": "precision",
    "micro_recall": "recall",
    "both_precision": "both_precision",
    "both_recall": "both_recall",
}
"""The main figures of the card, and by which name ``Measures.headline`` has them: the means are of ranks."""
_OF_FOLDS = (_THRESHOLD, _MAYBE, _SLOPE, _OFFSET)
"""Rows of a file that stand for a fold, and not for a clip."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Scores of clips by models that saw no clip of their fold; map and thresholds were fitted without it."""

    clips: tuple[str, ...]
    folds: NDArray[np.int64]
    """(clips,)"""
    targets: NDArray[np.float32]
    """(clips, labels) of 0 and 1."""
    scores: NDArray[np.float64]
    """(clips, labels), 0..1, before they are made probabilities."""
    known: NDArray[np.bool_]
    """(clips, labels), False where it is in doubt whether the label fits: nothing is measured there."""
    fold_thresholds: NDArray[np.float64]
    """(folds, labels), from which probability on a label is given."""
    fold_maybes: NDArray[np.float64]
    """(folds, labels), from which on it is a maybe."""
    fold_maps: tuple[ScoreMap | None, ...]
    """(folds,), what makes probabilities of scores; None for models whose scores are taken as they are."""

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """(clips, labels), 0..1, by the map of each clip's fold."""
        probabilities = self.scores.copy()
        for fold, score_map in enumerate(self.fold_maps):
            if score_map is not None:
                own = self.folds == fold
                probabilities[own] = score_map.apply(self.scores[own])
        return probabilities

    def scored(self, groups: Mapping[str, str] | None = None) -> Scored:
        """Return the clips with probabilities, each at the thresholds of its fold.

        Labels rank them by their scores before the maps. A model's map keeps the order of a label's clips; of
        five models' clips in one list it does not, and nobody's library is scored by five models.

        Args:
            groups: by clip, the source of each; without, a clip is a source of its own.
        """
        return Scored(
            labels=LABELS,
            names=self.clips,
            groups=tuple((groups or {}).get(clip, clip) for clip in self.clips),
            targets=self.targets,
            known=self.known,
            scores=self.probabilities,
            thresholds=self.fold_thresholds[self.folds],
            maybe_thresholds=self.fold_maybes[self.folds],
            ranks=self.scores,
        )

    def pick(self, clips: Sequence[str]) -> OutOfFold:
        """Return some of the clips, in the order given."""
        place = {clip: row for row, clip in enumerate(self.clips)}
        rows = [place[clip] for clip in clips]
        return replace(
            self,
            clips=tuple(clips),
            folds=self.folds[rows],
            targets=self.targets[rows],
            scores=self.scores[rows],
            known=self.known[rows],
        )

    def save(self, file: Path) -> None:
        """Write one row a clip: clip, fold, labels, those in doubt, scores; and rows for each fold."""
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(["clip", "fold", "labels", "doubtful", *LABELS])
            for kind, fold, numbers in self._of_folds():
                writer.writerow([kind, fold, "", "", *(f"{value:.6f}" for value in numbers)])
            for row, clip in enumerate(self.clips):
                labels, doubtful = (
                    ";".join(label for label, holds in zip(LABELS, marks, strict=True) if holds)
                    for marks in (self.targets[row], ~self.known[row])
                )
                scores = (f"{value:.9f}" for value in self.scores[row])
                writer.writerow([clip, self.folds[row], labels or "none", doubtful, *scores])

    def _of_folds(self) -> Iterator[tuple[str, int, Sequence[float]]]:
        """Yield what kind of numbers, of which fold, for each label."""
        for fold, score_map in enumerate(self.fold_maps):
            yield _THRESHOLD, fold, self.fold_thresholds[fold]
            yield _MAYBE, fold, self.fold_maybes[fold]
            if score_map is not None:
                yield _SLOPE, fold, [score_map.a] * len(LABELS)
                yield _OFFSET, fold, [score_map.b + offset for offset in score_map.offsets]


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

    clips = [row for row in rows if row["clip"] not in _OF_FOLDS]

    def numbers(table: list[dict[str, str]]) -> NDArray[np.float64]:
        return np.array([[float(row[label]) for label in LABELS] for row in table])

    def of_folds(kind: str) -> NDArray[np.float64]:
        chosen = [row for row in rows if row["clip"] == kind]
        return numbers(sorted(chosen, key=lambda row: int(row["fold"])))

    def marked(column: str) -> NDArray[np.bool_]:
        label_sets = [set(row.get(column, "").split(";")) for row in clips]
        return np.array([[label in labels for label in LABELS] for labels in label_sets])

    given, slopes, offsets = of_folds(_THRESHOLD), of_folds(_SLOPE), of_folds(_OFFSET)
    maps = [ScoreMap(a[0], 0.0, tuple(u)) for a, u in zip(slopes.tolist(), offsets.tolist(), strict=True)]
    maybes = of_folds(_MAYBE)
    return OutOfFold(
        clips=tuple(row["clip"] for row in clips),
        folds=np.array([int(row["fold"]) for row in clips]),
        targets=marked("labels").astype(np.float32),
        scores=numbers(clips),
        known=~marked("doubtful"),
        fold_thresholds=given,
        fold_maybes=maybes if len(maybes) else given,
        fold_maps=tuple(maps or [None] * len(given)),
    )


def mean_average_precision(
    targets: NDArray[np.float32], scores: NDArray[np.float64], known: NDArray[np.bool_]
) -> float:
    """Return the mean over the nine built-in labels other than Mobile phone.

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1.
        known: (videos, labels), the pairs that count.
    """
    return float(average_precisions(targets > 0, scores, known)[_measurable()].mean())


def evaluate(result: OutOfFold) -> dict[str, Any]:
    """Return all figures of the model card, rounded to three places."""
    figures = figures_of(result.scored(), repeats=0)
    once = _main_figures(result, [_once(result)])
    ranked = average_precisions(result.targets > 0, result.scores, result.known)
    return {
        "clips": figures.videos,
        "clips_without_label": figures.without_label,
        **{name: _rounded(once[name][0]) for name in MAIN},
        "maybe_precision": _rounded(figures.headline["maybe_precision"].value, 1.0),
        "labels": {
            label.label: {
                "clips": label.videos,
                "average_precision": _rounded(precision),
                # None of no tags is wrong, and of none that are due is missed.
                "precision": _rounded(label.at_threshold.precision, 1.0),
                "recall": _rounded(label.at_threshold.recall, 1.0),
                "both_precision": _rounded(label.together.precision, 1.0),
                "both_recall": _rounded(label.together.recall, 1.0),
            }
            for label, precision in zip(figures.labels, ranked, strict=True)
        },
        "reliability": {
            "expected_error": _rounded(figures.reliability.expected_error),
            "expected_error_above": _rounded(figures.reliability.expected_error_above),
            "bins": [
                {name: round(value, 3) for name, value in asdict(row).items()}
                for row in figures.reliability.bins
            ],
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

    draws = _main_figures(result, _draws(result, groups, repeats, seed))
    return {
        name: (_rounded(np.quantile(draws[name], 0.025)), _rounded(np.quantile(draws[name], 0.975)))
        for name in MAIN
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
        By figure, nine- and ten-label mean average precision and top-1: ``other`` (its value), ``difference``
        and the ends of its 95 % interval, ``low`` and ``high``. By label, the same of its average precision.
    """
    import numpy as np

    both = result, other.pick(result.clips)
    now, before = (_main_figures(of_model, [_once(result)]) for of_model in both)
    drawn = list(_draws(result, groups, repeats, seed))
    draws_now, draws_before = (_main_figures(of_model, drawn) for of_model in both)
    differences = {}
    for name in ("mean_average_precision_9", "mean_average_precision_10", "top1", *LABELS):
        draws = draws_now[name] - draws_before[name]
        differences[name] = {
            "other": _rounded(before[name][0]),
            "difference": _rounded(now[name][0] - before[name][0]),
            # A draw without a clip that is barely measurable tells nothing of it.
            "low": _rounded(np.nanquantile(draws, 0.025)),
            "high": _rounded(np.nanquantile(draws, 0.975)),
        }
    return differences


def evidence_shares(result: OutOfFold, evidence: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Return whether evidence points at the right seconds, where two clips are joined end to end.

    It is, by label, the mean share of a label's evidence that lies in its own half. All pairs of clips of
    one fold whose labels differ (both have some, and there is none that both may show), cut to equal length
    so that both are halves. Per-second evidence does not depend on the other seconds, so that of the joined
    clip is that of its parts. A pair counts for a label where the joined clip would be tagged with it.

    Args:
        result: targets, folds, thresholds.
        evidence: logits (seconds, labels) of each clip by a model that did not see it.
    """
    import numpy as np

    shares: dict[str, list[float]] = {label: [] for label in LABELS}
    all_shares: list[float] = []
    shows = (result.targets > 0) & result.known
    may_show = shows | ~result.known
    for first, fold in enumerate(result.folds):
        own_labels = np.flatnonzero(shows[first])
        for second in np.flatnonzero(result.folds == fold):
            if not shows[second].any() or (may_show[first] & may_show[second]).any():
                continue
            own, other = evidence[result.clips[first]], evidence[result.clips[second]]
            length = min(len(own), len(other))
            joined = np.concatenate([own[:length], other[:length]])
            tagged = sigmoid(pool(joined)) >= result.fold_thresholds[fold]
            shown = sigmoid(joined)
            for label in own_labels:
                share = float(shown[:length, label].sum() / shown[:, label].sum())
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


def _main_figures(result: OutOfFold, draws: Iterable[NDArray[np.int64]]) -> dict[str, NDArray[np.float64]]:
    """Return (draws,) of each of ``MAIN``, and of each label's average precision by the label.

    Args:
        result: labelled clips with their scores.
        draws: (some draws, clips) how often each clip counts, one after the other.
    """
    import numpy as np

    measures, parts = Measures(result.scored()), []
    for weights in draws:
        precisions = measures.label_precisions(weights)
        headline = measures.headline(weights, precisions)
        parts.append(
            {
                "mean_average_precision_9": precisions[:, _measurable()].mean(axis=1),
                "mean_average_precision_10": headline["map_all"],
                # None of no tags is wrong, and of none that are due is missed.
                **{name: np.nan_to_num(headline[key], nan=1.0) for name, key in MAIN.items() if key},
                **dict(zip(LABELS, precisions.T, strict=True)),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _draws(result: OutOfFold, groups: Sequence[str], repeats: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield (some draws, clips): how often each clip was drawn with its repository."""
    import numpy as np

    measurable = (result.targets * result.known)[:, _measurable()]

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
