"""A TF Hub module with the shape of the YouTube-8M network, and pictures to run it on.

Inception v3 with random weights takes exactly as long as the trained one; nothing has to be downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 299
CLASSES = 1008
_SEED = 2015


def natural_pictures(count: int, size: int = SIZE, seed: int = _SEED) -> NDArray[np.uint8]:
    """Return uint8 (count, size, size, 3), RGB: noise at all scales, coarse ones strongest, as in photos."""
    import cv2

    rng = np.random.default_rng(seed)
    pictures = np.empty((count, size, size, 3), np.uint8)
    for picture in pictures:
        light = np.zeros((size, size, 3), np.float32)
        for cells in (2, 4, 8, 16, 32, 64, 128):
            noise = rng.standard_normal((cells, cells, 3)).astype(np.float32) / cells**0.8
            light += cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
        light = (light - light.mean()) / light.std()
        picture[:] = np.clip(128 + 30 * rng.standard_normal() + 55 * light, 0, 255)
    return pictures


def random_inception(folder: Path) -> Path:
    """Save Inception v3 with fixed random weights as a TF Hub module and return its folder.

    It takes what ``tensorflow/tfgan/eval/inception/1`` takes: float32 (pictures, height, width, 3), RGB, from
    -1 to 1, resized inside; and gives the same: ``pool_3`` (pictures, 2048) and ``logits`` (pictures, 1008).

    Its batch normalisation is fitted to some pictures, so that features tell pictures apart and what less
    precise numbers lose shows. It is shifted by one because layers with random weights multiply small
    differences: without the shift bfloat16 loses far more (cosine 0.988) than in a trained network.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(_SEED)
    network: Any = keras.applications.InceptionV3(include_top=False, weights=None, pooling="avg")
    head = keras.layers.Dense(CLASSES)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
            layer.beta.assign(tf.ones_like(layer.beta))
    network((natural_pictures(16).astype(np.float32) - 128) / 128, training=True)
    head.build((None, 2048))

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.kept = [*network.variables, *head.variables]

        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)])
        def __call__(self, images: Any) -> dict[str, Any]:
            pooled = network(tf.image.resize(images, (SIZE, SIZE)), training=False)
            return {"pool_3": pooled, "logits": head(pooled)}

    target = folder / "inception-v3-random"
    tf.saved_model.save(Module(), str(target))
    return target
