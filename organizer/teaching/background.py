"""What the videos of a library look like as a whole: the ground that a taught tag has to stand out from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle

UNWHITENED = 0.2
"""How much of a PCA's whitening is taken back, 0 to 1.

Whitening makes components of one size that differ little between videos, and are mostly noise. YouTube-8M's
PCA whitens in full and that of ``lite`` by a quarter; see docs/teaching.md for what was measured.
"""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """How features are looked at: as directions from the middle of a library's videos.

    Two videos are alike where their directions are: the sum of products is the cosine.
    """

    centre: NDArray[np.float32]
    """(dimensions,): the mean video."""
    scale: NDArray[np.float32]
    """(dimensions,), above 0: what each component is multiplied by."""

    def directions(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return vectors of length 1 (rows, dimensions), of features (rows, dimensions); 0 of the centre."""
        import numpy as np

        rows = (features - self.centre) * self.scale
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        directions: NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-12))
        return directions


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """A sample of a library's videos. Most of them show nothing of a tag, and nobody knows which do."""

    view: View
    directions: NDArray[np.float32]
    """(videos, dimensions)."""
    middle: NDArray[np.float64]
    """(dimensions,): the mean of the directions."""
    covariance: NDArray[np.float64]
    """(dimensions, dimensions), of the directions."""


def scale_of(bundle: Bundle) -> NDArray[np.float32]:
    """Return (dimensions,), the largest 1: what components are multiplied by before they are compared.

    Raises:
        BundleError: the model's PCA is missing or damaged.
    """
    import numpy as np

    if not bundle.makes_features:
        # A classifier alone knows nothing of how its features were made.
        return np.ones(bundle.dimensions, np.float32)
    # A column is an eigenvector, of length 1, divided by what whitening divides by.
    whitened_by = 1 / np.maximum(np.linalg.norm(bundle.pca.components, axis=0), 1e-12)
    scale = whitened_by**UNWHITENED
    largest_1: NDArray[np.float32] = (scale / scale.max()).astype(np.float32)
    return largest_1


def background_of(videos: NDArray[np.float32], scale: NDArray[np.float32]) -> Background:
    """Return the background that videos make.

    Args:
        videos: (videos, dimensions): the mean of each one's features; one video or more.
        scale: as ``scale_of`` returns it.
    """
    import numpy as np

    view = View(videos.mean(axis=0, dtype=np.float64).astype(np.float32), scale)
    directions = view.directions(videos)
    middle = directions.mean(axis=0, dtype=np.float64)
    moments = (directions.T @ directions).astype(np.float64) / len(directions)
    return Background(view, directions, middle, moments - np.outer(middle, middle))
