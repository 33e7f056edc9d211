"""Training data that fits into memory: every video in 8 bits a number, batches made as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import TrainingDataError
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser
    from organizer.training.engine.data import Place
    from organizer.training.ensemble_weights import BasedOn

SHORTEST_CROP = 5
"""Seconds; home videos are seldom shorter."""

Batch = tuple["NDArray[np.float32]", "NDArray[np.float32]", "NDArray[np.float32]"]


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
    that are held out come whole and as a scan sees them. The same place always gives the same batches.
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
        self.based_on = based_on

    @property
    def validation_names(self) -> tuple[str, ...]:
        """What the held-out videos are called, in their order."""
        return self.held_out.names

    @property
    def validation_groups(self) -> tuple[str, ...]:
        """The source of each held-out video."""
        return self.held_out.groups

    def training(self, place: Place, batch_size: int) -> Any:
        """See ``TrainingData.training``."""
        return self._dataset(lambda: self._training_batches(place, batch_size))

    def validation(self, batch_size: int) -> Any:
        """See ``TrainingData.validation``."""
        videos = self.held_out

        def batches() -> Iterator[Batch]:
            for start in range(0, len(videos.names), batch_size):
                chosen = range(start, min(start + batch_size, len(videos.names)))
                yield self._batch(videos, chosen, [videos.features[video][0] for video in chosen])

        return self._dataset(batches)

    def _training_batches(self, place: Place, batch_size: int) -> Iterator[Batch]:
        import numpy as np

        videos = self.to_train
        order = np.random.default_rng((place.seed, place.epoch)).permutation(len(videos.names))
        # All workers take equally many steps, so the odd videos of an epoch are left out of it.
        own = order[place.worker :: place.workers][: max(1, len(order) // place.workers)]
        for start in range(place.batch * batch_size, len(own), batch_size):
            chosen = own[start : start + batch_size].tolist()
            # Each video's own draw, so that it does not hang on how many came before.
            pictures = [
                _drawn(videos.features[video], np.random.default_rng((place.seed, place.epoch, video)))
                for video in chosen
            ]
            yield self._batch(videos, chosen, pictures)

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


def _drawn(views: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one view of a video, (seconds, dimensions), cut to a random run of its seconds."""
    seen = views[rng.integers(len(views))]
    shortest = min(SHORTEST_CROP, len(seen))
    length = int(rng.integers(shortest, min(len(seen), MAX_SECONDS) + 1))
    start = int(rng.integers(0, len(seen) - length + 1))
    crop: NDArray[np.uint8] = seen[start : start + length]
    return crop
