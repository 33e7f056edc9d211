"""Project backbone features on their principal components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import BundleError
from organizer.features.npz import read_npz

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Pca:
    """An affine map: subtract the mean, multiply by the (scaled) components."""

    mean: NDArray[np.float32]
    """(inputs,)."""
    components: NDArray[np.float32]
    """(inputs, outputs): one column an output, already scaled for whitening."""

    def project(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (rows, outputs) of features (rows, inputs)."""
        import numpy as np

        return np.asarray((features - self.mean) @ self.components, np.float32)

    def rounded(self) -> Pca:
        """Return it in numbers that 16 bits hold, so that ``save`` may write half as much."""
        import numpy as np

        return Pca(self.mean, self.components.astype(np.float16).astype(np.float32))

    def save(self, file: Path) -> None:
        """Write a ``.npz`` file; the components in 16 bits a number where these hold them."""
        import numpy as np

        halves = self.components.astype(np.float16)
        exact = np.array_equal(halves.astype(np.float32), self.components)
        np.savez(file, mean=self.mean, components=halves if exact else self.components)


def load_pca(file: Path) -> Pca:
    """Read a file written by ``Pca.save``.

    Raises:
        BundleError: the file is missing or holds something else.
    """
    import numpy as np

    try:
        stored = read_npz(file)
        components = stored["components"]
        if components.dtype == np.float16:
            components = components.astype(np.float32)
        return Pca(stored["mean"], components)
    except (OSError, KeyError, ValueError) as error:
        raise BundleError(
            f"{file}: this PCA cannot be used ({error}). Reinstall organizer or pull the bundle again."
        ) from error


def fit_pca(features: NDArray[np.float32], outputs: int, whitening: float) -> Pca:
    """Fit a PCA.

    Args:
        features: (rows, inputs).
        outputs: how many components to keep.
        whitening: 0 keeps each component's variance, 1 makes all variances 1 (full whitening), 0.5 takes
            the square root of the standard deviation (half whitening). The result is scaled as a whole so
            that its overall standard deviation is 1.
    """
    import numpy as np

    mean = features.mean(axis=0)
    eigenvalues, eigenvectors = np.linalg.eigh(np.cov((features - mean).T))
    largest = np.maximum(eigenvalues[::-1][:outputs], 1e-6)
    scale = largest ** (whitening / 2) * np.sqrt((largest ** (1 - whitening)).mean())
    components = eigenvectors[:, ::-1][:, :outputs] / scale
    return Pca(mean.astype(np.float32), components.astype(np.float32))
