"""Keras layers of our own, for what Keras's operations cannot say of inputs of unknown length.

They are classes of Keras, so this module imports it, which takes seconds: it is imported only by what builds
networks. Importing it registers them: a ``.keras`` file that holds them can then be loaded. Files keep their
registered names and the fields of their configurations, so neither may change.
"""

# ruff: noqa: D102 -- call, build, compute_output_shape and get_config are as keras.layers.Layer has them.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Shape = tuple[int | None, ...]
    """Of a symbolic tensor; None where it is not known before there is an input."""

_registered = keras.saving.register_keras_serializable(package="organizer")


def real_seconds(features: Any) -> Any:
    """Return float32 (batch, seconds, 1): 1 where a second is there, 0 where it is padding (all zeros)."""
    return ops.cast(ops.max(ops.abs(features), axis=-1, keepdims=True) > 0, "float32")


def masked_softmax(logits: Any, real: Any) -> Any:
    """Return the softmax over the seconds that are there: (batch, seconds, n) of 0..1, sums of 1.

    Args:
        logits: (batch, seconds, n).
        real: as ``real_seconds`` gives it.
    """
    return ops.softmax(ops.cast(logits, "float32") + (real - 1.0) * 1e9, axis=1)


@_registered
class EachSecond(keras.layers.Layer):  # type: ignore[misc]
    """(batch, seconds, n) -> (batch x seconds, 1, n): each second as a video of its own."""

    def call(self, features: Any) -> Any:
        return ops.reshape(features, (-1, 1, features.shape[-1]))

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (_times(shape[0], shape[1]), 1, shape[2])


@_registered
class PadTo(keras.layers.Layer):  # type: ignore[misc]
    """(batch, up to ``seconds``, n) -> (batch, ``seconds``, n), filled up with zeros."""

    def __init__(self, seconds: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.seconds = seconds

    def call(self, features: Any) -> Any:
        zeros = ops.zeros((ops.shape(features)[0], self.seconds, features.shape[-1]), features.dtype)
        filled = ops.concatenate([features, zeros], axis=1)[:, : self.seconds]
        return ops.reshape(filled, (features.shape[0] or -1, self.seconds, features.shape[-1]))

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self.seconds, shape[2])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seconds": self.seconds}


@_registered
class RepeatTo(keras.layers.Layer):  # type: ignore[misc]
    """(batch, 45, n) -> (batch, ``seconds``, n): shorter videos over and over.

    Padding is left out. A video that is all padding stays zeros.
    """

    def __init__(self, seconds: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.seconds = seconds

    def call(self, features: Any) -> Any:
        real = ops.sum(ops.cast(real_seconds(features), "int32"), axis=1)
        wanted = ops.arange(self.seconds, dtype="int32")[None, :] % ops.maximum(real, 1)
        return _picked(wanted, features, self.seconds)

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self.seconds, shape[2])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seconds": self.seconds}


