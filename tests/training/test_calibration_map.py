import numpy as np
import pytest
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from organizer.errors import TrainingDataError
from organizer.training.calibration_map import SPREAD, ScoreMap, fit_score_map, map_out_of_fold


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def drawn(a=1.0, b=0.0, shifts=(0.0,), videos=20_000, seed=0):
    """Scores, and targets that are right as often as the map says."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-1.5, 1.5, (videos, len(shifts)))
    targets = rng.random(logits.shape) < sigmoid(a * logits + b + np.array(shifts))
    return targets.astype(np.float32), sigmoid(logits), np.ones(logits.shape, bool)


def test_it_finds_the_map_that_scores_were_made_with():
    found = fit_score_map(*drawn(1.6, -0.4, (0.5, -0.2, -0.3)))
    assert found.a == pytest.approx(1.6, abs=0.05)
    assert found.b == pytest.approx(-0.4, abs=0.05)
    assert found.offsets == pytest.approx((0.5, -0.2, -0.3), abs=0.08)


def test_scores_that_are_probabilities_stay():
    scores = np.linspace(0.02, 0.98, 25)
    found = fit_score_map(*drawn(shifts=(0.0, 0.0)))
    assert found.apply(np.stack([scores] * 2, axis=1)) == pytest.approx(
        np.stack([scores] * 2, axis=1), abs=0.02
    )


@pytest.mark.parametrize("spread", [0.1, SPREAD, 3.0])
def test_it_is_logistic_regression_with_a_penalty_on_the_shifts_alone(spread):
    targets, scores, known = drawn(1.4, 0.2, (0.6, -0.6, 0.0, 0.0), videos=300)
    known = np.random.default_rng(1).random(known.shape) < 0.7
    found = fit_score_map(targets, scores, known, spread=spread)

    rows, columns = np.nonzero(known)
    right, logits = targets[known] > 0, np.log(scores[known] / (1 - scores[known]))
    # What is scaled up is hardly held back: so a and b are free of the penalty.
    free = 1e4
    features = np.zeros((len(rows), 6))
    features[:, 0], features[:, 1] = free * logits, free
    features[np.arange(len(rows)), 2 + columns] = spread
    # Each pair twice: once right, once wrong, weighted by Platt's targets.
    share = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2))
    model = LogisticRegression(C=1.0, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(
        np.concatenate([features, features]),
        np.repeat([True, False], len(rows)),
        sample_weight=np.concatenate([share, 1 - share]),
    )
    a, b, *shifts = model.coef_[0]
    assert (found.a, found.b) == pytest.approx((a * free, b * free), abs=1e-5)
    assert found.offsets == pytest.approx(np.array(shifts) * spread, abs=1e-5)


def test_what_is_not_known_does_not_count_whatever_stands_there():
    targets, scores, known = drawn(1.3, 0.1, (0.2, -0.2), videos=500)
    known[::3, 0] = False
    expected = fit_score_map(targets, scores, known)
    targets[::3, 0], scores[::3, 0] = 1, np.nan
    assert fit_score_map(targets, scores, known) == expected


def test_a_weight_is_so_many_videos():
    targets, scores, known = drawn(1.3, 0.1, (0.2, -0.2), videos=400)
    often = np.random.default_rng(0).integers(0, 4, len(targets))
    twice = [np.repeat(array, often, axis=0) for array in (targets, scores, known)]
    weighted = fit_score_map(targets, scores, known * often[:, np.newaxis].astype(float))
    repeated = fit_score_map(*twice)
    assert (weighted.a, weighted.b) == pytest.approx((repeated.a, repeated.b))
    assert weighted.offsets == pytest.approx(repeated.offsets)


def test_a_label_of_few_videos_has_hardly_a_shift_and_an_unknown_one_none():
    targets, scores, known = drawn(shifts=(2.0, 2.0, 2.0, *[0.0] * 7))
    known[5:, 1] = known[:, 2] = False
    many, few, none, *_ = fit_score_map(targets, scores, known).offsets
    assert 0 < few < many / 2
    assert none == pytest.approx(0, abs=1e-9)


def test_the_shifts_add_up_to_nothing():
    assert sum(fit_score_map(*drawn(shifts=(2.0, 0.5, 0.0), videos=300)).offsets) == pytest.approx(
        0, abs=1e-8
    )


def test_scores_without_a_mistake_get_a_map_with_finite_numbers():
    targets = np.tile([[1.0, 0.0], [0.0, 1.0]], (5, 1))
    found = fit_score_map(targets, 0.2 + 0.6 * targets, np.ones(targets.shape, bool))
    mapped = found.apply(np.array([[0.2, 0.8]]))[0]
    assert 0.02 < mapped[0] < 0.2 and 0.8 < mapped[1] < 0.98


def test_scores_of_quite_0_and_1_have_a_map_too():
    rng = np.random.default_rng(0)
    targets = (rng.random((400, 2)) < 0.3).astype(np.float32)
    wrong = rng.random(targets.shape) < 0.1
    scores = np.where(wrong, 1 - targets, targets)
    mapped = fit_score_map(targets, scores, np.ones(targets.shape, bool)).apply(
        np.array([[0.0, 0.0], [1.0, 1.0]])
    )
    # Of what scored 1, the right ones are 0.3 * 0.9 of 0.3 * 0.9 + 0.7 * 0.1; and so for 0.
    assert mapped[0] == pytest.approx(0.03 / 0.66, abs=0.03)
    assert mapped[1] == pytest.approx(0.27 / 0.34, abs=0.06)


def test_the_order_of_a_labels_videos_stays():
    targets, scores, known = drawn(0.4, 1.0, (0.7, -0.7), videos=300)
    mapped = fit_score_map(targets, scores, known).apply(scores)
    assert (np.argsort(mapped, axis=0) == np.argsort(scores, axis=0)).all()
    assert ((mapped > 0) & (mapped < 1)).all()


def test_thresholds_and_evidence_are_mapped_as_scores_are():
    score_map = ScoreMap(1.5, -0.3, (0.4, -0.4))
    scores = np.array([[0.2, 0.7], [0.9, 0.1]])
    expected = sigmoid(1.5 * np.log(scores / (1 - scores)) - 0.3 + np.array([0.4, -0.4]))
    assert score_map.apply(scores) == pytest.approx(expected)
    assert score_map.apply(scores[0]) == pytest.approx(expected[0])
    assert score_map.apply(scores[np.newaxis]) == pytest.approx(expected[np.newaxis])


def test_the_order_stays_up_to_0_and_1():
    scores = np.array([[0.0], [1e-9], [1e-5], [2e-4], [1 - 2e-4], [1 - 1e-5], [1 - 1e-9], [1.0]])
    mapped = ScoreMap(0.5, 1.0, (0.0,)).apply(scores)
    assert (np.diff(mapped, axis=0) > 0).all()


def test_a_tensor_is_mapped_as_an_array_is():
    score_map = ScoreMap(1.3, -0.3, (0.4, -0.4, 0.0))
    scores = np.random.default_rng(0).random((2, 5, 3)).astype(np.float32)
    scores[0, 0], scores[0, 1], scores[0, 2] = 0, 1, 3e-5
    mapped = score_map.apply_in_graph(tf.constant(scores))
    assert mapped.dtype == tf.float32
    assert mapped.numpy() == pytest.approx(score_map.apply(scores), abs=1e-6)


def test_the_same_scores_give_the_same_map():
    given = drawn(1.2, 0.3, (0.1, -0.1), videos=200)
    assert fit_score_map(*given) == fit_score_map(*given)


def test_a_fold_is_mapped_by_the_others():
    targets, scores, known = drawn(1.5, 0.5, (0.3, -0.3), videos=300)
    folds = np.arange(300) % 3
    mapped = map_out_of_fold(targets, scores, known, folds)
    others = folds != 1
    by_others = fit_score_map(targets[others], scores[others], known[others])
    assert mapped[folds == 1] == pytest.approx(by_others.apply(scores[folds == 1]))
    # What the fold itself says does not matter to it.
    targets[folds == 1] = 0
    assert (map_out_of_fold(targets, scores, known, folds)[folds == 1] == mapped[folds == 1]).all()


@pytest.mark.parametrize("slope", [0.0, -1.0, np.nan])
def test_a_map_that_would_turn_scores_round_is_refused(slope):
    with pytest.raises(TrainingDataError, match="worst first"):
        ScoreMap(slope, 0.0, (0.0,))


def test_scores_that_are_the_wrong_way_round_are_refused():
    targets, scores, known = drawn(videos=300)
    with pytest.raises(TrainingDataError, match="worst first"):
        fit_score_map(targets, 1 - scores, known)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_pairs_of_one_kind_are_refused(value):
    with pytest.raises(TrainingDataError, match="right ones and wrong ones"):
        fit_score_map(np.full((4, 2), value), np.full((4, 2), 0.5), np.ones((4, 2), bool))


@pytest.mark.parametrize(
    ("targets", "scores", "known", "message"),
    [
        (np.ones((2, 2)), np.ones((2, 3)), np.ones((2, 3)), r"targets \(2, 2\)"),
        (np.ones(2), np.ones(2), np.ones(2), "same videos and labels"),
        (np.eye(2), np.full((2, 2), 1.5), np.ones((2, 2)), "no numbers from 0 to 1"),
        (np.eye(2), np.full((2, 2), np.nan), np.ones((2, 2)), "no numbers from 0 to 1"),
        (np.eye(2), np.eye(2), np.full((2, 2), -1.0), "weights"),
    ],
)
def test_what_does_not_fit_is_refused(targets, scores, known, message):
    with pytest.raises(TrainingDataError, match=message):
        fit_score_map(targets, scores, known)
