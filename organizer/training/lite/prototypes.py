"""Prototypes: centres of clusters of examples, each with what its examples show.

Weighting every example by its likeness is a kernel regression (Nadaraya, "On Estimating Regression", 1964),
but it would keep, and ship, what single pictures look like. Centres of clusters rank as well, are a twentieth
of the size, and are nobody's picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIKENESS = 128
"""How many of the components are compared; 256 did as well, all 1,024 worse."""
CLUSTERS = 1000
FEWEST = 3
"""Examples of a prototype. Those of smaller clusters go to the nearest other one: the centre of one picture
would be that picture."""
_ROUNDS = 20
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
    """
    import numpy as np
    from sklearn.cluster import MiniBatchKMeans

    taken_off = centre[:LIKENESS]
    seen = features[:, :LIKENESS] - taken_off
    seen /= np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-6)
    clusters = min(clusters, len(seen) // FEWEST)
    means = MiniBatchKMeans(clusters, random_state=_SEED, batch_size=4096, n_init=1, max_iter=60).fit(seen)
    directions = means.cluster_centers_
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-6)
    directions, nearest = _large_enough(seen, directions)
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


def _large_enough(
    seen: NDArray[np.float32], directions: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the directions to which enough examples are nearest, and which is nearest to each example."""
    import numpy as np

    for _ in range(_ROUNDS):
        nearest = (seen @ directions.T).argmax(axis=1)
        large = np.bincount(nearest, minlength=len(directions)) >= FEWEST
        if large.all():
            break
        # All at once: where two small ones lie side by side, both go.
        directions = directions[large]
    return directions, nearest
