"""How well a tag is found that was taught with a few videos, against nearest centroid, kNN and ridge.

python -m benchmarks few_shot [--yt8m FOLDER] [--corpus FOLDER] [--repeats 20] [--development]

Each label in turn is treated as unknown: no score of a model is used, examples are drawn from all folds but
one, and what is ranked are the videos of that fold, which nobody learns from. Two feature spaces: that
of YouTube-8M (means of 25,000 real videos; the ten built-in labels, and twenty other classes chosen by their
number before any result was seen), and that of ``lite`` (real clips of the training corpus, second by
second). All ways get the same examples and the same unlabelled videos. Intervals are paired: labels are drawn
with replacement, then repeats of each.

Constants were chosen with ``--development``: forty classes of YouTube-8M that are none of the thirty. Which
kinds of functions to try was first looked at on all of them.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.results_file import RESULTS, default_folder, write
from organizer.assets import assets_folder
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.bundle import load_bundle
from organizer.teaching.background import UNWHITENED, Background, background_of, scale_of
from organizer.teaching.direction import Direction, direction_of
from organizer.teaching.learn import SAMPLE
from organizer.teaching.taught_tags import pooled, whole
from organizer.training.lite.corpus import FOLDS, read_corpus
from organizer.training.lite.corpus_data import quantised_clips
from organizer.training.lite.corpus_features import corpus_features
from organizer.training.lite.ridge import fit_ridge
from organizer.training.metrics import average_precisions
from organizer.types import LABELS

EXAMPLES = (5, 10, 20)
OURS = "taught"
OTHER_CLASSES = (
    "Video game",
    "Guitar",
    "Piano",
    "Cartoon",
    "Drum kit",
    "Basketball",
    "Choir",
    "Toy",
    "Fishing",
    "Skateboard",
    "Motorcycle",
    "House",
    "Disc jockey",
    "Cosmetics",
    "Christmas",
    "Orchestra",
    "Hair",
    "Personal computer",
    "Violin",
    "Wedding",
)
"""Classes of YouTube-8M that are no relation of the ten labels, of which the table has 60 to 1,543 videos."""
NOT_FOR_DEVELOPMENT = {
    *("Association football", "American football", "Smartphone", "Game", "Recipe", "Cuisine"),
    *LABELS,
    *OTHER_CLASSES,
}
DEVELOPMENT_CLASSES, DEVELOPMENT_LEAST = 40, 60
FEWEST_TO_FIND = 3
_DRAWS = 2000
_SEED = 20261130


@dataclass(frozen=True)
class Videos:
    """Videos of one feature space."""

    means: NDArray[np.float32]
    """(videos, dimensions)."""
    seconds: Sequence[NDArray[np.float32]] | None
    """By video (seconds, dimensions); None where only means are known."""
    folds: NDArray[np.int64]
    known: Mapping[str, NDArray[np.bool_]]
    """By label, which videos it is known of, and may be counted."""
    shows: Mapping[str, NDArray[np.bool_]]
    scale: NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """One label, one fold, one draw of examples."""

    label: str
    examples: NDArray[np.float32]
    """(examples, dimensions) means."""
    unlabelled: NDArray[np.float32]
    background: Background
    test: NDArray[np.int64]


Way = Callable[[Task, Videos], NDArray[np.floating]]


def centroid(task: Task, videos: Videos) -> NDArray[np.floating]:
    """Cosine to the mean of the examples."""
    return np.asarray(_unit(videos.means[task.test]) @ _unit(task.examples.mean(axis=0, keepdims=True))[0])


def nearest(task: Task, videos: Videos) -> NDArray[np.floating]:
    """Mean cosine to the three nearest examples."""
    likeness = _unit(videos.means[task.test]) @ _unit(task.examples).T
    return np.asarray(np.sort(likeness, axis=1)[:, -3:].mean(axis=1))


def weighted(task: Task, videos: Videos) -> NDArray[np.floating]:
    """Examples weighted by exp(8 cos)."""
    likeness = _unit(videos.means[task.test]) @ _unit(task.examples).T
    return np.asarray(np.exp(8 * likeness).sum(axis=1))


def ridge(task: Task, videos: Videos) -> NDArray[np.floating]:
    """Ridge regression of the examples against the unlabelled videos, as the bundled model's is."""
    rows = np.concatenate([task.examples, task.unlabelled])
    shown = np.zeros((len(rows), 1), np.float32)
    shown[: len(task.examples)] = 1
    fitted = fit_ridge(rows, shown, np.ones_like(shown))
    return np.asarray((videos.means[task.test] @ fitted.kernel)[:, 0])


