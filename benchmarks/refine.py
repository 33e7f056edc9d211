"""What thirty answers a label make of a model: python -m benchmarks refine --yt8m FOLDER [--repeats 10].

Simulated on the means of 25,000 real videos of YouTube-8M. A model (ridge, as the bundled one is) learns from
videos of three folds, few or many; a fourth fold is the library, in which a person answers thirty suggestions
a label: the twenty that the model is least sure of, and the ten that it is surest of. What is measured is the
fifth fold, which neither saw: average precision before and after, each label's own difference with its
interval over repeats. Nature, with 60 videos, is left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.few_shot import Videos, yt8m_videos
from benchmarks.results_file import RESULTS, write
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.teaching.background import Background, background_of
from organizer.teaching.learn import SAMPLE
from organizer.teaching.refine import corrected
from organizer.teaching.taught_tags import logit, sigmoid
from organizer.teaching.videos import Seen
from organizer.training.lite.corpus import FOLDS
from organizer.training.lite.ridge import fit_ridge
from organizer.training.metrics import average_precisions
from organizer.types import LABELS

TRAINED_ON = (500, 3000)
UNSURE, SUREST = 20, 10
MEASURED = tuple(label for label in LABELS if label != "Nature")
FEWEST = 3
_SEED = 20261130
_DRAWS = 2000


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks refine")
    parser.add_argument("--yt8m", type=Path, required=True, help="folder with video_level_2018.npz")
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    videos = yt8m_videos(options.yt8m, development=False)
    result = {}
    for trained_on in TRAINED_ON:
        runs = [_run(videos, trained_on, repeat) for repeat in range(options.repeats)]
        result[f"trained on {trained_on}"] = table = _table(runs)
        print(f"trained on {trained_on}:", table)
    print(write("refine", {"repeats": options.repeats, "answers": UNSURE + SUREST, **result}, options.output))


def _run(videos: Videos, trained_on: int, repeat: int) -> dict[str, tuple[float, float]]:
    """Return by label the average precision before and after."""
    rng = np.random.default_rng((_SEED, repeat))
    test_fold, library_fold = repeat % FOLDS, (repeat + 1) % FOLDS
    test, library = (np.flatnonzero(videos.folds == fold) for fold in (test_fold, library_fold))
    others = np.flatnonzero(~np.isin(videos.folds, (test_fold, library_fold)))
    chosen = rng.choice(others, trained_on, replace=False)
    background = background_of(videos.means[rng.choice(library, SAMPLE, replace=False)], videos.scale)
    found = {}
    for label in MEASURED:
        shows = videos.shows[label]
        if min(shows[chosen].sum(), (~shows[chosen]).sum()) < FEWEST:
            continue
        model = fit_ridge(
            videos.means[chosen],
            shows[chosen, np.newaxis].astype(np.float32),
            np.ones((trained_on, 1), np.float32),
        )
        logits = (videos.means @ model.kernel + model.bias)[:, 0].astype(np.float64)
        # As common in the library as among what the model was trained on.
        logits -= np.quantile(logits[library], 1 - shows[chosen].mean())
        refined = _refined(videos, label, logits, library, background)
        if refined is not None:
            right = shows[test, np.newaxis]
            before, after = (
                average_precisions(right, scores[test, np.newaxis], np.ones_like(right))[0]
                for scores in (logits, refined)
            )
            found[label] = (float(before), float(after))
    return found


def _refined(
    videos: Videos,
    label: str,
    logits: NDArray[np.float64],
    library: NDArray[np.int64],
    background: Background,
) -> NDArray[np.float64] | None:
    """Return logits of all videos after the answers; None where too few were yes, or no."""
    unsure = library[np.argsort(np.abs(logits[library]), kind="stable")[:UNSURE]]
    rest = np.setdiff1d(library, unsure)
    asked = np.concatenate([unsure, rest[np.argsort(-logits[rest], kind="stable")[:SUREST]]]).tolist()
    shows = videos.shows[label]
    yes, no = ([one for one in asked if bool(shows[one]) is said] for said in (True, False))
    if min(len(yes), len(no)) < FEWEST:
        return None
    others = asked + np.random.default_rng(_SEED).choice(library, 500, replace=False).tolist()
    seen = Seen(
        "yt8m",
        {one: YT8M_QUANTISER.quantise(videos.means[one : one + 1]) for one in others},
        YT8M_QUANTISER,
        background.view,
    )
    scores = {one: sigmoid(float(logits[one])) for one in asked}
    learnt = corrected(seen, background, (yes, no, others), scores)
    own = background.view.directions(videos.means) @ learnt.weights
    clipped = np.array([logit(sigmoid(float(value))) for value in logits])
    return np.asarray(learnt.score_slope * clipped + learnt.slope * own + learnt.offset, np.float64)


def _table(runs: list[dict[str, tuple[float, float]]]) -> dict[str, Any]:
    rng = np.random.default_rng(_SEED)
    labels = {}
    for label in MEASURED:
        pairs = np.array([run[label] for run in runs if label in run])
        if not len(pairs):
            continue
        gains = pairs[:, 1] - pairs[:, 0]
        draws = rng.choice(gains, (_DRAWS, len(gains))).mean(axis=1)
        labels[label] = {
            "runs": len(pairs),
            "before": round(float(pairs[:, 0].mean()), 3),
            "after": round(float(pairs[:, 1].mean()), 3),
            "gain": [round(float(end), 3) for end in np.quantile(draws, [0.025, 0.975])],
        }
    maps = np.array([np.mean(list(run.values()), axis=0) for run in runs])
    draws = rng.choice(maps[:, 1] - maps[:, 0], (_DRAWS, len(maps))).mean(axis=1)
    return {
        "map_before": round(float(maps[:, 0].mean()), 3),
        "map_after": round(float(maps[:, 1].mean()), 3),
        "gain": [round(float(end), 3) for end in np.quantile(draws, [0.025, 0.975])],
        "labels": labels,
    }


if __name__ == "__main__":
    main()
