"""Which videos are alike, by which measure: python -m benchmarks alike --corpus CORPUS --table MEANS.npz.

Every video asks for those like it; right is what shares a label with it. Of the corpus's clips, with features
of the bundled model, only clips of other sources count. Of real videos of YouTube-8M, each one mean, labels
that more than a twentieth of all carry are also left out once, for they say little.

The same with single seconds of clips. Then a single second asks, in videos of three clips joined: how many of
the ten that are most like it, all seconds looked at, are among the first 40 of 480 by a few vectors a video.

Each way is compared with the cosine of plain means, with intervals of 95 % over sources, or over videos.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import results_file
from benchmarks.alike_features import corpus_clips
from organizer.alike.measure import Measure, fit_measure, unit
from organizer.alike.scenes import scene_ends
from organizer.alike.vectors import SCENE_DIMENSIONS, WHOLE_DIMENSIONS, in_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.alike_features import Clips

    Floats = NDArray[np.floating[Any]]
    Way = Callable[[Floats, Measure], Floats]

NEAREST = 10
_ZERO = 127.5
_DRAWS = 2000
_ASKED = 2000
"""Videos of YouTube-8M that ask."""
_COMMON = 0.05
_JOINED, _ROUNDS, _SECONDS_ASKED = 3, 4, 150
_FIRST = (10, 20, 40)
_LIKENESS = (-1.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.01)


def _weighed(power: float) -> Way:
    def way(means: Floats, measure: Measure) -> Floats:
        seen: Floats = unit(((means - measure.centre) * measure.weight**power).astype(np.float32))
        return seen

    return way


def _kept(means: Floats, measure: Measure) -> Floats:
    """Return directions as the product keeps them: the heaviest dimensions, in eight bits."""
    seen = unit(((means - measure.centre) * measure.weight).astype(np.float32))
    return unit(in_bytes(seen[:, measure.order[:WHOLE_DIMENSIONS]]).astype(np.float32))


WAYS: dict[str, Way] = {
    "cosine of means": lambda means, _: unit((means - _ZERO).astype(np.float32)),
    "cosine of levels": lambda means, _: unit(means.astype(np.float32)),
    "cosine, middle taken off": _weighed(0.0),
    "cosine, middle taken off, half weighed": _weighed(0.5),
    "cosine, middle taken off, weighed": _weighed(1.0),
    "cosine, middle taken off, weighed twice": _weighed(2.0),
    "the same weighed once, as it is kept": _kept,
}
"""The first is what the others are compared with."""
EUCLID = "distance of means"
SECONDS = "best second for each second, weighed"


def of_corpus(clips: Clips) -> dict[str, Any]:
    """Return precision of the first ten and average precision of each way, on the corpus's clips."""
    means = np.stack([rows.mean(axis=0, dtype=np.float64) for rows in clips.features])
    measure = fit_measure([mean.astype(np.float32) for mean in means])
    alike = {name: (seen := way(means, measure)) @ seen.T for name, way in WAYS.items()}
    alike[EUCLID] = -((means[:, None] - means[None]) ** 2).sum(axis=-1)
    alike[SECONDS] = _by_seconds(clips, measure)
    shares, compared, asked = _right(clips)
    found = {
        name: np.array([_precisions(scores[one], shares[one], compared[one]) for one in asked])
        for name, scores in alike.items()
    }
    draws = _draws(clips.groups[asked])
    return {
        "clips": len(asked),
        "among": len(clips.names),
        "ways": _table(found, draws, ("first_10", "map")),
        "right_by_likeness": _by_likeness(
            alike["cosine, middle taken off, weighed"][asked], shares[asked], compared[asked]
        ),
    }


