import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from organizer.features.quantiser import Quantiser, Rounding
from organizer.models.cnn_lstm_weights import SHAPES, CnnLstmWeights
from organizer.models.inception.keras_h5 import read_published_classifier
from organizer.tags.cnn_lstm import CnnLstmClassifier
from tests.published_model import save_h5

TRUNCATE = Quantiser(-2.0, 2.0, Rounding.TRUNCATE)
NEAREST = Quantiser(-2.0, 2.0, Rounding.NEAREST)


@pytest.fixture(scope="module", params=["convolutions first", "LSTM first"])
def both(request, tmp_path_factory):
    """The stand-in in tf_keras, and ours made of its file."""
    folder = tmp_path_factory.mktemp("published")
    model = save_h5(folder / "model.h5", lstm_first=request.param == "LSTM first")
    weights = read_published_classifier(folder / "model.h5")
    shutil.rmtree(folder)
    return model, weights


@pytest.fixture(scope="module")
def ours(both):
    return CnnLstmClassifier(both[1], TRUNCATE)


def raw_videos(videos, seconds, seed=0):
    """Bytes with a level of their own for each video and dimension, and noise from second to second."""
    rng = np.random.default_rng(seed)
    level = rng.normal(128, 50, (videos, 1, 1024))
    return np.clip(level + rng.normal(0, 20, (videos, seconds, 1024)), 0, 255).astype(np.uint8)


def keras_scores(model, raw):
    return model.predict(raw.astype(np.float32), verbose=0)


@pytest.mark.parametrize("quantiser", [TRUNCATE, NEAREST, Quantiser(-3.5, 7.0, Rounding.TRUNCATE)])
def test_scores_as_keras_does_on_the_bytes(both, quantiser):
    model, weights = both
    raw = raw_videos(12, 45)
    raw[0], raw[1] = 0, 255
    scores, _ = CnnLstmClassifier(weights, quantiser).classify(quantiser.dequantise(raw))
    expected = keras_scores(model, raw)
    assert scores.dtype == np.float32
    assert np.abs(scores - expected).max() < 1e-5
    # The stand-in tells videos apart, or agreement would say little.
    assert expected.std(axis=0).max() > 0.02


def test_every_weight_matters(both):
    _, weights = both
    features = TRUNCATE.dequantise(raw_videos(1, 3))
    expected, _ = CnnLstmClassifier(weights, TRUNCATE).classify(features)
    for name in SHAPES:
        changed = {**weights.arrays, name: weights.arrays[name] * np.float32(1.5)}
        scores, _ = CnnLstmClassifier(CnnLstmWeights(changed, weights.epsilons), TRUNCATE).classify(features)
        assert np.abs(scores - expected).max() > 1e-5, name


@pytest.mark.parametrize("seconds", [1, 2, 3, 4, 7, 22, 44])
def test_a_short_video_is_repeated_from_its_start(both, ours, seconds):
    model, _ = both
    raw = raw_videos(3, seconds, seed=seconds)
    scores, evidence = ours.classify(TRUNCATE.dequantise(raw))
    assert np.abs(scores - keras_scores(model, raw[:, np.arange(45) % seconds])).max() < 1e-5
    assert evidence.shape == (3, seconds, 10)


@pytest.mark.parametrize(
    ("seconds", "windows"),
    [
        (1, {0: [0]}),
        (3, {0: [0, 1, 2], 2: [0, 1, 2]}),
        (5, {0: [0, 1, 2], 2: [0, 1, 2], 3: [2, 3, 4], 4: [2, 3, 4]}),
        (45, {0: [0, 1, 2], 22: [21, 22, 23], 44: [42, 43, 44]}),
    ],
)
def test_evidence_is_the_score_of_the_seconds_around(both, ours, seconds, windows):
    model, _ = both
    raw = raw_videos(2, seconds)
    _, evidence = ours.classify(TRUNCATE.dequantise(raw))
    for second, window in windows.items():
        alone = raw[:, window][:, np.arange(45) % len(window)]
        assert np.abs(evidence[:, second] - keras_scores(model, alone)).max() < 1e-5


