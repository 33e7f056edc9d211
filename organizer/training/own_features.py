"""The features of one's own videos, as ``organizer features`` wrote them, to train and to measure on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from organizer.dataset.description import DatasetFormat, LabelsOf, read_description
from organizer.dataset.shard_files import ENDING, complete_shards, read_rows, shard_name
from organizer.errors import TrainingDataError
from organizer.models.catalogue import bundle_of_space, open_bundle
from organizer.text import count, safe_text
from organizer.training.evaluate_model import Measured
from organizer.training.library_data import (
    FEWEST_CONFIRMED,
    FEWEST_WITHOUT,
    HELD_OUT,
    LibrarySettings,
    mark_of,
)
from organizer.training.score_videos import score_held_out
from organizer.training.sources import TrainingSource
from organizer.training.trained_on import Origin, TrainedOn, read_trained_on
from organizer.training.yt8m.dataset import Yt8mData
from organizer.training.yt8m.record_formats import DIMENSIONS, Level, OwnFrameLevelFormat
from organizer.training.yt8m.sampling import interleaved
from organizer.training.yt8m.vocabulary import LabelClasses
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.dataset.description import Description
    from organizer.dataset.rows import VideoRow
    from organizer.models.bundle import Bundle
    from organizer.training.yt8m.record_formats import Video
    from organizer.training.yt8m_source import Yt8mChoice


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """A folder with features of one's own videos."""

    folder: Path
    description: Description

    def space(self, name: str | None = None) -> Bundle:
        """Return the installed model that makes such features.

        Args:
            name: of the model; None means the one that made them, or another one of their space.

        Raises:
            BundleError: it is not installed.
            TrainingDataError: it makes other features.
        """
        made = self.description.model
        bundle = open_bundle(name) if name else bundle_of_space(self.description.space_id, made)
        if bundle is None:
            bundle = open_bundle(made)
        self.check_space(bundle)
        return bundle

    def check_space(self, bundle: Bundle) -> None:
        """Refuse a model to which these features mean nothing.

        Raises:
            TrainingDataError: it is one.
        """
        if bundle.space_id != self.description.space_id:
            raise TrainingDataError(
                f"{self.folder}: these features are of the space {self.description.space_id}, made by "
                f"{self.description.model} {self.description.version}, and mean nothing to {bundle.id}. "
                "Name a model of that space."
            )


def own_folder(choice: Yt8mChoice) -> OwnFolder | None:
    """Return the folder of own features that is meant; None where YouTube-8M itself is.

    Raises:
        TrainingDataError: it is named beside something else, or cannot be used for training.
        DatasetError: what it says of itself cannot be read.
    """
    described = [(place, read_description(place)) for place in choice.places]
    own = [(place, one) for place, one in described if one is not None]
    if not own:
        return None
    folder, description = own[0]
    if len(choice.places) > 1:
        raise TrainingDataError(
            f"{folder}: it holds features of your own videos, whose labels and seconds are not YouTube-8M's. "
            "Name it alone."
        )
    if choice.level is not Level.FRAME or choice.vocabulary is not None or choice.fold is not None:
        raise TrainingDataError(
            f"{folder}: it holds features of your own videos second by second, with labels of their own. "
            "Leave out --level, --vocabulary and --fold."
        )
    if description.format is not DatasetFormat.YT8M:
        raise TrainingDataError(
            f"{folder}: its features are stored as {description.format}, and training reads "
            f"{DatasetFormat.YT8M}. Write them once more: organizer features --format {DatasetFormat.YT8M}"
        )
    if description.dimensions != DIMENSIONS:
        raise TrainingDataError(
            f"{folder}: its features have {description.dimensions} numbers a second, and training reads "
            f"{DIMENSIONS}. Take a model with so many."
        )
    return OwnFolder(folder, description)


