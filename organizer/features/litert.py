"""LiteRT graphs: opening them, and backbones stored as such.

Such a backbone takes uint8 pictures and gives a float feature map. How the map becomes one vector, that is
what is kept of a channel's places, is done here, in float.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.features.backbone import check_pictures
from organizer.features.processor import processors
from organizer.features.quiet import quiet_stderr
from organizer.regular_file import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_MOST_BYTES = 1 << 31
"""A graph is a FlatBuffer, whose offsets reach no further."""
MAX_THREADS = 4
"""No more unless asked for: each thread has a network of its own, and decoding is slower than this many."""


def mean(feature_map: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean over the places, float32 (channels,), of a map (height, width, channels)."""
    pooled: NDArray[np.float32] = feature_map.mean(axis=(0, 1))
    return pooled


def generalised_mean(feature_map: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the generalised mean with power 3: the cube root of the mean of the cubes.

    It lies between the mean and the largest value, so a thing that fills a small part of the picture counts
    for more than in the mean (Radenovic, Tolias and Chum, "Fine-tuning CNN Image Retrieval with No Human
    Annotation", 2018, arXiv:1711.02512).

    Args:
        feature_map: float32 (height, width, channels), 0 and up.

    Returns:
        float32 (channels,).
    """
    import numpy as np

    pooled: NDArray[np.float32] = np.cbrt((feature_map * feature_map * feature_map).mean(axis=(0, 1)))
    return pooled


POOLINGS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "mean": mean,
    "gem3": generalised_mean,
}
"""By the names that bundles use."""


def open_interpreter(graph: Path, *, threads: int | None = None, delegated: bool = True) -> Any:
    """Return an interpreter for a ``.tflite`` file with its tensors allocated.

    Args:
        graph: the file.
        threads: processor threads to use; None takes all.
        delegated: let XNNPACK run what it can, several times as fast. It is wrong now and then for graphs
            with loops, see ``LiteRtClassifier``.

    Raises:
        BundleError: the file is missing or is no LiteRT graph.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    operations = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    try:
        # Given as bytes: the library's own file opening fails on non-ASCII paths on Windows.
        content = read_regular(graph, _MOST_BYTES)
        with quiet_stderr():
            interpreter = Interpreter(
                model_content=content,
                num_threads=threads or processors(),
                experimental_op_resolver_type=operations,
            )
            interpreter.allocate_tensors()
            return interpreter
    except (OSError, ValueError, RuntimeError) as error:
        raise BundleError(
            f"{graph}: this model file cannot be used ({error}). "
            "Reinstall organizer or pull the bundle again."
        ) from error


@dataclass(frozen=True, slots=True)
class LiteRtSettings:
    """What a bundle says of how its graph is run."""

    poolings: tuple[str, ...] = ("mean",)
    """Names in ``POOLINGS``, each once; a vector is what they give, one after another."""

    def __post_init__(self) -> None:
        """Check the poolings.

        Raises:
            ValueError: there is no such pooling, none is named, or one twice.
        """
        if not self.poolings or len(set(self.poolings) & POOLINGS.keys()) != len(self.poolings):
            raise ValueError(
                f"the poolings are {', '.join(self.poolings) or 'none'}, this organizer knows "
                f"{', '.join(POOLINGS)}. Update organizer"
            )


class LiteRtBackbone:
    """EfficientNet-Lite and its like: int8 inside, run on the processor through XNNPACK.

    The graph takes uint8 (1, size, size, 3) RGB 0..255 (the scaling ``(x - 127) / 128`` is its input
    quantisation) and gives the last feature map, float32 (1, height, width, channels). What becomes of its
    places is computed here, in float: taken inside the graph the mean is rounded to 8 bits once more.

    Each thread runs whole pictures through an interpreter of its own. Threads that share a picture wait for
    each other after every layer, which costs most when decoding takes processor time from one of them;
    batches in one interpreter come close, but the last one of a video is rarely full.
    """

    def __init__(
        self, graph: Path, settings: LiteRtSettings = LiteRtSettings(), *, threads: int | None = None
    ) -> None:
        """Load the graph.

        Args:
            graph: the ``.tflite`` file.
            settings: how its feature map becomes a vector.
            threads: pictures run at once; None takes one for each processor, at most ``MAX_THREADS``.

        Raises:
            BundleError: the file is missing or is no such graph.
        """
        threads = threads or min(processors(), MAX_THREADS)
        interpreters = [open_interpreter(graph, threads=1) for _ in range(threads)]
        picture = interpreters[0].get_input_details()[0]
        feature_map = interpreters[0].get_output_details()[0]
        if picture["dtype"].__name__ != "uint8" or len(feature_map["shape"]) != 4:
            raise BundleError(
                f"{graph}: this graph does not take uint8 pictures and give a feature map. "
                "Reinstall organizer or pull the bundle again."
            )
        self._picture = picture["index"]
        self._feature_map = feature_map["index"]
        self._poolings = [POOLINGS[name] for name in settings.poolings]
        self.input_size = int(picture["shape"][1])
        self.feature_dim = int(feature_map["shape"][3]) * len(settings.poolings)
        self.batch_size = 1
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for interpreter in interpreters:
            self._idle.put(interpreter)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lite")

    def extract(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Backbone.extract``."""
        import numpy as np

        check_pictures(pictures, self.input_size)
        features = np.empty((len(pictures), self.feature_dim), np.float32)
        for row, vector in zip(features, self._pool.map(self._run, pictures), strict=True):
            row[:] = vector
        return features

    def _run(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (feature_dim,) of one picture."""
        import numpy as np

        interpreter = self._idle.get()
        try:
            interpreter.set_tensor(self._picture, picture[None])
            interpreter.invoke()
            feature_map = interpreter.get_tensor(self._feature_map)[0]
        finally:
            self._idle.put(interpreter)
        return np.concatenate([pool(feature_map) for pool in self._poolings])
