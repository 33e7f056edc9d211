import numpy as np
import pytest
from sklearn import metrics

from organizer.training.measure.curves import confusion, precision_recall_curve, reliability
from tests.training.measure.scores import random_scored, scored


def test_curve_of_a_worked_example():
    right = np.array([True, False, True, True, False])
    points = precision_recall_curve(right, np.array([0.9, 0.8, 0.7, 0.7, 0.1]))
    assert [(point.threshold, point.precision, point.recall) for point in points] == [
        (0.9, 1.0, pytest.approx(1 / 3)),
        (0.8, 0.5, pytest.approx(1 / 3)),
        (0.7, 0.75, 1.0),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_curve_is_that_of_scikit_learn_up_to_the_last_right_one(seed):
    rng = np.random.default_rng(seed)
    right, scores = rng.random(300) < 0.2, rng.random(300).round(2)
    precision, recall, thresholds = (values[::-1] for values in metrics.precision_recall_curve(right, scores))
    needed = int(
        (recall < 1).sum()
    )  # and the first that finds all; before them stands recall 0, without a score
    points = precision_recall_curve(right, scores)
    assert [point.threshold for point in points] == pytest.approx(thresholds[:needed])
    assert [point.precision for point in points] == pytest.approx(precision[1 : needed + 1])
    assert [point.recall for point in points] == pytest.approx(recall[1 : needed + 1])


def test_a_long_curve_keeps_its_ends():
    rng = np.random.default_rng(0)
    scores = rng.random(5000)
    points = precision_recall_curve(rng.random(5000) < scores, scores)
    assert len(points) <= 200
    assert points[0].threshold == scores.max() and points[-1].recall == 1


def test_nothing_due_has_no_curve():
    assert precision_recall_curve(np.zeros(3, bool), np.ones(3)) == ()


def test_reliability_of_a_worked_example():
    # Claims 0.95 twice and is right once; claims 0.05 twice and is right never.
    found = reliability(scored([[1], [0], [0], [0]], [[0.95], [0.95], [0.05], [0.05]]))
    low, high = found.bins
    assert (low.predictions, low.mean_score, low.share_right) == (2, pytest.approx(0.05), 0)
    assert (high.low, high.high, high.share_right) == (0.9, 1.0, 0.5)
    assert found.expected_error == pytest.approx(0.5 * 0.05 + 0.5 * 0.45)
    assert found.expected_error_above == pytest.approx(0.45)


def test_reliability_counts_what_is_known_alone():
    found = reliability(scored([[1, 0], [0, 1]], [[0.9, 0.9], [0.1, 0.95]], known=[[1, 0], [1, 0]]))
    assert [bin_.predictions for bin_ in found.bins] == [1, 1]
    assert found.expected_error == found.expected_error_above == pytest.approx(0.1)


def test_where_nothing_is_claimed_there_is_no_error_of_claims():
    found = reliability(scored([[1], [0]], [[0.05], [0.05]]))
    assert found.expected_error == pytest.approx(0.45) and found.expected_error_above is None


def test_a_score_of_one_is_in_the_last_bin():
    (only,) = reliability(scored([[1]], [[1.0]])).bins
    assert (only.low, only.high, only.predictions) == (0.9, 1.0, 1)


def test_confusion_of_a_worked_example():
    found = confusion(
        scored(
            [[1, 0, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 0], [0, 0, 0]],
            # right; B for A; A for B and for C; one of its own; tagged with C; left alone
            [[0.9, 0, 0], [0.1, 0.3, 0], [0.9, 0, 0], [0.1, 0.2, 0], [0, 0, 0.7], [0, 0.4, 0]],
        )
    )
    assert found.counts == ((1, 1, 0), (1, 1, 0), (1, 0, 0), (0, 0, 1))
    assert found.without_label == 2


def test_the_diagonal_counts_the_right_ones():
    given = random_scored()
    right = given.positives[np.arange(250), given.best].sum()
    counts = np.array(confusion(given).counts)
    assert np.trace(counts[:-1]) == right
