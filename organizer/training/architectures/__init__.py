"""The architectures that can be trained, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.training.architectures.architecture import Architecture, Reading

if TYPE_CHECKING:
    from organizer.training.evidence_weights import BasedOn

ARCHITECTURES: dict[str, Architecture] = {
    "majority": Architecture(
        "majority:core",
        "how often each label is given, whatever the video shows; the baseline",
        "the published majority class (Vehicle, 29.0 % of the videos)",
    ),
    "rnn": Architecture(
        "rnn:core",
        "two simple recurrent layers of 64, as published; always reads 45 seconds",
        "the published Simple RNN (validation top-1 35.2 %)",
        Reading.ALWAYS_45,
    ),
    "cnn-lstm": Architecture(
        "cnn_lstm:core",
        "three convolutions beside three LSTMs, as published; always reads 45 seconds",
        "the published CNN + LSTM (validation top-1 87.9 %)",
        Reading.ALWAYS_45,
    ),
    "cnn-lstm-masked": Architecture(
        "cnn_lstm:masked_core",
        "the published CNN + LSTM, padding left out",
        "the published CNN + LSTM; masks as in Keras's recurrent layers",
        Reading.ANY_LENGTH_IN_TURN,
    ),
    "moe": Architecture(
        "moe:core",
        "mixture of four experts on the mean, spread and largest values over a video",
        "Jordan and Jacobs 1994; Abu-El-Haija et al., YouTube-8M, 2016 (arXiv:1609.08675)",
    ),
    "netvlad": Architecture(
        "netvlad:core",
        "small gated NetVLAD: 8 clusters, hidden layer of 256, context gate",
        "Miech, Laptev and Sivic 2017 (arXiv:1706.06905); "
        "Lin, Xiao and Fan, NeXtVLAD, 2018 (arXiv:1811.05014)",
    ),
    "attention": Architecture(
        "attention:core",
        "for each label, gated attention over the seconds; blind to their order",
        "Ilse, Tomczak and Welling 2018 (arXiv:1802.04712)",
    ),
    "attention-conv": Architecture(
        "attention_conv:core",
        "attention over seconds that are seen with their neighbours and with what came before",
        "Ilse et al. 2018 (arXiv:1802.04712) on residual convolutions, Bai et al. 2018 (arXiv:1803.01271)",
    ),
    "correction": Architecture(
        "correction:core",
        "the bundled classifier, corrected by what was decided; knows all that it knew",
        "Zhang et al., Side-Tuning, 2020 (arXiv:1912.13503): a frozen network and a small one beside it",
    ),
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
