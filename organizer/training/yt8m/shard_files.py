"""Which shards of YouTube-8M lie in folders, and which of them are held out."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.training.yt8m.shards import ENDING, SPLITS, VALIDATION

if TYPE_CHECKING:
    from collections.abc import Sequence

HELD_OUT_SHARE = 0.2
_WITHOUT_LABELS = "test"


def find_shards(places: Sequence[str | Path], split: str) -> tuple[Path, ...]:
    """Return shards by name, sorted.

    Args:
        places: folders, of which the files ``<split>*.tfrecord`` are taken, files, or patterns such as
            ``/data/train0*.tfrecord``.
        split: ``train`` or ``validate``.

    Raises:
        TrainingDataError: a place has none.
    """
    found: set[Path] = set()
    for place in places:
        here = _shards_in(place, split)
        if not here:
            raise TrainingDataError(
                f"{place}: there are no {split} shards of YouTube-8M. Name a folder with files "
                f"{split}*.tfrecord, or download some."
            )
        found |= here
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Split:
    """Shards to train on and shards to measure on."""

    train: tuple[Path, ...]
    validate: tuple[Path, ...]
    held_out_share: float | None = None
    """Where there is one kind of shards only, both are all of them, and this share (0..1) of their videos is
    held out, see ``is_held_out``."""


def find_split(places: Sequence[str | Path]) -> Split:
    """Return the shards in places (see ``find_shards``) as the release splits them.

    A shard that is of neither split by its name is one to train on; those of the test split have no labels.

    Raises:
        TrainingDataError: a place has no shard.
    """
    validate: set[Path] = set()
    every: set[Path] = set()
    for place in places:
        here = {shard for shard in _shards_in(place) if not shard.name.startswith(_WITHOUT_LABELS)}
        if not here:
            raise TrainingDataError(
                f"{place}: there are no shards of YouTube-8M with labels. Name a folder with files "
                f"{' or '.join(f'{split}*{ENDING}' for split in SPLITS)}, or download some."
            )
        every |= here
        validate |= {shard for shard in here if shard.name.startswith(VALIDATION)}
    train = every - validate
    if not train or not validate:
        return Split(tuple(sorted(every)), tuple(sorted(every)), HELD_OUT_SHARE)
    return Split(tuple(sorted(train)), tuple(sorted(validate)))


def _shards_in(place: str | Path, split: str = "") -> set[Path]:
    """Return a folder's shards, all or those of a split, or the files that a name or pattern means."""
    path = Path(place)
    if path.is_dir():
        return set(path.glob(f"{split}*{ENDING}"))
    return {path} if path.is_file() else {Path(name) for name in glob.glob(str(place))}
