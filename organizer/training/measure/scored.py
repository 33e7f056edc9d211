"""What is measured: the scores of videos whose labels are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.tags.tagger import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of labelled videos by one model that did not see them."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    """(videos,) what each is called, for people."""
    groups: tuple[str, ...]
    """(videos,) the source of each; videos of one source resemble each other and are drawn together."""
    targets: NDArray[np.float32]
    """(videos, labels) of 0 and 1."""
    known: NDArray[np.bool_]
    """(videos, labels) whether it is known if the label fits; nothing else counts in any figure."""
    scores: NDArray[np.float64]
    """(videos, labels), 0..1."""
    thresholds: NDArray[np.float64]
    """(labels,) or (videos, labels): from which score on the label is given; ``NEVER`` for never."""
    maybe_thresholds: NDArray[np.float64] | None = None
    """The same shape, at most those above: from which score on the label is a maybe; where both are the same,
    it never is. None: the model knows no maybes."""
    ranks: NDArray[np.float64] | None = None
    """(videos, labels) by what the videos of a label are ranked, the highest first, where that is not their
    score: scores that several models made probabilities of, each in its own way, do not compare."""

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit each other.

        Raises:
            TrainingDataError: shapes differ, there is no video, or a score is no number from 0 to 1.
        """
        import numpy as np

        shape = len(self.names), len(self.labels)
        fits = (
            self.targets.shape == self.known.shape == self.scores.shape == shape
            and len(self.groups) == shape[0]
            and self.thresholds.shape in {shape, shape[1:]}
            and (self.maybe_thresholds is None or self.maybe_thresholds.shape == self.thresholds.shape)
            and (self.ranks is None or self.ranks.shape == shape)
        )
        if not fits or not self.names:
            raise TrainingDataError(
                f"There is nothing to measure: {shape[0]} videos, targets {self.targets.shape}, scores "
                f"{self.scores.shape}, thresholds {self.thresholds.shape}. Give labelled videos."
            )
        if not (np.isfinite(self.scores).all() and self.scores.min() >= 0 and self.scores.max() <= 1):
            raise TrainingDataError(
                "Some scores are no numbers from 0 to 1. Train the classifier again, or use another model."
            )

    @property
    def positives(self) -> NDArray[np.bool_]:
        """(videos, labels) that are known to fit."""
        positives: NDArray[np.bool_] = (self.targets > 0) & self.known
        return positives

    @property
    def tagged(self) -> NDArray[np.bool_]:
        """(videos, labels) that are given, of those that are known."""
        ever = self.thresholds < NEVER
        tagged: NDArray[np.bool_] = (self.scores >= self.thresholds) & ever & self.known
        return tagged

    @property
    def has_maybes(self) -> bool:
        """Whether any label can be a maybe."""
        return self.maybe_thresholds is not None and bool((self.maybe_thresholds < self.thresholds).any())

    @property
    def maybes(self) -> NDArray[np.bool_]:
        """(videos, labels) that are maybes and not given, of those that are known."""
        import numpy as np

        if self.maybe_thresholds is None:
            return np.zeros(self.scores.shape, bool)
        reached = (self.scores >= self.maybe_thresholds) & (self.maybe_thresholds < NEVER)
        maybes: NDArray[np.bool_] = reached & self.known & ~self.tagged
        return maybes

    @property
    def best(self) -> NDArray[np.int64]:
        """(videos,) the column with the highest score among those known; the first of equal ones."""
        import numpy as np

        best: NDArray[np.int64] = np.where(self.known, self.scores, -1.0).argmax(axis=1)
        return best

    def with_thresholds(
        self, thresholds: Mapping[str, float], maybe_thresholds: Mapping[str, float] | None = None
    ) -> Scored:
        """Return the same videos and scores with other thresholds.

        Args:
            thresholds: for each label, by label.
            maybe_thresholds: by label; without one a label is no maybe.
        """
        import numpy as np

        maybes = {**thresholds, **(maybe_thresholds or {})}
        return replace(
            self,
            thresholds=np.array([thresholds[label] for label in self.labels]),
            maybe_thresholds=np.array([maybes[label] for label in self.labels]),
        )

    def pick(self, names: Sequence[str]) -> Scored:
        """Return some of the videos, in the order given; names must be there, and there once."""
        place = {name: row for row, name in enumerate(self.names)}
        rows = [place[name] for name in names]
        return replace(
            self,
            names=tuple(names),
            groups=tuple(self.groups[row] for row in rows),
            targets=self.targets[rows],
            known=self.known[rows],
            scores=self.scores[rows],
            thresholds=self.thresholds if self.thresholds.ndim == 1 else self.thresholds[rows],
            maybe_thresholds=(
                self.maybe_thresholds
                if self.maybe_thresholds is None or self.maybe_thresholds.ndim == 1
                else self.maybe_thresholds[rows]
            ),
            ranks=None if self.ranks is None else self.ranks[rows],
        )

    def only(self, labels: tuple[str, ...]) -> Scored:
        """Return the same videos with some of the labels, in the order given."""
        columns = [self.labels.index(label) for label in labels]
        return replace(
            self,
            labels=labels,
            targets=self.targets[:, columns],
            known=self.known[:, columns],
            scores=self.scores[:, columns],
            thresholds=self.thresholds[..., columns],
            maybe_thresholds=(None if self.maybe_thresholds is None else self.maybe_thresholds[..., columns]),
            ranks=None if self.ranks is None else self.ranks[:, columns],
        )