@_registered
class Windows(keras.layers.Layer):  # type: ignore[misc]
    """(batch, 45, n) -> (batch x windows, ``length``, n): windows of ``span`` seconds as videos.

    A window that would reach beyond the video's end begins earlier, and overlaps the one before; those
    wholly beyond it show its last seconds. Its seconds are repeated up to ``length``; where the whole
    video is shorter than ``span`` and ``length`` is no more than that, zeros fill it up.
    """

    def __init__(self, span: int, length: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.span, self.length = span, length
        self.windows = -(-MAX_SECONDS // span)

    def call(self, features: Any) -> Any:
        real = ops.sum(ops.cast(real_seconds(features), "int32"), axis=1, keepdims=True)
        starts = ops.arange(0, MAX_SECONDS, self.span, dtype="int32")[None, :, None]
        within = ops.arange(self.length, dtype="int32")[None, None, :]
        # (batch, windows, 1), then (batch, windows, length): which second stands where.
        starts = ops.minimum(starts, ops.maximum(real - self.span, 0))
        if self.length > self.span:
            within = within % ops.maximum(ops.minimum(real, self.span), 1)
        wanted = ops.reshape(starts + within, (features.shape[0] or -1, self.windows * self.length))
        picked = _picked(wanted, features, self.windows * self.length)
        count = None if features.shape[0] is None else features.shape[0] * self.windows
        return ops.reshape(picked, (count or -1, self.length, features.shape[-1]))

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (_times(shape[0], self.windows), self.length, shape[2])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "span": self.span, "length": self.length}


@_registered
class Regroup(keras.layers.Layer):  # type: ignore[misc]
    """Scores (batch x parts, labels), features (batch, seconds, n) -> (batch, seconds, labels).

    Each part's score goes to its ``span`` seconds; padding gets 0.
    """

    def __init__(self, span: int, **settings: Any) -> None:
        super().__init__(dtype="float32", **settings)
        self.span = span

    def call(self, scores: Any, features: Any) -> Any:
        shape = ops.shape(features)
        labels = scores.shape[-1]
        if self.span == 1:
            spread = ops.reshape(scores, (shape[0], shape[1], labels))
        else:
            windows = -(-MAX_SECONDS // self.span)
            grouped = ops.reshape(scores, (features.shape[0] or -1, windows, 1, labels))
            spread = ops.concatenate([grouped] * self.span, axis=2)
            spread = ops.reshape(spread, (features.shape[0] or -1, windows * self.span, labels))
            spread = spread[:, : shape[1]]
        return spread * real_seconds(features)

    def compute_output_shape(self, scores_shape: Shape, features_shape: Shape) -> Shape:
        return (*features_shape[:2], scores_shape[-1])

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "span": self.span}
        config.pop("dtype")
        return config


@_registered
class Prior(keras.layers.Layer):  # type: ignore[misc]
    """(batch, seconds, n) -> (batch, labels): the same trained numbers for every video."""

    def __init__(self, labels: int, speed: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.labels, self.speed = labels, speed

    def build(self, shape: Shape) -> None:
        self.bias = self.add_weight(shape=(self.labels,), initializer="zeros", name="bias")

    def call(self, features: Any) -> Any:
        # Added to nothing of the input, so that there is one row for each video.
        nothing = ops.zeros_like(ops.max(features, axis=(1, 2)))[:, None]
        return self.bias * self.speed + nothing

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self.labels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "labels": self.labels, "speed": self.speed}


@_registered
class Vlad(keras.layers.Layer):  # type: ignore[misc]
    """Shares (batch, seconds, clusters), features (batch, seconds, n) -> (batch, clusters x n).

    For each cluster the sum of what the features of its seconds differ by from its centre, scaled to
    length 1; all together scaled to length 1 again (Arandjelovic et al., "NetVLAD", 2016).
    """

    def build(self, shares_shape: Shape, features_shape: Shape) -> None:
        self.centres = self.add_weight(
            shape=(shares_shape[-1], features_shape[-1]), initializer="glorot_uniform", name="centres"
        )

    def call(self, shares: Any, features: Any) -> Any:
        sums = ops.matmul(ops.transpose(shares, (0, 2, 1)), features)
        of_clusters = ops.sum(shares, axis=1)[..., None]
        residuals = _unit(sums - of_clusters * self.centres)
        clusters, numbers = self.centres.shape
        return _unit(ops.reshape(residuals, (-1, clusters * numbers)))

    def compute_output_shape(self, shares_shape: Shape, features_shape: Shape) -> Shape:
        return (shares_shape[0], _times(shares_shape[-1], features_shape[-1]))


@_registered
class Past(keras.layers.Layer):  # type: ignore[misc]
    """(batch, seconds, n) -> the same shape: the mean of all seconds before; zeros at the first."""

    def call(self, features: Any) -> Any:
        sums = ops.cumsum(features, axis=1) - features
        before = ops.cumsum(ops.ones_like(features[:1, :, :1]), axis=1) - 1.0
        return sums / ops.maximum(before, 1.0)

    def compute_output_shape(self, shape: Shape) -> Shape:
        return shape


@_registered
class BaseLogits(keras.layers.Layer):  # type: ignore[misc]
    """(batch, seconds, n) -> (batch, seconds, labels): one logit of small networks and a linear function.

    Networks that correct ``lite`` up to 2.0.0 have it, and are still read; new ones have ``EvidenceLogits``.

    Args:
        members: networks.
        hidden: units of each.
        labels: of the networks.
        columns: for each label of the output, that of the networks; -1 for one they do not know.
        unknown: logit of such a label.
        linear_share: how much the linear function says, 0..1.
    """

    def __init__(
        self,
        members: int,
        hidden: int,
        labels: int,
        columns: Sequence[int],
        *,
        unknown: float,
        linear_share: float,
        **settings: Any,
    ) -> None:
        super().__init__(**{**settings, "dtype": "float32"})
        self.shape = (members, hidden, labels)
        self.columns, self.unknown, self.linear_share = list(columns), unknown, linear_share

    def build(self, shape: Shape) -> None:
        members, hidden, labels = self.shape
        sizes = [
            *((shape[-1], members, hidden), (members, hidden), (members, hidden, labels)),
            *((members, labels), (shape[-1], labels), (labels,)),
        ]
        self.arrays = [
            self.add_weight(shape=size, initializer="zeros", trainable=False, name=f"part_{number}")
            for number, size in enumerate(sizes)
        ]

    def call(self, features: Any) -> Any:
        members, hidden, labels = self.shape
        kernel, bias, last_kernel, last_bias, linear_kernel, linear_bias = self.arrays
        rows = ops.matmul(features, ops.reshape(kernel, (-1, members * hidden)))
        rows = ops.relu(rows + ops.reshape(bias, (-1,)))
        scores = []
        for member in range(members):
            own = rows[..., member * hidden : (member + 1) * hidden]
            scores.append(ops.sigmoid(ops.matmul(own, last_kernel[member]) + last_bias[member]))
        linear = ops.sigmoid(ops.matmul(features, linear_kernel) + linear_bias)
        mean = (1 - self.linear_share) * (sum(scores) / members) + self.linear_share * linear
        mean = ops.clip(mean, 1e-6, 1 - 1e-6)
        chosen = [[float(column == label) for column in self.columns] for label in range(labels)]
        rest = [self.unknown * (column < 0) for column in self.columns]
        return ops.matmul(ops.log(mean / (1 - mean)), ops.array(chosen, "float32")) + ops.array(
            rest, "float32"
        )

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], len(self.columns))

    def get_config(self) -> dict[str, Any]:
        members, hidden, labels = self.shape
        sizes = {"members": members, "hidden": hidden, "labels": labels}
        known = {"columns": self.columns, "unknown": self.unknown, "linear_share": self.linear_share}
        return {**super().get_config(), **sizes, **known}


