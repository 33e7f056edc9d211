"""Two models on the same videos: paired differences, and which videos changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.training.measure.bootstrap import REPEATS, Interval, group_draws, interval
from organizer.training.measure.figures import HEADLINE, MAYBES, Measures, number_or_none

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.measure.scored import Scored


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of the second model minus that of the first."""

    name: str
    first: float | None
    second: float | None
    difference: float | None
    interval: Interval | None
    """95 % of the draws lie in it; each draw measures both models on the same videos."""
    share_better: float | None
    """Share of the draws in which the second is strictly better."""

    @property
    def verdict(self) -> str:
        """``better`` or ``worse`` where the interval leaves 0 on one side, else ``not told apart``."""
        if self.interval is None:
            return "not told apart"
        if self.interval.low > 0:
            return "better"
        return "worse" if self.interval.high < 0 else "not told apart"


@dataclass(frozen=True, slots=True)
class Change:
    """A video on which the two do not agree."""

    name: str
    labels: tuple[str, ...]
    """Its own."""
    first_best: str
    second_best: str
    gained: tuple[str, ...]
    """Tags that only the second gives."""
    lost: tuple[str, ...]
    """Tags that only the first gives."""
    right_before: bool
    """Whether the first one's best label is one of its own."""
    right_now: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it."""

    headline: tuple[Difference, ...]
    """Of the figures of ``HEADLINE``; those about maybes only where one of the two knows maybes."""
    labels: tuple[Difference, ...]
    """Average precisions."""
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain tables, lists and numbers."""
        table = asdict(self)
        for rows, differences in (("headline", self.headline), ("labels", self.labels)):
            for row, difference in zip(table[rows], differences, strict=True):
                row["verdict"] = difference.verdict
        return table


def compare(first: Scored, second: Scored, *, repeats: int = REPEATS, seed: int = 0) -> Comparison:
    """Compare two models on the same videos.

    Raises:
        TrainingDataError: the videos, their labels or what is known of them differ.
    """
    import numpy as np

    same = (first.labels, first.names, first.groups) == (second.labels, second.names, second.groups)
    if not same or not np.array_equal(first.positives, second.positives):
        raise TrainingDataError("The two models were not measured on the same videos. Measure both again.")
    both = Measures(first), Measures(second)
    once = np.ones((1, len(first.names)), np.int64)
    draws: list[dict[str, NDArray[np.float64]]] = []
    if repeats and len(set(first.groups)) > 1:
        draws = [
            _differences(*both, first.labels, weights)
            for weights in group_draws(
                first.groups,
                repeats=repeats,
                seed=seed,
                accepts=both[0].has_all_labels,
                width=2 * len(first.labels),
            )
        ]
    with_maybes = first.has_maybes or second.has_maybes
    firsts, seconds = (_all_figures(measures, first.labels, once) for measures in both)

    def difference(key: str, name: str, enough: bool = True) -> Difference:
        before, now = float(firsts[key][0]), float(seconds[key][0])
        drawn = np.concatenate([part[key] for part in draws]) if draws and enough else np.empty(0)
        known = drawn[~np.isnan(drawn)]
        return Difference(
            name,
            number_or_none(before),
            number_or_none(now),
            number_or_none(now - before),
            interval(drawn),
            float((known > 0).mean()) if len(known) else None,
        )

    return Comparison(
        tuple(difference(name, name) for name in HEADLINE if with_maybes or name not in MAYBES),
        tuple(
            difference(f"label {label}", label, enough)
            for label, enough in zip(first.labels, both[0].in_mean, strict=True)
        ),
        _changes(first, second),
    )


def _all_figures(
    measures: Measures, labels: tuple[str, ...], weights: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    precisions = measures.label_precisions(weights)
    by_label = {f"label {label}": precisions[:, column] for column, label in enumerate(labels)}
    return measures.headline(weights, precisions) | by_label


def _differences(
    first: Measures, second: Measures, labels: tuple[str, ...], weights: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    before, now = (_all_figures(measures, labels, weights) for measures in (first, second))
    return {name: now[name] - before[name] for name in now}


def _changes(first: Scored, second: Scored) -> tuple[Change, ...]:
    changes = []
    labels = first.labels
    # Tags of labels that nobody decided about change too, but cannot be called right or wrong.
    for video, name in enumerate(first.names):
        best, tagged = (first.best[video], second.best[video]), (first.tagged[video], second.tagged[video])
        if best[0] == best[1] and (tagged[0] == tagged[1]).all():
            continue
        own = first.positives[video]
        changes.append(
            Change(
                name,
                tuple(label for label, has in zip(labels, own, strict=True) if has),
                labels[best[0]],
                labels[best[1]],
                tuple(label for label, new in zip(labels, tagged[1] & ~tagged[0], strict=True) if new),
                tuple(label for label, old in zip(labels, tagged[0] & ~tagged[1], strict=True) if old),
                bool(own[best[0]]),
                bool(own[best[1]]),
            )
        )
    return tuple(changes)
