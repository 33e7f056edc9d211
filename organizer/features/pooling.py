"""How a feature map becomes one vector: what is kept of a channel's places."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray


def mean(feature_map: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean over the places, float32 (channels,), of a map (height, width, channels)."""
    pooled: NDArray[np.float32] = feature_map.mean(axis=(0, 1))
    return pooled


def generalised_mean(feature_map: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the generalised mean with power 3: the cube root of the mean of the cubes.

    It lies between the mean and the largest value, so a thing that fills a small part of the picture counts
    for more than in the mean (Radenovic, Tolias and Chum, "Fine-tuning CNN Image Retrieval with No Human
    Annotation", 2018, arXiv:1711.02512).

    Args:
        feature_map: float32 (height, width, channels), 0 and up.

    Returns:
        float32 (channels,).
    """
    import numpy as np

    pooled: NDArray[np.float32] = np.cbrt((feature_map * feature_map * feature_map).mean(axis=(0, 1)))
    return pooled


POOLINGS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "mean": mean,
    "gem3": generalised_mean,
}
"""By the names that bundles use."""
