"""Videos of YouTube-8M as the means of their seconds: what the classifier is trained on that ships."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.training.yt8m.means_table import read_means_table
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

FEWEST_OF_OTHERS = 40
"""Videos that another class of the release must have to be learnt beside the labels."""


@dataclass(frozen=True, eq=False)
class VideoMeans:
    """Videos, each as one feature vector."""

    ids: tuple[str, ...]
    """(videos,) as the release has them."""
    features: NDArray[np.float32]
    """(videos, 1024) means of dequantised seconds."""
    targets: NDArray[np.float32]
    """(videos, labels) of 0 and 1, in the order of ``LABELS``."""
    others: NDArray[np.float32]
    """(videos, classes) of 0 and 1: which frequent classes of the release a video has, ours among them."""
    folds: NDArray[np.int64]
    """(videos,)"""

    def pick(self, rows: NDArray[np.bool_]) -> VideoMeans:
        """Return some of the videos, (videos,) True where one is wanted."""
        return VideoMeans(
            tuple(id_ for id_, wanted in zip(self.ids, rows.tolist(), strict=True) if wanted),
            self.features[rows],
            self.targets[rows],
            self.others[rows],
            self.folds[rows],
        )


def read_video_means(file: Path, fewest: int = FEWEST_OF_OTHERS) -> VideoMeans:
    """Read a table of means with folds and with the release's classes, see ``means_table``.

    Args:
        file: the table.
        fewest: see ``FEWEST_OF_OTHERS``.

    Raises:
        TrainingDataError: it cannot be read, is no such table, or has other labels than ours.
    """
    import numpy as np

    table = read_means_table(file)
    if table.labels != LABELS:
        raise TrainingDataError(
            f"{file}: the labels of this table are {', '.join(table.labels)}, and those to learn "
            f"{', '.join(LABELS)}. Name a table with these, in this order."
        )
    if table.folds is None or table.classes is None:
        raise TrainingDataError(
            f"{file}: this table has no folds, or not the classes of the release. Name one with the arrays "
            "fold and labels."
        )
    return VideoMeans(
        ids=tuple(id_.decode("utf-8", "replace") for id_ in table.ids),
        features=YT8M_QUANTISER.dequantise(table.means),
        targets=table.targets.astype(np.float32),
        others=_frequent(file, table.classes, fewest),
        folds=table.folds,
    )


def _frequent(file: Path, classes: Sequence[str], fewest: int) -> NDArray[np.float32]:
    """Return (videos, classes): the classes that so many videos have, by number."""
    import numpy as np

    try:
        of_video = [{int(number) for number in line.split(",") if number} for line in classes]
    except ValueError as error:
        raise TrainingDataError(
            f"{file}: its classes are no numbers with commas between them ({error})."
        ) from error
    counts = Counter(number for numbers in of_video for number in numbers)
    kept = sorted(number for number, videos in counts.items() if videos >= fewest)
    return np.array([[number in numbers for number in kept] for numbers in of_video], np.float32)
