"""A feature space: backbone, PCA and quantiser that belong together.

The pictures of several videos run through the backbone together, without half-empty batches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.features.backbone import check_pictures
from organizer.features.processor import single_threaded_blas
from organizer.types import VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.backbone import Backbone
    from organizer.features.pca import Pca
    from organizer.features.quantiser import Quantiser


_COPIED = 64
"""About how many pictures are copied together at a time: 17 MB at 299 pixels."""


def extract_across(backbone: Backbone, videos: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
    """Return float32 (frames, feature_dim) for each video.

    Every call of the backbone but the last has a multiple of its batch size, whatever video the pictures
    belong to.

    Args:
        backbone: the network.
        videos: for each video uint8 (frames, size, size, 3), RGB; 0 frames are fine.

    Raises:
        ValueError: pictures have another shape or type than the backbone takes.
    """
    import numpy as np

    for pictures in videos:
        check_pictures(pictures, backbone.input_size)
    ends = np.cumsum([len(pictures) for pictures in videos])
    features = np.empty((ends[-1] if videos else 0, backbone.feature_dim), np.float32)
    done = 0
    for chunk in _chunks(videos, max(1, _COPIED // backbone.batch_size) * backbone.batch_size):
        features[done : done + len(chunk)] = backbone.extract(chunk)
        done += len(chunk)
    return [features[end - len(pictures) : end] for pictures, end in zip(videos, ends, strict=True)]


def _chunks(videos: Sequence[NDArray[np.uint8]], size: int) -> Iterator[NDArray[np.uint8]]:
    """Yield all pictures, ``size`` at a time, the rest at the end. A chunk overwrites the one before."""
    import numpy as np

    if not videos:
        return
    chunk = np.empty((size, *videos[0].shape[1:]), np.uint8)
    filled = 0
    for pictures in videos:
        start = 0
        while start < len(pictures):
            copied = min(size - filled, len(pictures) - start)
            chunk[filled : filled + copied] = pictures[start : start + copied]
            start += copied
            filled += copied
            if filled == size:
                yield chunk
                filled = 0
    if filled:
        yield chunk[:filled]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureSpace:
    """Turns pictures into stored features."""

    id: str
    """Changes whenever backbone, PCA or quantiser change; stored with every feature blob."""
    backbone: Backbone
    pca: Pca
    quantiser: Quantiser

    def extract(self, pictures: NDArray[np.uint8]) -> VideoFeatures:
        """Return the features of one video.

        Args:
            pictures: uint8 (frames, size, size, 3), RGB, one for each second; see ``Backbone.extract``.
        """
        return self._finish(self.backbone.extract(pictures))

    def extract_all(self, videos: Sequence[NDArray[np.uint8]]) -> list[VideoFeatures]:
        """Return the features of several videos, each the same as ``extract`` gives.

        The network runs on full batches, whatever video their pictures belong to; only the very last one may
        be short.

        Args:
            videos: for each video uint8 (frames, size, size, 3), RGB, one for each second; 0 frames are fine.
        """
        return [self._finish(features) for features in extract_across(self.backbone, videos)]

    def _finish(self, features: NDArray[np.float32]) -> VideoFeatures:
        """Project and quantise one video: by itself, for the rounding of a product depends on its height."""
        with single_threaded_blas():
            projected = self.pca.project(features)
        return VideoFeatures(self.id, self.quantiser.quantise(projected))
