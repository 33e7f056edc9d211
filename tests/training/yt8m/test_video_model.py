from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.tags.classifier import LiteRtClassifier
from organizer.training.calibration_map import ScoreMap
from organizer.training.metrics import average_precisions
from organizer.training.yt8m import build_classifier
from organizer.training.yt8m.build_classifier import MAX_DIFFERENCE, export_checked
from organizer.training.yt8m.video_model import (
    LENGTH,
    VideoModelSettings,
    VideoModelWeights,
    calibrated,
    drawn_to_length,
    keras_model,
    train_video_model,
)
from tests.training.yt8m.made_up_means import DIMENSIONS, made_up_means

SETTINGS = VideoModelSettings(hidden=24, epochs=12, batch=64, learning_rate=0.01, hidden_dropout=0.2)


@pytest.fixture(scope="module")
def trained():
    return train_video_model(made_up_means(), SETTINGS)


def test_it_learns_what_the_labels_look_like(trained):
    unseen = made_up_means(300, seed=4)
    precisions = average_precisions(unseen.targets > 0, trained.score(unseen.features))
    assert precisions.mean() > 0.9


def test_the_same_seed_gives_the_same_weights(trained):
    again = train_video_model(made_up_means(), SETTINGS)
    assert np.array_equal(trained.hidden_kernel, again.hidden_kernel)
    other = train_video_model(made_up_means(), replace(SETTINGS, seed=1))
    assert not np.array_equal(trained.hidden_kernel, other.hidden_kernel)


def test_what_says_other_classes_is_left_out(trained):
    assert trained.kernel.shape == (24, 10) and trained.bias.shape == (10,)
    assert trained.size == 64 * 24 + 24 + 24 * 10 + 10


def test_weights_are_what_16_bits_hold(trained):
    for part in (trained.hidden_kernel, trained.hidden_bias, trained.kernel, trained.bias):
        assert np.array_equal(part, part.astype(np.float16).astype(np.float32))


def test_the_map_of_scores_goes_into_the_last_layer(trained):
    score_map = ScoreMap(0.8, -0.3, tuple(np.linspace(-0.5, 0.5, 10)))
    features = made_up_means(200, seed=9).features
    expected = score_map.apply(trained.score(features))
    # Sixteen bits of a weight are three digits.
    assert calibrated(trained, score_map).score(features) == pytest.approx(expected, abs=3e-3)


@pytest.fixture(scope="module")
def graph(trained, tmp_path_factory):
    file = tmp_path_factory.mktemp("graph") / "classifier.tflite"
    return file, export_checked(trained, file)


def test_the_graph_is_keras(trained, graph):
    file, difference = graph
    assert difference <= MAX_DIFFERENCE
    model, classifier = keras_model(trained), LiteRtClassifier(file)
    rng = np.random.default_rng(5)
    for videos, seconds in ((1, 1), (4, 3), (2, 45), (64, 7)):
        features = rng.uniform(-2, 2, (videos, seconds, DIMENSIONS)).astype(np.float32)
        expected = model(features, training=False)
        scores, evidence = classifier.classify(features)
        assert scores.shape == (videos, 10) and evidence.shape == (videos, seconds, 10)
        assert np.abs(scores - expected["scores"].numpy()).max() <= MAX_DIFFERENCE
        assert np.abs(evidence - expected["evidence"].numpy()).max() <= MAX_DIFFERENCE


def test_scores_are_of_the_mean_and_evidence_of_five_seconds(trained, graph):
    classifier = LiteRtClassifier(graph[0])
    video = np.random.default_rng(6).uniform(-2, 2, (1, 9, DIMENSIONS)).astype(np.float32)
    scores, evidence = classifier.classify(video)
    assert scores == pytest.approx(trained.score(video.mean(axis=1)), abs=1e-5)
    for second in range(9):
        around = video[0, max(0, second - 2) : second + 3].mean(axis=0)
        assert evidence[0, second] == pytest.approx(trained.score(around[np.newaxis])[0], abs=1e-5)


def test_evidence_points_at_the_seconds_that_show_a_label(graph):
    means = made_up_means(600)
    first, second = (means.features[means.targets[:, label] > 0].mean(axis=0) for label in (1, 4))
    video = np.repeat(np.stack([first, second]), 10, axis=0)[np.newaxis].astype(np.float32)
    _, evidence = LiteRtClassifier(graph[0]).classify(video)
    assert evidence[0, :8, 1].min() > 0.6 > 0.3 > evidence[0, 12:, 1].max()
    assert evidence[0, 12:, 4].min() > 0.6 > 0.3 > evidence[0, :8, 4].max()


def test_a_graph_that_scores_otherwise_is_not_written(trained, tmp_path, monkeypatch):
    def wrong(_model):
        bent = replace(trained, bias=trained.bias + 1)
        return export(keras_model(bent))

    export = build_classifier.export_video_model
    monkeypatch.setattr(build_classifier, "export_video_model", wrong)
    with pytest.raises(TrainingDataError, match="gives other scores"):
        export_checked(trained, tmp_path / "classifier.tflite")
    assert list(tmp_path.iterdir()) == []


def test_length_counts_half():
    short = np.array([[3, 4], [0.3, 0.4], [0, 0]], np.float32)
    drawn = drawn_to_length(short)
    assert np.linalg.norm(drawn, axis=1) == pytest.approx(np.sqrt(LENGTH * np.array([5, 0.5, 0])))
    assert drawn[0, 1] / drawn[0, 0] == pytest.approx(4 / 3)


def test_scores_of_huge_logits_are_numbers():
    weights = VideoModelWeights(
        np.full((2, 1), 500, np.float32), np.zeros(1, np.float32), *np.ones((2, 1, 1), np.float32)
    )
    scores = weights.score(np.array([[1, 1], [-1, -1]], np.float32)).ravel()
    assert scores.tolist() == pytest.approx([1, 1 / (1 + np.exp(-1))])
