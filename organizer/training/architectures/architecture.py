"""What an architecture is, and how each comes to give evidence second by second."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from organizer.training.evidence_weights import BasedOn

WINDOW_SECONDS = 3
"""Recurrent networks give evidence for windows of this length, 15 in 45 seconds: one second alone tells them
little, and three cost a third of what single seconds cost."""
FROZEN = "base"
"""Name of a layer that training leaves alone: what a correction corrects."""
_HERE = "organizer.training.architectures"


class Reading(Enum):
    """What a network reads, which decides how evidence is had from it."""

    ANY_LENGTH = "any length"
    """Zeros at the end are told from seconds, and change nothing. Evidence of a second: the score of a video
    of this second alone."""
    ANY_LENGTH_IN_TURN = "any length, in turn"
    """The same with a state that goes from second to second, so that a graph has a fixed number of videos.
    Evidence: the score of a video of the window's three seconds."""
    ALWAYS_45 = "always 45 seconds"
    """Shorter videos are shown over and over, up to 45 seconds: these networks were published for videos that
    are never shorter, and have no way to leave padding out. Evidence: the score of a video that is the
    window's three seconds over and over."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a network is built for."""

    dimensions: int
    """Numbers of each second."""
    labels: int
    based_on: BasedOn | None = None
    """What a correction corrects."""
    cudnn: bool = True
    """Whether recurrent layers may use NVIDIA's library where there is one; not in one to be exported."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """One way to score videos."""

    network: str
    """Module and function of this package, ``module:function``. The module imports Keras, which takes
    seconds, so it is loaded when a network is built. The function takes a ``Size`` and returns an untrained
    Keras model: float32 (batch, seconds, dimensions), padded with zeros at the end, -> float32 (batch,
    labels), 0..1. With ``ALWAYS_45`` its input is (batch, 45, dimensions)."""
    summary: str
    """One line for a list of choices."""
    paper: str
    """Where it comes from."""
    reading: Reading = Reading.ANY_LENGTH

    @property
    def free_batch(self) -> bool:
        """Whether a graph of it takes any number of videos at once, or only one."""
        return self.reading is Reading.ANY_LENGTH

    def build(
        self,
        dimensions: int,
        labels: int,
        seconds: int | None = None,
        batch: int | None = None,
        *,
        based_on: BasedOn | None = None,
    ) -> Any:
        """Return an untrained Keras model with the outputs ``scores`` and ``evidence``.

        Args:
            dimensions: numbers of each second.
            labels: how many.
            seconds: length of the input, 1 to 45; None for any.
            batch: videos at once; None for any. A recurrent network to be exported needs a number.
            based_on: for a correction, what it corrects.

        Returns:
            A model with the input ``features``, float32 (batch, seconds, dimensions), padded with zeros at
            the end, and a dict of outputs: ``scores`` (batch, labels) and ``evidence`` (batch, seconds,
            labels), float32, 0..1. Evidence of padding is 0. Without evidence it is ``scorer_of``.
        """
        import keras

        # Imports Keras, as the networks do: not before one is built.
        from organizer.training.architectures import layers

        core = resolve_name(f"{_HERE}.{self.network}")(
            Size(dimensions, labels, based_on, cudnn=batch is None)
        )
        features = keras.Input(batch_shape=(batch, seconds, dimensions), dtype="float32", name="features")
        if self.reading is Reading.ANY_LENGTH:
            parts, span = layers.EachSecond(name="each_second")(features), 1
            scores = core(features)
        else:
            padded = layers.PadTo(MAX_SECONDS, name="padded")(features)
            repeat = self.reading is Reading.ALWAYS_45
            length = MAX_SECONDS if repeat else WINDOW_SECONDS
            parts = layers.Windows(WINDOW_SECONDS, length, name="windows")(padded)
            span = WINDOW_SECONDS
            scores = core(layers.RepeatTo(MAX_SECONDS, name="repeated")(padded) if repeat else features)
        evidence = layers.Regroup(span, name="evidence")(core(parts), features)
        return keras.Model(features, {"scores": scores, "evidence": evidence})


def scorer_of(model: Any) -> Any:
    """Return the part of a built model that makes ``scores``, as one output: what is trained.

    It shares all variables with the model, but does not run the layers for evidence; these must not run in
    training, where they would draw dropout and move the means of normalisations.
    """
    import keras

    return keras.Model(model.input, model.output["scores"])
