"""YouTube-8M as what there is to train on, and to measure on: shards of either level, or a table of means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import BundleError, TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.catalogue import open_bundle
from organizer.models.inception.assemble import NAME
from organizer.models.installing import is_free
from organizer.text import count
from organizer.training.engine.data import MemoryData
from organizer.training.sources import TrainingSource
from organizer.training.trained_on import VIDEOS_FILE, Origin, TrainedOn
from organizer.training.yt8m.dataset import Reading, Yt8mData
from organizer.training.yt8m.means_table import ENDING as TABLE_ENDING
from organizer.training.yt8m.means_table import read_means_table
from organizer.training.yt8m.record_formats import DIMENSIONS, FrameLevelFormat, Level, VideoLevelFormat
from organizer.training.yt8m.sampling import is_chosen, is_held_out
from organizer.training.yt8m.shard_files import HELD_OUT_SHARE, find_split
from organizer.training.yt8m.shards import VOCABULARY
from organizer.training.yt8m.vocabulary import read_label_classes

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle
    from organizer.training.yt8m.means_table import MeansTable
    from organizer.training.yt8m.record_formats import RecordFormat
    from organizer.training.yt8m.shard_files import Split
    from organizer.training.yt8m.vocabulary import LabelClasses

_MEANS_NOTE = (
    "Each video is one mean over all its seconds here. Single seconds vary more, and of time (how things "
    "spread, in which order) a network learns nothing: see what the model says of your own videos before you "
    "trust it."
)
LICENCE = "made of YouTube-8M (Google, CC BY 4.0)"
DEFAULT_FOLD = 4
"""Held out of a table with folds where nobody says which."""


@dataclass(frozen=True, slots=True)
class Yt8mChoice:
    """Which videos of YouTube-8M are meant."""

    places: tuple[Path, ...]
    """Folders with shards, single shards, or one table of means (``.npz``)."""
    level: Level = Level.FRAME
    vocabulary: Path | None = None
    """Of the shards' release; None means ``vocabulary.csv`` in the first folder."""
    fold: int | None = None
    """Of a table: the one to hold out, or to measure on."""
    negatives: float | None = None
    """Share (0..1) to train on of the videos with none of the labels. None takes all at the video level and
    what ``Reading`` says at the frame level, where each costs an epoch forty times as much."""
    own_tags: bool = False
    """Of features of one's own videos: whether a person's own tags become labels too."""

    @property
    def table(self) -> Path | None:
        """The table of means, where one is meant.

        Raises:
            TrainingDataError: nothing is named, or a table beside something else or for frames.
        """
        if not self.places:
            raise TrainingDataError("Name the folder with YouTube-8M's shards: --folder FOLDER")
        tables = [place for place in self.places if place.suffix == TABLE_ENDING]
        if tables and (len(self.places) > 1 or self.level is not Level.VIDEO):
            raise TrainingDataError(
                f"{tables[0]}: a table holds means over whole videos, and is read by itself. Name it alone, "
                f"with --level {Level.VIDEO}."
            )
        return tables[0] if tables else None

    @property
    def record_format(self) -> RecordFormat:
        """How shards of the level are read."""
        return FrameLevelFormat(YT8M_QUANTISER) if self.level is Level.FRAME else VideoLevelFormat()

    def classes(self) -> LabelClasses:
        """Return which class numbers mean our labels.

        Raises:
            TrainingDataError: the vocabulary cannot be read, or lacks a label.
        """
        first = self.places[0]
        folder = first if first.is_dir() else first.parent
        return read_label_classes(self.vocabulary or folder / VOCABULARY)


def installed_space(name: str | None = None) -> Bundle | None:
    """Return the model that makes YouTube-8M's features; None where none is named and none installed.

    Raises:
        BundleError: the one that is named is not installed, or it cannot be read.
        TrainingDataError: it makes other features.
    """
    if name is None and is_free(NAME):
        return None
    bundle = open_bundle(name or NAME)
    check_yt8m_space(bundle)
    return bundle


def check_yt8m_space(bundle: Bundle) -> None:
    """Refuse a model to which YouTube-8M's features mean nothing.

    Raises:
        TrainingDataError: it is one.
    """
    if (bundle.quantiser, bundle.dimensions) != (YT8M_QUANTISER, DIMENSIONS):
        raise TrainingDataError(
            f"YouTube-8M's features are of the space of {NAME}, and mean nothing to {bundle.name}. "
            f"Name a model of that space; to have it: organizer models pull {NAME}"
        )


