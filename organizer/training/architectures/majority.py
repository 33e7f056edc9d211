"""How often each label is given, and nothing else: what any classifier has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.training.architectures.architecture import Architecture

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

SPEED = 20.0
"""One step of training moves a logit by the learning rate times this. The numbers start at even odds and have
nothing to learn but counts, which at the other networks' learning rate takes thousands of steps."""


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.core``; one weight a label."""
    import keras

    from organizer.training.architectures.layers import layers

    features = keras.Input((None, size.dimensions))
    logits = layers().Prior(size.labels, SPEED, name="prior")(features)
    return keras.Model(features, keras.layers.Activation("sigmoid", dtype="float32")(logits), name="core")


MAJORITY = Architecture(
    core,
    "how often each label is given, whatever the video shows; the baseline",
    "the published majority class (Vehicle, 29.0 % of the videos)",
)
