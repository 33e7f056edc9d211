"""The weights of an ensemble of small networks, such as the bundled classifier: plain arrays to build on."""

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

ROLE = "members"
"""The role of their file in a bundle that has one."""
LINEAR_SHARE = 0.35
"""How much of the evidence the linear function gives, see ``EnsembleWeights``.

Out of fold from 0.2 to 0.4 the best label was right most often, and 0.6 had the best mean average precision;
either end was worse in both.
"""


@dataclass(frozen=True, slots=True, eq=False)
class EnsembleWeights:
    """Weights of small networks, the members, and of a linear function, which look at one second each.

    A member is dense ReLU, dense sigmoid; of the linear function the sigmoid is taken too. The evidence is
    the members' mean and the linear function's, weighted by ``LINEAR_SHARE``.
    """

    hidden_kernel: NDArray[np.float32]
    """(dimensions, members, hidden)."""
    hidden_bias: NDArray[np.float32]
    """(members, hidden)."""
    kernel: NDArray[np.float32]
    """(members, hidden, labels)."""
    bias: NDArray[np.float32]
    """(members, labels)."""
    linear_kernel: NDArray[np.float32]
    """(dimensions, labels)."""
    linear_bias: NDArray[np.float32]
    """(labels,)."""

    def save(self, file: Path) -> None:
        """Write a ``.npz`` file; those arrays in 16 bits a number that these hold, as all bundled ones."""
        import numpy as np

        stored = {}
        for part in fields(self):
            array = getattr(self, part.name)
            halves = array.astype(np.float16)
            stored[part.name] = halves if np.array_equal(halves.astype(np.float32), array) else array
        np.savez(file, **stored)


@dataclass(frozen=True, slots=True, eq=False)
class BasedOn:
    """What a correction corrects."""

    arrays: EnsembleWeights
    columns: tuple[int, ...]
    """For each label of the correction, that of the arrays; -1 for one they do not know."""

    @property
    def digest(self) -> str:
        """Of all of it."""
        import numpy as np

        hashed = hashlib.sha256(repr((self.columns, LINEAR_SHARE)).encode())
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
    arrays: EnsembleWeights
    maybe_thresholds: dict[str, float] = field(default_factory=dict)
    """By label, 0..1; at most the thresholds."""

    def under(self, labels: tuple[str, ...]) -> BasedOn:
        """Return it for a correction with these labels."""
        return BasedOn(
            self.arrays, tuple(self.labels.index(name) if name in self.labels else -1 for name in labels)
        )


def load_ensemble_weights(file: Path) -> EnsembleWeights:
    """Read a file written by ``EnsembleWeights.save``.

    Raises:
        BundleError: the file is missing or holds something else.
    """
    import numpy as np

    try:
        stored = read_npz(file)
        arrays = EnsembleWeights(*(stored[part.name].astype(np.float32) for part in fields(EnsembleWeights)))
        _check(arrays)
    except (OSError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise BundleError(
            f"{file}: these networks cannot be used ({error}). Reinstall organizer or pull the bundle again."
        ) from error
    return arrays


def base_of(bundle: Bundle) -> Base | None:
    """Return what a bundle offers to build on; None where it has no such networks.

    Raises:
        BundleError: its file is missing or damaged.
    """
    if ROLE not in bundle.roles:
        return None
    bundle.verify()
    arrays = load_ensemble_weights(bundle.folder / bundle.roles[ROLE])
    if arrays.bias.shape[1] != len(bundle.labels) or len(arrays.hidden_kernel) != bundle.dimensions:
        raise BundleError(
            f"{bundle.folder}: the networks to build on do not fit this model. Reinstall organizer."
        )
    thresholds, maybe_thresholds = (
        dict(zip(bundle.labels, values, strict=True))
        for values in (bundle.thresholds, bundle.maybe_thresholds)
    )
    return Base(bundle.id, bundle.labels, thresholds, arrays, maybe_thresholds)


def _check(arrays: EnsembleWeights) -> None:
    import numpy as np

    if arrays.hidden_kernel.ndim != 3 or arrays.bias.ndim != 2:
        raise ValueError("their shapes do not fit")
    dimensions, members, hidden = arrays.hidden_kernel.shape
    labels = arrays.bias.shape[1]
    shapes = {
        *((arrays.hidden_bias.shape, (members, hidden)), (arrays.kernel.shape, (members, hidden, labels))),
        *((arrays.bias.shape, (members, labels)), (arrays.linear_bias.shape, (labels,))),
        (arrays.linear_kernel.shape, (dimensions, labels)),
    }
    if any(found != expected for found, expected in shapes):
        raise ValueError("their shapes do not fit")
    if not min(dimensions, members, hidden, labels):
        raise ValueError("there is nothing in them")
    if not all(np.isfinite(getattr(arrays, part.name)).all() for part in fields(arrays)):
        raise ValueError("they hold numbers that are not finite")
