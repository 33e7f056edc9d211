"""How a network is trained."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from organizer.errors import TrainingDataError


class Monitor(StrEnum):
    """By which figure of the held-out videos the best epoch is chosen."""

    MAP = "map"
    """Mean average precision over the labels; more is better. Where it is equal, the smaller loss."""
    LOSS = "loss"
    """Less is better."""


class Precision(StrEnum):
    """What layers compute in."""

    AUTO = "auto"
    """Mixed on a graphics processor, else float32."""
    FLOAT32 = "float32"
    MIXED = "mixed"
    """bfloat16 within layers; weights, scores and losses in float32."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """All that a training is steered by, besides its architecture and its data."""

    epochs: int = 20
    batch: int = 64
    """Videos a step, those of all workers together."""
    learning_rate: float = 1e-3
    """Of Adam; the same in all steps."""
    seed: int = 0
    monitor: Monitor = Monitor.MAP
    patience: int | None = 5
    """Epochs without a better figure after which training ends; None never ends early."""
    precision: Precision = Precision.AUTO
    checkpoint_steps: int = 1000
    """A checkpoint is written after so many steps,"""
    checkpoint_s: float = 60.0
    """or so many seconds, whichever is first; and after each epoch."""
    report_steps: int = 10
    """Progress is reported after so many steps."""

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            TrainingDataError: one cannot be used.
        """
        whole = {"epochs": self.epochs, "batch": self.batch, "checkpoint_steps": self.checkpoint_steps}
        whole |= {
            "report_steps": self.report_steps,
            "patience": 1 if self.patience is None else self.patience,
        }
        for name, value in whole.items():
            if value < 1:
                raise TrainingDataError(f"The setting {name} is {value}; it must be 1 or more.")
        if not 0 < self.learning_rate < 10:
            raise TrainingDataError(
                f"The setting learning_rate is {self.learning_rate}; take one above 0, such as 0.001."
            )
        if self.seed < 0:
            raise TrainingDataError(f"The setting seed is {self.seed}; it must be 0 or more.")
