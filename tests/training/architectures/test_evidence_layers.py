"""The layers of the bundled classifier compute what its arrays say, of any number of videos at once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from organizer.training.evidence_weights import RARITY, BasedOn
from organizer.training.lite.second_classifier import pool, sigmoid
from tests.training.fakes import evidence_weights

DIMENSIONS, LABELS = 12, 5
COLUMNS = tuple(range(LABELS))
LENGTHS_S = (1, 7, 23)


def videos(count, seconds, seed=0):
    return np.random.default_rng(seed).normal(size=(count, seconds, DIMENSIONS)).astype(np.float32)


def padded(features, seconds):
    return np.pad(features, ((0, 0), (0, seconds - features.shape[1]), (0, 0)))


def logits_model(arrays, columns=COLUMNS):
    """Features to the logits of their seconds."""
    import keras

    from organizer.training.architectures.evidence_layers import evidence_logits

    features = keras.Input((None, DIMENSIONS))
    return keras.Model(features, evidence_logits(features, BasedOn(arrays, columns), "logits"))


def pooled(logits, real):
    from organizer.training.architectures.evidence_layers import StrongerLogits

    return StrongerLogits()(logits.astype(np.float32), real.astype(np.float32)).numpy()


@pytest.fixture(scope="module")
def arrays():
    return evidence_weights(DIMENSIONS, LABELS)


@pytest.fixture(scope="module")
def model(arrays):
    return logits_model(arrays)


@pytest.mark.parametrize("seconds", LENGTHS_S)
def test_logits_are_those_of_the_arrays(model, arrays, seconds):
    features = videos(3, seconds)
    found = model(features).numpy()
    assert found.shape == (3, seconds, LABELS) and found.dtype == np.float32
    assert np.allclose(found, [arrays.logits(video) for video in features], rtol=0, atol=1e-5)


def test_labels_stand_where_they_are_wanted_and_unknown_ones_start_low(arrays):
    features = videos(2, 4)
    found = logits_model(arrays, (3, -1, 0))(features).numpy()
    expected = np.stack([arrays.logits(video) for video in features])
    assert np.allclose(found[..., [0, 2]], expected[..., [3, 0]], rtol=0, atol=1e-5)
    assert np.allclose(found[..., 1], -2.0)


def test_a_second_far_from_all_and_one_at_the_centre_have_numbers(arrays):
    pole = np.zeros((1, len(arrays.centre)), np.float32)
    pole[0, 0] = 1
    shares = np.ones((1, LABELS), np.float32)
    alone = replace(arrays, prototypes=pole, shows=shares, shows_not=shares)
    features = np.zeros((1, 2, DIMENSIONS), np.float32)
    features[0, :, : len(arrays.centre)] = arrays.centre
    features[0, 0, 0] -= 9
    assert np.allclose(alone.likeness(features[0]), -RARITY, atol=1e-6)
    assert np.allclose(logits_model(alone)(features).numpy()[0], alone.logits(features[0]), rtol=0, atol=1e-5)


@pytest.mark.parametrize("seconds", LENGTHS_S)
def test_the_stronger_half_is_that_of_the_arrays(seconds):
    logits = 5 * np.random.default_rng(seconds).normal(size=(4, seconds, LABELS))
    found = pooled(logits, np.ones((4, seconds, 1)))
    assert np.allclose(found, [sigmoid(pool(video)) for video in logits], rtol=0, atol=1e-6)


@pytest.mark.parametrize("middle", [-30.0, 0.0, 4.0])
@pytest.mark.parametrize("seconds", LENGTHS_S)
def test_padding_is_ignored_wherever_it_stands_in_the_ranking(seconds, middle):
    logits = middle + np.random.default_rng(seconds).normal(size=(1, 30, LABELS))
    real = (np.arange(30) < seconds)[np.newaxis, :, np.newaxis]
    expected = sigmoid(pool(logits[0, :seconds]))
    assert np.allclose(pooled(logits, real), expected, rtol=0, atol=1e-6)


def test_videos_of_other_lengths_do_not_matter():
    logits = np.random.default_rng(0).normal(size=(3, 9, LABELS))
    lengths = (9, 1, 4)
    real = (np.arange(9) < np.array(lengths)[:, np.newaxis])[..., np.newaxis]
    expected = [sigmoid(pool(video[:length])) for video, length in zip(logits, lengths, strict=True)]
    assert np.allclose(pooled(logits, real), expected, rtol=0, atol=1e-6)


def test_nothing_but_padding_scores_nothing():
    assert (pooled(np.full((1, 4, LABELS), 3.0), np.zeros((1, 4, 1))) == 0).all()


def test_the_arrays_are_not_trained(model):
    assert not model.trainable_variables and len(model.weights) == 8


def test_both_stay_exact_in_mixed_precision(arrays):
    import keras

    from organizer.training.architectures.evidence_layers import StrongerLogits

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed, half = logits_model(arrays), StrongerLogits()
    finally:
        keras.config.set_dtype_policy("float32")
    features = videos(2, 5)
    logits = mixed(features)
    assert np.allclose(logits.numpy(), [arrays.logits(video) for video in features], rtol=0, atol=1e-5)
    scores = half(logits, np.ones((2, 5, 1), np.float32))
    assert (logits.dtype, scores.dtype) == ("float32", "float32")


def whole_classifier(arrays):
    from organizer.training.lite.second_classifier import network

    return network(arrays)


def test_a_saved_network_computes_what_it_did(arrays, tmp_path):
    import keras

    built = whole_classifier(arrays)
    built.save(tmp_path / "classifier.keras")
    again = keras.saving.load_model(tmp_path / "classifier.keras", compile=False)
    features = padded(videos(2, 7), 9)
    expected = built(features)
    for name, values in again(features).items():
        assert np.array_equal(values.numpy(), expected[name].numpy())
    names = {"EvidenceLogits", "StrongerLogits"}
    saved, ours = ([x for x in model.layers if type(x).__name__ in names] for model in (again, built))
    assert len(ours) == 2
    assert [layer.get_config() for layer in saved] == [layer.get_config() for layer in ours]


def test_names_in_saved_files_stay_as_they_are(model):
    from keras.saving import get_registered_name

    from organizer.training.architectures.evidence_layers import EvidenceLogits, StrongerLogits

    found = [get_registered_name(layer) for layer in (EvidenceLogits, StrongerLogits)]
    assert found == ["organizer>EvidenceLogits", "organizer>StrongerLogits"]
    settings = model.get_layer("logits").get_config()
    kept = {name: settings[name] for name in ("labels", "prototypes", "likeness", "columns", "unknown")}
    sizes = {"labels": LABELS, "prototypes": 9, "likeness": 8}
    assert kept == {**sizes, "columns": list(COLUMNS), "unknown": -2.0}


def test_a_saved_network_opens_in_a_process_that_built_nothing(arrays, tmp_path):
    whole_classifier(arrays).save(tmp_path / "classifier.keras")
    code = (
        "import sys, keras, organizer.training.architectures.evidence_layers;"
        "print(keras.saving.load_model(sys.argv[1], compile=False).count_params())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "classifier.keras")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    assert int(done.stdout) == 12 * 5 + 5 + 8 + 9 * 8 + 2 * 9 * 5 + 1 + 5
