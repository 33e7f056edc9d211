import json
from dataclasses import replace

import numpy as np
import pytest

from organizer.training.measure.figures import HEADLINE, figures_of
from tests.training.measure.scores import random_scored, scored


@pytest.fixture(scope="module")
def figures():
    return figures_of(random_scored(skill=0.4), repeats=300)


def test_intervals_hold_the_figures(figures):
    assert set(figures.headline) == set(HEADLINE)
    for figure in (*figures.headline.values(), *(label.average_precision for label in figures.labels)):
        assert figure.interval.low < figure.value < figure.interval.high


def test_drawing_sources_gives_wider_intervals_than_drawing_videos():
    # All videos of a source are alike: one source more or less moves the figure by a tenth.
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random(10) < 0.5, 20)
    targets = np.stack([right, ~right], axis=1)
    scores = np.tile([0.9, 0.1], (200, 1))
    by_source = figures_of(scored(targets, scores, groups=[f"g{n // 20}" for n in range(200)]))
    by_video = figures_of(scored(targets, scores))
    wide, narrow = by_source.headline["top1"].interval, by_video.headline["top1"].interval
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_json_has_all_and_is_json(figures):
    table = json.loads(json.dumps(figures.as_json(), allow_nan=False))
    assert table["headline"]["map"]["interval"]["low"] < table["headline"]["map"]["value"]
    assert [row["label"] for row in table["labels"]] == list("ABCDEFGHIJ")
    assert len(table["confusion"]["counts"]) == 11


def test_precision_and_recall_at_thresholds_of_a_worked_example():
    given = scored([[1], [0], [1], [1]], [[0.95], [0.65], [0.55], [0.05]], thresholds=0.6)
    (label,) = figures_of(given, repeats=0).labels
    assert (label.at_threshold.precision, label.at_threshold.recall) == (0.5, pytest.approx(1 / 3))
    at = {step.threshold: (step.precision, step.recall, step.tags) for step in label.confidences}
    assert at[0.9] == (1.0, pytest.approx(1 / 3), 1)
    assert at[0.1] == (pytest.approx(2 / 3), pytest.approx(2 / 3), 3)


def test_what_cannot_be_told_is_none():
    found = figures_of(scored([[1, 0], [1, 0]], [[0.1, 0.1]] * 2, groups=["one", "one"]))
    assert found.headline["precision"].value is None
    assert found.headline["top1"].interval is None
    assert found.labels[1].average_precision.value is None
    assert found.at_thresholds[0].precision is None and found.at_thresholds[0].recall == 0


def test_a_handful_of_videos_has_no_interval():
    targets = np.zeros((40, 2))
    targets[:3, 0] = targets[:20, 1] = 1
    found = figures_of(scored(targets, targets * 0.3 + 0.1), repeats=300)
    few, many = found.labels
    assert (few.average_precision.value, few.average_precision.interval) == (1, None)
    assert many.average_precision.interval is not None
    assert found.headline["precision"].interval is None  # no tag reaches 0.5


def test_thresholds_may_differ_by_video():
    given = scored([[1], [1]], [[0.6], [0.6]])
    varied = replace(given, thresholds=np.array([[0.5], [0.7]]))
    (label,) = figures_of(varied, repeats=0).labels
    assert label.at_threshold.threshold is None and label.at_threshold.recall == 0.5