def own_source(own: OwnFolder, choice: Yt8mChoice) -> TrainingSource:
    """Return one's own videos to train on: whole days are held out, as of a library.

    Labels count as in ``LibraryData``: what was confirmed or rejected 1, and what nobody decided about a
    little, on videos with a decision, in training only. Where the model's tags are labels too, all counts 1.

    Raises:
        TrainingDataError: there are too few labelled videos, or none can be held out.
    """
    shards = _Shards.of(own)
    labels, notes = _learnt(own, shards, own_tags=choice.own_tags)
    weigh = _Weigh(own.description, labels)
    labelled = [
        [row for row in rows if weigh.counts(_numbers(own.description, row), measuring=True).any()]
        for rows in shards.rows
    ]
    held = _held_out_groups(list(chain.from_iterable(labelled)))
    data = _data(own, shards.files, weigh, labelled, held.__contains__)
    trained = {mark_of(row.group) for rows in labelled for row in rows if row.group not in held}
    number = sum(row.group not in held for rows in labelled for row in rows)
    whose = "decisions" if own.description.labels_of is LabelsOf.DECISIONS else "decisions and given tags"
    return TrainingSource(
        data,
        summary=f"trained on {whose} about {count(number, 'video')} of its owner's.",
        held_out=f"{count(len(data.validation_names or ()), 'video')} of other days in this folder",
        trained_on=TrainedOn(Origin.YT8M, groups=tuple(sorted(trained))),
        notes=notes,
    )


def measure_on_own(bundle: Bundle, own: OwnFolder) -> Measured:
    """Measure a model on one's own videos; days that it was trained on are left out.

    Raises:
        TrainingDataError: the features are of another space, or nothing is left to measure on.
        BundleError: the classifier is missing or damaged.
    """
    own.check_space(bundle)
    shards, trained = _Shards.of(own), read_trained_on(bundle)
    seen = frozenset(trained.groups) if trained else frozenset()
    labels = tuple(label for label in bundle.labels if label in own.description.labels)
    if not labels:
        raise TrainingDataError(f"{bundle.name} knows none of the labels in {own.folder}.")
    weigh = _Weigh(own.description, labels)
    labelled = [
        [row for row in rows if weigh.counts(_numbers(own.description, row), measuring=True).any()]
        for rows in shards.rows
    ]
    if not any(mark_of(row.group) not in seen for rows in labelled for row in rows):
        raise TrainingDataError(
            f"{own.folder}: it has no labelled video of a day that {bundle.name} was not trained on."
        )
    data = _data(own, shards.files, weigh, labelled, lambda group: mark_of(group) not in seen)
    notes = ("Days that it was trained on are left out.",) if seen else ()
    return Measured(bundle, score_held_out(bundle, data), f"{own.folder}.", notes)


@dataclass(frozen=True, slots=True, eq=False)
class _Shards:
    """The complete shards of a folder, and what stands beside their records."""

    files: tuple[Path, ...]
    rows: tuple[list[VideoRow], ...]
    """Of each shard, in the order of its records."""

    @classmethod
    def of(cls, own: OwnFolder) -> _Shards:
        numbers = [number for number, report in complete_shards(own.folder) if report and report.records]
        if not numbers:
            raise TrainingDataError(f"{own.folder}: no shard in it is complete. Run: organizer features")
        return cls(
            tuple(own.folder / f"{shard_name(number)}{ENDING[DatasetFormat.YT8M]}" for number in numbers),
            tuple(
                [row for row in read_rows(own.folder, number, own.description) if not row.copy]
                for number in numbers
            ),
        )


class _Weigh:
    """What labels count; see ``own_source``."""

    def __init__(self, description: Description, labels: Sequence[str]) -> None:
        self._all_known = description.labels_of is LabelsOf.GIVEN
        self._settings = LibrarySettings()
        self._built_in = [label in LABELS for label in labels]
        of = {name: number for number, name in enumerate(description.labels)}
        self._numbers = [of[label] for label in labels]
        self.classes = LabelClasses(
            tuple(labels), {number: column for column, number in enumerate(self._numbers)}
        )
        """Which numbers mean the labels."""

    def training(self, video: Video) -> NDArray[np.float32]:
        return self.counts((video.classes, video.rejected), measuring=False)

    def held_out(self, video: Video) -> NDArray[np.float32]:
        return self.counts((video.classes, video.rejected), measuring=True)

    def counts(
        self, decided: tuple[Collection[int], Collection[int]], *, measuring: bool
    ) -> NDArray[np.float32]:
        """Return (labels,) weights of a video with these labels, and these rejected ones."""
        import numpy as np

        has, has_not = decided
        if self._all_known:
            return np.ones(len(self._numbers), np.float32)
        if not has and not has_not:
            return np.zeros(len(self._numbers), np.float32)
        settings = self._settings
        return np.array(
            [
                1.0
                if number in has or number in has_not
                else (0.0 if measuring else settings.undecided_weight)
                if built_in
                else (1.0 if measuring else settings.own_tag_weight)
                for number, built_in in zip(self._numbers, self._built_in, strict=True)
            ],
            np.float32,
        )


