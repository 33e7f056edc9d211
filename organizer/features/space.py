"""A feature space: backbone, PCA and quantiser that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.types import VideoFeatures

if TYPE_CHECKING:
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
        projected = self.pca.project(self.backbone.extract(pictures))
        return VideoFeatures(self.id, self.quantiser.quantise(projected))
