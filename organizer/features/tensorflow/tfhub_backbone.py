"""A backbone that is a TF Hub module, as the YouTube-8M recipe has one."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.features.backbone import LARGEST_PICTURE, check_pictures
from organizer.features.processor import has_bfloat16
from organizer.features.tensorflow.frozen_network import FrozenNetwork, Precision, give_back_memory
from organizer.features.tensorflow.loading import load_tensorflow_hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

    _Run = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

MIN_COSINE = 0.995
"""How close what bfloat16 makes of each checked picture must come to what float32 makes of it.

Of the features and of what is stored of them: a PCA that whitens enlarges errors, and classifiers see only
what is behind it.
"""
CPU_BATCH = 16
GPU_BATCH = 64

_MOST_AT_ONCE = 1024

_log = logging.getLogger(__name__)
_ADVICE = "Pull the bundle again."


@dataclass(frozen=True, slots=True)
class TfHubSettings:
    """How a module is run."""

    output: str | None = "pool_3"
    """Which of its outputs holds the features, (pictures, feature_dim) or (pictures, 1, 1, feature_dim); None
    for a module that gives nothing else, without a name."""
    input_size: int = 299
    """Side of the pictures in pixels."""
    pixel_mean: float = 128.0
    """The network gets ``(pixel - pixel_mean) / pixel_scale``."""
    pixel_scale: float = 128.0
    batch_size: int | None = None
    """Pictures a run; None takes 16 on a processor, 64 on a GPU."""
    threads: int | None = None
    """Processor threads; None takes all. TensorFlow fixes the number for a process with the first network
    loaded."""
    bfloat16: bool = True
    """Whether it may be used."""

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: one is out of bounds.
        """
        for name, number, most in (
            ("input_size", self.input_size, LARGEST_PICTURE),
            ("batch_size", self.batch_size, _MOST_AT_ONCE),
            ("threads", self.threads, _MOST_AT_ONCE),
        ):
            if number is not None and not 0 < number <= most:
                raise ValueError(f"{name} is {number}, not from 1 to {most}")
        if not (math.isfinite(self.pixel_mean) and 0 < self.pixel_scale < math.inf):
            raise ValueError(
                f"pixel_mean {self.pixel_mean} and pixel_scale {self.pixel_scale} must be finite, the scale "
                "above 0"
            )

    def stored(self) -> dict[str, Any]:
        """Return what a manifest says of it: all that shapes a feature, nothing of the computer at hand."""
        return {
            "output": self.output,
            "input_size": self.input_size,
            "pixel_mean": self.pixel_mean,
            "pixel_scale": self.pixel_scale,
        }


