"""Prototypes: centres of clusters of examples, each with what its examples show.

Weighting every example by its likeness is a kernel regression (Nadaraya, "On Estimating Regression", 1964),
but it would keep, and ship, what single pictures look like. Centres of clusters rank as well, are a twentieth
of the size, and are nobody's picture: each is the mean of several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIKENESS = 128
"""How many of the components are compared; 256 did as well, all 1,024 worse."""
CLUSTERS = 1000
FEWEST = 3
"""Origins of a prototype. Examples of smaller clusters go to the nearest other one: the centre of one picture
would be that picture, and all seconds of a clip may look alike."""
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Prototypes:
    """What ``EvidenceWeights`` hold of them."""

    centre: NDArray[np.float32]
    """(likeness,)."""
    directions: NDArray[np.float32]
    """(prototypes, likeness), of length 1."""
    shows: NDArray[np.float32]
    """(prototypes, labels), a column's sum is 1."""
    shows_not: NDArray[np.float32]
    """(prototypes, labels), a column's sum is 1."""


def fit_prototypes(
    features: NDArray[np.float32],
    centre: NDArray[np.float32],
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    origins: NDArray[np.int64],
    *,
    clusters: int = CLUSTERS,
) -> Prototypes:
    """Cluster examples, and count what those of each cluster show.

    Args:
        features: (examples, dimensions); the first ``LIKENESS`` of them are looked at, all where there are
            fewer.
        centre: (dimensions,), taken off them first.
        targets: (examples, labels) of 0 and 1; every label has examples of both.
        weights: (examples, labels), 0 and up.
        origins: (examples,), what each comes from: seconds of one clip have the same.
        clusters: how many to begin with.

    Raises:
        TrainingDataError: there are fewer origins than one prototype is made of.
    """
    import numpy as np
    from sklearn.cluster import MiniBatchKMeans

    _, origins = np.unique(origins, return_inverse=True)
    if origins.max(initial=-1) + 1 < FEWEST:
        raise TrainingDataError(
            f"A prototype is made of {FEWEST} pictures and clips or more. There are fewer. Add some."
        )
    taken_off = centre[:LIKENESS]
    seen = _of_length_one(features[:, :LIKENESS] - taken_off)
    clusters = min(clusters, len(seen) // FEWEST)
    means = MiniBatchKMeans(clusters, random_state=_SEED, batch_size=4096, n_init=1, max_iter=60).fit(seen)
    nearest = _in_large_clusters(seen, _of_length_one(means.cluster_centers_), origins)
    directions = _of_length_one(_sums_of_origins(seen, nearest, origins))
    shows = np.zeros((len(directions), targets.shape[1]))
    shows_not = np.zeros_like(shows)
    np.add.at(shows, nearest, weights * targets)
    np.add.at(shows_not, nearest, weights * (1 - targets))
    return Prototypes(
        taken_off,
        directions.astype(np.float32),
        (shows / shows.sum(axis=0)).astype(np.float32),
        (shows_not / shows_not.sum(axis=0)).astype(np.float32),
    )


def _in_large_clusters(
    seen: NDArray[np.floating], centres: NDArray[np.floating], origins: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the number of the cluster of each example, of those that are large enough."""
    import numpy as np

    while True:
        nearest: NDArray[np.int64] = (seen @ centres.T).argmax(axis=1)
        clusters, _ = _pairs(nearest, origins)
        large = np.bincount(clusters, minlength=len(centres)) >= FEWEST
        if large.all():
            return nearest
        # All at once: where two small ones lie side by side, both go. One stays that all else is far from.
        centres = centres[large] if large.any() else centres[:1]


def _sums_of_origins(
    seen: NDArray[np.floating], nearest: NDArray[np.int64], origins: NDArray[np.int64]
) -> NDArray[np.floating]:
    """Return (clusters, likeness): the sum of what each origin's examples in a cluster are in the mean.

    Where k-means left a centre, it may still be the one example that it began with; and seconds that hardly
    differ would outweigh all other examples of their cluster.
    """
    import numpy as np

    clusters, pair = _pairs(nearest, origins)
    means = np.zeros((len(clusters), seen.shape[1]))
    np.add.at(means, pair, seen)
    means /= np.bincount(pair)[:, np.newaxis]
    sums = np.zeros((int(nearest.max()) + 1, seen.shape[1]))
    np.add.at(sums, clusters, means)
    return sums


def _pairs(
    nearest: NDArray[np.int64], origins: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cluster of each pair of cluster and origin that there is, and each example's pair."""
    import numpy as np

    pairs, pair = np.unique(np.stack([nearest, origins]), axis=1, return_inverse=True)
    return pairs[0], pair.ravel()


def _of_length_one(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    import numpy as np

    unit: NDArray[np.floating] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return unit
