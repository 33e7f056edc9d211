"""Keras layers of the bundled classifier and of what corrects it: logits of seconds, and of whole videos.

As ``layers``: it imports Keras, and registered names and fields of configurations stay as they are.
"""

# ruff: noqa: D102 -- call, build, compute_output_shape and get_config are as keras.layers.Layer has them.
from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from organizer.training.evidence_weights import FAR, LIKENESS_SHARE, RARITY, SHARPNESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.training.architectures.layers import Shape
    from organizer.training.evidence_weights import BasedOn

_registered = keras.saving.register_keras_serializable(package="organizer")
UNKNOWN = -2.0
"""Where the logit of a label starts that the arrays do not know."""
_BELOW_ALL = 1e4
"""Taken off the logits of padding."""


def evidence_logits(features: Any, based_on: BasedOn, name: str) -> Any:
    """Return logits (batch, seconds, labels) of features (batch, seconds, n), by a layer with its weights.

    Args:
        features: a symbolic tensor.
        based_on: the arrays, and which of their labels are wanted.
        name: of the layer.
    """
    arrays = based_on.arrays
    prototypes, likeness = arrays.prototypes.shape
    labels = len(arrays.linear_bias)
    layer = EvidenceLogits(labels, prototypes, likeness, based_on.columns, unknown=UNKNOWN, name=name)
    logits = layer(features)
    layer.set_weights([getattr(arrays, part.name) for part in fields(arrays)])
    return logits


@_registered
class EvidenceLogits(keras.layers.Layer):  # type: ignore[misc]
    """(batch, seconds, n) -> (batch, seconds, labels): what ``EvidenceWeights`` say, as one logit.

    Args:
        labels: of the arrays.
        prototypes: how many.
        likeness: features of a second that are held against them.
        columns: for each label of the output, that of the arrays; -1 for one they do not know.
        unknown: logit of such a label.
    """

    def __init__(
        self,
        labels: int,
        prototypes: int,
        likeness: int,
        columns: Sequence[int],
        *,
        unknown: float,
        **settings: Any,
    ) -> None:
        super().__init__(**{**settings, "dtype": "float32"})
        self.shape = (labels, prototypes, likeness)
        self.columns, self.unknown = list(columns), unknown

    def build(self, shape: Shape) -> None:
        labels, prototypes, likeness = self.shape
        sizes = [
            *((shape[-1], labels), (labels,), (likeness,), (prototypes, likeness)),
            *((prototypes, labels), (prototypes, labels), (1,), (labels,)),
        ]
        self.arrays = [
            self.add_weight(shape=size, initializer="zeros", trainable=False, name=f"part_{number}")
            for number, size in enumerate(sizes)
        ]

    def call(self, features: Any) -> Any:
        labels, _, likeness = self.shape
        kernel, bias, centre, prototypes, shows, shows_not, slope, offset = self.arrays
        seen = features[..., :likeness] - centre
        seen = seen / ops.maximum(ops.sqrt(ops.sum(ops.square(seen), axis=-1, keepdims=True)), 1e-6)
        near = ops.exp(SHARPNESS * (ops.matmul(seen, ops.transpose(prototypes)) - 0.5))
        alike = ops.log(ops.matmul(near, shows) + FAR) - ops.log(ops.matmul(near, shows_not) + FAR) - RARITY
        logits = slope * (ops.matmul(features, kernel) + bias + LIKENESS_SHARE * alike) + offset
        chosen = [[float(column == label) for column in self.columns] for label in range(labels)]
        rest = [self.unknown * (column < 0) for column in self.columns]
        return ops.matmul(logits, ops.array(chosen, "float32")) + ops.array(rest, "float32")

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], len(self.columns))

    def get_config(self) -> dict[str, Any]:
        labels, prototypes, likeness = self.shape
        sizes = {"labels": labels, "prototypes": prototypes, "likeness": likeness}
        return {**super().get_config(), **sizes, "columns": self.columns, "unknown": self.unknown}


@_registered
class StrongerLogits(keras.layers.Layer):  # type: ignore[misc]
    """Logits (batch, seconds, labels), real seconds (batch, seconds, 1) -> scores (batch, labels), 0..1.

    Of the mean over the half of the seconds that speak most for a label; of an odd number the larger half.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "dtype": "float32"})

    def call(self, logits: Any, real: Any) -> Any:
        # Padding sorts behind everything.
        strongest_first = -ops.sort(-(logits * real + (real - 1.0) * _BELOW_ALL), axis=1)
        half = ops.maximum(ops.ceil(ops.sum(real, axis=1, keepdims=True) / 2), 1.0)
        rank = ops.cumsum(ops.ones_like(logits[:1, :, :1]), axis=1)
        counted = ops.cast(rank <= half, "float32")
        return ops.sigmoid(ops.sum(strongest_first * counted, axis=1) / half[:, 0])

    def compute_output_shape(self, logits_shape: Shape, real_shape: Shape) -> Shape:
        return (logits_shape[0], logits_shape[-1])