def test_evidence_tells_the_halves_of_a_video_apart(ours):
    first, second = raw_videos(1, 6, seed=1), raw_videos(1, 6, seed=2)
    _, evidence = ours.classify(TRUNCATE.dequantise(np.concatenate([first, second], axis=1)))
    _, of_first = ours.classify(TRUNCATE.dequantise(first))
    _, of_second = ours.classify(TRUNCATE.dequantise(second))
    assert np.abs(evidence[:, :6] - of_first).max() < 1e-5
    assert np.abs(evidence[:, 6:] - of_second).max() < 1e-5
    assert np.abs(of_first.mean(axis=1) - of_second.mean(axis=1)).max() > 0.01


def test_a_video_does_not_depend_on_its_neighbours(both):
    # More sequences than are computed at once: 3 videos of 1 + 4.
    ours = CnnLstmClassifier(both[1], TRUNCATE, chunk=4)
    features = TRUNCATE.dequantise(raw_videos(3, 12))
    scores, evidence = ours.classify(features)
    for index in range(3):
        alone, alone_evidence = ours.classify(features[index : index + 1])
        assert np.abs(scores[index] - alone[0]).max() < 1e-5
        assert np.abs(evidence[index] - alone_evidence[0]).max() < 1e-5


def test_classifying_twice_gives_the_same(ours):
    features = TRUNCATE.dequantise(raw_videos(2, 9))
    kept = features.copy()
    first, second = ours.classify(features), ours.classify(features)
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1])
    assert np.array_equal(features, kept)


def test_several_threads_may_ask_and_numpy_gets_its_threads_back(ours):
    def settings():
        return [pool["num_threads"] for pool in ThreadpoolController().info() if pool["user_api"] == "blas"]

    before = settings()
    videos = [TRUNCATE.dequantise(raw_videos(1, 3, seed)) for seed in range(6)]
    expected = [ours.classify(video)[0] for video in videos]
    with ThreadPoolExecutor(3) as pool:
        scores = [scores for scores, _ in pool.map(ours.classify, videos)]
    assert all(np.array_equal(*pair) for pair in zip(scores, expected, strict=True))
    assert settings() == before


def test_scores_are_probabilities_whatever_the_weights(both):
    _, weights = both
    huge = CnnLstmWeights({name: array * 100 for name, array in weights.arrays.items()}, weights.epsilons)
    with np.errstate(all="raise", under="ignore"):
        scores, evidence = CnnLstmClassifier(huge, TRUNCATE).classify(TRUNCATE.dequantise(raw_videos(3, 45)))
    for values in (scores, evidence):
        assert values.min() >= 0 and values.max() <= 1


def test_no_videos_have_no_scores(ours):
    scores, evidence = ours.classify(np.empty((0, 12, 1024), np.float32))
    assert scores.shape == (0, 10) and evidence.shape == (0, 12, 10)


@pytest.mark.parametrize("shape", [(1, 0, 1024), (1, 46, 1024), (1, 45, 128), (45, 1024)])
def test_other_shapes_are_refused(ours, shape):
    with pytest.raises(ValueError, match="expected"):
        ours.classify(np.zeros(shape, np.float32))


def test_runs_without_tensorflow():
    # Also proves that it imports none by way of something else.
    code = """
import sys, numpy as np
for name in ("tensorflow", "keras", "tf_keras", "h5py"): sys.modules[name] = None
from organizer.features.quantiser import Quantiser, Rounding
from organizer.models.cnn_lstm_weights import SHAPES, CnnLstmWeights
from organizer.tags.cnn_lstm import CnnLstmClassifier
zeros = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
classifier = CnnLstmClassifier(CnnLstmWeights(zeros, (1e-3,) * 3), Quantiser(-2, 2, Rounding.TRUNCATE))
scores, evidence = classifier.classify(np.zeros((1, 4, 1024), np.float32))
assert (scores == 0.5).all() and (evidence == 0.5).all()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