class TfHubBackbone:
    """Inception v3 and its like, run by TensorFlow on whole frames in one fixed batch shape.

    On a processor that multiplies bfloat16 the network runs in it, unless a check while loading finds its
    features, or what a PCA makes of them, too far from those in float32. ``precision`` and ``device`` say
    what was chosen.
    """

    def __init__(
        self,
        module: str | Path,
        settings: TfHubSettings = TfHubSettings(),
        *,
        project: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
    ) -> None:
        """Load the module. Takes seconds, and on a computer without a GPU some more for the check.

        Args:
            module: its folder, or a handle, which TF Hub downloads.
            settings: how it is run.
            project: what becomes of the features before they are stored, float32 (pictures, feature_dim) to
                float32 (pictures, dimensions); bfloat16 must be close enough behind it too. None checks the
                features alone.

        Raises:
            MissingDependencyError: TensorFlow or what goes with it is not installed.
            BundleError: this is no module, or not one that takes pictures and has that output.
        """
        tf, hub = load_tensorflow_hub()
        output, threads, size = settings.output, settings.threads, settings.input_size
        self.device = _prepare(tf, threads)
        self.input_size = size
        self.batch_size = settings.batch_size or (GPU_BATCH if self.device == "gpu" else CPU_BATCH)
        shape = (self.batch_size, size, size, 3)
        checked = like_photographs(self.batch_size, size)

        def freeze() -> FrozenNetwork:
            network = hub.load(str(module))

            def features(pictures: Any) -> Any:
                shifted = tf.cast(pictures, tf.float32) - settings.pixel_mean
                outputs = _call(network, shifted / settings.pixel_scale)
                return _only(outputs) if output is None else outputs[output]

            return FrozenNetwork(tf, features, shape)

        unusable = (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)
        try:
            frozen = freeze()
            give_back_memory()
            self._run = frozen.run(Precision.FLOAT32, threads)
            # Its graph is in memory anyway, for sessions hold it.
            self._in_float32 = partial(frozen.run, Precision.FLOAT32, threads)
            expected = self._run(checked)
        except (*unusable, tf.errors.OpError) as error:
            reason = _reason(error)
            raise BundleError(
                f"{module}: this is no TF Hub module that takes pictures of {size} x {size} and "
                f"has {_named(output)} ({reason}). {_ADVICE}"
            ) from error
        if expected.shape[:1] != (self.batch_size,) or expected[0].size != expected.shape[-1]:
            raise BundleError(
                f"{module}: {_named(output)} of this TF Hub module is not one vector for each picture, "
                f"{self.batch_size} pictures gave {expected.shape}. {_ADVICE}"
            )
        self.feature_dim = int(expected.shape[-1])
        self.precision = Precision.FLOAT32
        if settings.bfloat16 and self.device == "cpu" and has_bfloat16():
            self._try_bfloat16(frozen.run(Precision.BFLOAT16, threads), checked, expected, project)
        give_back_memory()
        _log.info("TF Hub module on %s in %s, %d at a time", self.device, self.precision, self.batch_size)

    def extract(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Backbone.extract``."""
        return self._extract(self._run, pictures)

    def reference(self) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
        """Return ``extract`` in float32, of the network that is loaded already.

        Where it runs in bfloat16, the first call takes seconds, and the result holds memory of its own.
        """
        run = self._run if self.precision is Precision.FLOAT32 else self._in_float32()
        return partial(self._extract, run)

    def _extract(self, run: _Run, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        import numpy as np

        check_pictures(pictures, self.input_size)
        features = np.empty((len(pictures), self.feature_dim), np.float32)
        for start in range(0, len(pictures), self.batch_size):
            batch = pictures[start : start + self.batch_size]
            rows = len(batch)
            if rows < self.batch_size:
                padded = np.zeros((self.batch_size, *batch.shape[1:]), np.uint8)
                padded[:rows] = batch
                batch = padded
            features[start : start + rows] = run(batch).reshape(self.batch_size, -1)[:rows]
        return features

    def _try_bfloat16(
        self,
        run: _Run,
        checked: NDArray[np.uint8],
        expected: NDArray[np.float32],
        project: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None,
    ) -> None:
        """Use bfloat16 if it is really at work and close enough."""
        import numpy as np

        got = run(checked)
        if np.array_equal(got, expected):
            _log.info("TensorFlow left this network in float32")
            return
        lowest = float(cosines(expected, got).min())
        if not lowest >= MIN_COSINE:
            _log.warning("bfloat16 is not precise enough for this network (cosine %.4f): float32", lowest)
            return
        if project is not None:
            before, after = (project(rows.reshape(len(rows), -1)) for rows in (expected, got))
            lowest = float(cosines(before, after).min())
            if not lowest >= MIN_COSINE:
                # Not a fault of the model, as the other may be: networks differ in how much a PCA enlarges.
                _log.info("bfloat16 is not precise enough behind this PCA (cosine %.4f): float32", lowest)
                return
        self.precision = Precision.BFLOAT16
        self._run = run


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the cosine between the rows of two arrays; rows may have several axes, zeros give NaN."""
    import numpy as np

    a = one.reshape(len(one), -1).astype(np.float64)
    b = other.reshape(len(other), -1).astype(np.float64)
    with np.errstate(invalid="ignore"):
        cosine: NDArray[np.float64] = (a * b).sum(axis=1) / (
            np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        )
    return cosine


def _prepare(tf: ModuleType, threads: int | None) -> str:
    """Make the settings TensorFlow takes only before it first computes; return ``cpu`` or ``gpu``."""
    gpus = tf.config.list_physical_devices("GPU")
    try:
        for gpu in gpus:
            # Else the first computation takes all of its memory.
            tf.config.experimental.set_memory_growth(gpu, True)
        if threads is not None:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
    except (RuntimeError, ValueError):
        # It has computed already: the settings are what they are.
        _log.debug("TensorFlow is running: its threads and memory stay as they are")
    return "gpu" if gpus else "cpu"


def _named(output: str | None) -> str:
    return "one output" if output is None else f'an output "{output}"'


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    if lines[0].startswith("in user code"):
        # TensorFlow tells the way to an error in its function first; what it was comes last.
        return lines[-1].strip()[:300]
    return f"{type(error).__name__}: {lines[0][:300]}"


def _only(outputs: Any) -> Any:
    """Return the one output of a module.

    Raises:
        ValueError: there are several.
    """
    if not isinstance(outputs, dict):
        return outputs
    if len(outputs) > 1:
        raise ValueError(f"it has the outputs {', '.join(sorted(outputs))}: one must be named")
    return next(iter(outputs.values()))


def _call(network: Any, pictures: Any) -> Any:
    """Return the outputs by name of a module of either kind: callable, or with a signature."""
    if callable(network):
        return network(pictures)
    signatures = network.signatures
    signature = signatures["serving_default" if "serving_default" in signatures else "default"]
    (name,) = signature.structured_input_signature[1]
    return signature(**{name: pictures})


def like_photographs(count: int, size: int) -> NDArray[np.uint8]:
    """Return fixed pictures that are like photographs: noise at all scales, the coarse ones strongest.

    uint8 (count, size, size, 3), 0..255.
    """
    import numpy as np

    rng = np.random.default_rng(8)
    picture = np.zeros((count, size, size, 3), np.float32)
    cells = 2
    while cells <= size:
        noise = rng.standard_normal((count, cells, cells, 3)).astype(np.float32)
        places = np.arange(size) * cells // size
        picture += noise[:, places][:, :, places] / np.float32(cells) ** np.float32(0.8)
        cells *= 2
    picture /= picture.std(axis=(1, 2, 3), keepdims=True)
    return np.clip(128 + 55 * picture, 0, 255).astype(np.uint8)
