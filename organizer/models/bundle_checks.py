"""Whether the parts of a bundle from elsewhere fit each other, looked at without running its backbone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from organizer.errors import BundleError
from organizer.features.pooling import POOLINGS
from organizer.features.quantiser import Quantiser, Rounding
from organizer.features.tensorflow.graph_ops import check_saved_model
from organizer.models.bundle import BackboneKind, ClassifierKind
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.features.pca import Pca
    from organizer.models.bundle import Bundle

PUBLISHED_QUANTISER = Quantiser(-2.0, 2.0, Rounding.TRUNCATE)
"""What the features were stored with that the published classifier was trained on."""
_DEFAULT_SIZE = 299
_LARGEST_PICTURE = 4096
_MOST_AT_ONCE = 1024


def check_contents(bundle: Bundle) -> None:
    """Refuse a bundle whose parts do not fit, or that would do or need what no bundle does.

    Its files are taken to be those of the manifest.

    Raises:
        BundleError: it cannot be used.
    """
    _check_settings(bundle)
    pca = _pca(bundle)
    backbone = bundle.folder / bundle.roles["backbone"]
    if bundle.backbone_kind is BackboneKind.TF_HUB:
        check_saved_model(backbone)
        size = bundle.backbone_settings.get("input_size", _DEFAULT_SIZE)
    else:
        from organizer.features.litert import LiteRtBackbone

        network = LiteRtBackbone(backbone, **bundle.backbone_settings, threads=1)
        size = network.input_size
        if network.feature_dim != len(pca.mean):
            _refuse(
                bundle, f"its PCA takes {len(pca.mean)} numbers, its backbone gives {network.feature_dim}"
            )
    if size != bundle.input_size:
        _refuse(
            bundle, f"its backbone takes pictures of {size} pixels, its manifest says {bundle.input_size}"
        )
    if not bundle.has_classifier and bundle.labels:
        _refuse(bundle, "it has labels and no classifier")
    if bundle.has_classifier and not bundle.labels:
        _refuse(bundle, "it has a classifier and no labels")
    if bundle.has_classifier and bundle.classifier_kind is ClassifierKind.CNN_LSTM:
        _check_published(bundle)


def _check_published(bundle: Bundle) -> None:
    from organizer.models.inception.cnn_lstm_weights import INPUTS, load_cnn_lstm_weights

    if bundle.quantiser != PUBLISHED_QUANTISER:
        _refuse(bundle, f"its classifier needs features stored with {PUBLISHED_QUANTISER}")
    if bundle.labels != LABELS:
        _refuse(bundle, f"its classifier has the labels {', '.join(LABELS)}, in this order")
    if bundle.dimensions != INPUTS:
        _refuse(bundle, f"its classifier takes {INPUTS} numbers a second, not {bundle.dimensions}")
    load_cnn_lstm_weights(bundle.folder / bundle.roles["classifier"])


def _check_settings(bundle: Bundle) -> None:
    settings = bundle.backbone_settings
    known = _SETTINGS[bundle.backbone_kind]
    if unknown := sorted(settings.keys() - known.keys()):
        raise BundleError(
            f"{bundle.folder}: this model has a setting that is not known here, {unknown[0]!r}. "
            "Update organizer."
        )
    for name, value in settings.items():
        if not known[name](value):
            _refuse(bundle, f"its setting {name} is {repr(value)[:100]}")


def _pca(bundle: Bundle) -> Pca:
    import numpy as np

    from organizer.features.pca import load_pca

    try:
        pca = load_pca(bundle.folder / bundle.roles["pca"])
    except (TypeError, AttributeError) as error:
        _refuse(bundle, f"its PCA cannot be read, {error}")
    if pca.mean.ndim != 1 or pca.components.shape != (len(pca.mean), bundle.dimensions):
        _refuse(
            bundle,
            f"its PCA is {pca.mean.shape} and {pca.components.shape} and does not give "
            f"{bundle.dimensions} numbers",
        )
    for array in (pca.mean, pca.components):
        if array.dtype != np.float32 or not np.isfinite(array).all():
            _refuse(bundle, "its PCA holds something else than finite numbers of 32 bits")
    return pca


def _refuse(bundle: Bundle, reason: str) -> NoReturn:
    raise BundleError(f"{bundle.folder}: this model cannot be used: {reason}. Get it again, or another one.")


def _whole(most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and 0 < value <= most


def _number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


def _poolings(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) == len([name for name in POOLINGS if name in value])


_SETTINGS: dict[BackboneKind, dict[str, Callable[[Any], bool]]] = {
    BackboneKind.LITERT: {"poolings": _poolings},
    BackboneKind.TF_HUB: {
        "output": lambda value: value is None or isinstance(value, str),
        "input_size": _whole(_LARGEST_PICTURE),
        "pixel_mean": _number,
        "pixel_scale": lambda value: _number(value) and value > 0,
        "batch_size": lambda value: value is None or _whole(_MOST_AT_ONCE)(value),
        "threads": lambda value: value is None or _whole(_MOST_AT_ONCE)(value),
        "bfloat16": lambda value: isinstance(value, bool),
    },
}
"""What backbones may be run with, as ``LiteRtBackbone`` and ``TfHubBackbone`` take it."""
