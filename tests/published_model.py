"""A stand-in for the published CNN + LSTM classifier: same network, same file format, own numbers."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def build(*, lstm_first: bool = False, seed: int = 0) -> Any:
    """Return a tf_keras model with weights that make every part of it matter.

    The first layers' kernels are small, for they meet 0..255: with Keras's own initial values every LSTM gate
    would be wide open or shut, and a mistake behind it would not show.
    """
    import tf_keras

    layers = tf_keras.layers
    frames = tf_keras.Input((45, 1024))
    conv = frames
    for _ in range(3):
        conv = layers.Conv1D(10, 5, padding="same")(conv)
        conv = layers.BatchNormalization()(conv)
        conv = layers.LeakyReLU(0.1)(conv)
    conv = layers.GlobalAveragePooling1D()(conv)
    lstm = layers.LSTM(512, return_sequences=True)(frames)
    lstm = layers.LSTM(256, return_sequences=True)(lstm)
    lstm = layers.LSTM(128)(lstm)
    head = layers.Concatenate()([lstm, conv] if lstm_first else [conv, lstm])
    for units in (128, 64):
        head = layers.Dense(units, activation="relu")(head)
        head = layers.Dropout(0.5)(head)
    model = tf_keras.Model(frames, layers.Dense(10, activation="sigmoid")(head))
    rng = np.random.default_rng(seed)
    model.set_weights([_weight(rng, variable.name, tuple(variable.shape)) for variable in model.weights])
    return model


def _weight(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> np.ndarray:
    if "variance" in name or "gamma" in name:
        return rng.uniform(0.3, 2, shape).astype(np.float32)
    if len(shape) == 1:
        return rng.normal(0, 0.5, shape).astype(np.float32)
    inputs = int(np.prod(shape[:-1]))
    scale = 1 / 128 if 1024 in shape[:-1] else 1.5
    return rng.normal(0, scale / np.sqrt(inputs), shape).astype(np.float32)


@cache
def _built(lstm_first: bool, seed: int) -> Any:
    return build(lstm_first=lstm_first, seed=seed)


def save_h5(file: Path, *, lstm_first: bool = False, seed: int = 0) -> Any:
    """Write the ``.h5`` file and return the tf_keras model it holds; building it takes some seconds once."""
    import warnings

    model = _built(lstm_first, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the format is called legacy, and it is the one wanted
        model.save(file, save_format="h5")
    return model
