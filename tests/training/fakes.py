"""Small training data in memory, made from a seed: the same in every process."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from organizer.features.quantiser import Quantiser, Rounding
from organizer.training.architectures.architecture import FROZEN
from organizer.training.engine.data import Position
from organizer.training.engine.events import Trained
from organizer.training.engine.trainer import train
from organizer.training.evidence_weights import BasedOn, EvidenceWeights


def evidence_weights(dimensions: int, labels: int, *, prototypes: int = 9, seed: int = 8) -> EvidenceWeights:
    """Return a classifier of seconds with random numbers such as a fitted one may have."""
    rng, likeness = np.random.default_rng(seed), max(1, dimensions * 2 // 3)
    directions = rng.normal(size=(prototypes, likeness))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    shows, shows_not = rng.dirichlet(np.ones(max(1, prototypes)), (2, labels))[..., :prototypes].swapaxes(
        1, 2
    )
    parts = (
        *(rng.normal(size=(dimensions, labels)) / np.sqrt(dimensions), rng.normal(size=labels) - 1),
        *(0.1 * rng.normal(size=likeness), directions, shows, shows_not),
        *(rng.uniform(0.7, 1.4, 1), 0.5 * rng.normal(size=labels)),
    )
    return EvidenceWeights(*(part.astype(np.float32) for part in parts))


def based_on(dimensions: int, labels: int) -> BasedOn:
    """Return a classifier to build on, which knows all labels but the last, in another order."""
    known = labels - 1
    return BasedOn(evidence_weights(dimensions, known), (*range(known - 1, -1, -1), -1))


def shaken(model, seed: int = 7):
    """Return a model's weights with noise on all that is not frozen.

    Fresh normalisations and biases are zeros and ones: a wrong mask would not show. What is frozen is random
    from the start, and with noise would be no shares any more.
    """
    rng = np.random.default_rng(seed)
    return [
        weight if FROZEN in variable.path.split("/") else weight + 0.1 * rng.normal(size=weight.shape)
        for variable, weight in zip(model.weights, model.get_weights(), strict=True)
    ]


@dataclass(frozen=True)
class FakeData:
    """Videos in which label k raises number k in the seconds that show it, and label 0 in all of them.

    Some are shorter than others; of some it is not known whether the last label fits. Each epoch has an order
    of its own. Workers share every batch, so that together they see what one alone would see.
    """

    videos: int = 64
    seconds: int = 6
    dimensions: int = 8
    labels: tuple[str, ...] = ("Vehicle", "Concert", "Dance")
    held_out: int = 24
    seed: int = 0
    strength: float = 2.0
    space_id: str = "fake-0"
    quantiser: Quantiser = field(default_factory=lambda: Quantiser(-2.0, 2.0, Rounding.NEAREST))
    based_on: BasedOn | None = None
    validation_names: None = None
    validation_groups: None = None

    def arrays(self):
        """All videos, those held out last: features, targets, weights."""
        rng = np.random.default_rng(self.seed)
        videos, labels = self.videos + self.held_out, len(self.labels)
        targets = (rng.random((videos, labels)) < [0.6, 0.4, 0.3, 0.3, 0.3][:labels]).astype(np.float32)
        features = rng.normal(size=(videos, self.seconds, self.dimensions)).astype(np.float32)
        lengths = rng.integers(1, self.seconds + 1, videos)
        features[:, :, :labels] += self.strength * targets[:, np.newaxis]
        features *= (np.arange(self.seconds) < lengths[:, np.newaxis])[..., np.newaxis]
        weights = np.ones_like(targets)
        weights[rng.random(videos) < 0.2, -1] = 0
        return features, targets, weights

    def training(self, position: Position, batch_size: int):
        import tensorflow as tf

        features, targets, weights = (array[: self.videos] for array in self.arrays())
        order = np.random.default_rng([position.seed, position.epoch]).permutation(self.videos)
        together = batch_size * position.workers
        batches = [order[at : at + together] for at in range(0, self.videos, together)]
        mine = [batch[position.worker * batch_size : (position.worker + 1) * batch_size] for batch in batches]
        chosen = [rows for rows in mine[position.batch :] if len(rows)]

        def of_epoch():
            for rows in chosen:
                yield features[rows], targets[rows], weights[rows]

        return tf.data.Dataset.from_generator(of_epoch, output_signature=self._signature())

    def validation(self, batch_size: int):
        import tensorflow as tf

        features, targets, weights = (array[self.videos :] for array in self.arrays())

        def of_all():
            for at in range(0, self.held_out, batch_size):
                rows = slice(at, at + batch_size)
                yield features[rows], targets[rows], weights[rows]

        return tf.data.Dataset.from_generator(of_all, output_signature=self._signature())

    def _signature(self):
        import tensorflow as tf

        return (
            tf.TensorSpec((None, None, self.dimensions), tf.float32),
            tf.TensorSpec((None, len(self.labels)), tf.float32),
            tf.TensorSpec((None, len(self.labels)), tf.float32),
        )


def train_to_the_end(name, data, settings, folder):
    """Train without looking on, and return the classifier."""
    *_, last = train(name, data, settings, folder)
    assert isinstance(last, Trained)
    return last.classifier
