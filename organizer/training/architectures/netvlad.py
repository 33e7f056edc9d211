"""A small gated NetVLAD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from organizer.training.architectures.layers import Vlad, real_seconds

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

CLUSTERS, REDUCED, HIDDEN = 8, 128, 256
DROPOUT = 0.5
MOMENTUM = 0.9
"""Of the normalisations' running means: with Keras's 0.99 they lag behind for the first few hundred steps,
which on a person's own library is all there are."""


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``: about 466,000 weights at 1024 numbers and 10 labels.

    Each second is reduced to 128 numbers and shared out among 8 clusters; what differs from the clusters'
    centres is summed over the seconds, goes through a hidden layer, and a gate turns down what the rest of
    the video makes unlikely.
    """
    features = keras.Input((None, size.dimensions))
    real = real_seconds(features)
    reduced = keras.layers.Dense(REDUCED, use_bias=False)(features)
    # Without this the sums below depend on how widely a feature space spreads.
    reduced = keras.layers.LayerNormalization()(reduced)
    shares = keras.layers.Dense(CLUSTERS, activation="softmax", dtype="float32")(reduced) * real
    x = Vlad(name="vlad")(shares, reduced)
    x = keras.layers.Dropout(DROPOUT)(x)
    x = keras.layers.Dense(HIDDEN, use_bias=False)(x)
    x = keras.layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = keras.layers.Activation("relu")(x)
    gate = keras.layers.Dense(HIDDEN, use_bias=False)(x)
    gate = keras.layers.Activation("sigmoid")(keras.layers.BatchNormalization(momentum=MOMENTUM)(gate))
    x = keras.layers.Dropout(DROPOUT)(keras.layers.Multiply()([x, gate]))
    scores = keras.layers.Dense(size.labels, activation="sigmoid", dtype="float32")(x)
    return keras.Model(features, scores, name="core")