def taught(task: Task, videos: Videos) -> NDArray[np.floating]:
    """Return what organizer does."""
    view = task.background.view
    nothing = np.zeros((0, task.examples.shape[1]), np.float32)
    direction = direction_of(view.directions(task.examples), nothing, task.background)
    if videos.seconds is None:
        return direction.of(view.directions(videos.means[task.test]))
    return np.array([_pooled(direction, videos.seconds[one], task.background) for one in task.test])


def _pooled(direction: Direction, rows: NDArray[np.float32], background: Background) -> float:
    view = background.view
    return pooled(direction.of(view.directions(rows)), float(direction.of(whole(rows, view)[None])[0]))


WAYS: dict[str, Way] = {
    OURS: taught,
    "nearest centroid": centroid,
    "kNN": nearest,
    "exp(8 cos)": weighted,
    "ridge": ridge,
}


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks few_shot")
    parser.add_argument("--yt8m", type=Path, help="folder with video_level_2018.npz and its tables")
    parser.add_argument("--corpus", type=Path, help="folder of the training corpus")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--development", action="store_true", help="other classes, to choose constants with")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    result: dict[str, Any] = {}
    if options.yt8m:
        videos = yt8m_videos(options.yt8m, development=options.development)
        groups = {"development": list(videos.shows)}
        if not options.development:
            groups = {"ten labels": list(LABELS), "twenty other classes": list(OTHER_CLASSES)}
        scores = measure(videos, options.repeats)
        for name, labels in groups.items():
            result[f"yt8m, {name}"] = table(scores, [label for label in labels if label in scores])
    if options.corpus and not options.development:
        result["lite, ten labels"] = table(measure(corpus_clips(options.corpus), options.repeats), LABELS)
    for name, rows in result.items():
        print(name)
        for row in rows["rows"]:
            print("  ", row)
    if not options.development and result:
        print(write("few_shot", {"repeats": options.repeats, **result}, options.output))


def yt8m_videos(folder: Path, *, development: bool) -> Videos:
    """Read the means of real videos, and which classes they show."""
    with np.load(folder / "video_level_2018.npz") as stored:
        means = YT8M_QUANTISER.dequantise(stored["rgb"])
        folds = stored["fold"].astype(np.int64)
        classes = [set(re.split("[ ,]+", text)) - {""} for text in stored["labels"].tolist()]
        shows = dict(zip(stored["ten_names"].tolist(), stored["ten"].T, strict=True))
    with (folder / "vocabulary_2018.csv").open(newline="", encoding="utf-8") as source:
        names = {row["Index"]: row["Name"] for row in csv.DictReader(source)}
    numbers = {name: number for number, name in names.items()}
    wanted: Sequence[str] = OTHER_CLASSES
    if development:
        shows, wanted = {}, _development_classes(classes, names)
    for name in wanted:
        shows[name] = np.array([numbers[name] in own for own in classes])
    whitened_by = np.sqrt(np.load(folder / "eigenvals.npy").ravel()[: means.shape[1]] + 1e-4)
    scale = (whitened_by / whitened_by.max()) ** UNWHITENED
    everything = np.ones(len(means), bool)
    return Videos(means, None, folds, dict.fromkeys(shows, everything), shows, scale.astype(np.float32))


def _development_classes(classes: Sequence[set[str]], names: Mapping[str, str]) -> tuple[str, ...]:
    counts = Counter(number for own in classes for number in own)
    eligible = [
        names[number]
        for number, count in counts.most_common()
        if count >= DEVELOPMENT_LEAST and names.get(number) and names[number] not in NOT_FOR_DEVELOPMENT
    ]
    step = len(eligible) / DEVELOPMENT_CLASSES
    return tuple(eligible[int(index * step)] for index in range(DEVELOPMENT_CLASSES))


