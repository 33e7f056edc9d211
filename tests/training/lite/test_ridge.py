import numpy as np
import pytest
from sklearn.linear_model import Ridge

from organizer.errors import TrainingDataError
from organizer.training.lite.ridge import OFFSET, SHRINKAGE, STEEPNESS, fit_ridge

LABELS, DIMENSIONS = 3, 8


@pytest.fixture
def examples():
    rng = np.random.default_rng(0)
    targets = (rng.random((500, LABELS)) < [0.5, 0.2, 0.02]).astype(np.float32)
    targets[:2] = [[1, 1, 1], [0, 0, 0]]
    features = (rng.normal(size=(500, DIMENSIONS)) + 3).astype(np.float32)
    features[:, :LABELS] += 2 * targets
    return features, targets, rng.random((500, LABELS)).astype(np.float32)


def test_it_is_the_solution_that_scikit_learn_finds(examples):
    features, targets, weights = examples
    linear = fit_ridge(*examples)
    length = np.linalg.norm(features, axis=1).mean()
    for label in range(LABELS):
        shows = targets[:, label] > 0
        shares = np.where(shows, weights[:, label] / weights[shows, label].sum(), 0) / 2
        shares += np.where(~shows, weights[:, label] / weights[~shows, label].sum(), 0) / 2
        other = Ridge(SHRINKAGE).fit(features / length, 2 * shows - 1, sample_weight=shares)
        expected = STEEPNESS * other.predict(features / length) + OFFSET
        assert np.allclose(features @ linear.kernel[:, label] + linear.bias[label], expected, atol=1e-3)


def test_a_rare_label_is_found_as_high_as_a_common_one(examples):
    features, targets, _ = examples
    linear = fit_ridge(features, targets, np.ones_like(targets))
    logits = features @ linear.kernel + linear.bias
    for label in range(LABELS):
        shows = targets[:, label] > 0
        assert logits[shows, label].mean() > OFFSET > logits[~shows, label].mean()
        assert (logits[shows, label] > logits[~shows, label].mean()).mean() > 0.9


def test_an_example_of_weight_zero_teaches_nothing(examples):
    features, targets, weights = examples
    weights[:100, 1] = 0
    spoilt = targets.copy()
    spoilt[:100, 1] = 1 - spoilt[:100, 1]
    one, other = fit_ridge(features, targets, weights), fit_ridge(features, spoilt, weights)
    assert np.allclose(one.kernel, other.kernel, atol=1e-3)
    assert np.allclose(one.bias, other.bias, atol=1e-2)


@pytest.mark.parametrize(("column", "value"), [(0, 0), (1, 1), (2, 0)])
def test_a_label_with_examples_of_one_kind_is_named(examples, column, value):
    features, targets, weights = examples
    weights[targets[:, column] != value, column] = 0
    with pytest.raises(TrainingDataError, match=f"Label number {column + 1} "):
        fit_ridge(features, targets, weights)


def test_the_length_of_features_does_not_matter(examples):
    features, targets, weights = examples
    linear = fit_ridge(features, targets, weights)
    scaled = fit_ridge(features * 5, targets, weights)
    assert np.allclose(
        features @ linear.kernel + linear.bias, features * 5 @ scaled.kernel + scaled.bias, atol=1e-3
    )
