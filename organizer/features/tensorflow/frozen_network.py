"""A TensorFlow network with its weights as constants, run by a session with settings of its own.

TensorFlow sets threads and number formats for the whole process; only a session has them for itself. So
a network runs in bfloat16 here without any other computation in the process being changed.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray


class Precision(StrEnum):
    """The numbers a network computes with."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    """Eight bits of mantissa; sums are still made in float32."""


class FrozenNetwork:
    """A graph with one input and one output and a fixed batch."""

    def __init__(self, tf: ModuleType, network: Callable[[Any], Any], shape: tuple[int, ...]) -> None:
        """Trace a function and turn the variables it uses into constants.

        Constants let the session fold batch normalisation into the convolutions before it.

        Args:
            tf: TensorFlow.
            network: from a uint8 tensor to a tensor.
            shape: of the input, with the number of pictures.
        """
        from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

        traced = tf.function(network, input_signature=[tf.TensorSpec(shape, tf.uint8, "pictures")])
        frozen = convert_variables_to_constants_v2(traced.get_concrete_function())
        self._tf = tf
        self._input = frozen.inputs[0].name
        self._output = frozen.outputs[0].name
        self._graph = tf.Graph()
        with self._graph.as_default():
            tf.graph_util.import_graph_def(frozen.graph.as_graph_def(), name="")

    def run(
        self, precision: Precision, threads: int | None
    ) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
        """Return the network as a function of one full batch; it keeps the session open.

        The first call optimises the graph and takes seconds.
        """
        v1 = self._tf.compat.v1
        config = v1.ConfigProto()
        config.intra_op_parallelism_threads = threads or 0
        # Layers of Inception wait for each other: more than one at a time only fights over the same threads.
        config.inter_op_parallelism_threads = 1
        config.gpu_options.allow_growth = True
        rewrite = config.graph_options.rewrite_options
        # Old networks look for NaN after each convolution; that keeps what follows from being joined with it.
        rewrite.debug_stripper = rewrite.ON
        if precision is Precision.BFLOAT16:
            rewrite.auto_mixed_precision_onednn_bfloat16 = rewrite.ON
        session = v1.Session(graph=self._graph, config=config)
        function: Callable[[NDArray[np.uint8]], NDArray[np.float32]] = session.make_callable(
            self._output, feed_list=[self._input]
        )
        return function


def give_back_memory() -> None:
    """Return what freezing and optimising a graph left behind: over a gigabyte for Inception v3.

    glibc keeps it otherwise; other systems need no such call.
    """
    gc.collect()
    if sys.platform == "linux":
        try:
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        except (OSError, AttributeError):
            # Not glibc.
            return