def corpus_clips(folder: Path) -> Videos:
    """Read the corpus's clips, as a scan with the bundled model stores them."""
    bundle = load_bundle(assets_folder() / "lite")
    corpus = replace(read_corpus(folder), pictures=())
    poolings = bundle.backbone_settings["poolings"]
    features = corpus_features(
        corpus, bundle.folder / bundle.roles["backbone"], default_folder() / "corpus", poolings, views=(0,)
    )
    clips = quantised_clips(corpus, features, bundle)
    seconds = [bundle.quantiser.dequantise(clip[0]) for clip in clips]
    counts = np.array([clip.counts for clip in corpus.clips])
    return Videos(
        np.stack([rows.mean(axis=0) for rows in seconds]),
        seconds,
        np.array([clip.fold for clip in corpus.clips]),
        {label: counts & (corpus.clip_known[:, column] > 0) for column, label in enumerate(LABELS)},
        {label: corpus.clip_targets[:, column] > 0 for column, label in enumerate(LABELS)},
        scale_of(bundle),
    )


def measure(videos: Videos, repeats: int) -> dict[str, dict[int, dict[str, list[float]]]]:
    """Return average precisions by label, number of examples and way, one for each repeat."""
    found: dict[str, dict[int, dict[str, list[float]]]] = {}
    for task, count in _tasks(videos, repeats):
        shows = videos.shows[task.label][task.test][:, np.newaxis]
        for name, way in WAYS.items():
            scores = np.asarray(way(task, videos), np.float64)[:, np.newaxis]
            precision = float(average_precisions(shows, scores, np.ones_like(shows))[0])
            by_way = found.setdefault(task.label, {}).setdefault(count, {})
            by_way.setdefault(name, []).append(precision)
    return found


def _tasks(videos: Videos, repeats: int) -> Iterator[tuple[Task, int]]:
    for repeat in range(repeats):
        fold = repeat % FOLDS
        rng = np.random.default_rng((_SEED, repeat))
        pool = np.flatnonzero(videos.folds != fold)
        sample = rng.choice(pool, min(SAMPLE, len(pool)), replace=False)
        background = background_of(videos.means[sample], videos.scale)
        for label, shows in videos.shows.items():
            test = np.flatnonzero((videos.folds == fold) & videos.known[label])
            if shows[test].sum() < FEWEST_TO_FIND:
                continue
            order = rng.permutation(pool[shows[pool]])
            for count in EXAMPLES:
                if len(order) >= count:
                    examples = videos.means[order[:count]]
                    yield Task(label, examples, videos.means[sample], background, test), count


def table(scores: dict[str, dict[int, dict[str, list[float]]]], labels: Sequence[str]) -> dict[str, Any]:
    """Return mean average precision by number of examples and way, and how much better ours is."""
    rows = []
    for count in EXAMPLES:
        own = [scores[label][count] for label in labels if count in scores.get(label, {})]
        if not own:
            continue
        for name in WAYS:
            row: dict[str, Any] = {
                "examples": count,
                "way": name,
                "labels": len(own),
                "map": round(float(np.mean([np.mean(by_way[name]) for by_way in own])), 3),
            }
            if name != OURS:
                low, high = _interval([np.subtract(by_way[OURS], by_way[name]) for by_way in own])
                row["ours_better_by"] = [round(low, 3), round(high, 3)]
            rows.append(row)
    by_label = {
        label: {
            count: {name: round(float(np.mean(values)), 3) for name, values in by_way.items()}
            for count, by_way in scores[label].items()
        }
        for label in labels
        if label in scores
    }
    return {"rows": rows, "labels": by_label}


def _interval(differences: Sequence[NDArray[np.floating]]) -> tuple[float, float]:
    """Return 95 % of the mean difference: labels are drawn, and repeats of each."""
    rng = np.random.default_rng(_SEED)
    means = []
    for _ in range(_DRAWS):
        drawn = rng.integers(len(differences), size=len(differences))
        means.append(np.mean([rng.choice(differences[one], len(differences[one])).mean() for one in drawn]))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    unit: NDArray[np.floating] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit


if __name__ == "__main__":
    main()
