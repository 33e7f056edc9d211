"""The bundled classifier: how its small networks and its linear function are built, trained and exported.

Each member looks at one second at a time: dropout, dense ReLU, dropout, dense sigmoid. So does the linear
function, see ``fit_ridge``. A second's evidence is the members' mean probability and that of the linear one,
weighted: they are wrong about different seconds. A video's score for a label is the mean over the half of its
seconds with the highest evidence for it. So a thing seen for half of a video counts in full, and a single odd
second does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.training.ensemble_weights import LINEAR_SHARE, EnsembleWeights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


SHRINKAGE = 2e-3
"""Added to the diagonal of the features' second moments, where a feature vector's mean length is 1.

Out of fold 5e-4 to 4e-3 gave the same within 0.01; with 1e-4 the mean average precision was 0.03 lower.
"""
STEEPNESS, OFFSET = 6.0, -2.3
"""Make a logit of the regression, which is near 1 for what shows a label and near -1 for the rest.

About what logistic regression on the scores of whole clips gave inside the five folds: 5.7 to 7.0, -2.1 to
-2.7.
"""


@dataclass(frozen=True, slots=True)
class FrameEnsembleSettings:
    """How the ensemble is built and trained."""

    members: int = 8
    hidden: int = 128
    input_dropout: float = 0.2
    hidden_dropout: float = 0.5
    epochs: int = 10
    batch: int = 512
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    mixup: float = 0.3
    """Alpha of the beta distribution that mixes two examples (Zhang et al., "mixup", 2018)."""
    ridge_views: int = 3
    """How many views of each example the linear function is fitted on: plain, mirrored, one altered."""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Training examples: one second each."""

    features: NDArray[np.float32]
    """(examples, views, dimensions), dequantised."""
    targets: NDArray[np.float32]
    """(examples, labels) of 0 and 1."""
    weights: NDArray[np.float32]
    """(examples, labels), 0 and up; 0 where it is not known whether the label fits."""


def build_networks(dimensions: int, labels: int, settings: FrameEnsembleSettings) -> Any:
    """Return an untrained Keras model: float32 (batch, dimensions) -> (batch, members, labels), 0..1."""
    import keras

    keras.utils.set_random_seed(settings.seed)
    features = keras.Input((dimensions,))
    outputs = []
    for _ in range(settings.members):
        x = keras.layers.Dropout(settings.input_dropout)(features)
        x = keras.layers.Dense(settings.hidden, activation="relu")(x)
        x = keras.layers.Dropout(settings.hidden_dropout)(x)
        outputs.append(keras.layers.Dense(labels, activation="sigmoid")(x))
    return keras.Model(features, keras.ops.stack(outputs, axis=1))


def train_networks(examples: Examples, settings: FrameEnsembleSettings) -> Any:
    """Return a trained model, see ``build_networks``.

    Loss: binary cross-entropy of every member, weighted by example and label. Each epoch draws one view of
    every example. AdamW with a one-cycle schedule of the learning rate.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    count, views, dimensions = examples.features.shape
    model = build_networks(dimensions, examples.targets.shape[1], settings)
    steps_per_epoch = -(-count // settings.batch)
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 25,
        settings.epochs * steps_per_epoch * 9 // 10,
        warmup_target=settings.learning_rate,
        warmup_steps=settings.epochs * steps_per_epoch // 10,
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=settings.weight_decay)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(features: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            probabilities = tf.clip_by_value(model(features, training=True), 1e-6, 1 - 1e-6)
            wanted = targets[:, tf.newaxis]
            losses = -wanted * tf.math.log(probabilities) - (1 - wanted) * tf.math.log(1 - probabilities)
            # Summed over members: each learns as if it were alone.
            loss = tf.reduce_mean(tf.reduce_sum(losses * weights[:, tf.newaxis], axis=1))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    rng = np.random.default_rng(settings.seed)
    for _ in range(settings.epochs):
        order = rng.permutation(count)
        view = rng.integers(0, views, size=(count,))
        for start in range(0, count, settings.batch):
            chosen = order[start : start + settings.batch]
            features = examples.features[chosen, view[chosen]]
            batch = _mixed(features, examples.targets[chosen], examples.weights[chosen], settings.mixup, rng)
            step(*batch)
    return model


def train(examples: Examples, settings: FrameEnsembleSettings) -> Any:
    """Return the trained classifier of a second, a Keras model.

    It takes float32 (batch, dimensions) and gives evidence (batch, labels), 0..1. Its weights
    are rounded to what 16 bits hold.
    """
    import keras
    import numpy as np

    seen = examples.features[:, : settings.ridge_views]
    views = seen.shape[1]
    linear = fit_ridge(
        seen.reshape(-1, seen.shape[-1]),
        np.repeat(examples.targets, views, axis=0),
        np.repeat(examples.weights, views, axis=0),
    )
    members = train_networks(examples, settings)
    features = keras.Input(members.input_shape[1:])
    layer = keras.layers.Dense(len(linear.bias), activation="sigmoid", name="linear")
    by_members = keras.ops.mean(members(features), axis=1)
    network = keras.Model(features, (1 - LINEAR_SHARE) * by_members + LINEAR_SHARE * layer(features))
    layer.set_weights([linear.kernel, linear.bias])
    network.set_weights([weight.astype(np.float16).astype(np.float32) for weight in network.get_weights()])
    return network


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Logits of a second: ``features @ kernel + bias``."""

    kernel: NDArray[np.float32]
    """(dimensions, labels)."""
    bias: NDArray[np.float32]
    """(labels,)."""


