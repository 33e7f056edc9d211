"""How much is learnt of a tag from the answers of a review, against the same suggestions in random order.

python -m benchmarks review [--yt8m FOLDER] [--repeats 3] [--components 256] [--small] [--development]

As in ``few_shot``: real YouTube-8M means, the ten labels and twenty other classes, each treated as unknown.
A tag is taught with five examples; the best 300 of the unlabelled videos are its suggestions. These are
answered by what the videos show, in the order of a review, which learns the tag again and rearranges what is
left as ``organizer review`` does, or in random order. After 5 to 160 answers the tag is learnt from all of
them, and average precision is measured on a fold that nobody learns from. Intervals are paired, as in
``few_shot``.

Only the first components of the features are used, so that it takes minutes; ``--components 1024`` takes all.
Constants were chosen with ``--development``: forty classes that are none of the thirty.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.few_shot import FEWEST_TO_FIND, OTHER_CLASSES, Videos, yt8m_videos
from benchmarks.results_file import RESULTS, write
from benchmarks.review_plot import write_plot
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
from organizer.types import LABELS

EXAMPLES, SUGGESTIONS = 5, 300
ANSWERS = (5, 10, 20, 40, 80, 160)
RANDOM_ORDERS = 2
_DRAWS = 2000
_SEED = 20261131


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

    def logits(self, tag: TaughtTag, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what it says of videos."""
        directions = self.task.background.view.directions(self._videos.means[ids])
        return np.asarray(tag.slope * (directions @ tag.weights) + tag.offset, np.float64)

    def precision(self, tag: TaughtTag) -> float:
        """Return its average precision on the videos that nobody learns from."""
        shows = self.task.shows[self.task.test][:, np.newaxis]
        scores = self.logits(tag, self.task.test)[:, np.newaxis]
        return float(average_precisions(shows, scores, np.ones_like(shows))[0])


def main() -> None:
    """Measure, print and write the result and its plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks review")
    parser.add_argument(
        "--yt8m", type=Path, required=True, help="folder with video_level_2018.npz and its tables"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--components", type=int, default=256, help="of the features, the first ones")
    parser.add_argument("--small", action="store_true", help="three labels, to see that it runs")
    parser.add_argument("--development", action="store_true", help="other classes, to choose constants with")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--plot", type=Path, help="an SVG file to draw")
    options = parser.parse_args()
    videos = _narrow(yt8m_videos(options.yt8m, development=options.development), options.components)
    labels = list(videos.shows) if options.development else [*LABELS, *OTHER_CLASSES]
    if options.small:
        labels = labels[:3]
    scores = measure(videos, labels, options.repeats)
    result = table(scores)
    for row in result["rows"]:
        print(row)
    if options.plot:
        write_plot(result["rows"], options.plot)
    if not options.development and not options.small:
        settings = {"repeats": options.repeats, "components": options.components}
        print(write("review", {**settings, **result}, options.output))


def _narrow(videos: Videos, components: int) -> Videos:
    return replace(videos, means=videos.means[:, :components].copy(), scale=videos.scale[:components])


def measure(
    videos: Videos, labels: Sequence[str], repeats: int
) -> dict[str, list[tuple[list[float], list[float]]]]:
    """Return by label, for each repeat, average precisions of both orders by the number of answers."""
    quantised = YT8M_QUANTISER.quantise(videos.means)
    found: dict[str, list[tuple[list[float], list[float]]]] = {}
    for repeat in range(repeats):
        fold = repeat % FOLDS
        rng = np.random.default_rng((_SEED, repeat))
        pool = np.flatnonzero(videos.folds != fold)
        test = np.flatnonzero(videos.folds == fold)
        sample = rng.choice(pool, min(SAMPLE, len(pool)), replace=False)
        background = background_of(videos.means[sample], videos.scale)
        for label in labels:
            shows = videos.shows[label]
            if shows[test].sum() < FEWEST_TO_FIND:
                continue
            examples = rng.permutation(pool[shows[pool]])[:EXAMPLES]
            task = Task(shows, examples, sample, len(pool), pool, test, background)
            scores = _both(Teacher(task, videos, quantised), videos, rng)
            found.setdefault(label, []).append(scores)
            print(repeat, label, *(np.round(one, 3).tolist() for one in scores), flush=True)
    return found


def _both(teacher: Teacher, videos: Videos, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    first = teacher.learn()
    unlabelled = np.setdiff1d(teacher.task.pool, teacher.task.examples)
    best = np.argsort(-teacher.logits(first, unlabelled), kind="stable")[:SUGGESTIONS]
    suggested = unlabelled[best]
    queue = _reviewed(teacher, first, suggested, videos)
    by_chance = np.mean(
        [
            [teacher.precision(teacher.learn(order[:count])) for count in ANSWERS]
            for order in (rng.permutation(suggested).tolist() for _ in range(RANDOM_ORDERS))
        ],
        axis=0,
    )
    return queue, by_chance.tolist()


def _reviewed(teacher: Teacher, tag: TaughtTag, suggested: NDArray[np.int64], videos: Videos) -> list[float]:
    """Answer in the order of a review, as ``relearn`` rearranges it."""
    looks = Looks({int(one): videos.means[one] for one in suggested}, videos.scale)
    answered: list[int] = []
    left = [int(one) for one in suggested]
    found = []
    while len(answered) < max(ANSWERS):
        probabilities = 1 / (1 + np.exp(-teacher.logits(tag, np.array(left))))
        asked = looks.directions(answered, left) if answered else None
        order = [left[one] for one in order_of_tag(probabilities, looks.directions(left), asked=asked)]
        answered += order[:EVERY]
        left = order[EVERY:]
        tag = teacher.learn(answered)
        if len(answered) in ANSWERS:
            found.append(teacher.precision(tag))
    return found


def table(scores: dict[str, list[tuple[list[float], list[float]]]]) -> dict[str, Any]:
    """Return mean average precisions, and what half the answers of a review are against random order."""
    by_label = {label: np.array(repeats) for label, repeats in scores.items()}
    rows = []
    for index, count in enumerate(ANSWERS):
        row: dict[str, Any] = {"answers": count}
        for way, name in enumerate(("review", "random")):
            row[name] = round(float(np.mean([own[:, way, index].mean() for own in by_label.values()])), 4)
        row["review_better_by"] = _interval(
            [own[:, 0, index] - own[:, 1, index] for own in by_label.values()]
        )
        if index:
            half = [own[:, 0, index - 1] - own[:, 1, index] for own in by_label.values()]
            row["half_better_by"] = round(float(np.mean([own.mean() for own in half])), 4)
            row["half_better_by_interval"] = _interval(half)
        rows.append(row)
    labels = {
        label: {
            name: dict(zip(map(str, ANSWERS), own[:, way].mean(axis=0).round(3).tolist(), strict=True))
            for way, name in enumerate(("review", "random"))
        }
        for label, own in by_label.items()
    }
    return {"rows": rows, "labels": labels}


def _interval(differences: Sequence[NDArray[np.floating]]) -> list[float]:
    """Return 95 % of the mean difference: labels are drawn, and repeats of each."""
    rng = np.random.default_rng(_SEED)
    means = []
    for _ in range(_DRAWS):
        drawn = rng.integers(len(differences), size=len(differences))
        means.append(np.mean([rng.choice(differences[one], len(differences[one])).mean() for one in drawn]))
    return [round(float(one), 4) for one in np.quantile(means, [0.025, 0.975])]


if __name__ == "__main__":
    main()
