"""Tags taught with a few examples of real YouTube-8M means, for the simulated reviews of ``review``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.few_shot import FEWEST_TO_FIND, Videos
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.library.taught import TaughtTag
from organizer.reviewing.looks import Looks
from organizer.reviewing.order import order_of_tag
from organizer.reviewing.relearn import EVERY
from organizer.teaching.background import Background, background_of
from organizer.teaching.learn import SAMPLE, Examples, learn
from organizer.teaching.videos import Seen
from organizer.training.lite.corpus import FOLDS
from organizer.training.metrics import average_precisions

EXAMPLES = 5


@dataclass(frozen=True)
class Task:
    """One label, one fold, one draw of examples."""

    shows: NDArray[np.bool_]
    """Of all videos."""
    examples: NDArray[np.int64]
    sample: NDArray[np.int64]
    """Unlabelled ones."""
    others: int
    pool: NDArray[np.int64]
    test: NDArray[np.int64]
    background: Background


class Teacher:
    """Learns a tag as ``organizer teach`` does."""

    def __init__(self, task: Task, videos: Videos, quantised: NDArray[np.uint8]) -> None:
        self.task, self._videos, self._quantised = task, videos, quantised

    def learn(self, answered: Sequence[int] = ()) -> TaughtTag:
        """Learn it from the examples and what was answered."""
        shows = self.task.shows
        shown = [*self.task.examples.tolist(), *(one for one in answered if shows[one])]
        not_shown = [one for one in answered if not shows[one]]
        known = {*shown, *not_shown}
        sample = [one for one in self.task.sample.tolist() if one not in known]
        rows = {one: self._quantised[one][np.newaxis] for one in (*known, *sample)}
        seen = Seen("yt8m", rows, YT8M_QUANTISER, self.task.background.view)
        examples = Examples(shown, not_shown, sample, self.task.others)
        return learn("tag", examples, seen, self.task.background, answered)

    def unlabelled(self) -> NDArray[np.int64]:
        """Return the videos that may be suggested."""
        return np.setdiff1d(self.task.pool, self.task.examples)

    def logits(self, tag: TaughtTag, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what it says of videos."""
        directions = self.task.background.view.directions(self._videos.means[ids])
        return np.asarray(tag.slope * (directions @ tag.weights) + tag.offset, np.float64)

    def precision(self, tag: TaughtTag) -> float:
        """Return its average precision on the videos that nobody learns from."""
        shows = self.task.shows[self.task.test][:, np.newaxis]
        scores = self.logits(tag, self.task.test)[:, np.newaxis]
        return float(average_precisions(shows, scores, np.ones_like(shows))[0])


def teachers(
    videos: Videos, labels: Sequence[str], repeats: int, seed: int
) -> Iterator[tuple[int, dict[str, Teacher], np.random.Generator]]:
    """Yield for each repeat its number, by label who learns it, and what draws.

    A repeat has its own fold that nobody learns from, its own sample of the library and its own examples.
    """
    quantised = YT8M_QUANTISER.quantise(videos.means)
    for repeat in range(repeats):
        fold = repeat % FOLDS
        rng = np.random.default_rng((seed, repeat))
        pool = np.flatnonzero(videos.folds != fold)
        test = np.flatnonzero(videos.folds == fold)
        sample = rng.choice(pool, min(SAMPLE, len(pool)), replace=False)
        background = background_of(videos.means[sample], videos.scale)
        found = {}
        for label in labels:
            shows = videos.shows[label]
            if shows[test].sum() >= FEWEST_TO_FIND:
                examples = rng.permutation(pool[shows[pool]])[:EXAMPLES]
                task = Task(shows, examples, sample, len(pool), pool, test, background)
                found[label] = Teacher(task, videos, quantised)
        yield repeat, found, rng


def reviewed(
    teacher: Teacher, tag: TaughtTag, suggested: NDArray[np.int64], videos: Videos, counts: Sequence[int]
) -> list[tuple[int, float]]:
    """Answer suggestions of a tag in the order of a review, as ``relearn`` rearranges what is left.

    Returns:
        For each of ``counts`` how many answers there were, fewer where there are fewer suggestions, and the
        average precision of what was learnt of them.
    """
    looks = Looks({int(one): videos.means[one] for one in suggested}, videos.scale)
    answered: list[int] = []
    left = [int(one) for one in suggested]
    precisions = {0: teacher.precision(tag)}
    while left and len(answered) < max(counts):
        probabilities = 1 / (1 + np.exp(-teacher.logits(tag, np.array(left))))
        asked = looks.directions(answered, left) if answered else None
        order = [left[one] for one in order_of_tag(probabilities, looks.directions(left), asked=asked)]
        answered += order[:EVERY]
        left = order[EVERY:]
        tag = teacher.learn(answered)
        if not left or len(answered) in counts:
            precisions[len(answered)] = teacher.precision(tag)
    return [(most := min(count, len(answered)), precisions[most]) for count in counts]
