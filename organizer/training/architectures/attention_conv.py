"""Convolutions over time and a memory of what came before, under gated attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from organizer.training.architectures.attention import DROPOUT, HIDDEN, INPUT_DROPOUT, attention_pool
from organizer.training.architectures.layers import Past, real_seconds

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

LAYERS, TAPS = 2, 5
CONV_DROPOUT = 0.2


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``: about 1,031,000 weights at 1024 numbers and 10 labels.

    A second is seen with its neighbours (two layers of five taps: four seconds to each side) and with the
    mean of all seconds before it, so that the order of things tells, near and far.
    """
    features = keras.Input((None, size.dimensions))
    real = real_seconds(features)
    x = keras.layers.Dropout(INPUT_DROPOUT)(features)
    x = keras.layers.Dense(HIDDEN, activation="relu")(x)
    x = keras.layers.Dropout(DROPOUT)(x) * real
    before = keras.layers.Dense(HIDDEN, use_bias=False)(Past(name="past")(x))
    x = keras.layers.LayerNormalization()(x + before) * real
    for _ in range(LAYERS):
        near = keras.layers.Conv1D(HIDDEN, TAPS, padding="same", activation="relu")(x)
        near = keras.layers.Dropout(CONV_DROPOUT)(near)
        x = keras.layers.LayerNormalization()(x + near) * real
    return keras.Model(features, attention_pool(x, real, size.labels), name="core")
