"""A classifier that is there already, corrected by what a person decided."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import keras

from organizer.errors import TrainingDataError
from organizer.training.architectures.architecture import FROZEN
from organizer.training.architectures.layers import BaseLogits, StrongerHalf, real_seconds
from organizer.training.ensemble_weights import LINEAR_SHARE

if TYPE_CHECKING:
    from organizer.training.architectures.architecture import Size

L2 = 0.1
"""Holds the correction near nothing, so that a few decisions move a score a little, and hundreds as far as
they agree. Divided by the number of labels, as the loss is: another label changes nothing for the others."""
DROPOUT = 0.2
UNKNOWN = -2.0
"""Where the logit of a label starts that the base does not know."""


def core(size: Size) -> Any:
    """Return the model, see ``Architecture.network``.

    A second's logit is that of the base, which stays as it is, and a linear function of the features, which
    is nothing before training. A video's score is the mean over the stronger half of its seconds, as in the
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
    arrays = based_on.arrays
    members, hidden, base_labels = arrays.kernel.shape
    sizes = (members, hidden, base_labels)
    base = BaseLogits(*sizes, based_on.columns, unknown=UNKNOWN, linear_share=LINEAR_SHARE, name=FROZEN)
    known = base(features)
    base.set_weights([getattr(arrays, part.name) for part in fields(arrays)])
    correction = keras.layers.Dense(
        size.labels,
        kernel_initializer="zeros",
        kernel_regularizer=keras.regularizers.L2(L2 / size.labels),
        dtype="float32",
        name="correction",
    )(keras.layers.Dropout(DROPOUT)(features))
    evidence = keras.ops.sigmoid(known + correction)
    return keras.Model(features, StrongerHalf(name="pooled")(evidence, real_seconds(features)), name="core")