@_registered
class StrongerHalf(keras.layers.Layer):  # type: ignore[misc]
    """Evidence (batch, seconds, labels), real seconds (batch, seconds, 1) -> scores (batch, labels).

    The mean over the half of the seconds that speak most for a label; of an odd number the larger half. As
    ``BaseLogits``, for networks that are there; new ones have ``StrongerLogits``.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "dtype": "float32"})

    def call(self, evidence: Any, real: Any) -> Any:
        # Padding sorts behind everything.
        strongest_first = -ops.sort(-(evidence * real + real - 1.0), axis=1)
        half = ops.maximum(ops.ceil(ops.sum(real, axis=1, keepdims=True) / 2), 1.0)
        rank = ops.cumsum(ops.ones_like(evidence[:1, :, :1]), axis=1)
        counted = ops.cast(rank <= half, "float32")
        return ops.clip(ops.sum(strongest_first * counted, axis=1) / half[:, 0], 0.0, 1.0)

    def compute_output_shape(self, evidence_shape: Shape, real_shape: Shape) -> Shape:
        return (evidence_shape[0], evidence_shape[-1])


def _picked(wanted: Any, features: Any, rows: int) -> Any:
    # One product with a matrix of 0 and 1, and no gathering with indices per video: LiteRT's
    # converter takes it for any number of videos.
    seconds = ops.arange(MAX_SECONDS, dtype="int32")
    chosen = ops.cast(wanted[..., None] == seconds, features.dtype)
    return ops.reshape(ops.matmul(chosen, features), (features.shape[0] or -1, rows, features.shape[-1]))


def _unit(vectors: Any) -> Any:
    # The small number keeps the gradient finite where a vector is all zeros.
    return vectors * ops.rsqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-8)


def _times(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first * second
