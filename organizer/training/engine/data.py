"""The seam between what can be trained on and what trains: every source of training data promises this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from organizer.features.quantiser import Quantiser
    from organizer.training.ensemble_weights import BasedOn


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a training's stream of batches to begin: the same place always gives the same batches."""

    seed: int
    """Of the whole training."""
    epoch: int
    """Counted from 0; each has an order and crops of its own."""
    batch: int = 0
    """So many batches of the epoch are left out, for they were trained on before a break."""
    worker: int = 0
    """Which of ``workers`` asks, counted from 0; each sees videos of its own."""
    workers: int = 1


class TrainingData(Protocol):
    """Labelled videos as features, in batches.

    An element of the datasets is a tuple of tensors: features float32 (batch, seconds, dimensions),
    dequantised, then padded with zeros at the end to the batch's length, which is at most 45; targets float32
    (batch, labels), 0 or 1; weights float32 (batch, labels), 0 where it is not known whether the label fits.
    A second that is there is never all zeros.
    """

    labels: tuple[str, ...]
    """What the columns of targets and weights mean."""
    dimensions: int
    """Numbers of each second."""
    space_id: str
    """The feature space, as ``Bundle.space_id``."""
    quantiser: Quantiser
    """How the features were stored."""
    based_on: BasedOn | None
    """For a correction, what is there already; None where there is nothing."""

    def training(self, place: Place, batch_size: int) -> Any:
        """Return a ``tf.data.Dataset`` of one epoch, from a place on; the last batch may be smaller.

        Raises:
            TrainingDataError: there is nothing to train on.
        """
        ...

    def validation(self, batch_size: int) -> Any:
        """Return a ``tf.data.Dataset`` of all held-out videos, always the same, in the same order."""
        ...