def _numbers(description: Description, row: VideoRow) -> tuple[Collection[int], Collection[int]]:
    return description.numbers(row.labels), description.numbers(row.rejected)


def _learnt(own: OwnFolder, shards: _Shards, *, own_tags: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels with enough videos, and what to say of the others.

    Raises:
        TrainingDataError: there is none.
    """
    description = own.description
    with_it: Counter[str] = Counter()
    videos = 0
    for row in chain.from_iterable(shards.rows):
        with_it.update(row.labels)
        videos += description.labels_of is LabelsOf.GIVEN or bool(row.labels or row.rejected)
    names = [name for name in description.labels if own_tags or name in LABELS]
    learnt = tuple(
        name
        for name in names
        if with_it[name] >= FEWEST_CONFIRMED and videos - with_it[name] >= FEWEST_WITHOUT
    )
    if not learnt:
        raise TrainingDataError(
            f"{own.folder}: there are too few labelled videos to learn from. A label can be learnt from "
            f"{FEWEST_CONFIRMED} videos with it and {FEWEST_WITHOUT} without it; write the features again "
            "after more decisions, to another folder, or with --given."
        )
    missing = [f"{safe_text(name)} ({with_it[name]})" for name in names if name not in learnt]
    if not missing:
        return learnt, ()
    return learnt, (f"Too few examples, so this model will not know: {', '.join(missing)}.",)


def _held_out_groups(rows: Sequence[VideoRow]) -> set[str]:
    """Return the groups that are held out: a fifth of the videos, chosen by the groups' names alone.

    Raises:
        TrainingDataError: there are too few groups.
    """
    sizes = Counter(row.group for row in rows)
    held: set[str] = set()
    for group in sorted(sizes, key=mark_of):
        if sum(sizes[one] for one in held) >= HELD_OUT * len(rows):
            break
        # The rest must remain the larger part.
        if sizes[group] + sum(sizes[one] for one in held) <= len(rows) / 2:
            held.add(group)
    if not held:
        raise TrainingDataError(
            f"The {count(len(rows), 'labelled video')} come from {count(len(sizes), 'day')} (or folder, "
            "where no date is known), and none of these can be held out to measure on. Add videos of other "
            "days."
        )
    return held


def _data(
    own: OwnFolder,
    files: tuple[Path, ...],
    weigh: _Weigh,
    labelled: Sequence[Sequence[VideoRow]],
    is_held_out: Callable[[str], bool],
) -> Yt8mData:
    description = own.description
    held = [[row for row in rows if is_held_out(row.group)] for rows in labelled]
    held_ids = {row.id.encode() for rows in held for row in rows}
    trained_ids = {row.id.encode() for rows in labelled for row in rows} - held_ids
    data = Yt8mData(
        files,
        files,
        weigh.classes,
        OwnFrameLevelFormat(description.quantiser),
        space_id=description.space_id,
        quantiser=description.quantiser,
        trains_on=lambda _shard, video: video in trained_ids,
        holds_out=lambda _shard, video: video in held_ids,
        weigh=weigh.training,
        weigh_held_out=weigh.held_out,
    )
    # In the order in which the data gives the held-out videos, for it reads several shards side by side.
    order = list(
        interleaved([partial(iter, rows) for rows in held], side_by_side=data.reading.side_by_side, threads=1)
    )
    data.validation_names = tuple(row.file.path for row in order)
    data.validation_groups = tuple(row.group for row in order)
    return data
