"""YouTube-8M as a source of training data: streamed from shards, in constant memory, repeatable to the bit.

    shards, in the epoch's order -> several read side by side -> crops -> shuffled -> batches -> dequantised

All but the last step is Python, which is fast enough as nothing is parsed or copied that is not needed; whole
batches of 8-bit numbers go to ``tf.data``, which dequantises them beside the training. What is shuffled are
the crops, 45 KB each at most, not the videos.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from organizer.dataset.tfrecords import SkipLog, SkippedRecord, read_records
from organizer.errors import TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.inception.assemble import NAME
from organizer.training.yt8m.record_formats import (
    DIMENSIONS,
    FrameLevelFormat,
    RecordFormatError,
)
from organizer.training.yt8m.sampling import (
    draw_crop,
    first_seconds,
    interleaved,
    is_chosen,
    shuffled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.training.engine.data import Position
    from organizer.training.evidence_weights import BasedOn
    from organizer.training.yt8m.record_formats import RecordFormat, Video
    from organizer.training.yt8m.sampling import Crop
    from organizer.training.yt8m.vocabulary import LabelClasses

    _Cut = tuple[Any, list[int], Any, bytes]
    """Rows of a video (seconds, 1024) as stored, its labels' columns, what each column counts, its id."""

    Chooses = Callable[[Path, bytes], bool]
    """Says of a shard and the id of a video in it whether the video is taken."""

    Weigh = Callable[[Video], NDArray[np.float32]]
    """Says what each label of a video counts, (labels,); a video of which none does is left out."""

_READ_AHEAD_BATCHES = 2


def every_video(_shard: Path, _video_id: bytes) -> bool:
    """Take them all."""
    return True


