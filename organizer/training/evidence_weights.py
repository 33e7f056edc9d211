"""The bundled classifier as plain arrays: what each second speaks for, and something to build on.

A second's logit for a label is that of a linear function and a part of what its likeness to prototypes says:
centres of clusters of examples, each with the share of the examples that show the label. The further a second
is from all of them, the less they say. The two are wrong about different seconds: a linear function tells
what sets a label apart everywhere, prototypes know what looks like nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from organizer.errors import BundleError
from organizer.features.npz import read_npz

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle

ROLE = "evidence"
"""The role of their file in a bundle that has one."""
SHARPNESS = 30.0
"""How much likeness counts: a prototype weighs ``exp(SHARPNESS * (cosine - 0.5))``."""
LIKENESS_SHARE = 0.4
"""What the logit of the prototypes counts beside that of the linear function."""
RARITY = 1.5
"""Taken off the prototypes' logit, which is 0 where what shows a label and what does not are as near: most
videos do not show it."""
FAR = 1e-9
"""Added to both sums of weights: where every prototype is further away than that (a cosine below -0.2), they
say nothing for either side."""


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceWeights:
    """All numbers of the classifier of a second."""

    linear_kernel: NDArray[np.float32]
    """(dimensions, labels)."""
    linear_bias: NDArray[np.float32]
    """(labels,)."""
    centre: NDArray[np.float32]
    """(likeness,), the first of a second's features less this are held against the prototypes."""
    prototypes: NDArray[np.float32]
    """(prototypes, likeness), of length 1."""
    shows: NDArray[np.float32]
    """(prototypes, labels), what share of all that shows a label lies at each; a column's sum is 1."""
    shows_not: NDArray[np.float32]
    """(prototypes, labels), the same of all that does not show it."""
    slope: NDArray[np.float32]
    """(1,), above 0: makes probabilities of logits, see ``calibration_map``."""
    offset: NDArray[np.float32]
    """(labels,), added after that."""

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (seconds, labels) of features (seconds, dimensions), dequantised."""
        import numpy as np

        linear = features @ self.linear_kernel + self.linear_bias
        logits = self.slope * (linear + LIKENESS_SHARE * self.likeness(features)) + self.offset
        return np.asarray(logits, np.float32)

    def likeness(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (seconds, labels): the logit that the prototypes give."""
        import numpy as np

        seen = features[:, : len(self.centre)] - self.centre
        seen /= np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-6)
        near = np.exp(SHARPNESS * (seen @ self.prototypes.T - 0.5))
        both = (near @ self.shows + FAR) / (near @ self.shows_not + FAR)
        return np.asarray(np.log(both) - RARITY, np.float32)

    def save(self, file: Path) -> None:
        """Write a ``.npz`` file."""
        import numpy as np

        np.savez(file, **{part.name: getattr(self, part.name) for part in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class BasedOn:
    """What a correction corrects."""

    arrays: EvidenceWeights
    columns: tuple[int, ...]
    """For each label of the correction, that of the arrays; -1 for one they do not know."""

    @property
    def digest(self) -> str:
        """Of all of it."""
        import numpy as np

        hashed = hashlib.sha256(repr((self.columns, SHARPNESS, LIKENESS_SHARE, RARITY, FAR)).encode())
        for part in fields(self.arrays):
            hashed.update(np.ascontiguousarray(getattr(self.arrays, part.name)).tobytes())
        return hashed.hexdigest()[:16]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A bundle's classifier as something to build on."""

    name: str
    """Name and version of the bundle."""
    labels: tuple[str, ...]
    thresholds: dict[str, float]
    """By label, 0..1."""
    arrays: EvidenceWeights
    maybe_thresholds: dict[str, float] = field(default_factory=dict)
    """By label, 0..1; at most the thresholds."""

    def under(self, labels: tuple[str, ...]) -> BasedOn:
        """Return it for a correction with these labels."""
        return BasedOn(
            self.arrays, tuple(self.labels.index(name) if name in self.labels else -1 for name in labels)
        )


def load_evidence_weights(file: Path) -> EvidenceWeights:
    """Read a file written by ``EvidenceWeights.save``.

    Raises:
        BundleError: the file is missing or holds something else.
    """
    import numpy as np

    try:
        stored = read_npz(file)
        arrays = EvidenceWeights(*(stored[part.name].astype(np.float32) for part in fields(EvidenceWeights)))
        _check(arrays)
    except (OSError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise BundleError(
            f"{file}: this classifier cannot be built on ({error}). Reinstall organizer or pull the bundle "
            "again."
        ) from error
    return arrays


def base_of(bundle: Bundle) -> Base | None:
    """Return what a bundle offers to build on; None where it has no such arrays.

    Raises:
        BundleError: its file is missing or damaged.
    """
    if ROLE not in bundle.roles:
        return None
    bundle.verify()
    arrays = load_evidence_weights(bundle.folder / bundle.roles[ROLE])
    if arrays.linear_kernel.shape != (bundle.dimensions, len(bundle.labels)):
        raise BundleError(
            f"{bundle.folder}: the classifier to build on does not fit this model. Reinstall organizer."
        )
    thresholds, maybe_thresholds = (
        dict(zip(bundle.labels, values, strict=True))
        for values in (bundle.thresholds, bundle.maybe_thresholds)
    )
    return Base(bundle.id, bundle.labels, thresholds, arrays, maybe_thresholds)


def _check(arrays: EvidenceWeights) -> None:
    import numpy as np

    if arrays.linear_kernel.ndim != 2 or arrays.prototypes.ndim != 2:
        raise ValueError("their shapes do not fit")
    dimensions, labels = arrays.linear_kernel.shape
    prototypes, likeness = arrays.prototypes.shape
    shapes = {
        *((arrays.linear_bias.shape, (labels,)), (arrays.centre.shape, (likeness,))),
        *((arrays.shows.shape, (prototypes, labels)), (arrays.shows_not.shape, (prototypes, labels))),
        *((arrays.slope.shape, (1,)), (arrays.offset.shape, (labels,))),
    }
    if any(found != expected for found, expected in shapes) or likeness > dimensions:
        raise ValueError("their shapes do not fit")
    if not min(dimensions, labels, prototypes, likeness):
        raise ValueError("there is nothing in them")
    if not all(np.isfinite(getattr(arrays, part.name)).all() for part in fields(arrays)):
        raise ValueError("they hold numbers that are not finite")
    if min(arrays.shows.min(), arrays.shows_not.min()) < 0 or arrays.slope[0] <= 0:
        raise ValueError("a share of them is below 0")
