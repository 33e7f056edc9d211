"""A trained classifier, apart from the network object that learnt it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.training.architectures import architecture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.training.engine.checkpoints import EpochFigures
    from organizer.training.engine.settings import TrainingSettings
    from organizer.training.evidence_weights import BasedOn


@dataclass(frozen=True, slots=True, eq=False)
class TrainedClassifier:
    """What a training ended with: the weights of its best epoch."""

    architecture: str
    """Its name in ``ARCHITECTURES``."""
    dimensions: int
    """Numbers of each second."""
    labels: tuple[str, ...]
    space_id: str
    """The feature space it was trained in, as ``Bundle.space_id``."""
    quantiser: Quantiser
    settings: TrainingSettings
    weights: list[NDArray[np.float32]]
    """As the model's ``get_weights``."""
    history: tuple[EpochFigures, ...]
    """Of all epochs."""
    best_epoch: int
    """Which of them the weights are of, counted from 0."""
    data: str
    """A digest of the first videos trained on and held out."""
    based_on: BasedOn | None = None
    """What a correction corrects; its numbers are among the weights."""

    @property
    def figures(self) -> EpochFigures:
        """How the best epoch went."""
        return self.history[self.best_epoch]

    def model(self, *, seconds: int | None = None, batch: int | None = None) -> Any:
        """Return the Keras model with these weights, in float32; see ``Architecture.build``."""
        model = self.untrained(seconds=seconds, batch=batch)
        model.set_weights(self.weights)
        return model

    def untrained(self, *, seconds: int | None = None, batch: int | None = None) -> Any:
        """Return the same model as it was before training; of a correction, what it corrects."""
        import keras

        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("float32")
        try:
            return architecture(self.architecture).build(
                self.dimensions, len(self.labels), seconds, batch, based_on=self.based_on
            )
        finally:
            keras.config.set_dtype_policy(policy)
