import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from organizer.errors import TrainingDataError
from organizer.training.metrics import average_precision, average_precisions, held_out_figures, rank


def test_average_precision_of_a_worked_example():
    # Ranked: right, wrong, right -> (1/1 + 2/3) / 2.
    right = np.array([[1, 0], [0, 0], [1, 0]], bool)
    first, second = average_precisions(right, np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]]))
    assert first == pytest.approx(5 / 6)
    assert np.isnan(second)


@pytest.mark.parametrize("levels", [2, 10, 1_000_000], ids=["two scores", "many equal", "hardly one equal"])
@pytest.mark.parametrize("seed", range(10))
def test_average_precision_is_that_of_scikit_learn_under_every_weighting(levels, seed):
    rng = np.random.default_rng(seed)
    videos = int(rng.integers(1, 80))
    right = rng.random(videos) < rng.choice([0.05, 0.5, 1.0])
    right[rng.integers(videos)] = True
    scores = rng.integers(0, levels, videos) / levels
    # A video is drawn no time, once, or several times.
    weights = rng.integers(0, 4, (20, videos))
    weights[:, right.argmax()] += 1
    found = average_precision(rank(np.arange(videos), right, scores), weights, weights @ right)
    expected = [average_precision_score(right, scores, sample_weight=of_draw) for of_draw in weights]
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_average_precisions_of_labels_are_those_of_scikit_learn_on_what_is_known(dtype):
    rng = np.random.default_rng(1)
    right, known = rng.random((2, 90, 6)) < 0.4
    scores = rng.random((90, 6)).round(1).astype(dtype)
    expected = [
        average_precision_score(right[rows, column], scores[rows, column])
        for column, rows in enumerate(known.T)
    ]
    assert average_precisions(right, scores, known) == pytest.approx(expected, abs=1e-12)
    assert average_precisions(right, scores) != pytest.approx(expected, abs=1e-3)


def test_what_is_due_and_not_in_the_ranking_counts_as_never_found():
    ranking = rank(np.arange(2), np.array([True, False]), np.array([0.9, 0.1]))
    assert average_precision(ranking, np.ones((1, 2), np.int64), np.array([4])) == 0.25


def test_held_out_figures_of_a_worked_example():
    # The second label fits all videos of which it is known, the third none: neither says anything.
    targets = np.array([[1, 1, 0], [0, 1, 0], [1, 0, 0]], np.float32)
    weights = np.array([[1, 1, 1], [1, 1, 1], [1, 0, 1]], np.float32)
    scores = np.array([[0.9, 0.8, 0.5], [0.8, 0.5, 0.5], [0.7, 0.9, 0.5]], np.float32)
    loss, mean_precision = held_out_figures(scores, targets, weights)
    claimed = [0.9, 1 - 0.8, 0.7, 0.8, 0.5, 0.5, 0.5, 0.5]
    assert loss == pytest.approx(-np.log(claimed).mean(), abs=1e-6)
    assert mean_precision == pytest.approx(5 / 6)


def test_nothing_held_out_or_known_has_no_figures():
    nothing = np.zeros((0, 2), np.float32)
    assert held_out_figures(nothing, nothing, nothing) == (None, None)
    half, none = np.full((3, 2), 0.5, np.float32), np.zeros((3, 2), np.float32)
    assert held_out_figures(half, half, none) == (None, None)
    loss, mean_precision = held_out_figures(half, none, none + 1)
    assert loss == pytest.approx(np.log(2)) and mean_precision is None


def test_a_score_of_0_or_1_has_a_loss():
    certain = np.array([[0.0, 1.0]], np.float32)
    loss, _ = held_out_figures(certain, 1 - certain, np.ones_like(certain))
    assert loss == pytest.approx(-np.log(1e-7))


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(TrainingDataError, match="no number any more"):
        held_out_figures(*np.full((3, 2, 2), np.nan, np.float32))
