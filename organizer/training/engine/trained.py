"""A trained classifier, apart from the network object that learnt it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.training.architectures import architecture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.training.calibration_map import ScoreMap
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
    score_map: ScoreMap | None = None
    """What makes probabilities of the network's scores; None leaves them as they are."""

    @property
    def figures(self) -> EpochFigures:
        """How the best epoch went."""
        return self.history[self.best_epoch]

    def model(self, *, seconds: int | None = None, batch: int | None = None) -> Any:
        """Return the Keras model with these weights, in float32; see ``Architecture.build``.

        Scores and evidence have gone through the map of scores, where there is one.
        """
        model = self.untrained(seconds=seconds, batch=batch)
        model.set_weights(self.weights)
        return model if self.score_map is None else _mapped(model, self.score_map)

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


def _mapped(model: Any, score_map: ScoreMap) -> Any:
    """Return a model whose scores and evidence are probabilities; evidence of padding stays 0."""
    import keras

    scores, evidence = model.output["scores"], model.output["evidence"]
    is_real = keras.ops.cast(evidence > 0, "float32")
    outputs = {
        "scores": score_map.apply_in_graph(scores),
        "evidence": score_map.apply_in_graph(evidence) * is_real,
    }
    return keras.Model(model.input, outputs)
