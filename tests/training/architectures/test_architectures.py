"""What every architecture promises, and what only the published ones do."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.architectures import ARCHITECTURES, build
from organizer.training.architectures.architecture import scorer_of
from organizer.training.lite.second_classifier import pool, sigmoid
from tests.training.fakes import based_on, shaken

DIMENSIONS, LABELS = 12, 4
NAMES = list(ARCHITECTURES)
PUBLISHED = ["rnn", "cnn-lstm"]


def made(name):
    base = based_on(DIMENSIONS, LABELS) if name == "correction" else None
    return build(name, DIMENSIONS, LABELS, based_on=base)


@cache
def model(name):
    import keras

    keras.utils.set_random_seed(3)
    built = made(name)
    built.set_weights(shaken(built, seed=4))
    return built


@cache
def function(name):
    import tensorflow as tf

    built, signature = model(name), [tf.TensorSpec((None, None, DIMENSIONS), tf.float32)]

    @tf.function(input_signature=signature, autograph=False)
    def scored(features):
        return built(features, training=False)

    return scored


def run(name, features):
    return {key: value.numpy() for key, value in function(name)(features).items()}


def videos(count, seconds, seed=0):
    return np.random.default_rng(seed).normal(size=(count, seconds, DIMENSIONS)).astype(np.float32)


def padded(features, seconds):
    return np.concatenate(
        [features, np.zeros((len(features), seconds - features.shape[1], DIMENSIONS), np.float32)], axis=1
    )


@pytest.mark.parametrize("seconds", [1, 7, 45])
@pytest.mark.parametrize("name", NAMES)
def test_gives_scores_and_evidence_of_any_length(name, seconds):
    outputs = run(name, videos(3, seconds))
    assert set(outputs) == {"scores", "evidence"}
    assert outputs["scores"].shape == (3, LABELS)
    assert outputs["evidence"].shape == (3, seconds, LABELS)
    for values in outputs.values():
        assert values.dtype == np.float32
        assert values.min() >= 0 and values.max() <= 1


@pytest.mark.parametrize("seconds", [1, 7, 44])
@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_no_score(name, seconds):
    features = videos(2, seconds)
    assert np.allclose(run(name, features)["scores"], run(name, padded(features, 45))["scores"], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_no_evidence_and_has_none(name):
    features = videos(2, 7)
    evidence = run(name, padded(features, 20))["evidence"]
    assert np.allclose(evidence[:, :7], run(name, features)["evidence"], atol=2e-6)
    assert not evidence[:, 7:].any()


@pytest.mark.parametrize("name", NAMES)
def test_a_video_does_not_depend_on_its_neighbours(name):
    short, long = padded(videos(1, 3, seed=5), 9), videos(1, 9, seed=6)
    together = run(name, np.concatenate([short, long]))
    for row, alone in enumerate((short, long)):
        for key, values in run(name, alone).items():
            assert np.allclose(values[0], together[key][row], atol=1e-6)


@pytest.mark.parametrize("name", [name for name in NAMES if ARCHITECTURES[name].free_batch])
def test_evidence_is_the_score_of_the_second_alone(name):
    features = videos(2, 5)
    evidence = run(name, features)["evidence"]
    for second in range(5):
        alone = run(name, features[:, second : second + 1])["scores"]
        assert np.allclose(evidence[:, second], alone, atol=1e-6)


@pytest.mark.parametrize("seconds", [2, 8])
def test_evidence_of_a_masked_recurrent_network_is_the_score_of_three_seconds(seconds):
    features = videos(1, seconds)
    evidence = run("cnn-lstm-masked", features)["evidence"][0]
    # The last window begins early enough to be whole.
    starts = [0] if seconds == 2 else [0, 3, 5]
    for window, start in enumerate(starts):
        alone = run("cnn-lstm-masked", features[:, start : start + 3])["scores"][0]
        assert np.allclose(evidence[3 * window : 3 * window + 3], alone, atol=1e-6)


@pytest.mark.parametrize("seconds", [1, 7, 44])
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_networks_see_short_videos_over_and_over(name, seconds):
    features = videos(2, seconds)
    repeated = np.concatenate([features] * 45, axis=1)[:, :45]
    scores = run(name, features)["scores"]
    assert np.allclose(scores, run(name, repeated)["scores"], atol=1e-6)
    zeros = np.ascontiguousarray(padded(features, 45))
    assert np.abs(scores - model(name).get_layer("core")(zeros, training=False).numpy()).max() > 1e-5


@pytest.mark.parametrize("seconds", [2, 8])
@pytest.mark.parametrize("name", PUBLISHED)
def test_evidence_of_a_published_network_is_the_score_of_three_seconds_repeated(name, seconds):
    features = videos(1, seconds)
    evidence = run(name, features)["evidence"][0]
    starts = [0] if seconds == 2 else [0, 3, 5]
    for window, start in enumerate(starts):
        part = features[:, start : start + 3]
        whole = np.concatenate([part] * 45, axis=1)[:, :45]
        assert np.allclose(evidence[3 * window : 3 * window + 3], run(name, whole)["scores"][0], atol=1e-6)


@pytest.mark.parametrize("name", ["rnn", "cnn-lstm", "cnn-lstm-masked", "attention-conv"])
def test_sees_the_order_of_seconds(name):
    features = videos(2, 45)
    assert np.abs(run(name, features)["scores"] - run(name, features[:, ::-1])["scores"]).max() > 1e-4


@pytest.mark.parametrize("name", ["majority", "moe", "netvlad", "attention", "correction"])
def test_is_blind_to_the_order_of_seconds(name):
    features = videos(2, 45)
    assert np.allclose(run(name, features)["scores"], run(name, features[:, ::-1])["scores"], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_network(name):
    import keras

    weights = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        weights.append(np.concatenate([w.ravel() for w in made(name).get_weights()]))
    assert np.array_equal(weights[0], weights[1])
    assert name in {"majority", "correction"} or not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize("name", NAMES)
def test_every_weight_learns_from_the_scores(name):
    import tensorflow as tf

    scorer = scorer_of(model(name))
    assert len(scorer.trainable_variables) == len(model(name).trainable_variables)
    # Several draws: dropout may silence a weight in one of them.
    largest = np.zeros(len(scorer.trainable_variables))
    for seed in range(3):
        features = padded(videos(8, 9, seed), 12)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.math.log(scorer(features, training=True)))
        gradients = tape.gradient(loss, scorer.trainable_variables)
        for number, gradient in enumerate(gradients):
            assert gradient is not None, scorer.trainable_variables[number].path
            assert np.isfinite(gradient.numpy()).all()
            largest[number] = max(largest[number], np.abs(gradient.numpy()).max())
    silent = [v.path for v, size in zip(scorer.trainable_variables, largest, strict=True) if not size]
    assert not silent


@pytest.mark.parametrize("name", NAMES)
def test_a_video_of_zeros_only_is_scored(name):
    outputs = run(name, np.zeros((1, 5, DIMENSIONS), np.float32))
    assert np.isfinite(outputs["scores"]).all()
    assert not outputs["evidence"].any()


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_float32_in_mixed_precision(name):
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = made(name)
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model(name).get_weights())
    found, exact = mixed(videos(2, 6), training=False), run(name, videos(2, 6))
    for key, values in exact.items():
        assert found[key].dtype == "float32"
        assert np.abs(found[key].numpy() - values).max() < 0.1


@pytest.mark.parametrize(
    ("name", "weights", "trainable"),
    [("majority", 10, 10), ("rnn", 78_602, 78_602), ("cnn-lstm", 4_211_400, 4_211_340)],
)
def test_the_published_networks_have_the_published_size(name, weights, trainable):
    published = build(name, 1024, 10, seconds=45)
    assert published.count_params() == weights
    assert sum(int(np.prod(v.shape)) for v in published.trainable_variables) == trainable


@pytest.mark.parametrize("name", ["moe", "netvlad", "attention", "attention-conv"])
def test_ours_are_smaller_than_the_published_one(name):
    assert build(name, 1024, 10).count_params() < 2_000_000


@pytest.mark.parametrize("seconds", [45, 7])
def test_the_published_network_computes_what_its_runtime_computes(seconds):
    """The same weights, once in Keras and once in the numpy code that runs the downloaded model."""
    from organizer.features.quantiser import Quantiser, Rounding
    from organizer.models.cnn_lstm_weights import CnnLstmWeights
    from organizer.tags.cnn_lstm import CnnLstmClassifier

    published = build("cnn-lstm", 1024, 10)
    core = published.get_layer("core")
    arrays = {}
    kinds = {"Conv1D": "conv", "BatchNormalization": "norm", "LSTM": "lstm", "Dense": "dense"}
    counts = dict.fromkeys(kinds, 0)
    for layer in core.layers:
        kind = type(layer).__name__
        if kind in kinds:
            for weight in layer.weights:
                arrays[f"{kinds[kind]}{counts[kind]}/{weight.name}"] = weight.numpy()
            counts[kind] += 1
    runtime = CnnLstmClassifier(CnnLstmWeights(arrays, (1e-3,) * 3), Quantiser(0, 255, Rounding.NEAREST))
    features = np.random.default_rng(0).integers(0, 256, (2, seconds, 1024)).astype(np.float32)
    scores, evidence = runtime.classify(features)
    found = published(features, training=False)
    assert np.allclose(found["scores"].numpy(), scores, atol=1e-4)
    assert np.allclose(found["evidence"].numpy(), evidence, atol=1e-4)


def test_a_correction_starts_as_what_it_corrects():
    base, features = based_on(DIMENSIONS, LABELS), videos(3, 7)
    outputs = made("correction")(features, training=False)
    logits = np.stack([base.arrays.logits(video) for video in features])
    found = outputs["evidence"].numpy()
    assert np.allclose(found[..., :-1], sigmoid(logits)[..., ::-1], atol=1e-5)
    assert np.allclose(found[..., -1], 1 / (1 + np.exp(2.0)), atol=1e-5)
    expected = [sigmoid(pool(video))[::-1] for video in logits]
    assert np.allclose(outputs["scores"].numpy()[:, :-1], expected, atol=1e-5)


def test_a_correction_is_added_before_seconds_are_pooled():
    base, features = based_on(DIMENSIONS, LABELS), videos(3, 7)
    built, rng = made("correction"), np.random.default_rng(5)
    correction = built.get_layer("core").get_layer("correction")
    kernel, bias = (rng.normal(size=weight.shape).astype(np.float32) for weight in correction.get_weights())
    correction.set_weights([kernel, bias])
    found = built(features, training=False)["scores"].numpy()
    unknown = np.full((7, 1), -2, np.float32)
    for video, scores in zip(features, found, strict=True):
        logits = np.hstack([base.arrays.logits(video)[:, ::-1], unknown]) + video @ kernel + bias
        assert np.allclose(scores, sigmoid(pool(logits)), atol=1e-5)


def test_a_correction_leaves_what_it_corrects_as_it_is():
    built = made("correction")
    assert [v.shape for v in built.trainable_variables] == [(DIMENSIONS, LABELS), (LABELS,)]


def test_a_correction_of_nothing_is_refused():
    with pytest.raises(TrainingDataError, match="needs a model to build on"):
        build("correction", DIMENSIONS, LABELS)


def test_an_unknown_name_is_refused():
    with pytest.raises(TrainingDataError, match=r"no architecture 'nosuch'.*attention"):
        build("nosuch", 4, 2)
