"""Read the published CNN + LSTM classifier from its Keras 2 ``.h5`` file without running anything from it.

Keras itself rebuilds a model from the file's description, which may name functions and hold code. Here the
description is compared as data with the one network that is expected, and then plain numbers are read.
HDF5 can point at other files and objects and can ask for filter plug-ins; Keras writes none of these, so a
file that has them is refused.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, MissingDependencyError
from organizer.models.cnn_lstm_weights import FILTERS, SHAPES, CnnLstmWeights
from organizer.models.keras_config import find_layers
from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.keras_config import LayerNames

_MAX_FILE_BYTES = 256 * 2**20
"""The weights take 17 MB, with the state of an optimiser 51 MB."""
_MAX_DESCRIPTION_BYTES = 2**20
"""It takes some 12 kB."""
_MAX_OBJECTS = 1000
"""A file has some 100; one whose groups hold each other would never end."""
_WEIGHTS = "model_weights"


def read_published_classifier(file: Path) -> CnnLstmWeights:
    """Return the weights of the published classifier.

    Args:
        file: a ``.h5`` file as ``model.save`` of Keras 2 writes it, with or without its optimiser.

    Raises:
        BundleError: the file is missing, is no such file, or differs from the published network in any
            layer, field, connection or shape; the message names what differs.
        MissingDependencyError: h5py is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingDependencyError(
            f"{file}: reading this classifier needs the package h5py. Install it: pip install h5py"
        ) from error
    try:
        with open_regular(file) as regular:
            size = os.fstat(regular.fileno()).st_size
        if size > _MAX_FILE_BYTES:
            raise ValueError(f"it is {size / 2**20:.0f} MB large")
        # Without locks: the file is only read, and some network drives cannot lock.
        with h5py.File(file, "r", locking=False) as opened:
            datasets = _walk(opened)
            names = find_layers(_description(opened))
            epsilons = names.epsilons
            return CnnLstmWeights(_arrays(datasets, names), (epsilons[0], epsilons[1], epsilons[2]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, MemoryError) as error:
        raise BundleError(
            f"{file}: this is not the published classifier ({error}). "
            "Get it again, or give the file that organizer models pull names."
        ) from error


def _walk(opened: Any) -> dict[str, Any]:
    """Return the datasets by path, having looked at every object of the file and read none.

    Raises:
        ValueError: the file holds what Keras does not write.
    """
    import h5py

    datasets: dict[str, Any] = {}
    groups = [("", opened)]
    objects = 0
    while groups:
        path, group = groups.pop()
        _check_attributes(path or "/", group)
        for name in group:
            objects += 1
            if objects > _MAX_OBJECTS:
                raise ValueError(f"it holds more than {_MAX_OBJECTS} objects")
            inner = f"{path}/{name}" if path else name
            link = group.get(name, getlink=True)
            if type(link) is not h5py.HardLink:
                raise ValueError(f"{inner} is a link to something else")
            found = group[name]
            if isinstance(found, h5py.Group):
                groups.append((inner, found))
            elif isinstance(found, h5py.Dataset):
                _check_dataset(inner, found)
                _check_attributes(inner, found)
                datasets[inner] = found
            else:
                raise ValueError(f"{inner} is neither a group nor an array")
    return datasets


def _check_dataset(path: str, dataset: Any) -> None:
    if dataset.dtype.kind not in "iuf":
        raise ValueError(f"{path} holds {dataset.dtype} and not plain numbers")
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"{path} takes its numbers from another file")
    if dataset.id.get_create_plist().get_nfilters():
        raise ValueError(f"{path} is stored through a filter")


def _check_attributes(path: str, found: Any) -> None:
    import h5py

    for name in found.attrs:
        dtype = found.attrs.get_id(name).dtype
        if dtype.kind not in "iufbSU" and h5py.check_string_dtype(dtype) is None:
            raise ValueError(f"the attribute {name} of {path} holds {dtype} and not text or numbers")


def _description(opened: Any) -> Any:
    if "model_config" not in opened.attrs:
        raise ValueError("it has weights but no description of the model")
    text = opened.attrs["model_config"]
    if len(text) > _MAX_DESCRIPTION_BYTES:
        raise ValueError(f"its description takes {len(text)} bytes")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("its description is nested without end") from error


def _arrays(datasets: dict[str, Any], names: LayerNames) -> dict[str, NDArray[np.float32]]:
    """Read the weights under the names of ``SHAPES``; nothing is read before its shape is known to fit.

    Raises:
        ValueError: weights are missing, unknown, or of another shape or type.
    """
    import numpy as np

    layers = {"conv": names.convs, "norm": names.norms, "lstm": names.lstms, "dense": names.denses}
    left = {path for path in datasets if path.startswith(f"{_WEIGHTS}/")}
    arrays: dict[str, NDArray[np.float32]] = {}
    for role, shape in SHAPES.items():
        place, weight = role.split("/")
        layer = layers[place[:-1]][int(place[-1])]
        # Between the layer and its weight lie scopes of the graph, which differ: lstm/lstm_cell_3/kernel:0.
        paths = [
            path
            for path in left
            if path.startswith(f"{_WEIGHTS}/{layer}/")
            and path.rsplit("/", 1)[-1].removesuffix(":0") == weight
        ]
        if len(paths) != 1:
            raise ValueError(f"the layer {layer!r} has {len(paths)} weights {weight!r} instead of 1")
        dataset = datasets[paths[0]]
        if dataset.shape != shape or dataset.dtype != np.float32:
            raise ValueError(
                f"{weight} of the layer {layer!r} is {dataset.dtype} {dataset.shape} "
                f"instead of float32 {shape}"
            )
        arrays[role] = dataset[()]
        left.discard(paths[0])
    if left:
        raise ValueError(f"it has weights that belong to no layer: {', '.join(sorted(left)[:3])}")
    if names.lstm_first:
        kernel = arrays["dense0/kernel"]
        arrays["dense0/kernel"] = np.concatenate([kernel[-FILTERS:], kernel[:-FILTERS]])
    return arrays
