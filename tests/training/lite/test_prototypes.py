"""Prototypes are means of several pictures and clips each, with the share of what shows a label at each."""

import numpy as np
import pytest

from organizer.errors import TrainingDataError
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
    return features, np.ones(dimensions, np.float32), targets, weights, np.arange(count)


def directions_of(features, centre):
    seen = (features - centre)[:, :LIKENESS]
    return seen / np.linalg.norm(seen, axis=1, keepdims=True)


def clusters_of(features, centre, clusters, origins=None):
    """Return the prototypes of some examples, and to which of them each example belongs."""
    origins = np.arange(len(features)) if origins is None else origins
    # One label for each example, which it alone shows: so all of the label lies at its prototype.
    targets = np.eye(len(features), dtype=np.float32)
    fitted = fit_prototypes(features, centre, targets, np.ones_like(targets), origins, clusters=clusters)
    assert set(np.unique(fitted.shows)) <= {0, 1}
    return fitted, fitted.shows.argmax(axis=0)


@pytest.fixture(scope="module")
def given():
    return examples()


@pytest.fixture(scope="module")
def fitted(given):
    return fit_prototypes(*given, clusters=60)


@pytest.mark.parametrize("seed", range(4))
def test_each_is_the_mean_of_as_many_examples_as_the_fewest_or_more(seed):
    features, centre, *_ = examples(seed=seed)
    fitted, own = clusters_of(features, centre, 100)
    sizes = np.bincount(own, minlength=len(fitted.directions))
    assert 5 < len(sizes) < 100 and sizes.min() >= FEWEST
    seen = directions_of(features, centre)
    for number, direction in enumerate(fitted.directions):
        mean = seen[own == number].mean(axis=0)
        assert np.allclose(direction, mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_none_is_what_one_example_looks_like(seed):
    """Neither where others that have no better place are nearest to a cluster that began with one example."""
    rng = np.random.default_rng(seed)
    features, centre = rng.normal(size=(400, 40)).astype(np.float32), np.zeros(40, np.float32)
    fitted, _ = clusters_of(features, centre, 130)
    assert (directions_of(features, centre) @ fitted.directions.T).max() < 0.999


def test_directions_have_length_one(fitted):
    assert np.allclose(np.linalg.norm(fitted.directions, axis=1), 1, atol=1e-6)
    assert fitted.directions.dtype == fitted.shows.dtype == fitted.shows_not.dtype == np.float32


def test_shares_of_a_label_add_up_to_one(fitted):
    for shares in (fitted.shows, fitted.shows_not):
        assert shares.shape == (len(fitted.directions), LABELS) and shares.min() >= 0
        assert np.allclose(shares.sum(axis=0), 1, atol=1e-5)


def test_shares_are_those_of_the_examples_that_belong_to_each(fitted, given):
    features, centre, targets, weights, _ = given
    _, belongs = clusters_of(features, centre, 60)
    for number in range(len(fitted.directions)):
        own = belongs == number
        shows = (weights * targets)[own].sum(axis=0) / (weights * targets).sum(axis=0)
        shows_not = (weights * (1 - targets))[own].sum(axis=0) / (weights * (1 - targets)).sum(axis=0)
        assert np.allclose(fitted.shows[number], shows, atol=1e-5)
        assert np.allclose(fitted.shows_not[number], shows_not, atol=1e-5)


def test_examples_of_a_label_lie_nearer_to_what_shows_it(fitted, given):
    features, centre, targets, *_ = given
    near = np.exp(30 * (directions_of(features, centre) @ fitted.directions.T - 0.5))
    both = np.log(near @ fitted.shows + 1e-9) - np.log(near @ fitted.shows_not + 1e-9)
    assert (both.argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.9


def test_the_same_examples_give_the_same_prototypes(fitted, given):
    again = fit_prototypes(*given, clusters=60)
    for part in ("centre", "directions", "shows", "shows_not"):
        assert np.array_equal(getattr(again, part), getattr(fitted, part))


def test_what_is_doubtful_counts_on_neither_side(given):
    features, centre, targets, weights, origins = given
    weights, spoilt = weights.copy(), targets.copy()
    weights[:50, 1] = 0
    spoilt[:50, 1] = 1 - spoilt[:50, 1]
    one = fit_prototypes(features, centre, targets, weights, origins, clusters=60)
    other = fit_prototypes(features, centre, spoilt, weights, origins, clusters=60)
    assert np.array_equal(one.shows, other.shows) and np.array_equal(one.shows_not, other.shows_not)


def test_only_the_first_components_are_looked_at():
    features, *rest = examples(dimensions=LIKENESS + 8)
    fitted = fit_prototypes(features, *rest, clusters=30)
    assert fitted.directions.shape[1] == len(fitted.centre) == LIKENESS
    features[:, LIKENESS:] *= -7
    other = fit_prototypes(features, *rest, clusters=30)
    assert np.array_equal(other.directions, fitted.directions)


def test_the_centre_is_taken_off_first(given):
    features, centre, *rest = given
    moved = fit_prototypes(features + 5, centre + 5, *rest, clusters=60)
    plain = fit_prototypes(features, centre, *rest, clusters=60)
    assert moved.directions.shape == plain.directions.shape
    assert np.allclose(moved.directions, plain.directions, atol=1e-3)
    assert np.allclose(moved.centre, plain.centre + 5)


@pytest.mark.parametrize("count", [*range(3, 12), 40])
def test_few_examples_give_few_prototypes(count):
    features, centre, targets, *rest = examples(count)
    # Each label is shown and not shown.
    targets[0], targets[1] = 0, 1
    fitted = fit_prototypes(features, centre, targets, *rest)
    assert 1 <= len(fitted.directions) <= count // FEWEST
    for values in (fitted.directions, fitted.shows, fitted.shows_not):
        assert np.isfinite(values).all()


@pytest.mark.parametrize("count", range(FEWEST))
def test_too_few_examples_for_one_are_refused(count):
    features, centre, *rest = examples(10)
    with pytest.raises(TrainingDataError, match="made of 3 pictures and clips or more"):
        fit_prototypes(features[:count], centre, *(part[:count] for part in rest))


def test_ten_seconds_of_two_clips_are_too_few():
    features, centre, targets, weights, _ = examples(10)
    with pytest.raises(TrainingDataError, match="made of 3 pictures and clips or more"):
        fit_prototypes(features, centre, targets, weights, np.repeat([4, 9], 5))


@pytest.mark.parametrize("clips", [3, 4, 40])
def test_none_is_made_of_seconds_of_fewer_clips_than_the_fewest(clips):
    """Each clip is a cluster of its own, for its seconds are all alike."""
    rng = np.random.default_rng(clips)
    origins = np.repeat(np.arange(clips), 10)
    features = 4 * rng.normal(size=(clips, DIMENSIONS))[origins] + 0.01 * rng.normal(
        size=(len(origins), DIMENSIONS)
    )
    features, centre = features.astype(np.float32), np.zeros(DIMENSIONS, np.float32)
    fitted, own = clusters_of(features, centre, clips, origins)
    for number in range(len(fitted.directions)):
        assert len(set(origins[own == number])) >= FEWEST
    assert (directions_of(features, centre) @ fitted.directions.T).max() < 0.999


def test_a_clip_counts_once_however_many_of_its_seconds_look_alike():
    rng, looks = np.random.default_rng(0), np.eye(3, DIMENSIONS)
    origins = np.repeat([7, 2, 5], [50, 1, 1])
    features = (looks[np.repeat([0, 1, 2], [50, 1, 1])] + 0.001 * rng.normal(size=(52, DIMENSIONS))).astype(
        np.float32
    )
    fitted, _ = clusters_of(features, np.zeros(DIMENSIONS, np.float32), 1, origins)
    assert fitted.directions[0] == pytest.approx(looks.mean(axis=0) * np.sqrt(3), abs=0.01)


def test_small_clusters_side_by_side_all_go_to_larger_ones():
    """Pairs of examples, each far from all other pairs, and one large cluster."""
    rng = np.random.default_rng(0)
    pairs = np.repeat(np.eye(DIMENSIONS)[1:], 2, axis=0)
    features = np.concatenate([pairs, np.eye(DIMENSIONS)[[0] * 100]]) + 0.01 * rng.normal(
        size=(122, DIMENSIONS)
    )
    _, own = clusters_of(features.astype(np.float32), np.zeros(DIMENSIONS, np.float32), 40)
    assert np.bincount(own).min() >= FEWEST
