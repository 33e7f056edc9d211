"""Run a multi-label classifier stored as a LiteRT graph."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from organizer.errors import BundleError
from organizer.features.litert import open_interpreter

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class Classifier(Protocol):
    """Says which labels fit a video, and which of its seconds say so."""

    def classify(self, features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Classify videos of equal length.

        Args:
            features: float32 (videos, seconds, dimensions), dequantised; 1 to 45 seconds, those that the
                model looks at, no padding.

        Returns:
            scores: float32 (videos, labels), probabilities 0..1.
            evidence: float32 (videos, seconds, labels), 0..1: how much each second speaks for each label.
        """
        ...


class LiteRtClassifier:
    """A classifier graph with one input and the outputs ``scores`` and ``evidence``.

    A graph that takes only one video at a time, as those of recurrent networks do, is run once for each, and
    without XNNPACK: with that delegate ai-edge-litert 2.3.0 now and then gives wrong scores for every video
    but an interpreter's first (a CNN + LSTM on a busy machine: 6 of 143, without it none of 125).
    Threads may share one: they take turns.
    """

    def __init__(self, graph: Path) -> None:
        """Load the graph.

        Raises:
            BundleError: the file is missing or is no such graph.
        """
        self._interpreter = open_interpreter(graph, threads=1, delegated=False)
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        by_rank = {len(output["shape_signature"]): output["index"] for output in outputs}
        signature = tuple(inputs[0]["shape_signature"]) if len(inputs) == 1 else (0,)
        if len(signature) != 3 or signature[0] not in {-1, 1} or set(by_rank) != {2, 3}:
            raise BundleError(
                f"{graph}: this graph is no video classifier. Reinstall organizer or pull the bundle again."
            )
        self._features = inputs[0]["index"]
        self._scores, self._evidence = by_rank[2], by_rank[3]
        self._one_at_a_time = signature[0] == 1
        if not self._one_at_a_time:
            self._interpreter = open_interpreter(graph, threads=1)
        self._shape: tuple[int, ...] | None = None
        self._turn = threading.Lock()

    def classify(self, features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See ``Classifier.classify``."""
        with self._turn:
            if not self._one_at_a_time:
                return self._run(features)
            import numpy as np

            scored = [self._run(video[np.newaxis]) for video in features]
            scores, evidence = zip(*scored, strict=True)
            return np.concatenate(scores), np.concatenate(evidence)

    def _run(self, features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if features.shape != self._shape:
            self._interpreter.resize_tensor_input(self._features, features.shape)
            self._interpreter.allocate_tensors()
            self._shape = features.shape
        self._interpreter.set_tensor(self._features, features)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._scores), self._interpreter.get_tensor(self._evidence)
