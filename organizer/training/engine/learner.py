"""A network and its optimizer: one step of training, and scores of held-out videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.training.architectures import build
from organizer.training.architectures.architecture import FROZEN, scorer_of
from organizer.training.engine.settings import Precision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.engine.replicas import Replicas
    from organizer.training.engine.settings import TrainingSettings
    from organizer.training.evidence_weights import BasedOn


_LEAST = 1e-7
"""Scores nearer to 0 or 1 are taken for this when the loss is computed, as Keras does."""


class Learner:
    """Learns in steps.

    The loss of a step is the binary cross-entropy, weighted by video and label, summed, and divided by the
    number of videos and labels of the whole batch, whatever their weights: what is unknown neither teaches
    nor makes the rest count for more. It does not depend on how many replicas share the batch. Normalisation
    layers see the videos of their replica alone; their running means are averaged over all.
    """

    def __init__(
        self,
        name: str,
        dimensions: int,
        labels: int,
        settings: TrainingSettings,
        replicas: Replicas,
        *,
        based_on: BasedOn | None = None,
    ) -> None:
        """Build the network with the seed's numbers."""
        import keras

        self._replicas = replicas
        self._dimensions, self._labels = dimensions, labels
        keras.utils.set_random_seed(settings.seed)
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy(_policy(settings.precision))
        try:
            with replicas.strategy.scope():
                self.scorer = scorer_of(build(name, dimensions, labels, based_on=based_on))
                self._optimizer = keras.optimizers.Adam(settings.learning_rate)
                self._optimizer.build(self.scorer.trainable_variables)
        finally:
            keras.config.set_dtype_policy(policy)
        self._step = self._step_function()
        self._score = self._score_function()

    def learn(self, batch: Sequence[Any] | None) -> Any:
        """Take one step.

        Args:
            batch: features, targets and weights as in ``TrainingData``; None where other workers have one
                left and this one has not.

        Returns:
            A TensorFlow tensor, float64 (2,): the sum of the weighted losses, and of the weights.
        """
        return self._step(*self._replicas.distribute(self._parts(batch)))

    def score(self, batches: Iterable[Any]) -> tuple[NDArray[np.float32], ...]:
        """Return scores, targets and weights of videos, each float32 (videos, labels)."""
        import numpy as np

        columns: tuple[list[NDArray[np.float32]], ...] = ([], [], [])
        for features, targets, weights in batches:
            for column, part in zip(columns, (self._score(features), targets, weights), strict=True):
                column.append(np.asarray(part, np.float32))
        nothing = np.empty((0, self._labels), np.float32)
        return tuple(np.concatenate([nothing, *column]) for column in columns)

    def weights(self) -> list[NDArray[np.float32]]:
        """Return the network's numbers, as its ``get_weights``."""
        import numpy as np

        return [np.asarray(weight) for weight in self.scorer.get_weights()]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that changes while it learns: the network, its sources of chance, the optimizer."""
        import numpy as np

        return {name: np.asarray(variable.numpy()) for name, variable in self._variables().items()}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave.

        Raises:
            ValueError: it is of another network.
        """
        variables = self._variables()
        if {name: variable.shape for name, variable in variables.items()} != {
            name: array.shape for name, array in state.items()
        }:
            raise ValueError("its numbers are those of another network")
        with self._replicas.strategy.scope():
            for name, variable in variables.items():
                variable.assign(state[name])

    def _variables(self) -> dict[str, Any]:
        # Numbered, not named: Keras numbers names through a whole session.
        lists = {"model": self.scorer.variables, "optimizer": self._optimizer.variables}
        return {
            f"{kind}/{number:04d}": variable
            for kind, variables in lists.items()
            for number, variable in enumerate(variables)
        }

    def _parts(self, batch: Sequence[Any] | None) -> list[tuple[Any, ...]]:
        """Divide a batch among the local replicas: features, targets, weights, number of videos for each.

        One that gets none is given a video that counts nothing, for normalisation cannot do without.
        """
        import tensorflow as tf

        if batch is None:
            features = tf.zeros((1, 1, self._dimensions))
            batch, videos = (features, tf.zeros((1, self._labels)), tf.zeros((1, self._labels))), 0
        else:
            videos = int(batch[0].shape[0])
        local = self._replicas.local
        parts = []
        for replica in range(local):
            first, last = videos * replica // local, videos * (replica + 1) // local
            features, targets, weights = (tensor[first : max(last, first + 1)] for tensor in batch)
            if last == first:
                features, targets, weights = (tensor[:1] for tensor in batch)
                weights = tf.zeros_like(weights)
            parts.append((features, targets, weights, tf.constant(last - first, tf.float32)))
        return parts

    def _step_function(self) -> Any:
        import tensorflow as tf

        strategy, scorer, optimizer = self._replicas.strategy, self.scorer, self._optimizer
        variables = scorer.trainable_variables
        # Means of normalisations; what a correction corrects never moves.
        moving = [
            weight
            for weight in scorer.non_trainable_weights
            if weight.dtype == "float32" and FROZEN not in weight.path.split("/")
        ]
        total_replicas = self._replicas.total
        labels = self._labels

        def of_replica(features: Any, targets: Any, weights: Any, videos: Any) -> Any:
            context = tf.distribute.get_replica_context()
            # A copy, for that one lies on the replica's processor, by which the others find it.
            all_videos = context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(videos))
            with tf.GradientTape() as tape:
                losses = weights * cross_entropy(targets, scorer(features, training=True))
                loss = tf.reduce_sum(losses) / (tf.maximum(all_videos, 1.0) * labels)
                # The gradients of all replicas are added up, the penalty must count once.
                loss += tf.add_n([tf.constant(0.0), *scorer.losses]) / total_replicas
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            if total_replicas > 1:
                for weight in moving:
                    weight.assign(context.all_reduce(tf.distribute.ReduceOp.MEAN, weight.value))
            sums = tf.stack([tf.reduce_sum(losses), tf.reduce_sum(weights)])
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(sums, tf.float64))

        def step(*batch: Any) -> Any:
            return strategy.experimental_local_results(strategy.run(of_replica, args=batch))[0]

        if total_replicas > 1:
            return tf.function(step, reduce_retracing=True, autograph=False)
        # Traced once for all shapes: what is computed must not depend on which batch came first.
        signature = [
            tf.TensorSpec((None, None, self._dimensions), tf.float32),
            tf.TensorSpec((None, labels), tf.float32),
            tf.TensorSpec((None, labels), tf.float32),
            tf.TensorSpec((), tf.float32),
        ]
        return tf.function(step, input_signature=signature, autograph=False)

    def _score_function(self) -> Any:
        import tensorflow as tf

        signature = [tf.TensorSpec((None, None, self._dimensions), tf.float32)]
        scorer = self.scorer

        def score(features: Any) -> Any:
            return scorer(features, training=False)

        return tf.function(score, input_signature=signature, autograph=False)


def cross_entropy(targets: Any, scores: Any) -> Any:
    """Return the binary cross-entropy of every video and label, float32 TensorFlow tensors."""
    import tensorflow as tf

    scores = tf.clip_by_value(scores, _LEAST, 1 - _LEAST)
    return -targets * tf.math.log(scores) - (1 - targets) * tf.math.log(1 - scores)


def _policy(precision: Precision) -> str:
    import tensorflow as tf

    mixed = precision is Precision.MIXED or (
        precision is Precision.AUTO and bool(tf.config.list_physical_devices("GPU"))
    )
    return "mixed_bfloat16" if mixed else "float32"
