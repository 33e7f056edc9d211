"""YouTube-8M's own PCA, from the archive it is published in.

A frame's 2048 numbers x become f = (x - mean) @ V / sqrt(eigenvalues + 1e-4), with V the first 1024
eigenvectors as columns. It belongs to one network, Inception v3 of 2015-12-05, and makes noise of any
other's features: see ``organizer.models.inception.pca_fit``.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from typing import IO, TYPE_CHECKING

from organizer.errors import BundleError
from organizer.features.npz import read_npy
from organizer.features.pca import Pca
from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

INPUTS = 2048
OUTPUTS = 1024
REGULARISER = 1e-4
"""Added to every eigenvalue before the square root."""

NAMES = ("mean.npy", "eigenvals.npy", "eigenvecs.npy")
MOST_BYTES = 64 * 2**20
"""Of a file, and of all that an archive holds: the largest array, 2048 x 2048 float32, has 16 MB."""
_ADVICE = "Get it again, or give the archive that organizer models pull names."


def read_yt8m_pca(source: Path, most_bytes: int = MOST_BYTES) -> Pca:
    """Return the PCA, whitening included.

    Args:
        source: ``yt8m_pca.tgz``, or a folder with the three files of it. Of an archive nothing is unpacked
            to disk, and only these three are read.
        most_bytes: what a file, and all that an archive holds, may have.

    Raises:
        BundleError: a file is missing, or is not what belongs there.
    """
    try:
        read = _from_folder if source.is_dir() else _from_archive
        contents = read(source, most_bytes)
        arrays = {name: _float32(name, contents[name]) for name in NAMES}
        return assemble_pca(*(arrays[name] for name in NAMES))
    except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error) as error:
        raise BundleError(f"{source}: this is not the PCA of YouTube-8M ({error}). {_ADVICE}") from error


def assemble_pca(
    mean: NDArray[np.float32], eigenvalues: NDArray[np.float32], eigenvectors: NDArray[np.float32]
) -> Pca:
    """Make one affine map of the three arrays.

    Args:
        mean: (inputs, 1).
        eigenvalues: (inputs, 1), positive, the largest first.
        eigenvectors: (at least outputs, inputs), one in each row, of length 1, at right angles to each
            other, in the order of the eigenvalues.

    Returns:
        2048 to 1024 numbers.

    Raises:
        ValueError: the arrays are none of such a PCA.
    """
    import numpy as np

    for name, array in zip(NAMES[:2], (mean, eigenvalues), strict=True):
        if array.shape != (INPUTS, 1):
            raise ValueError(f"{name} has the shape {array.shape} instead of ({INPUTS}, 1)")
    if eigenvectors.shape not in ((INPUTS, INPUTS), (OUTPUTS, INPUTS)):
        raise ValueError(f"{NAMES[2]} has the shape {eigenvectors.shape} instead of ({INPUTS}, {INPUTS})")
    for name, array in zip(NAMES, (mean, eigenvalues, eigenvectors), strict=True):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds something that is no finite number")
    if eigenvalues.min() <= 0 or (np.diff(eigenvalues[:, 0]) > 0).any():
        raise ValueError(f"{NAMES[1]} does not hold positive numbers in descending order")
    directions = eigenvectors[:OUTPUTS].T
    if np.abs(directions.T @ directions - np.eye(OUTPUTS, dtype=np.float32)).max() > 0.01:
        raise ValueError(f"the rows of {NAMES[2]} are not of length 1 and at right angles")
    deviations = np.sqrt(eigenvalues[:OUTPUTS, 0].astype(np.float64) + REGULARISER)
    return Pca(mean[:, 0].copy(), np.ascontiguousarray(directions / deviations, np.float32))


def _from_folder(folder: Path, most_bytes: int) -> dict[str, bytes]:
    contents = {}
    for name in NAMES:
        with open_regular(folder / name) as file:
            contents[name] = _bounded(file, name, most_bytes)
    return contents


def _from_archive(archive: Path, most_bytes: int) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    # Uncompressed first and within bounds: a few bytes of a harmful archive could fill the memory.
    with open_regular(archive) as packed, gzip.open(packed) as compressed:
        uncompressed = io.BytesIO(_bounded(compressed, "its content", most_bytes))
    with tarfile.open(fileobj=uncompressed, mode="r:") as opened:
        for member in opened:
            name = member.name.rsplit("/", 1)[-1]
            if name not in NAMES:
                continue
            if not member.isreg():
                raise ValueError(f"{name} in it is no ordinary file")
            if name in contents:
                raise ValueError(f"{name} is in it twice")
            file = opened.extractfile(member)
            assert file is not None, "ordinary files have content"
            contents[name] = _bounded(file, name, most_bytes)
    if missing := [name for name in NAMES if name not in contents]:
        raise ValueError(f"{', '.join(missing)} is not in it")
    return contents


def _bounded(file: IO[bytes] | gzip.GzipFile, name: str, most_bytes: int) -> bytes:
    content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"{name} is too large")
    return content


def _float32(name: str, content: bytes) -> NDArray[np.float32]:
    """Read a ``.npy`` file of float32.

    Raises:
        ValueError: it is none.
    """
    array = read_npy(io.BytesIO(content), len(content), name)
    if array.dtype.str != "<f4":
        raise ValueError(f"{name} holds {array.dtype} instead of float32")
    return array
