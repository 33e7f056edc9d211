"""The vectors of a library as one file: written once from front to back, then only read, where they lie.

    begins with            a line that says what it is, and what it holds, as JSON
    then                   scenes, as they are made; then all else, each array on a boundary of 64 bytes

What it says of itself comes last to the disk, so a file that was broken off says nothing. Lengths and a
checksum over all of it are compared before anything is taken from it.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from organizer.alike.measure import Measure
from organizer.alike.vectors import Vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC = b"organizer vectors 1\n"
_HEAD = 4096
"""Bytes of what it says of itself, filled up with spaces."""
_ALIGNED = 64
_CHECKED_AT_ONCE = 1 << 22
_DTYPES = {
    "scenes": "i1",
    "wholes": "i1",
    "ids": "<i8",
    "stamps": "<i8",
    "starts": "<i8",
    "centre": "<f4",
    "weight": "<f4",
}
_AXES = {"wholes": 2, "ids": 1, "stamps": 1, "starts": 1}


class DamagedFileError(Exception):
    """It is no file of vectors, or not the one that is asked for, or not whole. It is made anew."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file was made of."""

    library: str
    """A digest of the library's path."""
    space_id: str
    state: str
    """Of the library's features, see ``Features.state``."""
    name: str
    """An unguessable word for this very file."""
    follows: str
    """The name of the file whose videos it adds to; empty for one that stands alone."""
    fitted_on: int
    """How many videos the library had when its measure was fitted."""


@dataclass(frozen=True, slots=True, eq=False)
class VectorFile:
    """What a file holds."""

    origin: Origin
    measure: Measure
    vectors: Vectors


def read_vectors(data: memoryview) -> VectorFile:
    """Return what a file holds; arrays lie where the data lies.

    Raises:
        DamagedFileError: it is another kind of file, or not whole.
    """
    try:
        return _read(data)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise DamagedFileError(str(error)) from error


def _read(data: memoryview) -> VectorFile:
    import numpy as np

    if bytes(data[: len(_MAGIC)]) != _MAGIC:
        raise DamagedFileError("another kind of file")
    head = json.loads(bytes(data[len(_MAGIC) : _HEAD]))
    check = head.pop("check")
    if head["size"] != len(data):
        raise DamagedFileError("not as long as it says")
    if check != _checksum_of(head, _checksum(data)):
        raise DamagedFileError("not as it was written")
    found: dict[str, NDArray[Any]] = {}
    for name, dtype in _DTYPES.items():
        place, shape = head["arrays"][name]
        count = int(np.prod(shape))
        found[name] = np.frombuffer(data, dtype, count, place).reshape(shape)
    vectors = Vectors(
        **{name: found[name] for name in ("ids", "stamps", "starts", "wholes", "scenes")},
    )
    _check(vectors)
    origin = Origin(**head["origin"])
    return VectorFile(origin, Measure(found["centre"], found["weight"]), vectors)


def _check(vectors: Vectors) -> None:
    import numpy as np

    videos, scenes = len(vectors.ids), len(vectors.scenes)
    fits = len(vectors.stamps) == len(vectors.starts) == len(vectors.wholes) == videos
    if videos:
        ends = np.append(vectors.starts, scenes)
        fits = fits and int(ends[0]) == 0 and bool((np.diff(ends) > 0).all())
    if not fits:
        raise DamagedFileError("its parts do not fit one another")


def _checksum_of(head: dict[str, Any], check: int) -> int:
    """Return the checksum of what a file says of itself, after that of all else."""
    return zlib.crc32(json.dumps(head).encode("ascii"), check)


def _checksum(data: memoryview) -> int:
    check = 0
    for start in range(_HEAD, len(data), _CHECKED_AT_ONCE):
        check = zlib.crc32(data[start : start + _CHECKED_AT_ONCE], check)
    return check


class VectorWriter:
    """Writes vectors as they are made; only what is not of scenes is kept in memory until the end."""

    def __init__(self, file: IO[bytes], origin: Origin, measure: Measure) -> None:
        """Begin.

        Args:
            file: open for writing, at its beginning.
            origin: what the vectors are made of.
            measure: with which they are made.
        """
        self._file = file
        self._origin = origin
        self._measure = measure
        self._size = self._began = _HEAD
        self._check = 0
        self._arrays: dict[str, tuple[int, list[int]]] = {}
        self._parts: list[Vectors] = []
        self._scenes = 0
        file.write(b" " * _HEAD)

    def add(self, part: Vectors) -> None:
        """Write the vectors of some more videos.

        Raises:
            OSError: the disk is full.
        """
        self._put(part.scenes.tobytes())
        # What is written is let go.
        kept = replace(part, starts=part.starts + self._scenes, scenes=part.scenes[:0].copy())
        self._parts.append(kept)
        self._scenes += len(part.scenes)

    def finish(self) -> None:
        """Write the rest, and last what the file says of itself.

        Raises:
            OSError: the disk is full.
        """
        import numpy as np

        width = self._parts[0].scenes.shape[1] if self._parts else 0
        self._end("scenes", (self._scenes, width))
        for name in ("wholes", "ids", "stamps", "starts"):
            arrays = [getattr(part, name) for part in self._parts]
            self._array(name, np.concatenate(arrays) if arrays else np.empty((0, 0)[: _AXES[name]]))
        self._array("centre", self._measure.centre)
        self._array("weight", self._measure.weight)
        head = {"origin": asdict(self._origin), "arrays": self._arrays, "size": self._size}
        head["check"] = _checksum_of(head, self._check)
        line = _MAGIC + json.dumps(head).encode("ascii")
        if len(line) > _HEAD:
            raise ValueError(f"the head has {len(line)} bytes")
        self._file.seek(0)
        self._file.write(line.ljust(_HEAD))
        self._file.flush()

    def _array(self, name: str, array: NDArray[Any]) -> None:
        self._put(array.astype(_DTYPES[name], copy=False).tobytes())
        self._end(name, array.shape)

    def _end(self, name: str, shape: tuple[int, ...]) -> None:
        """Note where an array lies that was written since the last one."""
        self._arrays[name] = self._began, list(shape)
        self._put(bytes(-self._size % _ALIGNED))
        self._began = self._size

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._check = zlib.crc32(data, self._check)
        self._size += len(data)
