"""The seam between what can be trained on and what trains, and the training data that fits into memory.

Every source of training data is a ``TrainingData``. ``MemoryData`` is the one that libraries and corpora
build on: every video in 8 bits a number, batches made as they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from organizer.errors import TrainingDataError
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.training.evidence_weights import BasedOn

    Batch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    """Features, targets and weights, as ``TrainingData`` has them."""

SHORTEST_CROP_S = 5
"""Home videos are seldom shorter."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a training's stream of batches to begin: the same position always gives the same batches."""

    seed: int
    """Of the whole training."""
    epoch: int
    """Counted from 0; each has an order and crops of its own."""
    batch: int = 0
    """So many batches of the epoch are left out, for they were trained on before a break."""
    worker: int = 0
    """Which of ``workers`` asks, counted from 0; each sees videos of its own."""
    workers: int = 1


class TrainingData(Protocol):
    """Labelled videos as features, in batches.

    An element of the datasets is a tuple of tensors: features float32 (batch, seconds, dimensions),
    dequantised, then padded with zeros at the end to the batch's length, which is at most 45; targets float32
    (batch, labels), 0 or 1; weights float32 (batch, labels), 0 where it is not known whether the label fits.
    A second that is there is never all zeros.
    """

    labels: tuple[str, ...]
    """What the columns of targets and weights mean."""
    dimensions: int
    """Numbers of each second."""
    space_id: str
    """The feature space, as ``Bundle.space_id``."""
    quantiser: Quantiser
    """How the features were stored."""
    based_on: BasedOn | None
    """For a correction, what is there already; None where there is nothing."""
    validation_names: tuple[str, ...] | None
    """What the held-out videos are called, in their order; None where nothing names them, and for videos that
    are read from files until all of ``validation`` was read."""
    validation_groups: tuple[str, ...] | None
    """The source of each held-out video, such as a day or a repository; None where nothing tells it."""

    def training(self, position: Position, batch_size: int) -> Any:
        """Return a ``tf.data.Dataset`` of one epoch, from a position on; the last batch may be smaller.

        Raises:
            TrainingDataError: there is nothing to train on.
        """
        ...

    def validation(self, batch_size: int) -> Any:
        """Return a ``tf.data.Dataset`` of all held-out videos, always the same, in the same order."""
        ...


@dataclass(frozen=True, eq=False)
class MemoryVideos:
    """Labelled videos with their features."""

    names: tuple[str, ...]
    """(videos,) what each is called, for people."""
    groups: tuple[str, ...]
    """(videos,) the source of each."""
    features: Sequence[NDArray[np.uint8]]
    """Of each video (views, seconds, dimensions), quantised; view 0 is what a scan sees. 1 to 45 seconds."""
    targets: NDArray[np.float32]
    """(videos, labels) of 0 and 1."""
    weights: NDArray[np.float32]
    """(videos, labels), 0 where it is not known whether the label fits."""


class MemoryData:
    """A ``TrainingData`` of videos in memory.

    Each epoch has an order of its own and draws of every video a view and a crop of 5 seconds or more; videos
    that are held out come whole and as a scan sees them. The same position always gives the same batches.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        space_id: str,
        quantiser: Quantiser,
        *,
        to_train: MemoryVideos,
        held_out: MemoryVideos,
        based_on: BasedOn | None = None,
    ) -> None:
        """Take videos of one feature space.

        Raises:
            TrainingDataError: there is nothing to train on, or nothing held out.
        """
        if not to_train.names or not held_out.names:
            raise TrainingDataError(
                f"There are {len(to_train.names)} videos to train on and {len(held_out.names)} to measure "
                "on. Both are needed: give more videos."
            )
        self.labels, self.space_id, self.quantiser = labels, space_id, quantiser
        self.dimensions = int(to_train.features[0].shape[-1])
        self.to_train, self.held_out = to_train, held_out
        self.validation_names: tuple[str, ...] | None = held_out.names
        self.validation_groups: tuple[str, ...] | None = held_out.groups
        self.based_on = based_on

    def training(self, position: Position, batch_size: int) -> Any:
        """See ``TrainingData.training``."""
        return self._dataset(lambda: self._training_batches(position, batch_size))

    def validation(self, batch_size: int) -> Any:
        """See ``TrainingData.validation``."""
        videos = self.held_out

        def batches() -> Iterator[Batch]:
            for start in range(0, len(videos.names), batch_size):
                chosen = range(start, min(start + batch_size, len(videos.names)))
                yield self._batch(videos, chosen, [videos.features[video][0] for video in chosen])

        return self._dataset(batches)

    def _training_batches(self, position: Position, batch_size: int) -> Iterator[Batch]:
        import numpy as np

        videos = self.to_train
        order = np.random.default_rng((position.seed, position.epoch)).permutation(len(videos.names))
        # All workers take equally many steps, so the odd videos of an epoch are left out of it.
        own = order[position.worker :: position.workers][: max(1, len(order) // position.workers)]
        for start in range(position.batch * batch_size, len(own), batch_size):
            chosen = own[start : start + batch_size].tolist()
            crops = []
            for video in chosen:
                # Each video's own draw, so that it does not hang on how many came before.
                rng = np.random.default_rng((position.seed, position.epoch, video))
                crops.append(_random_crop(videos.features[video], rng))
            yield self._batch(videos, chosen, crops)

    def _batch(
        self, videos: MemoryVideos, chosen: Sequence[int], quantised: list[NDArray[np.uint8]]
    ) -> Batch:
        import numpy as np

        longest = max(len(seconds) for seconds in quantised)
        features = np.zeros((len(quantised), longest, self.dimensions), np.float32)
        for row, seconds in zip(features, quantised, strict=True):
            row[: len(seconds)] = self.quantiser.dequantise(seconds)
        rows = list(chosen)
        return features, videos.targets[rows], videos.weights[rows]

    def _dataset(self, batches: Any) -> Any:
        import tensorflow as tf

        labels = len(self.labels)
        return tf.data.Dataset.from_generator(
            batches,
            output_signature=(
                tf.TensorSpec((None, None, self.dimensions), tf.float32),
                tf.TensorSpec((None, labels), tf.float32),
                tf.TensorSpec((None, labels), tf.float32),
            ),
        ).prefetch(2)


def _random_crop(views: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one view of a video, (seconds, dimensions), cut to a random run of its seconds."""
    seen = views[rng.integers(len(views))]
    shortest = min(SHORTEST_CROP_S, len(seen))
    length = int(rng.integers(shortest, min(len(seen), MAX_SECONDS) + 1))
    start = int(rng.integers(0, len(seen) - length + 1))
    crop: NDArray[np.uint8] = seen[start : start + length]
    return crop
