import json
from dataclasses import replace

import numpy as np
import pytest

from organizer.training.measure.figures import HEADLINE, MAYBES, AtThreshold, figures_of
from organizer.training.measure.words import told_of
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


def test_maybes_of_a_worked_example():
    # Given: 0.9 right, 0.7 wrong. Maybes: 0.5 right, 0.4 wrong, 0.35 right. One right one is below.
    given = scored([[1], [0], [1], [0], [1], [1]], [[0.9], [0.7], [0.5], [0.4], [0.35], [0.1]], maybes=0.3)
    given = replace(given, thresholds=np.array([0.6]))
    found = figures_of(given, repeats=0)
    (label,) = found.labels
    assert label.maybes == AtThreshold(0.3, pytest.approx(2 / 3), pytest.approx(2 / 4), 3)
    assert (
        label.with_maybes == label.together == AtThreshold(0.3, pytest.approx(3 / 5), pytest.approx(3 / 4), 5)
    )
    assert (label.at_threshold.precision, label.at_threshold.recall) == (0.5, 0.25)
    headline = {name: figure.value for name, figure in found.headline.items()}
    assert (headline["precision"], headline["recall"]) == (0.5, 0.25)
    assert headline["maybe_precision"] == pytest.approx(2 / 3)
    assert (headline["both_precision"], headline["both_recall"]) == (
        pytest.approx(3 / 5),
        pytest.approx(3 / 4),
    )
    assert (found.maybes.tags, found.with_maybes.tags) == (3, 5)


def test_a_label_may_be_a_maybe_and_never_given():
    found = figures_of(scored([[1], [0]], [[1.0], [0.4]], thresholds=1.0, maybes=0.3), repeats=0)
    (label,) = found.labels
    assert label.never and label.at_threshold.tags == 0
    assert (label.maybes.tags, label.maybes.precision) == (2, 0.5)


def test_a_label_without_maybes_has_those_of_none():
    given = scored([[1, 1], [0, 0]], [[0.6, 0.6], [0.4, 0.4]], maybes=[0.3, 0.5])
    one, other = figures_of(given, repeats=0).labels
    assert one.maybes.tags == 1 and (other.maybes, other.with_maybes) == (None, None)
    assert other.together == other.at_threshold


@pytest.mark.parametrize("maybes", [None, 0.5])
def test_a_model_without_maybes_has_nothing_to_tell_of_them(maybes):
    found = figures_of(scored([[1], [0]], [[0.6], [0.4]], maybes=maybes), repeats=0)
    assert (found.maybes, found.with_maybes) == (None, None)
    assert found.headline["maybe_precision"].value is None
    assert found.headline["both_recall"] == found.headline["recall"]
    assert not set(MAYBES) & set(told_of(found))


def test_maybes_that_nobody_decided_about_count_nowhere():
    targets, known = [[1], [0], [0], [1]], [[1], [1], [0], [0]]
    given = scored(targets, [[0.45], [0.1], [0.45], [0.45]], known=known, maybes=0.3)
    (label,) = figures_of(given, repeats=0).labels
    assert (label.maybes.tags, label.maybes.precision, label.with_maybes.recall) == (1, 1, 1)


def test_maybes_may_begin_elsewhere_for_each_video():
    given = scored([[1], [1]], [[0.4], [0.4]])
    varied = replace(given, thresholds=np.full((2, 1), 0.5), maybe_thresholds=np.array([[0.3], [0.5]]))
    (label,) = figures_of(varied, repeats=0).labels
    assert label.maybes.threshold is None and (label.maybes.tags, label.maybes.recall) == (1, 0.5)
