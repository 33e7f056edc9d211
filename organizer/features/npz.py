"""Read ``.npz`` files without trusting them: their sizes are known to fit before anything is unpacked.

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
                return {member.filename.removesuffix(_SUFFIX): _array(archive, member) for member in members}
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


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    import numpy as np

    with archive.open(member) as stream:
        shape, by_columns, dtype = _header(stream)
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or dtype.hasobject or stream.tell() + size != member.file_size:
            raise ValueError(f"{member.filename} does not hold what its header says, {dtype} {shape}")
        # Its end has been read when one more byte was asked for: then the checksum is looked at.
        content = bytearray(stream.read(size + 1))
    if len(content) != size:
        raise ValueError(f"{member.filename} is cut off")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"it has arrays of version {version}")
    shape, by_columns, dtype = read(stream)
    return shape, by_columns, dtype
