"""Out-of-fold scores of the classifier that ships for ``inception-yt8m``.

For each fold a network is trained on the others and scores this one. What makes probabilities of these
scores, and both thresholds, are fitted for each fold on the scores of the others, as ``map_out_of_fold``
does. These scores are by networks that have seen this fold; how it is labelled could reach a dozen numbers
through their weights alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.features.npz import read_npz
from organizer.training.calibration import calibrate
from organizer.training.calibration_map import fit_score_map
from organizer.training.measure.scored import Scored
from organizer.training.yt8m.video_model import train_video_model
from organizer.training.yt8m.window_noise import SHARES, WindowNoise
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.calibration import Calibration
    from organizer.training.calibration_map import ScoreMap
    from organizer.training.yt8m.video_means import VideoMeans
    from organizer.training.yt8m.video_model import VideoModelSettings, VideoModelWeights

    Train = Callable[[VideoMeans, VideoModelSettings], VideoModelWeights]

TARGET_PRECISION = 0.915
"""Of what is given, at every label. Aimed a little high: 7,000 other videos with 0.90 in truth show less than
0.90 every second time."""
WINDOWS_S = (45, 5)
"""Simulated windows that are scored beside the videos' own means."""
_STEPS, _LEAST = 50, 1e-9
"""How scores are stored: steps in 1 of their logit, and how near they may come to 0 and 1."""
_TEST_SEED = 1_000
"""Of the noise that videos are measured with; networks are trained with other draws."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Probabilities by networks that saw no video of a fold, and thresholds fitted without it."""

    ids: tuple[str, ...]
    folds: NDArray[np.int64]
    """(videos,)"""
    targets: NDArray[np.float32]
    """(videos, labels) of 0 and 1."""
    scores: NDArray[np.float64]
    """(videos, labels) of the means over whole videos."""
    windows: dict[int, NDArray[np.float64]]
    """By seconds, the same of simulated windows."""
    thresholds: NDArray[np.float64]
    """(folds, labels) from which on a label is given."""
    maybe_thresholds: NDArray[np.float64]
    """(folds, labels) from which on it is a maybe, at most the ones above."""

    def scored(self, seconds: int | None = None, *, with_maybes: bool = False) -> Scored:
        """Return the videos as they are measured, each at the thresholds of its fold.

        Args:
            seconds: of the simulated windows; None for the means over whole videos.
            with_maybes: whether maybes count as tags.
        """
        import numpy as np

        thresholds = self.maybe_thresholds if with_maybes else self.thresholds
        return Scored(
            labels=LABELS,
            names=self.ids,
            groups=self.ids,
            targets=self.targets,
            known=np.ones(self.targets.shape, bool),
            scores=self.scores if seconds is None else self.windows[seconds],
            thresholds=thresholds[self.folds],
        )

    def save(self, file: Path) -> None:
        """Write a ``.npz`` file: ids, folds, labels, thresholds, and the scores' logits in steps."""
        import numpy as np

        arrays: dict[str, Any] = {
            "id": np.array([id_.encode("ascii") for id_ in self.ids]),
            "fold": self.folds.astype(np.uint8),
            "labels": np.packbits(self.targets > 0, axis=1),
            "thresholds": self.thresholds,
            "maybe_thresholds": self.maybe_thresholds,
            "scores": _stored(self.scores),
            **{f"scores_{seconds}": _stored(scores) for seconds, scores in self.windows.items()},
        }
        np.savez_compressed(file, **arrays)


def read_out_of_fold(file: Path) -> OutOfFold:
    """Read a file written by ``OutOfFold.save``.

    Raises:
        TrainingDataError: it cannot be read, or is no such file.
    """
    import numpy as np

    try:
        stored = read_npz(file)
        return OutOfFold(
            ids=tuple(id_.decode("ascii") for id_ in stored["id"].tolist()),
            folds=stored["fold"].astype(np.int64),
            targets=np.unpackbits(stored["labels"], axis=1, count=len(LABELS)).astype(np.float32),
            scores=_read_scores(stored["scores"]),
            windows={
                seconds: _read_scores(stored[f"scores_{seconds}"])
                for seconds in WINDOWS_S
                if f"scores_{seconds}" in stored
            },
            thresholds=stored["thresholds"],
            maybe_thresholds=stored["maybe_thresholds"],
        )
    except (OSError, KeyError, ValueError) as error:
        raise TrainingDataError(
            f"{file}: these scores cannot be read ({error}). Write them again with "
            "organizer.training.yt8m.build_classifier."
        ) from error


