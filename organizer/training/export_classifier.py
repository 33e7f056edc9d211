"""Turn a trained classifier into what a bundle carries, a LiteRT graph, and prove that it scores the same."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.features.quiet import quiet_stderr
from organizer.tags.classifier import LiteRtClassifier
from organizer.training.architectures import architecture
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from organizer.features.quantiser import Quantiser
    from organizer.training.engine.trained import TrainedClassifier

LENGTHS_S = (1, 2, 7, MAX_SECONDS)
"""Of the videos that the graph is compared with Keras on."""
MAX_DIFFERENCE = 1e-4
"""Between graph and Keras: sums in another order differ by some 1e-6, what is converted wrongly by 0.01."""


def export_litert(trained: TrainedClassifier) -> bytes:
    """Return the classifier as a LiteRT graph of built-in operations only.

    It takes float32 (videos, seconds, dimensions), 1 to 45 seconds, and gives scores (videos, labels) and
    evidence (videos, seconds, labels). The number of videos is free, but 1 for recurrent networks: with a
    free one their loops do not convert.
    """
    videos = None if architecture(trained.architecture).free_batch else 1
    return litert_graph(trained.model(batch=videos), trained.dimensions, videos)


def litert_graph(
    model: Any, dimensions: int, videos: int | None = None, *, half_precision: bool = False
) -> bytes:
    """Return a Keras model, as ``Architecture.build`` gives it, as a LiteRT graph of built-in operations.

    Args:
        model: the model.
        dimensions: numbers of each second.
        videos: how many it takes at once; None for any number.
        half_precision: whether its weights have 16 bits each; they should be rounded to these.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    def classify(features: Any) -> tuple[Any, Any]:
        outputs = model(features, training=False)
        return outputs["scores"], outputs["evidence"]

    signature = tf.TensorSpec((videos, None, dimensions), tf.float32, name="features")
    with quiet_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = tf.function(classify, autograph=False).get_concrete_function(signature)
        frozen = convert_variables_to_constants_v2(traced)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if half_precision:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        graph: bytes = converter.convert()
    return graph


def largest_difference(model: Any, quantiser: Quantiser, dimensions: int, graph: Path) -> float:
    """Return by how much a graph's scores and evidence differ at most from what Keras computes.

    On made-up videos of 1, 2, 7 and 45 seconds with features as the quantiser stores them.
    """
    import numpy as np

    classifier, rng, worst = LiteRtClassifier(graph), np.random.default_rng(0), 0.0
    for seconds in LENGTHS_S:
        stored = rng.integers(0, 256, (2, seconds, dimensions), np.uint8)
        features = quantiser.dequantise(stored)
        expected = model(features, training=False)
        for name, found in zip(("scores", "evidence"), classifier.classify(features), strict=True):
            worst = max(worst, float(np.abs(found - expected[name].numpy()).max()))
    return worst


def write_checked(
    graph: bytes,
    file: Path,
    model: Any,
    *,
    quantiser: Quantiser,
    dimensions: int,
    most: float = MAX_DIFFERENCE,
) -> float:
    """Write a graph, and return by how much its scores and evidence differ from Keras's.

    Args:
        graph: the graph.
        file: where it goes.
        model: the Keras model that it was made of.
        quantiser: of its features.
        dimensions: numbers of each second.
        most: how much they may differ.

    Raises:
        TrainingDataError: they differ by more; nothing is written then.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    os.close(descriptor)
    part = Path(name)
    try:
        part.write_bytes(graph)
        difference = largest_difference(model, quantiser, dimensions, part)
        if difference > most:
            raise TrainingDataError(
                f"{file.parent}: as a LiteRT graph the classifier gives other scores, by up to "
                f"{difference:.1g}. Train it again, or take another architecture."
            )
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    return difference


def export_checked(trained: TrainedClassifier, file: Path) -> float:
    """Write a trained classifier's graph, and return by how much it differs from Keras.

    Raises:
        TrainingDataError: by more than 1e-4; nothing is written then.
    """
    return write_checked(
        export_litert(trained),
        file,
        trained.model(),
        quantiser=trained.quantiser,
        dimensions=trained.dimensions,
    )
