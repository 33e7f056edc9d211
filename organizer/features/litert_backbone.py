"""A backbone stored as a LiteRT graph with uint8 pictures in and a float feature map out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class LiteRtBackbone:
    """EfficientNet-Lite and its like: int8 inside, run on the processor through XNNPACK.

    The graph takes uint8 (1, size, size, 3) RGB 0..255 (the scaling ``(x - 127) / 128`` is its input
    quantisation) and gives the last feature map, float32 (1, height, width, feature_dim). The mean over the
    places is taken here, in float: taken inside the graph it is rounded to 8 bits once more.

    One picture is run at a time: on a processor larger batches were not faster (a batch of 8 ran at 0.91 of
    the speed), and a fixed shape keeps memory flat.
    """

    def __init__(self, graph: Path, *, threads: int | None = None) -> None:
        """Load the graph.

        Args:
            graph: the ``.tflite`` file.
            threads: processor threads to use; None takes all.

        Raises:
            BundleError: the file is missing or is no such graph.
        """
        from organizer.features.litert import open_interpreter

        self._interpreter = open_interpreter(graph, threads=threads)
        picture = self._interpreter.get_input_details()[0]
        feature_map = self._interpreter.get_output_details()[0]
        if picture["dtype"].__name__ != "uint8" or len(feature_map["shape"]) != 4:
            raise BundleError(
                f"{graph}: this graph does not take uint8 pictures and give a feature map. "
                "Reinstall organizer or pull the bundle again."
            )
        self._picture = picture["index"]
        self._feature_map = feature_map["index"]
        self.input_size = int(picture["shape"][1])
        self.feature_dim = int(feature_map["shape"][3])

    def extract(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Backbone.extract``."""
        import numpy as np

        if pictures.dtype != np.uint8 or pictures.shape[1:] != (self.input_size, self.input_size, 3):
            raise ValueError(
                f"expected uint8 (pictures, {self.input_size}, {self.input_size}, 3), "
                f"got {pictures.dtype} {pictures.shape}"
            )
        features = np.empty((len(pictures), self.feature_dim), np.float32)
        for row, picture in zip(features, pictures, strict=True):
            self._interpreter.set_tensor(self._picture, picture[np.newaxis])
            self._interpreter.invoke()
            row[:] = self._interpreter.get_tensor(self._feature_map)[0].mean(axis=(0, 1))
        return features
