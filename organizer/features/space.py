"""A feature space: backbone, PCA and quantiser that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.features.batches import extract_across
from organizer.features.blas import single_threaded_blas
from organizer.types import VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.backbone import Backbone
    from organizer.features.pca import Pca
    from organizer.features.quantiser import Quantiser


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
