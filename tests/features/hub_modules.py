"""Small TF Hub modules with the inputs and outputs of the YouTube-8M network, and some that are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

SIZE = 56
"""Side of the pictures they are given."""
FEATURE_DIM = 24
_INSIDE = 32
"""Side of the pictures after the resizing inside."""


def save_module(
    folder: Path,
    *,
    pooled: bool = True,
    as_dict: bool = True,
    only_signature: bool = False,
    checks_numbers: bool = False,
    loses_bits: bool = False,
) -> Path:
    """Save a network of three convolutions with fixed random weights.

    pooled: ``pool_3`` is (pictures, 24), else the map (pictures, 1, 1, 24). as_dict: outputs have names.
    only_signature: it can only be called through its signature, as older modules. checks_numbers: it looks
    for NaN after each convolution, as networks of 2015. loses_bits: its features are small differences of
    large numbers, which bfloat16 does not hold.
    """
    import tensorflow as tf

    rng = np.random.default_rng(3)

    def weights(*shape: int) -> Any:
        return tf.Variable((rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32))

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernels = [weights(3, 3, 3, 16), weights(3, 3, 16, 24), weights(1, 1, 24, FEATURE_DIM)]
            self.head = weights(FEATURE_DIM, 5)
            large = np.full((1, 1, FEATURE_DIM, 2 * FEATURE_DIM), 300, np.float32)
            large[0, 0, :, ::2] += np.eye(FEATURE_DIM, dtype=np.float32)
            pairs = np.kron(np.eye(FEATURE_DIM), [[1], [-1]]).astype(np.float32)
            self.large, self.pairs = tf.Variable(large), tf.Variable(pairs[None, None])

        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, name="images")])
        def forward(self, images: Any) -> Any:
            x = tf.image.resize(images, (_INSIDE, _INSIDE))
            for kernel in self.kernels:
                x = tf.nn.conv2d(x, kernel, 2, "SAME")
                x = tf.nn.relu(tf.debugging.check_numerics(x, "x") if checks_numbers else x)
            if loses_bits:
                x = tf.nn.conv2d(tf.nn.relu(tf.nn.conv2d(x, self.large, 1, "SAME")), self.pairs, 1, "SAME")
            x = tf.reduce_mean(x, (1, 2), keepdims=not pooled)
            if not as_dict:
                return x
            return {"pool_3": x, "logits": tf.reshape(x, (-1, FEATURE_DIM)) @ self.head}

    module = Module()
    if not only_signature:
        module.__call__ = module.forward
    signatures = {"serving_default": module.forward} if only_signature else None
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


def save_maps(folder: Path) -> Path:
    """Save a module whose ``pool_3`` is no vector: (pictures, 4, 4, 3)."""
    import tensorflow as tf

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)])
        def __call__(self, images: Any) -> Any:
            return {"pool_3": tf.image.resize(images, (4, 4))}

    tf.saved_model.save(Module(), str(folder))
    return folder


def own_features(folder: Path, pictures: np.ndarray, mean: float = 128, scale: float = 128) -> np.ndarray:
    """Return what the module itself gives for uint8 pictures: float32 (pictures, 24)."""
    import tensorflow as tf

    scaled = (pictures.astype(np.float32) - np.float32(mean)) / np.float32(scale)
    module = tf.saved_model.load(str(folder))
    return np.asarray(module.forward(tf.constant(scaled))["pool_3"]).reshape(len(pictures), -1)
