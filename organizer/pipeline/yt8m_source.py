"""YouTube-8M's shards in a folder as training data in the space of an installed model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.models.assemble import NAME, QUANTISER
from organizer.training.yt8m.dataset import Yt8mData, find_shards
from organizer.training.yt8m.shards import VOCABULARY
from organizer.training.yt8m.vocabulary import read_label_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.models.bundle import Bundle


def yt8m_data(
    bundle: Bundle, places: Sequence[Path], vocabulary: Path | None = None, *, train: bool = True
) -> Yt8mData:
    """Return frame-level shards as training data.

    Args:
        bundle: its feature space is said to be that of the shards.
        places: folders with shards ``train*.tfrecord`` and ``validate*.tfrecord``.
        vocabulary: of the release; None means ``vocabulary.csv`` in the first folder.
        train: whether there must be shards to train on.

    Raises:
        TrainingDataError: shards or vocabulary are missing, or the bundle's space is another one.
    """
    if bundle.quantiser != QUANTISER:
        raise TrainingDataError(
            f"YouTube-8M's features are of the space of {NAME}, and mean nothing to {bundle.name}. "
            f"Install it and name it: organizer models pull {NAME}, then --space {NAME}"
        )
    if not places:
        raise TrainingDataError("Name the folder with YouTube-8M's shards: --folder FOLDER")
    first = Path(places[0])
    vocabulary = vocabulary or (first if first.is_dir() else first.parent) / VOCABULARY
    return Yt8mData(
        find_shards(places, "train") if train else (),
        find_shards(places, "validate"),
        read_label_classes(vocabulary),
        space_id=bundle.space_id,
    )
