"""The published CNN + LSTM video classifier, computed with numpy alone.

Three convolutions over time with a mean over the seconds, beside three LSTMs of which the last state counts;
both joined and followed by three dense layers. It was trained on sequences of exactly 45 seconds of
YouTube-8M's bytes as they are, 0..255.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from organizer.features.processor import processors, single_threaded_blas
from organizer.models.cnn_lstm_weights import (
    DENSE_UNITS,
    FILTERS,
    INPUTS,
    LEAK,
    LSTM_UNITS,
    OUTPUTS,
    SECONDS,
    TAPS,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.models.cnn_lstm_weights import CnnLstmWeights

WINDOW_SECONDS = 3
"""Evidence is given for windows of this length: 15 sequences for a video of 45 seconds."""
MAX_THREADS = 4
"""No more than the backbone uses, for decoding needs processors too."""
CHUNK = 128
"""Sequences that a thread computes at once: their states stay in the processor's cache."""


class CnnLstmClassifier:
    """Implements ``Classifier``.

    Shorter videos: the network never saw padding, nor a sequence of another length; all its videos were
    longer than 45 seconds. So the seconds of a shorter one are repeated from the start until there are 45:
    each keeps its share in the mean (to one repetition), the LSTMs run as long as they were trained to, the
    pace stays one frame a second, and where the video starts again there is a cut, as there is in many.

    Evidence: the network says nothing about single seconds. Each window of three seconds (the last one may
    overlap the one before) is scored as if it were the whole video, and its seconds share the result. Windows
    and video together are at most 16 sequences, whose first layers, the most expensive, run once a second.

    Threads: each takes whole sequences. Numpy's own would share every one of the 135 small products of a run
    and wait for each other after each, which took ten times as long while other work kept the processor busy.
    """

    def __init__(self, weights: CnnLstmWeights, quantiser: Quantiser, *, chunk: int = CHUNK) -> None:
        """Prepare the weights.

        Args:
            weights: the network.
            quantiser: what the features were dequantised with; the network takes what it takes in. It must
                be the data set's own (-2..2, truncating) for the bytes to mean what they meant in training.
            chunk: sequences that a thread computes at once.
        """
        import numpy as np

        self._quantiser = quantiser
        self._chunk = chunk
        self._pool = ThreadPoolExecutor(min(processors(), MAX_THREADS), thread_name_prefix="cnn-lstm")
        self._lstm_input, self._lstms = _prepare_lstms(weights)
        self._conv_input = weights.arrays["conv0/kernel"].transpose(1, 0, 2).reshape(INPUTS, TAPS * FILTERS)
        self._convs = [
            weights.arrays[f"conv{layer}/kernel"].transpose(1, 0, 2).reshape(FILTERS, TAPS * FILTERS)
            for layer in (1, 2)
        ]
        self._norms = []
        for layer, epsilon in enumerate(weights.epsilons):
            gamma, beta, mean, variance = (
                weights.arrays[f"norm{layer}/{name}"]
                for name in ("gamma", "beta", "moving_mean", "moving_variance")
            )
            scale = gamma / np.sqrt(variance + np.float32(epsilon))
            self._norms.append((scale, (weights.arrays[f"conv{layer}/bias"] - mean) * scale + beta))
        self._denses = [
            (weights.arrays[f"dense{layer}/kernel"], weights.arrays[f"dense{layer}/bias"])
            for layer in range(len(DENSE_UNITS))
        ]

    def classify(self, features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See ``Classifier.classify``.

        Raises:
            ValueError: the features are not (videos, 1 to 45, 1024).
        """
        import numpy as np

        if features.ndim != 3 or not 1 <= features.shape[1] <= SECONDS or features.shape[2] != INPUTS:
            raise ValueError(f"expected (videos, 1 to {SECONDS}, {INPUTS}), got {features.shape}")
        videos, seconds, _ = features.shape
        # Quantising gives back exactly the byte that a dequantised feature came from.
        raw = self._quantiser.quantise(features).astype(np.float32).reshape(videos * seconds, INPUTS)
        window = min(WINDOW_SECONDS, seconds)
        starts = np.minimum(np.arange(0, seconds, WINDOW_SECONDS), seconds - window)
        repeat = np.arange(SECONDS)
        of_video = np.concatenate([repeat[np.newaxis] % seconds, starts[:, np.newaxis] + repeat % window])
        sequences = (np.arange(videos)[:, np.newaxis, np.newaxis] * seconds + of_video).reshape(-1, SECONDS)
        outputs = self._run_all(raw, sequences).reshape(videos, 1 + len(starts), OUTPUTS)
        return outputs[:, 0].copy(), outputs[:, 1 + np.arange(seconds) // WINDOW_SECONDS]

    def _run_all(self, raw: NDArray[np.float32], sequences: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return (sequences, labels) of bytes (frames, 1024) and which frame stands where (sequences, 45)."""
        import numpy as np

        if not len(sequences):
            return np.empty((0, OUTPUTS), np.float32)
        parts = [sequences[at : at + self._chunk] for at in range(0, len(sequences), self._chunk)]
        with single_threaded_blas():
            gates, taps = raw @ self._lstm_input, raw @ self._conv_input
            return np.concatenate(list(self._pool.map(lambda part: self._run(gates, taps, part), parts)))

    def _run(
        self, gates: NDArray[np.float32], taps: NDArray[np.float32], sequences: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Return (sequences, labels), 0..1.

        Args:
            gates: (frames, 2048), the first LSTM's inputs for every frame there is.
            taps: (frames, 50), the same for the first convolution.
            sequences: (sequences, 45), which frame stands where.
        """
        import numpy as np

        joined = np.concatenate(
            [self._convolutions(taps[sequences]), self._recurrences(gates, sequences)], axis=1
        )
        for kernel, bias in self._denses[:-1]:
            joined = np.maximum(joined @ kernel + bias, 0)
        kernel, bias = self._denses[-1]
        # The logistic function by way of tanh, which cannot overflow.
        return np.asarray(np.tanh((joined @ kernel + bias) / 2) / 2 + 0.5, np.float32)

    def _convolutions(self, taps: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (sequences, 10) of (sequences, 45, 50)."""
        import numpy as np

        for layer, (scale, shift) in enumerate(self._norms):
            values = _sum_taps(taps) * scale + shift
            values = np.maximum(values, np.float32(LEAK) * values)
            if layer < len(self._convs):
                taps = values @ self._convs[layer]
        mean: NDArray[np.float32] = values.mean(axis=1)
        return mean

    def _recurrences(self, gates: NDArray[np.float32], sequences: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return (sequences, 128), the last state of the last LSTM.

        The three LSTMs go through the seconds together. Their states lie side by side, so that the state of
        one and the input from the one before are one matrix.
        """
        import numpy as np

        ends = np.cumsum((0, *LSTM_UNITS))
        states = np.zeros((len(sequences), ends[-1]), np.float32)
        cells = np.zeros_like(states)
        for second in range(SECONDS):
            for layer, (kernel, bias) in enumerate(self._lstms):
                own = slice(ends[layer], ends[layer + 1])
                both = slice(ends[max(layer - 1, 0)], ends[layer + 1])
                sums = states[:, both] @ kernel
                if layer == 0:
                    sums += gates[sequences[:, second]]
                sums += bias
                _step(sums, cells[:, own], states[:, own])
        return states[:, ends[-2] :]


def _prepare_lstms(
    weights: CnnLstmWeights,
) -> tuple[NDArray[np.float32], list[tuple[NDArray[np.float32], NDArray[np.float32]]]]:
    """Return the first LSTM's input kernel, and for each LSTM (kernel of input and state, bias).

    The columns of the three gates are halved, which is exact: logistic(x) = tanh(x / 2) / 2 + 1/2, so
    one tanh serves the gates and the cell.
    """
    import numpy as np

    prepared = []
    for layer, units in enumerate(LSTM_UNITS):
        halves = np.full(4 * units, 0.5, np.float32)
        halves[2 * units : 3 * units] = 1
        kernel, recurrent, bias = (
            weights.arrays[f"lstm{layer}/{name}"] * halves for name in ("kernel", "recurrent_kernel", "bias")
        )
        if layer == 0:
            first, kernel = kernel, kernel[:0]
        prepared.append((np.concatenate([kernel, recurrent]), bias))
    return first, prepared


def _step(sums: NDArray[np.float32], cell: NDArray[np.float32], state: NDArray[np.float32]) -> None:
    """Move an LSTM on by one second, in place.

    Args:
        sums: (sequences, 4 x units), gates' inputs in the order input, forget, cell, output; overwritten.
        cell: (sequences, units).
        state: (sequences, units).
    """
    import numpy as np

    np.tanh(sums, out=sums)
    units = cell.shape[1]
    for gates in (slice(0, 2 * units), slice(3 * units, None)):
        sums[:, gates] *= np.float32(0.5)
        sums[:, gates] += np.float32(0.5)
    admit, keep, new, show = (sums[:, at : at + units] for at in range(0, 4 * units, units))
    cell *= keep
    new *= admit
    cell += new
    np.tanh(cell, out=state)
    state *= show


def _sum_taps(taps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add up a convolution's products with zeros beyond both ends ("same").

    Args:
        taps: (sequences, 45, 5 x 10): for every second, its product with each of the five taps.

    Returns:
        (sequences, 45, 10).
    """
    import numpy as np

    products = taps.reshape(*taps.shape[:2], TAPS, FILTERS)
    total = np.zeros((*taps.shape[:2], FILTERS), np.float32)
    for tap in range(TAPS):
        ahead = tap - TAPS // 2
        here = slice(max(0, -ahead), SECONDS - max(0, ahead))
        there = slice(max(0, ahead), SECONDS - max(0, -ahead))
        total[:, here] += products[:, there, tap]
    return total
