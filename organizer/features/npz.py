"""Read ``.npz`` and ``.npy`` files without trusting them: sizes are known to fit before anything is unpacked.

A ``.npz`` file is a ZIP archive of arrays. A few kilobytes of it can unpack to gigabytes, and the header of
an array can promise any shape, for which room is made at once.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any

from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MOST_BYTES = 1 << 29
"""Of all arrays together: the largest, a PCA of 65,536 to 1,024 numbers, has half of it."""
_MOST_ARRAYS = 1000
_SUFFIX = ".npy"
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


def read_npz(file: Path, most_bytes: int = MOST_BYTES) -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``.npz`` file by name.

    Args:
        file: as ``numpy.savez`` and ``numpy.savez_compressed`` write it.
        most_bytes: what all arrays together may have.

    Raises:
        OSError: it cannot be read, or is no regular file.
        ValueError: it is no such file, is damaged, holds objects, or more than it may.
    """
    with open_regular(file) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                members = archive.infolist()
                _check_sizes(members, most_bytes)
                arrays = {}
                for member in members:
                    with archive.open(member) as content:
                        array = read_npy(content, member.file_size, member.filename)
                    arrays[member.filename.removesuffix(_SUFFIX)] = array
                return arrays
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise ValueError(str(error) or type(error).__name__) from error


def _check_sizes(members: list[zipfile.ZipInfo], most_bytes: int) -> None:
    names = {member.filename for member in members}
    if len(members) > _MOST_ARRAYS or len(names) != len(members):
        raise ValueError("it holds too many arrays, or one of them twice")
    if sum(member.file_size for member in members) > most_bytes:
        raise ValueError(f"its arrays have more than {most_bytes / 2**20:,.0f} MB")
    for member in members:
        plain = member.compress_type in _PLAIN and not member.flag_bits & _ENCRYPTED
        if not plain or not member.filename.endswith(_SUFFIX):
            raise ValueError(f"{member.filename!r} in it is no array")


def read_npy(stream: IO[bytes], size: int, name: str) -> NDArray[Any]:
    """Return the array of a ``.npy`` file, for which no more room is made than the file has bytes.

    Args:
        stream: at the beginning of the file.
        size: how many bytes the file has.
        name: of the file, for messages.

    Raises:
        ValueError: it is no such file, is cut off, holds objects, or not what its header says.
    """
    import numpy as np

    try:
        shape, by_columns, dtype = _header(stream)
    except ValueError as error:
        raise ValueError(f"{name} is no array file: {error}") from error
    if dtype.hasobject:
        raise ValueError(f"{name} holds objects")
    expected, left = math.prod(shape) * dtype.itemsize, size - stream.tell()
    if min(shape, default=0) < 0 or expected != left:
        raise ValueError(f"{name} holds {left} bytes for the shape {shape} of {dtype}")
    # Its end has been read when one more byte was asked for: then an archive looks at its checksum.
    content = bytearray(stream.read(expected + 1))
    if len(content) != expected:
        raise ValueError(f"{name} is cut off")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"it has arrays of version {version}")
    shape, by_columns, dtype = read(stream)
    return shape, by_columns, dtype
