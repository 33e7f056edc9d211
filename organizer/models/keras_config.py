"""Whether a Keras 2 model description is that of the published CNN + LSTM classifier.

The description is plain JSON and stays data: nothing named in it is looked up, imported or built. It is
walked from the output back to the input, and every layer must be the one that stands there in the published
network, with the same fields. Names are free, for Keras numbers layers through a whole session.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from organizer.models.cnn_lstm_weights import DENSE_UNITS, FILTERS, INPUTS, LEAK, LSTM_UNITS, SECONDS, TAPS

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
        return _Walk(model).names()
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"its description is not one of a Keras 2 model: {error!r}") from error


class _Walk:
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
        below = self._only(self._model["output_layers"], "the output")
        for number, (units, activation) in enumerate(
            zip(DENSE_UNITS[::-1], ("sigmoid", "relu", "relu"), strict=True)
        ):
            if number:
                (below,) = self._take(below, "Dropout")
            denses.append(below)
            (below,) = self._take(below, "Dense", units=units, activation=activation)
        branches = self._take(below, "Concatenate", inputs=2)
        lstm_first = self._kind(branches[0]) == "LSTM"
        conv_top, lstm_top = branches[::-1] if lstm_first else branches

        lstms = []
        for number, units in enumerate(LSTM_UNITS[::-1]):
            lstms.append(lstm_top)
            (lstm_top,) = self._take(lstm_top, "LSTM", units=units, return_sequences=number > 0)

        convs, norms = [], []
        (conv_top,) = self._take(conv_top, "GlobalAveragePooling1D")
        for _ in range(3):
            (norm,) = self._take(conv_top, "LeakyReLU")
            (conv,) = self._take(norm, "BatchNormalization")
            (conv_top,) = self._take(conv, "Conv1D")
            norms.append(norm)
            convs.append(conv)

        start = self._only(self._model["input_layers"], "the input")
        self._take(start, "InputLayer", inputs=0)
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

    def _kind(self, name: str) -> str:
        kind: str = self._layers[name]["class_name"]
        return kind

    def _take(self, name: str, kind: str, *, inputs: int = 1, **fields: Any) -> list[str]:
        """Check one layer and return the names of those it takes its inputs from."""
        if self._kind(name) != kind:
            raise ValueError(f"the layer {name!r} is of the kind {self._kind(name)} where {kind} should be")
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

    def _only(self, ends: Any, which: str) -> str:
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
