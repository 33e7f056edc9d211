"""The processors that train together: one, several in this computer, or several computers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError

if TYPE_CHECKING:
    from collections.abc import Callable

TF_CONFIG = "TF_CONFIG"
"""The environment variable that tells a worker of the others; TensorFlow's own."""


@dataclass(frozen=True, slots=True)
class Replicas:
    """Copies of a network that take one step together."""

    strategy: Any
    """A ``tf.distribute.Strategy``."""
    worker: int
    """Which process this is, from 0; the first one writes checkpoints."""
    workers: int
    """Processes."""
    local: int
    """Copies in this process, one for each of its processors."""

    @property
    def total(self) -> int:
        """Copies in all processes."""
        return self.local * self.workers

    def distribute(self, parts: list[tuple[Any, ...]]) -> tuple[Any, ...]:
        """Turn a list with one tuple of tensors for each local copy into what ``strategy.run`` takes."""
        if self.total == 1:
            return parts[0]
        first = self.worker * self.local

        def of_field(field: int) -> Any:
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: parts[context.replica_id_in_sync_group - first][field]
            )

        return tuple(of_field(field) for field in range(len(parts[0])))

    def sum_of(self) -> Callable[[float], float]:
        """Return a function that adds up a number over the workers; all must call it equally often."""
        if self.workers == 1:
            return lambda number: number
        import tensorflow as tf

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def add(number: Any) -> Any:
            def of_replica(value: Any) -> Any:
                # A copy, for that one lies on the replica's processor, by which the others find it.
                value = tf.identity(value)
                return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, value)

            return self.strategy.experimental_local_results(self.strategy.run(of_replica, args=(number,)))[0]

        return lambda number: float(add(tf.constant(number, tf.float32))) / self.local


def open_replicas() -> Replicas:
    """Find the processors to train on: those of all workers with ``TF_CONFIG``, else all graphics processors.

    With several workers this must come before anything else asks TensorFlow to compute.

    Raises:
        TrainingDataError: ``TF_CONFIG`` is not what TensorFlow describes.
    """
    import tensorflow as tf

    worker, workers = _place_among_workers(os.environ.get(TF_CONFIG))
    if workers > 1:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    else:
        # Logical ones: a processor may be divided, for tests or by its owner.
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        names = [device.name for device in devices]
        many = len(names) > 1
        strategy = (
            tf.distribute.MirroredStrategy(names) if many else tf.distribute.OneDeviceStrategy(names[0])
        )
    return Replicas(strategy, worker, workers, strategy.num_replicas_in_sync // workers)


def _place_among_workers(config: str | None) -> tuple[int, int]:
    """Return (worker, workers) as ``TF_CONFIG`` has it; (0, 1) without."""
    if not config:
        return 0, 1
    try:
        parsed = json.loads(config)
        cluster, task = parsed.get("cluster", {}), parsed.get("task", {})
        chiefs, others = len(cluster.get("chief", [])), len(cluster.get("worker", []))
        if chiefs + others <= 1:
            return 0, 1
        place = int(task["index"]) + (chiefs if task["type"] == "worker" else 0)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingDataError(
            f"The environment variable {TF_CONFIG} does not say who trains together ({error!r}). See "
            "tensorflow.org/guide/distributed_training, or unset it to train on this computer alone."
        ) from error
    return place, chiefs + others
