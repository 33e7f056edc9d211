"""Prototypes are centres of several examples each, and hold what share of all that shows a label they have."""

import numpy as np
import pytest

from organizer.training.lite.prototypes import FEWEST, LIKENESS, fit_prototypes

LABELS, DIMENSIONS = 3, 12


def examples(count=400, seed=0, dimensions=DIMENSIONS):
    """Clusters of many sizes around random directions, some of one example; each cluster shows one label."""
    rng = np.random.default_rng(seed)
    sizes = np.minimum(rng.geometric(0.1, count), 60)
    cluster = np.repeat(np.arange(count), sizes)[:count]
    directions = 4 * rng.normal(size=(count, dimensions))
    features = (directions[cluster] + 0.3 * rng.normal(size=(count, dimensions))).astype(np.float32)
    targets = np.eye(LABELS, dtype=np.float32)[cluster % LABELS]
    weights = rng.uniform(0.1, 1, targets.shape).astype(np.float32)
    return features, np.ones(dimensions, np.float32), targets, weights


def directions_of(features, centre):
    seen = (features - centre)[:, :LIKENESS]
    return seen / np.linalg.norm(seen, axis=1, keepdims=True)


def nearest_of(fitted, features, centre):
    return (directions_of(features, centre) @ fitted.directions.T).argmax(axis=1)


@pytest.fixture(scope="module")
def given():
    return examples()


@pytest.fixture(scope="module")
def fitted(given):
    return fit_prototypes(*given, clusters=60)


@pytest.mark.parametrize("seed", range(4))
def test_none_has_fewer_examples_than_the_fewest(seed):
    features, centre, targets, weights = examples(seed=seed)
    fitted = fit_prototypes(features, centre, targets, weights, clusters=100)
    sizes = np.bincount(nearest_of(fitted, features, centre), minlength=len(fitted.directions))
    assert 5 < len(sizes) < 100
    assert sizes.min() >= FEWEST


@pytest.mark.parametrize("seed", range(4))
def test_none_is_what_one_example_looks_like(seed):
    features, centre, targets, weights = examples(seed=seed)
    # What stands alone begins as a cluster of its own, and lies far from all others.
    features[::40] = 30 * np.random.default_rng(seed).normal(size=features[::40].shape)
    fitted = fit_prototypes(features, centre, targets, weights, clusters=100)
    assert (directions_of(features, centre) @ fitted.directions.T).max() < 0.99999


def test_directions_have_length_one(fitted):
    assert np.allclose(np.linalg.norm(fitted.directions, axis=1), 1, atol=1e-6)
    assert fitted.directions.dtype == fitted.shows.dtype == fitted.shows_not.dtype == np.float32


def test_shares_of_a_label_add_up_to_one(fitted):
    for shares in (fitted.shows, fitted.shows_not):
        assert shares.shape == (len(fitted.directions), LABELS) and shares.min() >= 0
        assert np.allclose(shares.sum(axis=0), 1, atol=1e-5)


def test_shares_are_those_of_the_examples_that_are_nearest(fitted, given):
    features, centre, targets, weights = given
    nearest = nearest_of(fitted, features, centre)
    for number in range(len(fitted.directions)):
        own = nearest == number
        shows = (weights * targets)[own].sum(axis=0) / (weights * targets).sum(axis=0)
        shows_not = (weights * (1 - targets))[own].sum(axis=0) / (weights * (1 - targets)).sum(axis=0)
        assert np.allclose(fitted.shows[number], shows, atol=1e-5)
        assert np.allclose(fitted.shows_not[number], shows_not, atol=1e-5)


def test_examples_of_a_label_lie_nearer_to_what_shows_it(fitted, given):
    features, centre, targets, _ = given
    near = np.exp(30 * (directions_of(features, centre) @ fitted.directions.T - 0.5))
    both = np.log(near @ fitted.shows + 1e-9) - np.log(near @ fitted.shows_not + 1e-9)
    assert (both.argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.9


def test_the_same_examples_give_the_same_prototypes(fitted, given):
    again = fit_prototypes(*given, clusters=60)
    for part in ("centre", "directions", "shows", "shows_not"):
        assert np.array_equal(getattr(again, part), getattr(fitted, part))


def test_what_is_doubtful_counts_on_neither_side(given):
    features, centre, targets, weights = given
    weights, spoilt = weights.copy(), targets.copy()
    weights[:50, 1] = 0
    spoilt[:50, 1] = 1 - spoilt[:50, 1]
    one = fit_prototypes(features, centre, targets, weights, clusters=60)
    other = fit_prototypes(features, centre, spoilt, weights, clusters=60)
    assert np.array_equal(one.shows, other.shows) and np.array_equal(one.shows_not, other.shows_not)


def test_only_the_first_components_are_looked_at():
    features, centre, targets, weights = examples(dimensions=LIKENESS + 8)
    fitted = fit_prototypes(features, centre, targets, weights, clusters=30)
    assert fitted.directions.shape[1] == len(fitted.centre) == LIKENESS
    features[:, LIKENESS:] *= -7
    other = fit_prototypes(features, centre, targets, weights, clusters=30)
    assert np.array_equal(other.directions, fitted.directions)


def test_the_centre_is_taken_off_first(given):
    features, centre, targets, weights = given
    moved = fit_prototypes(features + 5, centre + 5, targets, weights, clusters=60)
    plain = fit_prototypes(features, centre, targets, weights, clusters=60)
    assert moved.directions.shape == plain.directions.shape
    assert np.allclose(moved.directions, plain.directions, atol=1e-3)
    assert np.allclose(moved.centre, plain.centre + 5)


@pytest.mark.parametrize("count", [*range(2, 12), 40])
def test_few_examples_give_few_prototypes(count):
    features, centre, targets, weights = examples(count)
    # Each label is shown and not shown.
    targets[: LABELS + 1] = np.eye(LABELS + 1, LABELS, dtype=np.float32)[:count]
    targets[1] = 1 - targets[0]
    fitted = fit_prototypes(features, centre, targets, weights)
    assert 1 <= len(fitted.directions) <= max(1, count // FEWEST)
    for values in (fitted.directions, fitted.shows, fitted.shows_not):
        assert np.isfinite(values).all()


def test_small_clusters_side_by_side_all_go_to_larger_ones():
    """Pairs of examples, each far from all other pairs, and one large cluster."""
    rng = np.random.default_rng(0)
    pairs = np.repeat(np.eye(DIMENSIONS)[1:], 2, axis=0)
    features = np.concatenate([pairs, np.eye(DIMENSIONS)[[0] * 100]]) + 0.01 * rng.normal(size=(122, DIMENSIONS))
    targets = rng.integers(0, 2, (122, LABELS)).astype(np.float32)
    weights, centre = np.ones_like(targets), np.zeros(DIMENSIONS, np.float32)
    fitted = fit_prototypes(features.astype(np.float32), centre, targets, weights, clusters=40)
    sizes = np.bincount(nearest_of(fitted, features, centre), minlength=len(fitted.directions))
    assert sizes.min() >= FEWEST and sizes.sum() == 122
