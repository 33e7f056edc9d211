"""A mixture of experts on what a video's seconds are together: mean, spread and largest values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from organizer.training.architectures.layers import real_seconds

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

EXPERTS = 4
L2 = 1e-6


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``: 276,570 weights at 1024 numbers and 10 labels.

    For every label several logistic experts and a softmax that says how far each is to be believed; one more
    place in the softmax stands for an expert that always says no.
    """
    features = keras.Input((None, size.dimensions))
    real = real_seconds(features)
    count = ops.maximum(ops.sum(real, axis=1), 1.0)
    mean = ops.sum(features, axis=1) / count
    squares = ops.sum(ops.square(features), axis=1) / count
    # The small number keeps the gradient finite for a video of one second.
    spread = ops.sqrt(ops.maximum(squares - ops.square(mean), 0.0) + 1e-4)
    largest = ops.max(features + (real - 1.0) * 1e4, axis=1)
    # A video that is all padding has no largest values.
    largest = ops.where(ops.sum(real, axis=1) > 0, largest, 0.0)
    pooled = ops.concatenate([mean, spread, largest], axis=-1)

    def dense(units: int) -> Any:
        return keras.layers.Dense(units, kernel_regularizer=keras.regularizers.L2(L2))(pooled)

    gates = ops.reshape(dense(size.labels * (EXPERTS + 1)), (-1, size.labels, EXPERTS + 1))
    experts = ops.reshape(dense(size.labels * EXPERTS), (-1, size.labels, EXPERTS))
    shares = ops.softmax(ops.cast(gates, "float32"), axis=-1)[..., :EXPERTS]
    scores = ops.sum(shares * ops.sigmoid(ops.cast(experts, "float32")), axis=-1)
    return keras.Model(features, scores, name="core")
