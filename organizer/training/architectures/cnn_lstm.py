"""The published CNN + LSTM, and the same network taught to leave padding out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from organizer.models.cnn_lstm_weights import DENSE_UNITS, FILTERS, LEAK, LSTM_UNITS, TAPS
from organizer.training.architectures.layers import real_seconds
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

DROPOUT = 0.5


def core(size: Size) -> Any:
    """Return the model as published, see ``Architecture.network``: no masks.

    4,211,400 weights at 1024 numbers and 10 labels, 4,211,340 of them trainable.
    """
    features = keras.Input((MAX_SECONDS, size.dimensions))
    x = features
    for _ in range(3):
        x = keras.layers.Conv1D(FILTERS, TAPS, padding="same")(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.LeakyReLU(negative_slope=LEAK)(x)
    of_convs = keras.layers.GlobalAveragePooling1D()(x)
    y = features
    for units in LSTM_UNITS:
        last = units == LSTM_UNITS[-1]
        y = keras.layers.LSTM(units, return_sequences=not last, use_cudnn="auto" if size.cudnn else False)(y)
    return keras.Model(features, _head(of_convs, y, size.labels), name="core")


def masked_core(size: Size) -> Any:
    """Return the same network for videos of any length: each layer leaves padding out.

    Convolutions see zeros beyond the end, normalisation and mean take no account of padding, the LSTMs stop
    at the last second.
    """
    features = keras.Input((None, size.dimensions))
    real = real_seconds(features)
    mask = ops.squeeze(real, axis=-1) > 0
    x = features
    for _ in range(3):
        x = keras.layers.Conv1D(FILTERS, TAPS, padding="same")(x)
        x = keras.layers.BatchNormalization()(x, mask=mask)
        x = keras.layers.LeakyReLU(negative_slope=LEAK)(x) * real
    of_convs = ops.sum(x, axis=1) / ops.maximum(ops.sum(real, axis=1), 1.0)
    y = features
    for units in LSTM_UNITS:
        # NVIDIA's library takes no sequence that is all padding.
        y = keras.layers.LSTM(units, return_sequences=units != LSTM_UNITS[-1], use_cudnn=False)(y, mask=mask)
    return keras.Model(features, _head(of_convs, y, size.labels), name="core")


def _head(of_convs: Any, of_lstms: Any, labels: int) -> Any:
    x = keras.layers.Concatenate()([of_convs, of_lstms])
    for units in DENSE_UNITS[:-1]:
        x = keras.layers.Dense(units, activation="relu")(x)
        x = keras.layers.Dropout(DROPOUT)(x)
    return keras.layers.Dense(labels, activation="sigmoid", dtype="float32")(x)
