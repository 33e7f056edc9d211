"""Whether the parts of a bundle from elsewhere fit each other, looked at without running its backbone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from organizer.errors import BundleError
from organizer.features.litert import LiteRtBackbone, LiteRtSettings
from organizer.features.pca import load_pca
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.features.tensorflow.graph_ops import check_saved_model
from organizer.models.cnn_lstm_weights import INPUTS, load_cnn_lstm_weights
from organizer.models.manifest import ClassifierKind
from organizer.types import LABELS

if TYPE_CHECKING:
    from organizer.features.pca import Pca
    from organizer.models.bundle import Bundle


def check_bundle(bundle: Bundle) -> None:
    """Refuse a bundle whose parts do not fit, or that would do or need what no bundle does.

    Its files are taken to be those of the manifest.

    Raises:
        BundleError: it cannot be used.
    """
    settings = bundle.settings
    pca = _pca(bundle)
    backbone = bundle.folder / bundle.roles["backbone"]
    if isinstance(settings, LiteRtSettings):
        network = LiteRtBackbone(backbone, settings, threads=1)
        size = network.input_size
        if network.feature_dim != len(pca.mean):
            _refuse(
                bundle, f"its PCA takes {len(pca.mean)} numbers, its backbone gives {network.feature_dim}"
            )
    else:
        check_saved_model(backbone)
        size = settings.input_size
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
    if bundle.quantiser != YT8M_QUANTISER:
        _refuse(bundle, f"its classifier needs features stored with {YT8M_QUANTISER}")
    if bundle.labels != LABELS:
        _refuse(bundle, f"its classifier has the labels {', '.join(LABELS)}, in this order")
    if bundle.dimensions != INPUTS:
        _refuse(bundle, f"its classifier takes {INPUTS} numbers a second, not {bundle.dimensions}")
    load_cnn_lstm_weights(bundle.folder / bundle.roles["classifier"])


def _pca(bundle: Bundle) -> Pca:
    import numpy as np

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
