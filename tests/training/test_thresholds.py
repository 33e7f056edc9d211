import numpy as np
import pytest

from organizer.training.thresholds import fit_thresholds, lowest_precise

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5])


@pytest.mark.parametrize(
    ("targets", "precision", "expected"),
    [
        ([1, 1, 1, 1, 1], 0.9, 0.25),  # all right: halfway to 0
        ([1, 1, 0, 0, 0], 0.9, 0.75),  # halfway between the last right and the first wrong
        ([1, 1, 0, 1, 0], 0.75, 0.55),  # 3 of 4 once more
        ([1, 0, 1, 1, 1], 0.8, 0.25),  # 4 of 5 at the end
        ([0, 0, 0, 0, 0], 0.5, 1.0),  # never
    ],
)
def test_finds_the_lowest_score_that_is_precise_enough(targets, precision, expected):
    assert lowest_precise(np.array(targets, np.float32), SCORES, precision) == pytest.approx(expected)


def test_equal_scores_are_not_cut_apart():
    targets, scores = np.array([1, 1, 0, 0], np.float32), np.array([0.9, 0.5, 0.5, 0.5])
    assert lowest_precise(targets, scores, 0.6) == pytest.approx(0.7)


def test_a_rare_label_is_drawn_to_the_pooled_threshold():
    rng = np.random.default_rng(0)
    targets = (rng.random((400, 2)) < [0.3, 0.01]).astype(np.float32)
    noise = rng.random((400, 2)) * 0.4
    scores = np.where(targets > 0, 0.6 + noise, noise)
    rare_scores = scores.copy()
    rare_scores[targets[:, 1] > 0, 1] = 0.05  # alone it would get a threshold of 1 or of nearly 0
    pooled = lowest_precise(targets.ravel(), rare_scores.ravel(), 0.9)
    own = lowest_precise(targets[:, 1], rare_scores[:, 1], 0.9)
    frequent, rare = fit_thresholds(targets, rare_scores, 0.9)
    frequent_own = lowest_precise(targets[:, 0], rare_scores[:, 0], 0.9)
    many, few = targets.sum(axis=0)
    assert many > 90 and 0 < few < 10
    assert frequent == pytest.approx((many * frequent_own + 30 * pooled) / (many + 30))
    assert rare == pytest.approx(np.clip((few * own + 30 * pooled) / (few + 30), 0.05, 0.95))
    assert abs(frequent - frequent_own) < abs(frequent - pooled)
    assert abs(rare - pooled) < abs(rare - own)


def test_thresholds_stay_in_range():
    hopeless = fit_thresholds(np.zeros((50, 3), np.float32), np.random.default_rng(0).random((50, 3)), 0.9)
    assert (hopeless <= 0.95).all()