def of_corpus_seconds(clips: Clips) -> dict[str, Any]:
    """Return the same where the middle second of a clip asks, and others count by their best second."""
    measure = fit_measure([rows.mean(axis=0, dtype=np.float32) for rows in clips.features])
    rows = np.concatenate(clips.features).astype(np.float64)
    lengths = np.array([len(one) for one in clips.features])
    starts = np.cumsum(lengths) - lengths
    shares, compared, asked = _right(clips)
    found = {}
    for name, way in WAYS.items():
        if way is not _kept:
            seen = way(rows, measure)
            best = np.maximum.reduceat(seen[starts + lengths // 2] @ seen.T, starts, axis=1)
            found[name] = np.array([_precisions(best[one], shares[one], compared[one]) for one in asked])
    ways = _table(found, _draws(clips.groups[asked]), ("first_10", "map"))
    return {"seconds": len(asked), "among": len(clips.names), "ways": ways}


def _right(clips: Clips) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Return which pairs of clips share a label, which are compared, and which clips ask."""
    shares = clips.targets.astype(int) @ clips.targets.T.astype(int) > 0
    doubtful = (clips.targets.astype(int) @ clips.doubtful.T.astype(int) > 0) & ~shares
    compared = (clips.groups[:, None] != clips.groups[None]) & ~doubtful
    asked = np.flatnonzero(clips.targets.any(axis=1))
    return shares, compared, asked[(shares & compared)[asked].any(axis=1)]


def _by_likeness(
    alike: Floats, right: NDArray[np.bool_], compared: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Return how many pairs of clips are that much alike, and which share of them is right."""
    told = {"any": {"pairs": int(compared.sum()), "right": float(right[compared].mean())}}
    for low, high in pairwise(_LIKENESS):
        pairs = compared & (alike >= low) & (alike < high)
        told[f"{low} to {high}"] = {"pairs": int(pairs.sum()), "right": float(right[pairs].mean())}
    return told


def _by_seconds(clips: Clips, measure: Measure) -> Floats:
    """Return how alike clips are by the best second of the other for each second, both ways."""
    rows = np.concatenate([measure.directions(one) for one in clips.features])
    lengths = np.array([len(one) for one in clips.features])
    starts = np.cumsum(lengths) - lengths
    best = np.maximum.reduceat(rows @ rows.T, starts, axis=1)
    mean: Floats = np.add.reduceat(best, starts, axis=0) / lengths[:, None]
    return (mean + mean.T) / 2


def _precisions(scores: Floats, right: NDArray[np.bool_], compared: NDArray[np.bool_]) -> tuple[float, float]:
    ranked = right[compared][np.argsort(-scores[compared], kind="stable")]
    among = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(ranked[:NEAREST].mean()), float(among[ranked].mean())


def of_yt8m(table: Path, videos: int) -> dict[str, Any]:
    """Return precision of the first ten of each way, on means of real videos of YouTube-8M."""
    with np.load(table) as stored:
        means, labels = stored["rgb"][:videos].astype(np.float32), stored["labels"][:videos].astype(str)
    numbers = [[int(number) for number in one.split(",")] for one in labels]
    carried = np.zeros((len(means), 1 + max(map(max, numbers))), np.float32)
    for row, one in enumerate(numbers):
        carried[row, one] = 1
    uncommon = carried[:, carried.mean(axis=0) <= _COMMON]
    measure = fit_measure(list(means))
    asked = np.random.default_rng(0).choice(len(means), min(_ASKED, len(means)), replace=False)
    found = {}
    for name, way in WAYS.items():
        seen = way(means, measure)
        found[name] = _shared(lambda some, seen=seen: seen[some] @ seen.T, asked, carried, uncommon)
    squares = (means**2).sum(axis=1) / 2
    found[EUCLID] = _shared(lambda some: means[some] @ means.T - squares, asked, carried, uncommon)
    ways = _table(found, _draws(np.arange(len(asked))), ("first_10", "first_10_uncommon"))
    return {"videos": len(asked), "among": len(means), "ways": ways}


def _shared(
    alike: Callable[[NDArray[np.int64]], Floats], asked: NDArray[np.int64], *carried: NDArray[np.float32]
) -> Floats:
    """Return which share of the first ten of each asked video has a label of it: (asked, kinds of labels)."""
    found = []
    for start in range(0, len(asked), 200):
        some = asked[start : start + 200]
        scores = alike(some)
        scores[np.arange(len(some)), some] = -np.inf
        first = np.argpartition(-scores, NEAREST, axis=1)[:, :NEAREST]
        for video, others in zip(some, first, strict=True):
            found.append([(one[others] @ one[video] > 0).mean() for one in carried])
    return np.array(found)


def of_seconds(clips: Clips) -> dict[str, Any]:
    """Return how well a few vectors a video find what all its seconds would."""
    draw = np.random.default_rng(1)
    videos = []
    for _ in range(_ROUNDS):
        order = draw.permutation(len(clips.names))
        videos += [order[at : at + _JOINED] for at in range(0, len(order) - _JOINED + 1, _JOINED)]
    rows = [np.concatenate([clips.features[one][:9] for one in video]) for video in videos]
    measure = fit_measure([one.mean(axis=0, dtype=np.float32) for one in rows])
    seen = [measure.directions(one) for one in rows]
    has = np.flatnonzero(clips.targets.any(axis=1))
    asked = draw.choice(has, min(_SECONDS_ASKED, len(has)), replace=False)
    seconds = np.concatenate(
        [measure.directions(clips.features[one][len(clips.features[one]) // 2][None]) for one in asked]
    )
    strange = np.array([[clips.groups[one] not in clips.groups[video] for video in videos] for one in asked])
    truth = _first(_best(seconds, seen), strange, NEAREST)
    heavy = measure.order
    told = {}
    for name, most, left, width in (
        ("the mean, 1,024 dimensions", 1, 0.0, 1024),
        ("the mean, 256", 1, 0.0, 256),
        ("up to 2 scenes, 256", 2, 0.05, 256),
        ("up to 4 scenes, 256", 4, 0.05, 256),
        ("up to 6 scenes, 256, as kept", 6, 0.05, SCENE_DIMENSIONS),
        ("up to 6 scenes, 256, half the cuts", 6, 0.2, 256),
        ("up to 6 scenes, 128", 6, 0.05, 128),
        ("up to 8 scenes, 128", 8, 0.05, 128),
        ("all seconds, 64", 99, -1.0, 64),
    ):
        parts = [_scenes(one[:, heavy[:width]], most, left) for one in seen]
        ranked = _first(_best(unit(seconds[:, heavy[:width]]), parts), strange, max(_FIRST))
        told[name] = {
            "vectors": float(np.mean([len(one) for one in parts])),
            "bytes": float(np.mean([one.size for one in parts])),
            **{
                f"found_in_{first}": float(
                    np.mean([len({*a} & {*b[:first]}) / NEAREST for a, b in zip(truth, ranked, strict=True)])
                )
                for first in _FIRST
            },
        }
    return {"seconds": len(asked), "among": len(videos), "ways": told}


def _scenes(rows: NDArray[np.float32], most: int, left: float) -> NDArray[np.float32]:
    ends = scene_ends(unit(rows)[None], most=most, spread_left=left)[0]
    found = np.stack([rows[a:b].sum(axis=0) for a, b in zip([0, *ends[:-1]], ends, strict=True)])
    return unit(in_bytes(found).astype(np.float32))


def _best(asked: Floats, parts: list[NDArray[np.float32]]) -> Floats:
    starts = np.cumsum([0, *(len(one) for one in parts)])[:-1]
    found: Floats = np.maximum.reduceat(asked @ np.concatenate(parts).T, starts, axis=1)
    return found


def _first(scores: Floats, compared: NDArray[np.bool_], many: int) -> NDArray[np.int64]:
    return np.argsort(-np.where(compared, scores, -np.inf), axis=1, kind="stable")[:, :many]


def _draws(groups: NDArray[Any]) -> Floats:
    """Return how often each asked video counts in each draw of whole groups: (draws, asked)."""
    names, group = np.unique(groups, return_inverse=True)
    draw = np.random.default_rng(0)
    counts = [
        np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names)) for _ in range(_DRAWS)
    ]
    return np.stack(counts)[:, group].astype(np.float32)


def _table(found: dict[str, Floats], draws: Floats, names: tuple[str, ...]) -> dict[str, Any]:
    """Return for each way its figures, and how much better they are than those of the first one."""
    first, told = next(iter(found.values())), {}
    for way, values in found.items():
        told[way] = {}
        for column, name in enumerate(names):
            better = values[:, column] - first[:, column]
            drawn = (draws @ better) / draws.sum(axis=1)
            told[way][name] = {
                "value": float(values[:, column].mean()),
                "better": float(better.mean()),
                "interval": [float(one) for one in np.percentile(drawn, (2.5, 97.5))],
            }
    return told


def print_table(title: str, told: dict[str, Any]) -> None:
    """Print one line for each way."""
    print(
        f"\n{title}: "
        + ", ".join(f"{name} {value}" for name, value in told.items() if isinstance(value, int))
    )
    for likeness, pairs in told.get("right_by_likeness", {}).items():
        print(f"  likeness {likeness:12} {pairs['pairs']:7} pairs, {pairs['right']:.2f} of them right")
    for way, figures in told["ways"].items():
        cells = []
        for name, figure in figures.items():
            if isinstance(figure, dict):
                low, high = figure["interval"]
                cells.append(
                    f"{name} {figure['value']:.3f} ({figure['better']:+.3f}, {low:+.3f}..{high:+.3f})"
                )
            else:
                cells.append(f"{name} {figure:.3g}")
        print(f"  {way:42} " + "  ".join(cells))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the corpus")
    parser.add_argument("--table", type=Path, required=True, help="the .npz file with means of YouTube-8M")
    parser.add_argument("--small", action="store_true", help="fewer videos of YouTube-8M; writes nothing")
    options = parser.parse_args()
    clips = corpus_clips(options.corpus)
    figures = {
        "corpus": of_corpus(clips),
        "corpus_seconds": of_corpus_seconds(clips),
        "yt8m": of_yt8m(options.table, 3000 if options.small else 25_000),
        "seconds": of_seconds(clips),
    }
    for title, told in figures.items():
        print_table(title, told)
    if not options.small:
        results_file.write("alike", {"method": " ".join((__doc__ or "").split()), **figures})


if __name__ == "__main__":
    main()
