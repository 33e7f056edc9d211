"""Training curves for TensorBoard, written without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class TensorBoardWriter:
    """Writes figures into a folder that ``tensorboard --logdir`` shows.

    TensorBoard itself need not be installed: ``tf.summary.scalar`` lives in its package, what it writes does
    not.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf

        self._writer = tf.summary.create_file_writer(str(folder))
        kind = tf.compat.v1.SummaryMetadata
        self._metadata: Any = kind(plugin_data=kind.PluginData(plugin_name="scalars"))

    def write(self, step: int, **figures: float | None) -> None:
        """Write figures at a step; None is left out."""
        import tensorflow as tf

        with self._writer.as_default():
            for name, figure in figures.items():
                if figure is not None:
                    tf.summary.write(name, tf.constant(figure, tf.float32), step, self._metadata)
        self._writer.flush()

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
