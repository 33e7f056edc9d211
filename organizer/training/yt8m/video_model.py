"""The classifier that ships for ``inception-yt8m``: how it is trained on means of videos, built and exported.

One hidden layer looks at the mean of a video's seconds, which is drawn half the way to one length: the mean
of many scenes is short, that of one scene or of few seconds is long, and what is shown lies in the direction.
In training it also learns which other classes of the release a video has: that shapes the hidden layer, and
what says it is left out in the end. Every epoch a video is seen as another window of it could have been, see
``window_noise``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from organizer.training.export_classifier import litert_graph
from organizer.training.yt8m.window_noise import SHARES, WindowNoise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.calibration_map import ScoreMap
    from organizer.training.yt8m.video_means import VideoMeans

EVIDENCE_SECONDS = 5
"""What speaks for a second is the mean of so many around it: a single one is noise to this network."""
LENGTH = 14.0
"""That means are drawn to. Half of the videos' are shorter, down to 3, half are longer, up to 42."""
_SHORTEST = 1e-6
_NOISE_DRAWS = 20_000
_RAREST = 0.02
"""What an output begins with: its first steps then do not go to learning that most videos have no label."""


@dataclass(frozen=True, slots=True)
class VideoModelSettings:
    """How the network is built and trained."""

    hidden: int = 256
    epochs: int = 25
    batch: int = 512
    learning_rate: float = 2e-3
    input_dropout: float = 0.0
    hidden_dropout: float = 0.5
    other_weight: float = 0.5
    """How much one of the release's other classes counts in the loss beside one of our labels."""
    windows: tuple[float, ...] = (0.0, SHARES[45], SHARES[45], SHARES[20], SHARES[10], SHARES[5])
    """Shares of ``window_noise.SHARES`` that a video is seen with, drawn anew each epoch; 0 is the video."""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class VideoModelWeights:
    """Dense ReLU, dense; logits of the labels. Rounded to what 16 bits hold."""

    hidden_kernel: NDArray[np.float32]
    """(dimensions, hidden)."""
    hidden_bias: NDArray[np.float32]
    """(hidden,)."""
    kernel: NDArray[np.float32]
    """(hidden, labels)."""
    bias: NDArray[np.float32]
    """(labels,)."""

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return sum(part.size for part in (self.hidden_kernel, self.hidden_bias, self.kernel, self.bias))

    def score(self, means: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return scores (videos, labels), 0..1, of means (videos, dimensions)."""
        import numpy as np

        hidden = np.maximum(drawn_to_length(means) @ self.hidden_kernel + self.hidden_bias, 0)
        logits = (hidden @ self.kernel + self.bias).astype(np.float64)
        scores: NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -logits))
        return scores


def train_video_model(means: VideoMeans, settings: VideoModelSettings) -> VideoModelWeights:
    """Train on all of the videos.

    Loss: binary cross-entropy. Adam with a learning rate that rises for a twentieth of the steps and falls
    along a cosine. There is no early stopping: all epochs are run.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    keras.utils.set_random_seed(settings.seed)
    labels, others = means.targets.shape[1], means.others.shape[1]
    targets = np.concatenate([means.targets, means.others], axis=1)
    counts = np.r_[np.ones(labels), np.full(others, settings.other_weight)].astype(np.float32) / labels
    model = _trainable(means.features.shape[1], targets.shape[1], settings)
    steps = settings.epochs * -(-len(targets) // settings.batch)
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 25,
        steps - steps // 20,
        warmup_target=settings.learning_rate,
        warmup_steps=steps // 20,
    )
    optimizer = keras.optimizers.Adam(schedule)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(features: tf.Tensor, wanted: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits)
            loss = tf.reduce_mean(tf.reduce_sum(losses * counts, axis=1))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    rng = np.random.default_rng(settings.seed)
    noise = WindowNoise.fit(means.features, _NOISE_DRAWS, settings.seed)
    for _ in range(settings.epochs):
        shares = rng.choice(np.array(settings.windows, np.float32), len(targets))
        seen = drawn_to_length(noise.windows(means.features, shares, rng))
        order = rng.permutation(len(targets))
        for start in range(0, len(targets), settings.batch):
            chosen = order[start : start + settings.batch]
            step(seen[chosen], targets[chosen])
    hidden_kernel, hidden_bias, kernel, bias = model.get_weights()
    return VideoModelWeights(*map(_rounded, (hidden_kernel, hidden_bias, kernel[:, :labels], bias[:labels])))


def drawn_to_length(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features (..., dimensions) of half the way to one length: four times as long becomes twice."""
    import numpy as np

    squares = np.square(features).sum(axis=-1, keepdims=True)
    drawn: NDArray[np.float32] = features * np.sqrt(LENGTH / np.sqrt(np.maximum(squares, _SHORTEST)))
    return drawn.astype(np.float32)


def _drawn_in_graph(features: Any) -> Any:
    """Return the same of a tensor."""
    from keras import ops

    squares = ops.sum(ops.square(features), axis=-1, keepdims=True)
    return features * ops.sqrt(LENGTH / ops.sqrt(ops.maximum(squares, _SHORTEST)))


def _trainable(dimensions: int, outputs: int, settings: VideoModelSettings) -> Any:
    import keras
    import numpy as np

    features = keras.Input((dimensions,))
    x = keras.layers.Dropout(settings.input_dropout)(features)
    x = keras.layers.Dense(settings.hidden, activation="relu")(x)
    x = keras.layers.Dropout(settings.hidden_dropout)(x)
    seldom = keras.initializers.Constant(float(np.log(_RAREST / (1 - _RAREST))))
    return keras.Model(features, keras.layers.Dense(outputs, bias_initializer=seldom)(x))


def _rounded(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    rounded: NDArray[np.float32] = weights.astype(np.float16).astype(np.float32)
    return rounded


def calibrated(weights: VideoModelWeights, score_map: ScoreMap) -> VideoModelWeights:
    """Return the network whose scores are what a map makes of those of the given one.

    The map is linear in logits, so the last layer takes it in.
    """
    import numpy as np

    shift = score_map.b + np.array(score_map.offsets)
    return replace(
        weights,
        kernel=_rounded(weights.kernel * np.float32(score_map.a)),
        bias=_rounded((weights.bias * score_map.a + shift).astype(np.float32)),
    )


def keras_model(weights: VideoModelWeights) -> Any:
    """Return the classifier as Keras runs it, for any number of videos and seconds.

    Takes float32 (videos, seconds, dimensions), dequantised. Gives ``scores`` (videos, labels): the network
    on the mean of all seconds; and ``evidence`` (videos, seconds, labels): the network on the mean of the
    ``EVIDENCE_SECONDS`` around each second, fewer at the ends.
    """
    import keras

    dimensions, hidden = weights.hidden_kernel.shape
    first = keras.layers.Dense(hidden, activation="relu")
    last = keras.layers.Dense(len(weights.bias), activation="sigmoid")
    features = keras.Input((None, dimensions))
    around = keras.layers.AveragePooling1D(EVIDENCE_SECONDS, strides=1, padding="same")(features)
    means = {"scores": keras.ops.mean(features, axis=1), "evidence": around}
    outputs = {name: last(first(_drawn_in_graph(mean))) for name, mean in means.items()}
    first.set_weights([weights.hidden_kernel, weights.hidden_bias])
    last.set_weights([weights.kernel, weights.bias])
    return keras.Model(features, outputs)


def export_video_model(model: Any) -> bytes:
    """Return a ``keras_model`` as a LiteRT graph; its weights have 16 bits each, as they are rounded to."""
    return litert_graph(model, model.input_shape[-1], half_precision=True)
