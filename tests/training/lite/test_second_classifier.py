import numpy as np
import pytest

from organizer.tags.classifier import LiteRtClassifier
from organizer.training.ensemble_weights import load_ensemble_weights
from organizer.training.lite.frame_ensemble import (
    Examples,
    FrameEnsembleSettings,
    ensemble_weights_of,
    export,
    pool,
    train,
    train_networks,
)
from tests.training.fakes import GRAPH_SHARE, evidence_of

SETTINGS = FrameEnsembleSettings(
    members=2, hidden=32, epochs=15, batch=64, input_dropout=0.0, learning_rate=1e-2
)
LABELS, DIMENSIONS = 3, 8


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    targets = (rng.random((600, LABELS)) < 0.4).astype(np.float32)
    features = rng.normal(size=(600, 2, DIMENSIONS)).astype(np.float32)
    features[:, :, :LABELS] += 4 * targets[:, np.newaxis]
    return Examples(features, targets, np.ones_like(targets))


@pytest.fixture(scope="module")
def members(examples):
    return train_networks(examples, SETTINGS)


@pytest.fixture(scope="module")
def network(examples):
    return train(examples, SETTINGS)


def probabilities(members, features):
    return members.predict(features, verbose=0)


def test_learns(members, examples):
    predicted = probabilities(members, examples.features[:, 0]).mean(axis=1)
    assert ((predicted > 0.5) == (examples.targets > 0.5)).mean() > 0.95


def test_members_differ(members, examples):
    first, second = probabilities(members, examples.features[:5, 0]).swapaxes(0, 1)
    assert np.abs(first - second).max() > 1e-3


def test_the_same_seed_trains_the_same_model(members, examples):
    again = train_networks(examples, SETTINGS)
    features = examples.features[:20, 0]
    assert np.allclose(probabilities(again, features), probabilities(members, features), atol=1e-4)


def test_a_label_of_weight_zero_teaches_nothing(examples):
    weights = examples.weights.copy()
    weights[:, 1] = 0
    spoilt = examples.targets.copy()
    spoilt[:, 1] = 1 - spoilt[:, 1]
    features = examples.features[:50, 0]
    one = train_networks(Examples(examples.features, examples.targets, weights), SETTINGS)
    other = train_networks(Examples(examples.features, spoilt, weights), SETTINGS)
    assert np.allclose(probabilities(one, features), probabilities(other, features), atol=1e-4)


def test_the_linear_function_says_a_third_of_it(network, members, examples):
    features = examples.features[:50, 0]
    arrays = ensemble_weights_of(network)
    linear = np.tanh((features @ arrays.linear_kernel + arrays.linear_bias) / 2) / 2 + 0.5
    expected = 0.65 * probabilities(members, features).mean(axis=1) + 0.35 * linear
    assert np.allclose(probabilities(network, features), expected, atol=2e-3)


@pytest.mark.parametrize(("videos", "seconds"), [(1, 1), (3, 2), (2, 45)])
def test_the_exported_graph_gives_what_keras_gives(network, tmp_path, videos, seconds):
    graph = tmp_path / "classifier.tflite"
    graph.write_bytes(export(network))
    features = np.random.default_rng(1).normal(size=(videos, seconds, DIMENSIONS)).astype(np.float32)
    scores, evidence = LiteRtClassifier(graph).classify(features)
    flat = evidence_of(ensemble_weights_of(network), features.reshape(-1, DIMENSIONS), GRAPH_SHARE)
    expected = flat.reshape(videos, seconds, LABELS)
    assert np.allclose(evidence, expected, atol=1e-5)
    assert np.allclose(scores, [pool(video) for video in expected], atol=1e-5)


@pytest.mark.parametrize(
    ("evidence", "score"),
    [([0.4], 0.4), ([0.2, 0.8], 0.8), ([0.9, 0.1, 0.5], 0.7), ([0.0, 1.0, 0.0, 1.0], 1.0)],
)
def test_pools_the_stronger_half(evidence, score):
    assert pool(np.array(evidence, np.float32)[:, np.newaxis]) == pytest.approx([score])


def test_the_arrays_give_what_keras_gives(network, tmp_path):
    features = np.random.default_rng(2).normal(size=(50, DIMENSIONS)).astype(np.float32)
    arrays, expected = ensemble_weights_of(network), probabilities(network, features)
    assert np.allclose(evidence_of(arrays, features), expected, atol=1e-5)
    # Trained weights are rounded to 16 bits, so that writing them loses nothing.
    arrays.save(tmp_path / "members.npz")
    again = load_ensemble_weights(tmp_path / "members.npz")
    assert np.array_equal(evidence_of(again, features), evidence_of(arrays, features))
