import json
from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.measure.compare import compare
from organizer.training.measure.figures import HEADLINE, MAYBES, figures_of
from tests.training.measure.scores import random_scored, scored


@pytest.fixture(scope="module")
def pair():
    good = random_scored()
    noise = np.random.default_rng(1).normal(0, 0.25, good.scores.shape)
    return good, replace(good, scores=np.clip(good.scores + noise, 0, 1))


def test_a_worse_model_is_called_worse(pair):
    found = {row.name: row for row in compare(*pair, repeats=300).headline}
    assert found["map"].verdict == "worse" and found["map"].share_better < 0.025
    assert found["map"].difference == pytest.approx(found["map"].second - found["map"].first)
    back = {row.name: row for row in compare(*pair[::-1], repeats=300).headline}
    assert back["map"].verdict == "better"
    assert back["map"].interval.low == pytest.approx(-found["map"].interval.high)


def test_a_model_does_not_differ_from_itself(pair):
    found = compare(pair[0], pair[0], repeats=200)
    for row in (*found.headline, *found.labels):
        assert (row.difference, row.share_better, row.verdict) == (0, 0, "not told apart")
    assert found.changes == ()


def test_pairing_tells_what_two_intervals_do_not():
    # Sources are of very different difficulty, and the second model is a little better on each of them.
    rng = np.random.default_rng(0)
    hard = np.repeat(rng.random(30), 20)
    targets = np.tile([1.0, 0.0], (600, 1))
    luck = rng.random(600)
    first = np.where((luck > hard)[:, None], [0.9, 0.1], [0.1, 0.9])
    second = np.where((luck > hard - 0.06)[:, None], [0.9, 0.1], [0.1, 0.9])
    groups = [f"g{n // 20}" for n in range(600)]
    a, b = scored(targets, first, groups=groups), scored(targets, second, groups=groups)
    one, other = (figures_of(given, repeats=300).headline["top1"].interval for given in (a, b))
    top1 = next(row for row in compare(a, b, repeats=300).headline if row.name == "top1")
    assert one.high > other.low
    assert top1.verdict == "better"


def test_a_handful_of_videos_tells_no_label_apart():
    targets = np.zeros((40, 2))
    targets[:3, 0] = targets[:20, 1] = 1
    first = scored(targets, targets * 0.4 + 0.1)
    few, many = compare(first, replace(first, scores=1 - first.scores), repeats=200).labels
    assert few.difference < 0 and (few.interval, few.verdict) == (None, "not told apart")
    assert many.verdict == "worse"


def test_changed_videos_are_named():
    first = scored([[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.2]])
    second = replace(first, scores=np.array([[0.9, 0.1], [0.1, 0.7]]))
    (change,) = compare(first, second).changes
    assert (change.name, change.labels) == ("v1", ("B",))
    assert (change.first_best, change.second_best) == ("A", "B")
    assert (change.gained, change.lost) == (("B",), ("A",))
    assert (change.right_before, change.right_now) == (False, True)


def test_json_has_the_verdicts(pair):
    table = json.loads(json.dumps(compare(*pair, repeats=150).as_json(), allow_nan=False))
    assert {row["verdict"] for row in table["headline"]} <= {"better", "worse", "not told apart"}


def test_other_videos_are_refused(pair):
    with pytest.raises(TrainingDataError, match="same videos"):
        compare(pair[0], random_scored(seed=5))


def test_maybes_are_compared_where_one_of_the_two_has_some(pair):
    without = [replace(given, maybe_thresholds=None) for given in pair]
    names = [
        {row.name for row in compare(first, second, repeats=0).headline}
        for first, second in (without, (without[1], pair[1]), pair)
    ]
    assert names == [set(HEADLINE) - set(MAYBES), set(HEADLINE), set(HEADLINE)]
    row = {row.name: row for row in compare(without[1], pair[1], repeats=0).headline}["both_recall"]
    assert row.first < row.second
