"""The published simple recurrent network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

UNITS = 64


def core(size: Size) -> Any:
    """Return the model as published, see ``Architecture.network``.

    78,602 weights at 1024 numbers and 10 labels.
    """
    features = keras.Input((MAX_SECONDS, size.dimensions))
    x = keras.layers.SimpleRNN(UNITS, return_sequences=True)(features)
    x = keras.layers.SimpleRNN(UNITS)(x)
    scores = keras.layers.Dense(size.labels, activation="sigmoid", dtype="float32")(x)
    return keras.Model(features, scores, name="core")
