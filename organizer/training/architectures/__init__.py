"""The architectures that can be trained, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.training.architectures.attention import ATTENTION
from organizer.training.architectures.attention_conv import ATTENTION_CONV
from organizer.training.architectures.cnn_lstm import CNN_LSTM, CNN_LSTM_MASKED
from organizer.training.architectures.correction import CORRECTION
from organizer.training.architectures.majority import MAJORITY
from organizer.training.architectures.moe import MOE
from organizer.training.architectures.netvlad import NETVLAD
from organizer.training.architectures.rnn import RNN

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Architecture
    from organizer.training.ensemble_weights import BasedOn

ARCHITECTURES: dict[str, Architecture] = {
    "majority": MAJORITY,
    "rnn": RNN,
    "cnn-lstm": CNN_LSTM,
    "cnn-lstm-masked": CNN_LSTM_MASKED,
    "moe": MOE,
    "netvlad": NETVLAD,
    "attention": ATTENTION,
    "attention-conv": ATTENTION_CONV,
    "correction": CORRECTION,
}
"""The first three are the published models."""


def architecture(name: str) -> Architecture:
    """Return an architecture by its name.

    Raises:
        TrainingDataError: there is none of this name.
    """
    if name not in ARCHITECTURES:
        raise TrainingDataError(
            f"There is no architecture {name!r}. Take one of: {', '.join(ARCHITECTURES)}."
        )
    return ARCHITECTURES[name]


def build(
    name: str,
    dimensions: int,
    labels: int,
    seconds: int | None = None,
    batch: int | None = None,
    *,
    based_on: BasedOn | None = None,
) -> Any:
    """Return an untrained Keras model of an architecture; see ``Architecture.build``.

    Raises:
        TrainingDataError: there is no architecture of this name.
    """
    return architecture(name).build(dimensions, labels, seconds, batch, based_on=based_on)
