"""A classifier that is there already, corrected by what a person decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from organizer.errors import TrainingDataError
from organizer.training.architectures.architecture import FROZEN
from organizer.training.architectures.evidence_layers import StrongerLogits, evidence_logits
from organizer.training.architectures.layers import real_seconds

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

L2 = 0.1
"""Holds the correction near nothing, so that a few decisions move a score a little, and hundreds as far as
they agree. Divided by the number of labels, as the loss is: another label changes nothing for the others."""
DROPOUT = 0.2


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``.

    A second's logit is that of the base, which stays as it is, and a linear function of the features, which
    is nothing before training. A video's logit is the mean over the stronger half of its seconds, as in the
    bundled classifier. So it starts as the base, and where nobody decided it stays that.

    Raises:
        TrainingDataError: there is no base.
    """
    based_on = size.based_on
    if based_on is None:
        raise TrainingDataError(
            "A correction needs a model to build on, and learns from decisions in a library. Take "
            "--data library with --space lite, or another --arch."
        )
    features = keras.Input((None, size.dimensions))
    known = evidence_logits(features, based_on, FROZEN)
    correction = keras.layers.Dense(
        size.labels,
        kernel_initializer="zeros",
        kernel_regularizer=keras.regularizers.L2(L2 / size.labels),
        dtype="float32",
        name="correction",
    )(keras.layers.Dropout(DROPOUT)(features))
    scores = StrongerLogits(name="pooled")(known + correction, real_seconds(features))
    return keras.Model(features, scores, name="core")
