"""How often each label is given, and nothing else: what any classifier has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from organizer.training.architectures.layers import Prior

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

SPEED = 20.0
"""One step of training moves a logit by the learning rate times this. The numbers start at even odds and have
nothing to learn but counts, which at the other networks' learning rate takes thousands of steps."""


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``; one weight a label."""
    features = keras.Input((None, size.dimensions))
    logits = Prior(size.labels, SPEED, name="prior")(features)
    return keras.Model(features, keras.layers.Activation("sigmoid", dtype="float32")(logits), name="core")
