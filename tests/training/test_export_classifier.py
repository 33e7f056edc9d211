"""A trained classifier as the graph that the product runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import BundleError, TrainingDataError
from organizer.features.quantiser import Quantiser, Rounding
from organizer.tags.classifier import LiteRtClassifier
from organizer.training.architectures import ARCHITECTURES, build
from organizer.training.architectures.architecture import scorer_of
from organizer.training.calibration_map import ScoreMap
from organizer.training.engine.settings import TrainingSettings
from organizer.training.engine.trained import TrainedClassifier
from organizer.training.export_classifier import (
    export_checked,
    export_litert,
    largest_difference,
)
from tests.training.fakes import based_on, shaken

DIMENSIONS, LABELS = 24, ("Vehicle", "Concert", "Dance")
NAMES = list(ARCHITECTURES)
RECURRENT = {"rnn", "cnn-lstm", "cnn-lstm-masked"}


def untrained(name, dimensions=DIMENSIONS):
    """A classifier whose weights are all its own, biases and normalisations too."""
    import keras

    keras.utils.set_random_seed(7)
    base = based_on(dimensions, len(LABELS)) if name == "correction" else None
    model = build(name, dimensions, len(LABELS), based_on=base)
    return TrainedClassifier(
        architecture=name,
        dimensions=dimensions,
        labels=LABELS,
        space_id="fake-0",
        quantiser=Quantiser(-2.0, 2.0, Rounding.NEAREST),
        settings=TrainingSettings(),
        weights=shaken(model),
        history=(),
        best_epoch=0,
        data="made up",
        based_on=base,
    )


class Exported:
    """A classifier with its graph in a file; what Keras gives is computed once for each length."""

    def __init__(self, trained, file):
        self.trained, self.file = trained, file
        self._model, self._expected = trained.model(), {}
        file.write_bytes(export_litert(trained))

    def expected(self, seconds):
        """Scores and evidence of ``videos(2, seconds)``."""
        if seconds not in self._expected:
            outputs = self._model(videos(2, seconds), training=False)
            self._expected[seconds] = outputs["scores"].numpy(), outputs["evidence"].numpy()
        return self._expected[seconds]


@pytest.fixture(scope="module", params=NAMES)
def exported(request, tmp_path_factory):
    return Exported(untrained(request.param), tmp_path_factory.mktemp("graph") / "classifier.tflite")


def videos(count, seconds):
    return np.random.default_rng(seconds).normal(size=(count, seconds, DIMENSIONS)).astype(np.float32)


def test_the_graph_gives_what_keras_gives(exported):
    classifier = LiteRtClassifier(exported.file)
    for seconds in (45, 1, 7):
        expected_scores, expected_evidence = exported.expected(seconds)
        scores, evidence = classifier.classify(videos(2, seconds))
        assert np.allclose(scores, expected_scores, rtol=0, atol=1e-5)
        assert np.allclose(evidence, expected_evidence, rtol=0, atol=1e-5)
        assert scores.dtype == evidence.dtype == np.float32
        assert evidence.shape == (2, seconds, len(LABELS))
    trained = exported.trained
    found = largest_difference(trained.model(), trained.quantiser, trained.dimensions, exported.file)
    assert found < 1e-5


def test_only_recurrent_graphs_have_a_fixed_number_of_videos(exported):
    from organizer.features.litert import open_interpreter

    trained, file = exported.trained, exported.file
    (features,) = open_interpreter(file, threads=1).get_input_details()
    assert features["shape_signature"].tolist() == [
        1 if trained.architecture in RECURRENT else -1,
        -1,
        DIMENSIONS,
    ]


def test_only_recurrent_graphs_run_without_the_delegate_that_gets_their_loops_wrong(exported):
    trained, file = exported.trained, exported.file
    run = {found["op_name"] for found in LiteRtClassifier(file)._interpreter._get_ops_details()}
    assert ("DELEGATE" in run) == (trained.architecture not in RECURRENT)


def test_the_graph_needs_no_operations_of_tensorflow(exported):
    from ai_edge_litert.interpreter import Interpreter

    operations = {found["op_name"] for found in Interpreter(str(exported.file))._get_ops_details()}
    assert operations
    assert not [name for name in operations if name.startswith("Flex") or name == "CUSTOM"]


SCORE_MAP = ScoreMap(1.6, -0.4, (0.5, 0.0, -0.5))


@pytest.mark.parametrize("name", ["attention", "correction", "rnn"])
def test_a_map_of_scores_is_part_of_the_graph(name, tmp_path):
    plain = untrained(name)
    mapped = replace(plain, score_map=SCORE_MAP)
    difference = export_checked(mapped, tmp_path / "classifier.tflite")
    assert difference < 1e-5
    scores, evidence = LiteRtClassifier(tmp_path / "classifier.tflite").classify(videos(2, 7))
    before = plain.model()(videos(2, 7), training=False)
    for found, raw in ((scores, before["scores"]), (evidence, before["evidence"])):
        assert np.allclose(found, SCORE_MAP.apply(raw.numpy()), rtol=0, atol=1e-5)
        assert not np.allclose(found, raw.numpy(), rtol=0, atol=1e-3)


def test_a_map_of_scores_leaves_padding_without_evidence():
    model = replace(untrained("attention"), score_map=SCORE_MAP).model()
    padded = videos(2, 9)
    padded[:, 5:] = 0
    evidence = model(padded, training=False)["evidence"].numpy()
    assert not evidence[:, 5:].any() and evidence[:, :5].all()
    assert np.allclose(scorer_of(model)(padded), model(padded, training=False)["scores"])


def test_a_graph_that_scores_otherwise_is_not_kept(tmp_path, monkeypatch):
    other = export_litert(untrained("majority"))
    monkeypatch.setattr("organizer.training.export_classifier.export_litert", lambda trained: other)
    with pytest.raises(TrainingDataError, match="gives other scores"):
        export_checked(untrained("moe"), tmp_path / "a.tflite")
    assert not list(tmp_path.iterdir())


def test_a_graph_for_a_fixed_number_of_several_videos_is_refused(tmp_path):
    import tensorflow as tf

    signature = tf.TensorSpec((3, 5, 4), tf.float32)
    function = tf.function(lambda x: (tf.reduce_mean(x, axis=1), tf.sigmoid(x)))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function(signature)])
    (tmp_path / "three.tflite").write_bytes(converter.convert())
    with pytest.raises(BundleError, match="no video classifier"):
        LiteRtClassifier(tmp_path / "three.tflite")
