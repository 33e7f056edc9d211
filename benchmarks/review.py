"""How much is learnt from the answers of a review, against the same suggestions in random order.

python -m benchmarks review --yt8m FOLDER [--repeats 3] [--components 256] [--small] [--development]

As in ``few_shot``: real YouTube-8M means, the ten labels and twenty other classes, each treated as unknown
and taught with five examples. Suggestions are answered by what the videos show, in the order of a review,
which learns tags again and rearranges what is left as ``organizer review`` does, or in random order. Then
tags are learnt from all answers, and average precision is measured on a fold that nobody learns from.
Intervals are paired, as in ``few_shot``.

Once all tags together: a review holds of each the suggestions that ``organizer review`` would, and tags take
turns, as they do there; random order goes through all that is suggested. Once each tag alone, its best 300
videos suggested: what the order within a tag is worth.

Only the first components of the features are used, so that it takes minutes; ``--components 1024`` takes all.
Constants were chosen with ``--development``: forty classes that are none of the thirty.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.few_shot import OTHER_CLASSES, Videos, yt8m_videos
from benchmarks.results_file import RESULTS, write
from benchmarks.review_plot import write_plot
from benchmarks.review_tags import Teacher, reviewed, teachers
from benchmarks.review_together import Repeat, measure_together
from organizer.types import LABELS

SUGGESTIONS = 300
ANSWERS = (5, 10, 20, 40, 80, 160)
RANDOM_ORDERS = 2
_DRAWS = 2000
_SEED = 20261131


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
    together = together_table(measure_together(videos, labels, options.repeats))
    for row in together["rows"]:
        print(row)
    if options.plot:
        write_plot(together["rows"], options.plot)
    alone = table(measure(videos, labels, options.repeats))
    for row in alone["rows"]:
        print(row)
    if not options.development and not options.small:
        settings = {"repeats": options.repeats, "components": options.components}
        print(write("review", {**settings, "together": together, "alone": alone}, options.output))


def _narrow(videos: Videos, components: int) -> Videos:
    return replace(videos, means=videos.means[:, :components].copy(), scale=videos.scale[:components])


def measure(
    videos: Videos, labels: Sequence[str], repeats: int
) -> dict[str, list[tuple[list[float], list[float]]]]:
    """Return by label, for each repeat, average precisions of both orders by the number of answers."""
    found: dict[str, list[tuple[list[float], list[float]]]] = {}
    for repeat, by_label, rng in teachers(videos, labels, repeats, _SEED):
        for label, teacher in by_label.items():
            scores = _both(teacher, videos, rng)
            found.setdefault(label, []).append(scores)
            print(repeat, label, *(np.round(one, 3).tolist() for one in scores), flush=True)
    return found


def _both(teacher: Teacher, videos: Videos, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    first = teacher.learn()
    unlabelled = teacher.unlabelled()
    best = np.argsort(-teacher.logits(first, unlabelled), kind="stable")[:SUGGESTIONS]
    suggested = unlabelled[best]
    queue = [precision for _, precision in reviewed(teacher, first, suggested, videos, ANSWERS)]
    by_chance = np.mean(
        [
            [teacher.precision(teacher.learn(order[:count])) for count in ANSWERS]
            for order in (rng.permutation(suggested).tolist() for _ in range(RANDOM_ORDERS))
        ],
        axis=0,
    )
    return queue, by_chance.tolist()


def table(scores: dict[str, list[tuple[list[float], list[float]]]]) -> dict[str, Any]:
    """Return mean average precisions, and what half the answers of a review are against random order."""
    by_label = {label: np.array(repeats) for label, repeats in scores.items()}
    rows = []
    for index, count in enumerate(ANSWERS):
        row: dict[str, Any] = {"answers": count}
        for way, name in enumerate(("review", "random")):
            row[name] = _mean([own[:, way, index] for own in by_label.values()])
        row["review_better_by"] = _interval(
            [own[:, 0, index] - own[:, 1, index] for own in by_label.values()]
        )
        if index:
            half = [own[:, 0, index - 1] - own[:, 1, index] for own in by_label.values()]
            row["half_better_by"] = _mean(half)
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


def together_table(repeats: Sequence[Repeat]) -> dict[str, Any]:
    """Return mean average precisions of all tags, and how much better a review is than random order."""
    rows = []
    for column in range(len(repeats[0].answers)):
        review, random, twice = (
            _of_labels(repeats, [getattr(one, name)[:, column] for one in repeats])
            for name in ("review", "random", "twice")
        )
        rows.append(
            {
                "answers": round(float(np.mean([one.answers[column] for one in repeats]))),
                "review": _mean(review),
                "random": _mean(random),
                "random_twice_the_answers": _mean(twice),
                "better_by": _interval(_less(review, random)),
                "better_than_twice_by": _mean(_less(review, twice)),
                "better_than_twice_by_interval": _interval(_less(review, twice)),
            }
        )
    return {
        "suggestions": round(float(np.mean([one.suggestions for one in repeats]))),
        "before": _mean(_of_labels(repeats, [one.before for one in repeats])),
        "rows": rows,
    }


def _of_labels(
    repeats: Sequence[Repeat], values: Sequence[NDArray[np.floating]]
) -> list[NDArray[np.floating]]:
    """Return for each label its values, one for each repeat that has it."""
    found: dict[str, list[float]] = {}
    for one, own in zip(repeats, values, strict=True):
        for label, value in zip(one.labels, own.tolist(), strict=True):
            found.setdefault(label, []).append(value)
    return [np.array(found[label]) for label in sorted(found)]


def _mean(by_label: Sequence[NDArray[np.floating]]) -> float:
    return round(float(np.mean([values.mean() for values in by_label])), 4)


def _less(
    one: Sequence[NDArray[np.floating]], other: Sequence[NDArray[np.floating]]
) -> list[NDArray[np.floating]]:
    return [own - others for own, others in zip(one, other, strict=True)]


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
