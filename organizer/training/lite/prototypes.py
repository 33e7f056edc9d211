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
"""Examples of a prototype. Those of smaller clusters go to the nearest other one: the centre of one picture
would be that picture."""
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
        clusters: how many to begin with.

    Raises:
        TrainingDataError: there are fewer examples than one prototype is made of.
    """
    import numpy as np
    from sklearn.cluster import MiniBatchKMeans

    if len(features) < FEWEST:
        raise TrainingDataError(
            f"A prototype is made of {FEWEST} examples or more, and there are {len(features)}. Add some."
        )
    taken_off = centre[:LIKENESS]
    seen = _of_length_one(features[:, :LIKENESS] - taken_off)
    clusters = min(clusters, len(seen) // FEWEST)
    means = MiniBatchKMeans(clusters, random_state=_SEED, batch_size=4096, n_init=1, max_iter=60).fit(seen)
    nearest = _in_large_clusters(seen, _of_length_one(means.cluster_centers_))
    # Where k-means left a centre, it may still be the one example that it began with.
    directions = np.zeros((nearest.max() + 1, seen.shape[1]))
    np.add.at(directions, nearest, seen)
    directions = _of_length_one(directions)
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


def _in_large_clusters(seen: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the number of the cluster of each example, of those that are large enough."""
    import numpy as np

    while True:
        nearest: NDArray[np.int64] = (seen @ centres.T).argmax(axis=1)
        large = np.bincount(nearest, minlength=len(centres)) >= FEWEST
        if large.all():
            return nearest
        # All at once: where two small ones lie side by side, both go. The largest always stays.
        centres = centres[large]


def _of_length_one(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    import numpy as np

    unit: NDArray[np.floating] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return unit