@dataclass(frozen=True, slots=True)
class Reading:
    """How shards are read; the order of the videos depends on all of it but ``threads``."""

    negatives: float = 0.1
    """Share (0..1) that is trained on of the videos with none of the labels, always the same ones. Without
    any the classifier would never learn that a video may be none of the labels, as home videos often are; all
    of them, more than half of YouTube-8M, would more than double what an epoch takes. Of what is held out all
    count, or tags would look better than they are."""
    side_by_side: int = 4
    """Shards that are open at once, so that videos of one do not follow each other."""
    shuffled: int = 2048
    """Crops to draw the next one from, 45 KB each."""
    threads: int = 2


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way through shards."""

    shards: tuple[Path, ...]
    crop: Callable[[bytes, int], Crop]
    takes: Chooses
    """Which videos are seen,"""
    negatives: float = 1.0
    """and which share of those with none of the labels."""
    weigh: Weigh | None = None
    """What their labels count; None where all are known, and count 1."""
    part: int = 0
    parts: int = 1
    """Of the records of each shard, those whose number leaves ``part`` when divided by ``parts`` are read."""


@dataclass(eq=False)
class Yt8mData:
    """Shards of YouTube-8M, as ``organizer.training.engine.data.TrainingData``.

    Videos have the labels that the release gives them, and no others: all weights are 1. Of one's own videos
    not every label is known: ``weigh`` says what counts.
    """

    train: tuple[Path, ...]
    """Shards to train on."""
    validate: tuple[Path, ...]
    """Shards that are held out."""
    classes: LabelClasses
    record_format: RecordFormat = field(default_factory=lambda: FrameLevelFormat(YT8M_QUANTISER))
    space_id: str = NAME
    """The feature space: the ``space_id`` of the installed ``inception-yt8m`` bundle."""
    quantiser: Quantiser = YT8M_QUANTISER
    reading: Reading = Reading()
    trains_on: Chooses = every_video
    """Of the shards to train on,"""
    holds_out: Chooses = every_video
    """and of those that are held out, which videos are taken. Both may be the same shards."""
    weigh: Weigh | None = None
    """What labels count in training; None where all are known."""
    weigh_held_out: Weigh | None = None
    """The same of what is held out."""
    skips: SkipLog = field(default_factory=SkipLog)
    """What could not be read so far."""
    labels: tuple[str, ...] = field(init=False)
    """What the columns mean."""
    dimensions: int = field(init=False, default=DIMENSIONS)
    based_on: BasedOn | None = field(init=False, default=None)
    validation_names: tuple[str, ...] | None = field(init=False, default=None)
    """Their ids, which are known once all of ``validation`` was read."""
    validation_groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self.labels = self.classes.labels

    def training(self, position: Position, batch_size: int) -> Any:
        """Return one epoch as a ``tf.data.Dataset`` (see ``TrainingData``): random crops, shuffled.

        Videos before the position are read and shuffled, for the order cannot be had otherwise, but not
        joined, dequantised or handed over. Workers share the shards; where there are fewer shards than
        workers, the records of each. Their numbers of batches may differ.

        Raises:
            TrainingDataError: there is no shard, or no record in them that can be used.
        """
        order = _epoch_order(self.train, position.seed, position.epoch)
        crop = partial(draw_crop, seed=position.seed, epoch=position.epoch)
        whole = _Pass(order, crop, self.trains_on, self.reading.negatives, self.weigh)
        self._check(replace(whole, shards=self.train), "train on")
        if len(order) >= position.workers:
            a_pass = replace(whole, shards=order[position.worker :: position.workers])
        else:
            a_pass = replace(whole, part=position.worker, parts=position.workers)
        return self._batches(a_pass, batch_size, position)

    def validation(self, batch_size: int) -> Any:
        """Return the first 45 s of all held-out videos as a ``tf.data.Dataset``, always in the same order.

        Raises:
            TrainingDataError: there is no shard, or no record in them that can be used.
        """
        a_pass = _Pass(
            self.validate,
            lambda _id, seconds: first_seconds(seconds),
            self.holds_out,
            weigh=self.weigh_held_out,
        )
        self._check(a_pass, "validate with")
        return self._batches(a_pass, batch_size, None)

    def _check(self, a_pass: _Pass, purpose: str) -> None:
        """Refuse shards without any video; only as much is read as it takes to find the first one."""
        shards = a_pass.shards
        if any(True for number in range(len(shards)) for _ in self._read(a_pass, number)):
            return
        seen = (
            f" {self.skips.count} records were skipped, the first: {self.skips.first[0]}."
            if self.skips.first
            else ""
        )
        raise TrainingDataError(
            f"There is no video to {purpose} in {len(shards)} shards of YouTube-8M.{seen} Name folders with "
            "shards of this level (--level frame or video), and the vocabulary of their release."
        )

    def _batches(self, a_pass: _Pass, batch_size: int, position: Position | None) -> Any:
        """Return a pass as a dataset, shuffled where a position is given."""
        import tensorflow as tf

        signature = (
            tf.TensorSpec((None, None, DIMENSIONS), self.record_format.type_name),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None, len(self.labels)), tf.float32),
            tf.TensorSpec((None, len(self.labels)), tf.float32),
        )

        def finish(rows: Any, seconds: Any, targets: Any, weights: Any) -> Any:
            return self.record_format.features(rows, seconds), targets, weights

        options = tf.data.Options()
        # Workers are told apart by their positions; TensorFlow must not share out what is shared out.
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
        return (
            tf.data.Dataset.from_generator(
                partial(self._stored_batches, a_pass, batch_size, position), output_signature=signature
            )
            .map(finish, num_parallel_calls=self.reading.threads, deterministic=True)
            .prefetch(_READ_AHEAD_BATCHES)
            .with_options(options)
        )

    def _stored_batches(
        self, a_pass: _Pass, batch_size: int, position: Position | None
    ) -> Iterator[tuple[Any, Any, Any, Any]]:
        """Yield batches as stored: rows (batch, seconds, 1024), seconds of each (int32), targets, weights."""
        videos = interleaved(
            [partial(self._cut, a_pass, number) for number in range(len(a_pass.shards))],
            side_by_side=self.reading.side_by_side,
            threads=self.reading.threads,
        )
        # Closed here and not when it is forgotten: its threads end with it.
        with closing(videos):
            ordered: Iterator[_Cut] = videos
            ids: list[bytes] = []
            if position is not None:
                ordered = shuffled(videos, self.reading.shuffled, Random(f"{position.seed} {position.epoch}"))
                ordered = islice(ordered, position.batch * batch_size, None)
            while batch := list(islice(ordered, batch_size)):
                if position is None:
                    ids += [video_id for *_, video_id in batch]
                yield self._joined(batch)
        if position is None:
            # Where a source has names of its own for them, these stay.
            self.validation_names = self.validation_names or tuple(
                video_id.decode("utf-8", "replace") for video_id in ids
            )

    def _joined(self, videos: Sequence[_Cut]) -> tuple[Any, Any, Any, Any]:
        import numpy as np

        seconds = np.array([len(rows) for rows, *_ in videos], np.int32)
        joined = np.zeros((len(videos), seconds.max(), DIMENSIONS), self.record_format.type_name)
        targets = np.zeros((len(videos), len(self.labels)), np.float32)
        weights = np.ones_like(targets)
        for slot, (rows, columns, counts, _) in enumerate(videos):
            joined[slot, : len(rows)] = rows
            targets[slot, columns] = 1.0
            if counts is not None:
                weights[slot] = counts
        return joined, seconds, targets, weights

    def _cut(self, a_pass: _Pass, number: int) -> Iterator[_Cut]:
        """Yield what is used of the videos of a shard."""
        for video, columns, counts in self._read(a_pass, number):
            crop = a_pass.crop(video.id, len(video.rows))
            # A copy, for the record's memory is used again.
            yield video.rows[crop.start : crop.start + crop.seconds].copy(), columns, counts, video.id

    def _read(self, a_pass: _Pass, number: int) -> Iterator[tuple[Video, list[int], Any]]:
        """Yield the videos of a shard that are to be seen, with columns of their labels and what counts."""
        shard = a_pass.shards[number]
        for record_number, record in read_records(shard, self.skips.add):
            if record_number % a_pass.parts != a_pass.part:
                continue
            try:
                video = self.record_format.read(record)
            except RecordFormatError as error:
                self.skips.add(SkippedRecord(str(shard), record_number, str(error)))
                continue
            if not a_pass.takes(shard, video.id):
                continue
            column_of = self.classes.column_of
            columns = [column_of[number] for number in video.classes if number in column_of]
            if a_pass.weigh is not None:
                counts = a_pass.weigh(video)
                if counts.any():
                    yield video, columns, counts
            elif columns or is_chosen(video.id, a_pass.negatives):
                yield video, columns, None


def _epoch_order(shards: Sequence[Path], seed: int, epoch: int) -> tuple[Path, ...]:
    import numpy as np

    order = np.random.default_rng([seed, epoch]).permutation(len(shards))
    return tuple(shards[number] for number in order)
