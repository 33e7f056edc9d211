"""The bundled classifier: how it is fitted, and how it becomes a graph.

Each second by itself, by a linear function and by prototypes, see ``evidence_weights``. A video's logit is
the mean over the half of its seconds that speak most for a label: so a thing seen for half of a video counts
in full, and a single odd second does not. Both become probabilities by one map, see ``calibration_map``:
because it is linear in the logits, it does not matter whether seconds are mapped or whole videos.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from organizer.training.evidence_weights import BasedOn, EvidenceWeights
from organizer.training.export_classifier import litert_graph
from organizer.training.lite.prototypes import fit_prototypes
from organizer.training.lite.ridge import fit_ridge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.calibration_map import ScoreMap


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Training examples: one second each."""

    features: NDArray[np.float32]
    """(examples, dimensions), dequantised."""
    targets: NDArray[np.float32]
    """(examples, labels) of 0 and 1."""
    weights: NDArray[np.float32]
    """(examples, labels), 0 and up; 0 where it is not known whether the label fits."""
    origins: NDArray[np.int64]
    """(examples,), the photograph or clip of each; -1 for those that no prototype is made of."""
    centre: NDArray[np.float32]
    """(dimensions,), taken off before likeness is told."""


def fit(examples: Examples) -> EvidenceWeights:
    """Fit the classifier; its scores are no probabilities yet.

    Raises:
        TrainingDataError: a label has no example that shows it, or none that does not.
    """
    import numpy as np

    linear = fit_ridge(examples.features, examples.targets, examples.weights)
    chosen = examples.origins >= 0
    prototypes = fit_prototypes(
        examples.features[chosen],
        examples.centre,
        examples.targets[chosen],
        examples.weights[chosen],
        examples.origins[chosen],
    )
    return EvidenceWeights(
        linear.kernel,
        linear.bias,
        prototypes.centre,
        prototypes.directions,
        prototypes.shows,
        prototypes.shows_not,
        slope=np.ones(1, np.float32),
        offset=np.zeros(len(linear.bias), np.float32),
    )


def mapped(weights: EvidenceWeights, score_map: ScoreMap) -> EvidenceWeights:
    """Return a fitted classifier whose scores are probabilities."""
    import numpy as np

    return replace(
        weights,
        slope=np.array([score_map.a], np.float32),
        offset=np.array(score_map.b + np.array(score_map.offsets), np.float32),
    )


def pool(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logits (labels,) of one video's seconds (seconds, labels)."""
    import numpy as np

    half = -(-len(logits) // 2)
    pooled: NDArray[np.float32] = np.sort(logits, axis=0)[::-1][:half].mean(axis=0)
    return pooled


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what logits are as shares, 0..1."""
    import numpy as np

    return np.asarray(np.tanh(logits / 2) / 2 + 0.5, np.float32)


def network(weights: EvidenceWeights) -> Any:
    """Return the classifier as a Keras model: see ``Architecture.build`` for what it takes and gives."""
    import keras

    # Imports Keras: not before a network is built.
    from organizer.training.architectures.evidence_layers import StrongerLogits, evidence_logits
    from organizer.training.architectures.layers import real_seconds

    dimensions, labels = weights.linear_kernel.shape
    features = keras.Input((None, dimensions), name="features")
    logits = evidence_logits(features, BasedOn(weights, tuple(range(labels))), "logits")
    scores = StrongerLogits(name="scores")(logits, real_seconds(features))
    return keras.Model(features, {"scores": scores, "evidence": keras.ops.sigmoid(logits)})


def export(weights: EvidenceWeights) -> bytes:
    """Return the classifier as a LiteRT graph with a free number of videos and seconds."""
    return litert_graph(network(weights), len(weights.linear_kernel))
