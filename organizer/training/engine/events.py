"""What happens while a network is trained, for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizer.training.engine.checkpoints import EpochFigures
    from organizer.training.engine.trained import TrainedClassifier


@dataclass(frozen=True, slots=True)
class Began:
    """Training begins, or goes on."""

    weights: int
    """Numbers the network has."""
    epoch: int
    """From which it goes on; 0 at first."""
    step: int
    """Batches done before."""
    replicas: int
    """Processors that train together."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """Some more batches are done."""

    epoch: int
    """Counted from 0."""
    batch: int
    """Batches of this epoch done."""
    epoch_steps: int | None
    """Batches an epoch has; None in the first one."""
    step: int
    """Batches done in all."""
    loss: float
    """Mean over this epoch so far."""


@dataclass(frozen=True, slots=True)
class EpochDone:
    """An epoch is over."""

    figures: EpochFigures
    best: bool
    """Whether it is the best so far."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Training is over; always the last event."""

    classifier: TrainedClassifier
    early: bool
    """Whether it ended before its last epoch, because nothing got better."""


TrainingEvent = Began | Stepped | EpochDone | Trained
