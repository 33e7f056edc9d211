"""Read the published CNN + LSTM classifier from its Keras 2 ``.h5`` file without running anything from it.

Keras itself rebuilds a model from the file's description, which may name functions and hold code. Here the
description is plain JSON and stays data: nothing named in it is looked up, imported or built. It is walked
from the output back to the input, and every layer must be the one that stands there in the published network,
with the same fields. Names are free, for Keras numbers layers through a whole session. Then plain numbers are
read.

HDF5 can point at other files and objects and can ask for filter plug-ins; Keras writes none of these, so a
file that has them is refused.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, MissingDependencyError
from organizer.models.cnn_lstm_weights import (
    DENSE_UNITS,
    FILTERS,
    INPUTS,
    LEAK,
    LSTM_UNITS,
    SECONDS,
    SHAPES,
    TAPS,
    CnnLstmWeights,
)
from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


_COUNTS = {
    "InputLayer": 1,
    "Conv1D": 3,
    "BatchNormalization": 3,
    "LeakyReLU": 3,
    "GlobalAveragePooling1D": 1,
    "LSTM": 3,
    "Concatenate": 1,
    "Dense": 3,
    "Dropout": 2,
}

_FLOAT32 = ("float32", {"class_name": "Policy", "config": {"name": "float32"}})

_ABSENT = object()
"""Among the allowed values: versions of Keras 2 that do not know the field leave it out."""

_FIELDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "InputLayer": {"batch_input_shape": ([None, SECONDS, INPUTS],), "sparse": (False, _ABSENT)},
    "Conv1D": {
        "filters": (FILTERS,),
        "kernel_size": ([TAPS],),
        "strides": ([1],),
        "padding": ("same",),
        "data_format": ("channels_last",),
        "dilation_rate": ([1],),
        "groups": (1, _ABSENT),
        "activation": ("linear",),
        "use_bias": (True,),
    },
    "BatchNormalization": {"axis": ([2], 2, [-1], -1), "center": (True,), "scale": (True,)},
    "LeakyReLU": {"alpha": (LEAK,)},
    "GlobalAveragePooling1D": {"data_format": ("channels_last",), "keepdims": (False, _ABSENT)},
    "LSTM": {
        "activation": ("tanh",),
        "recurrent_activation": ("sigmoid",),
        "use_bias": (True,),
        "return_state": (False,),
        "go_backwards": (False,),
        "stateful": (False,),
        "time_major": (False, _ABSENT),
    },
    "Concatenate": {"axis": (-1, 1)},
    "Dense": {"use_bias": (True,)},
    "Dropout": {"rate": (0.5,)},
}
"""What shapes the output of a trained layer, and the values it may have. How weights were initialised or
regularised no longer matters."""


@dataclass(frozen=True, slots=True)
class LayerNames:
    """What the layers with weights are called in one file, each tuple from the input on."""

    convs: tuple[str, ...]
    norms: tuple[str, ...]
    lstms: tuple[str, ...]
    denses: tuple[str, ...]
    epsilons: tuple[float, ...]
    """Of the normalisations."""
    lstm_first: bool
    """Whether the LSTM stands before the convolutions where the two branches are joined."""


def find_layers(model: Any) -> LayerNames:
    """Walk a model description and say which layer is which.

    Args:
        model: what JSON holds: ``class_name`` and ``config`` of a functional model.

    Raises:
        ValueError: anything differs from the published network; the message says what.
    """
    try:
        return _ModelWalk(model).names()
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"its description is not one of a Keras 2 model: {error!r}") from error


class _ModelWalk:
    def __init__(self, model: Any) -> None:
        if model["class_name"] not in ("Functional", "Model"):
            raise ValueError(f"it is a model of the class {model['class_name']!r}, not a functional one")
        self._model = model["config"]
        self._layers: dict[str, Any] = {}
        for layer in self._model["layers"]:
            if layer["class_name"] not in _COUNTS:
                raise ValueError(f"the layer {layer['name']!r} is of the kind {layer['class_name']}")
            if layer["name"] in self._layers:
                raise ValueError(f"two layers are called {layer['name']!r}")
            self._layers[layer["name"]] = layer
        counts = Counter(layer["class_name"] for layer in self._layers.values())
        for kind, expected in _COUNTS.items():
            if counts[kind] != expected:
                raise ValueError(f"it has {counts[kind]} layers {kind} instead of {expected}")
        self._seen: set[str] = set()

    def names(self) -> LayerNames:
        denses = []
        below = self._single_end(self._model["output_layers"], "the output")
        for number, (units, activation) in enumerate(
            zip(DENSE_UNITS[::-1], ("sigmoid", "relu", "relu"), strict=True)
        ):
            if number:
                (below,) = self._check_layer(below, "Dropout")
            denses.append(below)
            (below,) = self._check_layer(below, "Dense", units=units, activation=activation)
        branches = self._check_layer(below, "Concatenate", inputs=2)
        lstm_first = self._class_of(branches[0]) == "LSTM"
        conv_top, lstm_top = branches[::-1] if lstm_first else branches

        lstms = []
        for number, units in enumerate(LSTM_UNITS[::-1]):
            lstms.append(lstm_top)
            (lstm_top,) = self._check_layer(lstm_top, "LSTM", units=units, return_sequences=number > 0)

        convs, norms = [], []
        (conv_top,) = self._check_layer(conv_top, "GlobalAveragePooling1D")
        for _ in range(3):
            (norm,) = self._check_layer(conv_top, "LeakyReLU")
            (conv,) = self._check_layer(norm, "BatchNormalization")
            (conv_top,) = self._check_layer(conv, "Conv1D")
            norms.append(norm)
            convs.append(conv)

        start = self._single_end(self._model["input_layers"], "the input")
        self._check_layer(start, "InputLayer", inputs=0)
        if {conv_top, lstm_top} != {start} or self._seen != self._layers.keys():
            raise ValueError("its layers are connected in another way")
        epsilons = tuple(float(self._layers[norm]["config"]["epsilon"]) for norm in norms)
        return LayerNames(
            tuple(convs[::-1]),
            tuple(norms[::-1]),
            tuple(lstms[::-1]),
            tuple(denses[::-1]),
            epsilons[::-1],
            lstm_first,
        )

    def _class_of(self, name: str) -> str:
        kind: str = self._layers[name]["class_name"]
        return kind

    def _check_layer(self, name: str, kind: str, *, inputs: int = 1, **fields: Any) -> list[str]:
        """Check one layer and return the names of those it takes its inputs from."""
        if self._class_of(name) != kind:
            raise ValueError(
                f"the layer {name!r} is of the kind {self._class_of(name)} where {kind} should be"
            )
        layer = self._layers[name]
        self._seen.add(name)
        if layer.get("registered_name") not in (None, kind):
            raise ValueError(f"the layer {name!r} is one of somebody's own: {layer['registered_name']!r}")
        expected = {
            **_FIELDS[kind],
            "dtype": _FLOAT32,
            **{field: (value,) for field, value in fields.items()},
        }
        for field, allowed in expected.items():
            value = layer["config"].get(field, _ABSENT)
            if not any(_same(value, good) for good in allowed):
                shown = "missing" if value is _ABSENT else repr(value)
                raise ValueError(f"{field} of the layer {name!r} is {shown} instead of {allowed[0]!r}")
        return self._inputs(name, layer["inbound_nodes"], inputs)

    def _inputs(self, name: str, nodes: Any, inputs: int) -> list[str]:
        if len(nodes) != (1 if inputs else 0) or (nodes and len(nodes[0]) != inputs):
            raise ValueError(f"the layer {name!r} is not called once with {inputs} inputs")
        below = []
        for source, node, tensor, arguments in nodes[0] if nodes else []:
            # Calls may carry arguments left at None; any other could change what is computed.
            if (node, tensor) != (0, 0) or any(value is not None for value in arguments.values()):
                raise ValueError(f"the layer {name!r} is called in an unknown way")
            below.append(source)
        return below

    def _single_end(self, ends: Any, which: str) -> str:
        if len(ends) != 1 or ends[0][1:] != [0, 0] or ends[0][0] not in self._layers:
            raise ValueError(f"{which} is not one layer")
        name: str = ends[0][0]
        return name


def _same(value: Any, good: Any) -> bool:
    if isinstance(good, float):
        # Keras stores some numbers as the nearest float32.
        return isinstance(value, int | float) and abs(value - good) < 1e-6
    # In Python True == 1.
    return type(value) is type(good) and bool(value == good)


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
            datasets = _list_datasets(opened)
            names = find_layers(_description(opened))
            epsilons = names.epsilons
            return CnnLstmWeights(_arrays(datasets, names), (epsilons[0], epsilons[1], epsilons[2]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, MemoryError) as error:
        raise BundleError(
            f"{file}: this is not the published classifier ({error}). "
            "Get it again, or give the file that organizer models pull names."
        ) from error


def _list_datasets(opened: Any) -> dict[str, Any]:
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