def fit_ridge(
    features: NDArray[np.float32], targets: NDArray[np.float32], weights: NDArray[np.float32]
) -> Linear:
    """Fit every label by itself, with what shows it and what does not counting half each.

    Weighted ridge regression (Hoerl and Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal
    Problems", 1970). It has one solution, found without steps or seeds; much shrinkage keeps it from telling
    sources apart instead of what they show.

    Args:
        features: (examples, dimensions).
        targets: (examples, labels) of 0 and 1.
        weights: (examples, labels), 0 and up; 0 where it is not known whether the label fits.

    Raises:
        TrainingDataError: a label has no example that shows it, or none that does not.
    """
    import numpy as np

    shown = (weights * (targets > 0)).sum(axis=0)
    if (lacking := (shown <= 0) | (weights.sum(axis=0) - shown <= 0)).any():
        raise TrainingDataError(
            f"Label number {int(lacking.argmax()) + 1} has only examples that show it, or only such that do "
            "not. Add some of the other kind."
        )

    length = np.linalg.norm(features, axis=1).mean()
    of_length_one = features / length
    fitted = [
        _fit_label(of_length_one, targets[:, label] > 0, weights[:, label])
        for label in range(targets.shape[1])
    ]
    kernel = np.stack([slope for slope, _ in fitted], axis=1) / length
    bias = np.array([constant for _, constant in fitted])
    return Linear((STEEPNESS * kernel).astype(np.float32), (STEEPNESS * bias + OFFSET).astype(np.float32))


def _fit_label(
    features: NDArray[np.float32], shows: NDArray[np.bool_], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float64], float]:
    """Return slope (dimensions,) and constant of one label."""
    import numpy as np

    wanted = np.where(shows, np.float32(1), np.float32(-1))
    of_class = np.where(shows, weights[shows].sum(), weights[~shows].sum())
    shares = (weights / of_class / 2).astype(np.float32)
    centre = shares @ features
    rows = features * np.sqrt(shares)[:, np.newaxis]
    moments = (rows.T @ rows).astype(np.float64) - np.outer(centre, centre)
    moments[np.diag_indices_from(moments)] += SHRINKAGE
    # The wanted values are -1 and 1 with half of the weight each: their mean is 0.
    slope: NDArray[np.float64] = np.linalg.solve(moments, (shares * wanted) @ features)
    return slope, float(-centre @ slope)


def ensemble_weights_of(network: Any) -> EnsembleWeights:
    """Return the weights of a model that ``train`` gave."""
    import numpy as np

    *weights, linear_kernel, linear_bias = network.get_weights()
    # Keras goes through a model by depth: first come the hidden layers of all members, then the last ones.
    hidden, last = weights[: len(weights) // 2], weights[len(weights) // 2 :]
    return EnsembleWeights(
        *(np.stack(hidden[::2], axis=1), np.stack(hidden[1::2])),
        *(np.stack(last[::2]), np.stack(last[1::2])),
        *(linear_kernel, linear_bias),
    )


def _mixed(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    alpha: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Mix each example with another; a pair counts only where both labels are known."""
    import numpy as np

    if not alpha:
        return features, targets, weights
    share = np.float32(rng.beta(alpha, alpha))
    other = rng.permutation(len(features))
    known = (weights > 0) & (weights[other] > 0)
    return (
        share * features + (1 - share) * features[other],
        share * targets + (1 - share) * targets[other],
        np.where(known, share * weights + (1 - share) * weights[other], np.float32(0)),
    )


def pool(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scores (labels,) of one video's evidence (seconds, labels): the graph's pooling in NumPy."""
    import numpy as np

    half = -(-len(evidence) // 2)
    scores: NDArray[np.float32] = np.sort(evidence, axis=0)[::-1][:half].mean(axis=0)
    return scores


def export(network: Any) -> bytes:
    """Return the classifier as a LiteRT graph with a free number of videos and seconds."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    dimensions = network.input_shape[-1]
    signature = tf.TensorSpec((None, None, dimensions), tf.float32, name="features")
    traced = tf.function(lambda features: classify(network, features)).get_concrete_function(signature)
    frozen = convert_variables_to_constants_v2(traced)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    # Half the size. The weights are rounded to 16 bits already, so only the linear function's share changes,
    # to 0.3501.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    graph: bytes = converter.convert()
    return graph


def classify(network: Any, features: Any) -> tuple[Any, Any]:
    """Return TensorFlow tensors: scores (videos, labels) and evidence (videos, seconds, labels).

    Args:
        network: trained by ``train``.
        features: float32 (videos, seconds, dimensions).
    """
    import tensorflow as tf

    shape = tf.shape(features)
    seconds = shape[1]
    flat = network(tf.reshape(features, (-1, network.input_shape[-1])), training=False)
    evidence = tf.reshape(flat, (shape[0], seconds, flat.shape[-1]))
    strongest_first = tf.math.top_k(tf.transpose(evidence, (0, 2, 1)), k=seconds).values
    half = (seconds + 1) // 2
    is_strongest = tf.cast(tf.range(seconds) < half, tf.float32)
    return tf.reduce_sum(strongest_first * is_strongest, axis=2) / tf.cast(half, tf.float32), evidence
