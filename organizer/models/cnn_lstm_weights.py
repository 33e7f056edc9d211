"""The weights of the published CNN + LSTM classifier, as a bundle carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.features.npz import read_npz

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

SECONDS = 45
"""Length of the sequences it was trained on."""
INPUTS = 1024
OUTPUTS = 10
FILTERS = 10
TAPS = 5
"""Seconds that a convolution sees."""
LSTM_UNITS = (512, 256, 128)
DENSE_UNITS = (128, 64, OUTPUTS)
LEAK = 0.1
"""Slope of the leaky rectifiers below zero."""
_MOST_BYTES = 1 << 26
"""The arrays take 17 MB."""


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, inputs in enumerate((INPUTS, FILTERS, FILTERS)):
        shapes[f"conv{layer}/kernel"] = (TAPS, inputs, FILTERS)
        shapes[f"conv{layer}/bias"] = (FILTERS,)
        for weight in ("gamma", "beta", "moving_mean", "moving_variance"):
            shapes[f"norm{layer}/{weight}"] = (FILTERS,)
    for layer, (inputs, units) in enumerate(zip((INPUTS, *LSTM_UNITS[:-1]), LSTM_UNITS, strict=True)):
        shapes[f"lstm{layer}/kernel"] = (inputs, 4 * units)
        shapes[f"lstm{layer}/recurrent_kernel"] = (units, 4 * units)
        shapes[f"lstm{layer}/bias"] = (4 * units,)
    joined = FILTERS + LSTM_UNITS[-1]
    for layer, (inputs, units) in enumerate(zip((joined, *DENSE_UNITS[:-1]), DENSE_UNITS, strict=True)):
        shapes[f"dense{layer}/kernel"] = (inputs, units)
        shapes[f"dense{layer}/bias"] = (units,)
    return shapes


SHAPES = _shapes()
"""Every array by name, in Keras's layout; 4,211,400 numbers in all. LSTM gates stand in the order input,
forget, cell, output; the first dense layer takes the 10 numbers of the convolutions before the LSTM's 128."""


@dataclass(frozen=True, slots=True, eq=False)
class CnnLstmWeights:
    """All numbers of the network, proven complete when made."""

    arrays: Mapping[str, NDArray[np.float32]]
    """Names and shapes as in ``SHAPES``; float32, finite, variances not negative."""
    epsilons: tuple[float, float, float]
    """Added to the variance, for each of the three normalisations."""

    def __post_init__(self) -> None:
        """Check the arrays.

        Raises:
            ValueError: an array is missing, unknown, of another shape or type, or holds no usable number.
        """
        import numpy as np

        if different := sorted(self.arrays.keys() ^ SHAPES.keys()):
            raise ValueError(f"missing or unknown weights: {', '.join(different)}")
        for name, shape in SHAPES.items():
            array = self.arrays[name]
            if array.shape != shape or array.dtype != np.float32:
                raise ValueError(
                    f"the weights {name} are {array.dtype} {array.shape} instead of float32 {shape}"
                )
            if not np.isfinite(array).all():
                raise ValueError(f"the weights {name} hold something that is no finite number")
            if name.endswith("variance") and array.min() < 0:
                raise ValueError(f"the weights {name} hold a negative variance")
        if len(self.epsilons) != 3 or not all(0 < epsilon < 1 for epsilon in self.epsilons):
            raise ValueError(f"{self.epsilons} are no three epsilons between 0 and 1")

    def save(self, file: Path) -> None:
        """Write a ``.npz`` file."""
        import numpy as np

        stored: dict[str, Any] = {**self.arrays, "epsilons": np.array(self.epsilons, np.float64)}
        with file.open("wb") as stream:
            np.savez(stream, **stored)


def load_cnn_lstm_weights(file: Path) -> CnnLstmWeights:
    """Read a file written by ``CnnLstmWeights.save``.

    Raises:
        BundleError: the file is missing or holds something else.
    """
    try:
        arrays = read_npz(file, _MOST_BYTES)
        first, second, third = arrays.pop("epsilons").tolist()
        return CnnLstmWeights(arrays, (first, second, third))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"{file}: this classifier cannot be used ({error}). Pull the model again, or import it."
        ) from error
