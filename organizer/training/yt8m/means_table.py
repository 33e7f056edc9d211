"""Video-level features as one table: a ``.npz`` file of means, 8 bits a number, with our labels beside them.

Its arrays: ``id`` (videos,) text or bytes; ``rgb`` (videos, 1024) uint8, the mean over the whole video of
dequantised features, stored with YouTube-8M's own quantiser; ``ten`` (videos, labels) bool and ``ten_names``
(labels,) text, which labels a video has; perhaps ``fold`` (videos,) whole numbers, and ``labels`` (videos,)
text, the class numbers of the release that a video has, with commas between them. Others are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.features.npz import read_npz
from organizer.training.engine.data import MemoryVideos
from organizer.training.yt8m.record_formats import DIMENSIONS

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

ENDING = ".npz"
_NEEDED = ("id", "rgb", "ten", "ten_names")


@dataclass(frozen=True, eq=False)
class MeansTable:
    """The means of many videos."""

    file: Path
    ids: tuple[bytes, ...]
    """(videos,)"""
    labels: tuple[str, ...]
    """What the columns of ``targets`` mean."""
    targets: NDArray[np.bool_]
    """(videos, labels)"""
    means: NDArray[np.uint8]
    """(videos, 1024), quantised."""
    folds: NDArray[np.int64] | None
    """(videos,), where the file has them."""
    classes: tuple[str, ...] | None = None
    """(videos,) class numbers of the release with commas between them, where the file has them."""

    def videos(self, rows: NDArray[np.int64]) -> MemoryVideos:
        """Return some of the videos, each as one second."""
        import numpy as np

        names = tuple(self.ids[row].decode("utf-8", "replace") for row in rows)
        targets = self.targets[rows].astype(np.float32)
        # (videos, 1 view, 1 second, 1024).
        features = self.means[rows][:, np.newaxis, np.newaxis]
        return MemoryVideos(names, names, list(features), targets, np.ones_like(targets))


def read_means_table(file: Path) -> MeansTable:
    """Read a table.

    Raises:
        TrainingDataError: it cannot be read, or is none.
    """
    try:
        return _table(file, read_npz(file))
    except OSError as error:
        raise TrainingDataError(f"{file}: it cannot be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise TrainingDataError(
            f"{file}: this is no table of YouTube-8M's means ({error}). Name one with the arrays "
            f"{', '.join(_NEEDED)}, or a folder with shards."
        ) from error


def _table(file: Path, arrays: dict[str, NDArray[Any]]) -> MeansTable:
    """Return the table that arrays are.

    Raises:
        ValueError: one is missing, or of another shape or type than it must be.
    """
    import numpy as np

    if missing := [name for name in _NEEDED if name not in arrays]:
        raise ValueError(f"it has no {' and no '.join(missing)}")
    ids, means, targets, labels = (arrays[name] for name in _NEEDED)
    videos, folds = len(ids) if ids.ndim else 0, arrays.get("fold")
    wanted = [
        ("id", ids, (videos,), np.character),
        ("rgb", means, (videos, DIMENSIONS), np.uint8),
        ("ten_names", labels, (labels.size,), np.str_),
        ("ten", targets, (videos, labels.size), np.bool_),
    ]
    if folds is not None:
        wanted.append(("fold", folds, (videos,), np.integer))
    for name, array, shape, kind in wanted:
        if array.shape != shape or not np.issubdtype(array.dtype, kind):
            raise ValueError(
                f"its {name} is {array.dtype} of the shape {array.shape}, not {kind.__name__} of the "
                f"shape {shape}"
            )
    return MeansTable(
        file,
        tuple(one.encode() if isinstance(one, str) else one for one in ids.tolist()),
        tuple(labels.tolist()),
        targets,
        means,
        None if folds is None else folds.astype(np.int64),
        _classes(arrays, videos),
    )


def _classes(arrays: dict[str, NDArray[Any]], videos: int) -> tuple[str, ...] | None:
    import numpy as np

    found = arrays.get("labels")
    if found is None or found.shape != (videos,) or not np.issubdtype(found.dtype, np.str_):
        return None
    return tuple(found.tolist())