def _stored(scores: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return int16: the logits of scores in steps, for few of the scores lie in the middle."""
    import numpy as np

    inside = np.clip(scores, _LEAST, 1 - _LEAST)
    steps: NDArray[np.int16] = np.rint(_STEPS * (np.log(inside) - np.log1p(-inside))).astype(np.int16)
    return steps


def _read_scores(stored: NDArray[np.int16]) -> NDArray[np.float64]:
    import numpy as np

    scores: NDArray[np.float64] = 1 / (1 + np.exp(-stored.astype(np.float64) / _STEPS))
    return scores


@dataclass(frozen=True, eq=False)
class Validation:
    """What cross-validation gives."""

    result: OutOfFold
    scores: NDArray[np.float64]
    """(videos, labels) by the networks that saw no video of a fold, before they were made probabilities."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Networks that are trained so far."""

    done: int
    total: int


def cross_validate(
    means: VideoMeans, settings: VideoModelSettings, train: Train = train_video_model
) -> Iterator[Progress | Validation]:
    """Train and score; the last thing that comes is the result.

    Args:
        means: all videos, in two folds or more.
        settings: of every network.
        train: trains one.

    Yields:
        ``Progress`` after every network, then ``Validation``.

    Raises:
        TrainingDataError: there are too few folds.
    """
    import numpy as np

    folds = np.unique(means.folds).tolist()
    if len(folds) < 2:
        raise TrainingDataError("All videos are in one fold. Give videos of two folds or more.")
    seen: dict[int | None, NDArray[np.float32]] = {None: means.features}
    for length, windows in simulated_windows(means.features).items():
        seen[length] = windows
    scores = {seconds: np.zeros(means.targets.shape) for seconds in seen}
    for number, fold in enumerate(folds):
        own = means.folds == fold
        network = train(means.pick(~own), settings)
        for seconds, features in seen.items():
            scores[seconds][own] = network.score(features[own])
        yield Progress(number + 1, len(folds))
    yield Validation(_result(means, scores), scores[None])


def fit_tiers(targets: NDArray[np.float32], scores: NDArray[np.float64]) -> tuple[ScoreMap, Calibration]:
    """Fit what makes probabilities of scores, and thresholds on these.

    Args:
        targets: (videos, labels) of 0 and 1.
        scores: (videos, labels), 0..1, by networks that did not see these videos.
    """
    import numpy as np

    known = np.ones(targets.shape, bool)
    score_map = fit_score_map(targets, scores, known)
    names = tuple(map(str, range(len(targets))))
    chances = score_map.apply(scores)
    scored = Scored(LABELS, names, names, targets, known, chances, np.full(len(LABELS), 1.0))
    return score_map, calibrate(scored, TARGET_PRECISION)


def _result(means: VideoMeans, scores: dict[int | None, NDArray[np.float64]]) -> OutOfFold:
    """Return scores as probabilities, each fold's by what the others gave.

    Args:
        means: the videos.
        scores: by seconds, None for whole videos; (videos, labels) by the networks.
    """
    import numpy as np

    chances = {seconds: np.zeros(means.targets.shape) for seconds in scores}
    given, maybe = [], []
    for fold in np.unique(means.folds):
        own = means.folds == fold
        score_map, tiers = fit_tiers(means.targets[~own], scores[None][~own])
        given.append([tiers.thresholds[label] for label in LABELS])
        maybe.append([tiers.maybe_thresholds.get(label, tiers.thresholds[label]) for label in LABELS])
        for seconds, of_window in scores.items():
            chances[seconds][own] = score_map.apply(of_window[own])
    windows = {length: found for length, found in chances.items() if length is not None}
    return OutOfFold(
        means.ids, means.folds, means.targets, chances[None], windows, np.array(given), np.array(maybe)
    )


def simulated_windows(features: NDArray[np.float32]) -> dict[int, NDArray[np.float32]]:
    """Return by seconds what windows of videos could have been; the same ones each time."""
    import numpy as np

    noise = WindowNoise.fit(features, len(features), _TEST_SEED)
    found = {}
    for seconds in WINDOWS_S:
        shares = np.full(len(features), SHARES[seconds], np.float32)
        found[seconds] = noise.windows(features, shares, np.random.default_rng(_TEST_SEED + seconds))
    return found