def yt8m_source(space: Bundle | None, choice: Yt8mChoice) -> TrainingSource:
    """Return videos of YouTube-8M to train on.

    Args:
        space: the model that makes their features; None where it is not installed.
        choice: which videos.

    Raises:
        TrainingDataError: they cannot be used.
    """
    space_id = NAME if space is None else space.space_id
    if choice.table is not None:
        return _table_source(space_id, choice, read_means_table(choice.table))
    split = find_split(choice.places)
    data = _shards(space_id, choice, split)
    shards = f"{count(len(data.train), f'{choice.level}-level shard')} of YouTube-8M"
    return TrainingSource(
        data,
        summary=f"trained on {_less(split)}{shards}.",
        held_out=f"{_part(split)}{shards}"
        if split.held_out_share
        else f"{count(len(data.validate), 'validation shard')} of YouTube-8M",
        trained_on=TrainedOn(
            Origin.YT8M,
            shards=tuple(shard.name for shard in data.train),
            held_out_share=split.held_out_share,
        ),
        licence=LICENCE,
        notes=(_MEANS_NOTE,) if choice.level is Level.VIDEO else (),
    )


def _part(split: Split) -> str:
    return f"{split.held_out_share:.0%} of the videos in " if split.held_out_share else ""


def _less(split: Split) -> str:
    return f"{1 - split.held_out_share:.0%} of the videos in " if split.held_out_share else ""


def _shards(space_id: str, choice: Yt8mChoice, split: Split) -> Yt8mData:
    share, usual = split.held_out_share, Reading().negatives if choice.level is Level.FRAME else 1.0
    data = Yt8mData(
        split.train,
        split.validate,
        choice.classes(),
        choice.record_format,
        space_id=space_id,
        reading=Reading(negatives=usual if choice.negatives is None else choice.negatives),
    )
    if share is not None:
        data.trains_on = lambda _shard, video: not is_held_out(video, share)
        data.holds_out = lambda _shard, video: is_held_out(video, share)
    return data


def _table_source(space_id: str, choice: Yt8mChoice, table: MeansTable) -> TrainingSource:
    import numpy as np

    held_out, words = held_out_rows(table, choice.fold)
    negatives = 1.0 if choice.negatives is None else choice.negatives
    wanted = table.targets.any(axis=1) | np.array([is_chosen(one, negatives) for one in table.ids])
    to_train = np.flatnonzero(~held_out & wanted)
    data = MemoryData(
        table.labels,
        space_id,
        YT8M_QUANTISER,
        to_train=table.videos(to_train),
        held_out=table.videos(np.flatnonzero(held_out)),
    )
    return TrainingSource(
        data,
        summary=f"trained on the means over {len(to_train):,} videos of YouTube-8M.",
        held_out=f"{words} of the table's videos ({held_out.sum():,})",
        trained_on=TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE),
        licence=LICENCE,
        notes=(_MEANS_NOTE,),
        files={VIDEOS_FILE: b"".join(table.ids[row] + b"\n" for row in to_train)},
    )


def held_out_rows(table: MeansTable, fold: int | None) -> tuple[NDArray[np.bool_], str]:
    """Return which videos of a table are held out, (videos,), and that in words.

    Args:
        table: the table.
        fold: one of its folds; None takes ``DEFAULT_FOLD``, and a share by the videos' ids where there are no
            folds.

    Raises:
        TrainingDataError: there is no such fold.
    """
    import numpy as np

    if table.folds is None and fold is None:
        return np.array([is_held_out(one, HELD_OUT_SHARE) for one in table.ids]), f"{HELD_OUT_SHARE:.0%}"
    chosen = DEFAULT_FOLD if fold is None else fold
    return in_fold(table, chosen), f"fold {chosen}"


def in_fold(table: MeansTable, fold: int) -> NDArray[np.bool_]:
    """Return which videos of a table are of a fold, (videos,).

    Raises:
        TrainingDataError: none is.
    """
    found = sorted(set() if table.folds is None else set(table.folds.tolist()))
    if table.folds is None or fold not in found:
        known = f"only {', '.join(map(str, found))}" if found else "and no other"
        raise TrainingDataError(f"{table.file}: there is no fold {fold} in this table, {known}.")
    rows: NDArray[np.bool_] = table.folds == fold
    return rows


def trained_videos(bundle: Bundle, trained: TrainedOn | None) -> frozenset[bytes]:
    """Return the ids of the videos that a classifier was trained on, as far as each is remembered.

    Raises:
        BundleError: the file with them is missing or damaged.
    """
    if trained is None or trained.videos_file is None:
        return frozenset()
    bundle.verify(every_file=True)
    file = bundle.folder / trained.videos_file
    try:
        return frozenset(file.read_bytes().split())
    except OSError as error:
        raise BundleError(
            f"{file}: which videos the model was trained on cannot be read ({error.strerror})."
        ) from error
