"""Gated attention over a video's seconds, for each label its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from organizer.training.architectures.layers import masked_softmax, real_seconds

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

HIDDEN, GATE, HEADS = 256, 64, 4
INPUT_DROPOUT, DROPOUT = 0.2, 0.5


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``: about 308,000 weights at 1024 numbers and 10 labels."""
    features = keras.Input((None, size.dimensions))
    x = keras.layers.Dropout(INPUT_DROPOUT)(features)
    x = keras.layers.Dense(HIDDEN, activation="relu")(x)
    x = keras.layers.Dropout(DROPOUT)(x)
    return keras.Model(features, attention_pool(x, real_seconds(features), size.labels), name="core")


def attention_pool(seconds: Any, real: Any, labels: int) -> Any:
    """Return scores (batch, labels), 0..1, of seconds (batch, seconds, n).

    For each label, four heads say how much each second matters to it and what each second says of it. The
    score's logit is the sum over the heads of what is said, weighted by what matters: the attention of
    multiple-instance learning, with a linear classifier, which may as well be applied before the mean.

    Args:
        seconds: one vector for each second.
        real: as ``real_seconds`` gives it.
        labels: how many.
    """
    lookout = keras.layers.Dense(GATE, activation="tanh")(seconds)
    gate = keras.layers.Dense(GATE, activation="sigmoid")(seconds)
    matters = masked_softmax(keras.layers.Dense(labels * HEADS, use_bias=False)(lookout * gate), real)
    says = keras.layers.Dense(labels * HEADS)(seconds)
    heads = ops.sum(matters * ops.cast(says, "float32"), axis=1)
    return ops.sigmoid(ops.sum(ops.reshape(heads, (-1, labels, HEADS)), axis=-1))
