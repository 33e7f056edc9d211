"""The bundled classifier in its three forms, NumPy, Keras and LiteRT, and what makes probabilities of it."""

from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.features.quantiser import Quantiser, Rounding
from organizer.tags.classifier import LiteRtClassifier
from organizer.training.calibration_map import ScoreMap
from organizer.training.lite.prototypes import FEWEST
from organizer.training.lite.ridge import fit_ridge
from organizer.training.lite.second_classifier import Examples, export, fit, mapped, network, pool, sigmoid

LABELS, DIMENSIONS = 3, 8
QUANTISER = Quantiser(-6.0, 6.0, Rounding.NEAREST)
SCORE_MAP = ScoreMap(1.4, -0.3, (0.4, 0.0, -0.4))
VIDEOS = [(1, 1), (1, 7), (1, 23), (4, 1), (4, 7), (3, 23)]


def stored(features):
    """Return features as they come back from 8 bits."""
    return QUANTISER.dequantise(QUANTISER.quantise(features.astype(np.float32)))


def made_up(count, seed):
    """Seconds that show each of the labels or not, and what they show."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((count, LABELS)) < 0.4).astype(np.float32)
    features = rng.normal(size=(count, DIMENSIONS))
    features[:, :LABELS] += 3 * targets
    return stored(features), targets


def videos(count, seconds):
    features, _ = made_up(count * seconds, 50 + seconds)
    return features.reshape(count, seconds, DIMENSIONS)


@pytest.fixture(scope="module")
def examples():
    features, targets = made_up(900, 0)
    origins = np.where(np.arange(900) % 3 == 0, np.arange(900), -1)
    return Examples(features, targets, np.ones_like(targets), origins, features.mean(axis=0))


@pytest.fixture(scope="module")
def fitted(examples):
    return fit(examples)


@pytest.fixture(scope="module")
def probabilities(fitted):
    return mapped(fitted, SCORE_MAP)


@pytest.fixture(scope="module")
def keras_model(probabilities):
    return network(probabilities)


@pytest.fixture(scope="module")
def graph(probabilities, tmp_path_factory):
    file = tmp_path_factory.mktemp("graph") / "classifier.tflite"
    file.write_bytes(export(probabilities))
    return file


def expected_of(weights, features):
    """Return scores and evidence by NumPy alone, one video after the other."""
    logits = [weights.logits(video) for video in features]
    return np.array([sigmoid(pool(video)) for video in logits]), sigmoid(np.array(logits))


def test_it_learns_what_seconds_show(fitted):
    features, targets = made_up(400, 1)
    assert ((fitted.logits(features) > 0) == (targets > 0)).mean() > 0.9


def test_it_is_the_ridge_and_the_prototypes_of_what_it_was_given(fitted, examples):
    linear = fit_ridge(examples.features, examples.targets, examples.weights)
    assert np.array_equal(fitted.linear_kernel, linear.kernel)
    assert np.array_equal(fitted.linear_bias, linear.bias)
    assert np.array_equal(fitted.centre, examples.centre)
    assert 50 < len(fitted.prototypes) <= (examples.origins >= 0).sum() // FEWEST
    assert (fitted.slope, fitted.offset.tolist()) == (1, [0, 0, 0])


def test_prototypes_are_made_of_the_chosen_examples_alone(fitted, examples):
    spoilt = examples.features.copy()
    others = examples.origins < 0
    spoilt[others] = spoilt[others][::-1]
    other = fit(replace(examples, features=spoilt))
    assert np.array_equal(other.prototypes, fitted.prototypes)
    assert np.array_equal(other.shows, fitted.shows)
    assert not np.allclose(other.linear_kernel, fitted.linear_kernel, atol=1e-3)


def test_the_same_examples_give_the_same_classifier(fitted, examples):
    assert np.array_equal(fit(examples).logits(videos(1, 7)[0]), fitted.logits(videos(1, 7)[0]))


def test_what_is_not_known_teaches_nothing(examples):
    weights, spoilt = examples.weights.copy(), examples.targets.copy()
    weights[:300, 1] = 0
    spoilt[:300, 1] = 1 - spoilt[:300, 1]
    one, other = (
        fit(replace(examples, targets=targets, weights=weights)) for targets in (examples.targets, spoilt)
    )
    features = videos(1, 23)[0]
    assert np.allclose(one.logits(features), other.logits(features), atol=1e-4)


def test_a_label_that_nothing_shows_is_refused(examples):
    targets = examples.targets.copy()
    targets[:, 2] = 0
    with pytest.raises(TrainingDataError, match="Label number 3 "):
        fit(replace(examples, targets=targets))


@pytest.mark.parametrize(("count", "seconds"), VIDEOS)
def test_keras_gives_what_the_arrays_give(keras_model, probabilities, count, seconds):
    features = videos(count, seconds)
    found, (scores, evidence) = keras_model(features), expected_of(probabilities, features)
    assert np.allclose(found["scores"].numpy(), scores, rtol=0, atol=1e-5)
    assert np.allclose(found["evidence"].numpy(), evidence, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("count", "seconds"), VIDEOS)
def test_the_graph_gives_what_the_arrays_give(graph, probabilities, count, seconds):
    features = videos(count, seconds)
    scores, evidence = LiteRtClassifier(graph).classify(features)
    expected_scores, expected_evidence = expected_of(probabilities, features)
    assert scores.shape == (count, LABELS) and evidence.shape == (count, seconds, LABELS)
    assert np.allclose(scores, expected_scores, rtol=0, atol=1e-5)
    assert np.allclose(evidence, expected_evidence, rtol=0, atol=1e-5)


def test_the_graph_needs_no_operations_of_tensorflow(graph):
    from ai_edge_litert.interpreter import Interpreter

    names = {found["op_name"] for found in Interpreter(str(graph))._get_ops_details()}
    assert names and not [name for name in names if name.startswith("Flex") or name == "CUSTOM"]


@pytest.mark.parametrize("seconds", [1, 7, 23])
def test_it_does_not_matter_whether_seconds_are_mapped_or_the_whole_video(fitted, probabilities, seconds):
    seen = videos(5, seconds)
    of_seconds = np.array([sigmoid(pool(probabilities.logits(video))) for video in seen])
    before = np.array([sigmoid(pool(fitted.logits(video))) for video in seen])
    assert np.allclose(of_seconds, SCORE_MAP.apply(before), rtol=0, atol=1e-5)
    assert not np.allclose(of_seconds, before, atol=1e-2)


def test_a_map_keeps_the_order_of_a_label_and_touches_neither_function(fitted, probabilities):
    features = videos(1, 23)[0]
    before, after = (weights.logits(features).argsort(axis=0) for weights in (fitted, probabilities))
    assert np.array_equal(before, after)
    assert probabilities.linear_kernel is fitted.linear_kernel
    assert probabilities.slope == np.float32(1.4)
    assert probabilities.offset == pytest.approx([0.1, -0.3, -0.7])


@pytest.mark.parametrize(
    ("logits", "pooled"),
    [([0.4], 0.4), ([0.2, 0.8], 0.8), ([9.0, -1.0, 5.0], 7.0), ([-4.0, 2.0, -4.0, 2.0], 2.0)],
)
def test_pools_the_stronger_half(logits, pooled):
    assert pool(np.array(logits, np.float32)[:, np.newaxis]) == pytest.approx([pooled])


def test_each_label_has_a_stronger_half_of_its_own():
    assert pool(np.array([[1, 0], [0, 3]], np.float32)).tolist() == [1, 3]


def test_shares_are_those_of_the_logistic_function():
    logits = np.linspace(-12, 12, 49)
    assert np.allclose(sigmoid(logits.astype(np.float32)), 1 / (1 + np.exp(-logits)), rtol=0, atol=1e-7)
    assert sigmoid(np.array([-500, 500], np.float32)).tolist() == [0, 1]
