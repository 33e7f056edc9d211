import numpy as np
import pytest

from organizer.training.metrics import average_precisions
from organizer.training.yt8m.video_model_figures import evaluate, intervals, main_figures, precision_with
from organizer.training.yt8m.video_model_folds import OutOfFold
from organizer.types import LABELS

NATURE = LABELS.index("Nature")


def made_up(videos=400, seed=0):
    rng = np.random.default_rng(seed)
    targets = (rng.random((videos, 10)) < 0.12).astype(np.float32)
    scores = np.clip(targets * 0.35 + rng.random((videos, 10)) * 0.65, 0, 1)
    return OutOfFold(
        ids=tuple(map(str, range(videos))),
        folds=np.arange(videos) % 2,
        targets=targets,
        scores=scores,
        windows={45: np.clip(scores + rng.normal(0, 0.1, scores.shape), 0, 1)},
        thresholds=np.array([[0.5] * 10, [0.6] * 10]),
        maybe_thresholds=np.array([[0.4] * 10, [0.6] * 10]),
    )


def test_the_main_figures_counted_by_hand():
    result = made_up()
    found, right = main_figures(result), result.targets > 0
    precisions = average_precisions(right, result.scores)
    assert found["map_10"] == pytest.approx(precisions.mean())
    assert found["map_9"] == pytest.approx(np.delete(precisions, NATURE).mean())
    has = right.any(axis=1)
    among = average_precisions(right[has], result.scores[has])
    assert found["labelled_map_9"] == pytest.approx(np.delete(among, NATURE).mean())
    best = result.scores[has].argmax(axis=1)
    assert found["top1"] == pytest.approx(right[has][np.arange(has.sum()), best].mean())
    given = result.scores >= result.thresholds[result.folds]
    both = result.scores >= result.maybe_thresholds[result.folds]
    assert found["precision"] == pytest.approx(right[given].mean())
    assert found["recall"] == pytest.approx(given[right].mean())
    assert found["precision_with_maybes"] == pytest.approx(right[both].mean())
    assert found["recall_with_maybes"] == pytest.approx(both[right].mean())
    assert found["maybe_precision"] == pytest.approx(right[both & ~given].mean())


def test_windows_have_figures_of_their_own():
    result = made_up()
    figures = evaluate(result)
    assert figures["windows"].keys() == {"45"}
    assert figures["windows"]["45"]["map_9"] == round(main_figures(result, 45)["map_9"], 4)
    assert figures["windows"]["45"]["map_9"] < figures["map_9"]


def test_each_label_has_its_tiers():
    result = made_up()
    row = evaluate(result)["labels"]["Vehicle"]
    right = result.targets[:, 0] > 0
    given = result.scores[:, 0] >= result.thresholds[result.folds, 0]
    both = result.scores[:, 0] >= result.maybe_thresholds[result.folds, 0]
    assert (row["videos"], row["maybes"]) == (right.sum(), (both & ~given).sum())
    assert row["precision"] == pytest.approx(right[given].mean(), abs=1e-4)
    assert row["maybe_precision"] == pytest.approx(right[both & ~given].mean(), abs=1e-4)
    assert row["recall_with_maybes"] == pytest.approx(both[right].mean(), abs=1e-4)


def test_precision_falls_with_the_share_of_videos_without_a_label():
    result = made_up()
    scored = result.scored()
    has = (result.targets > 0).any(axis=1)
    now = 1 - has.mean()
    assert precision_with(scored, now) == pytest.approx(main_figures(result)["precision"])
    # As many of each, by hand: the videos without a label are taken several times.
    tagged, right = scored.tagged, scored.tagged & scored.positives
    times = has.sum() / (~has).sum()
    by_hand = right.sum() / (tagged[has].sum() + times * tagged[~has].sum())
    assert precision_with(scored, 0.5) == pytest.approx(by_hand)
    assert precision_with(scored, 0.9) < precision_with(scored, 0.5)


def test_intervals_hold_the_figures():
    result = made_up()
    figures, ends = main_figures(result), intervals(result, repeats=100)
    assert ends.keys() == figures.keys()
    for name, (low, high) in ends.items():
        assert low < figures[name] < high
