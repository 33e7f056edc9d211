"""Make a model of any TF Hub module for pictures, with a PCA fitted on one's own videos."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.config import cache_folder
from organizer.errors import BundleError
from organizer.features.pca import fit_pca
from organizer.features.quantiser import fit_quantiser
from organizer.features.tensorflow.graph_ops import check_saved_model
from organizer.features.tensorflow.loading import load_tensorflow_hub
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings
from organizer.frames.folders.walk import Walk
from organizer.models.catalogue import open_bundle
from organizer.models.checksums import sha256_of
from organizer.models.installing import check_free, installing
from organizer.models.manifest import BackboneKind, Kinds, Manifest, QuantiserRange, write_manifest
from organizer.models.safe_write import copy_folder
from organizer.pipeline.pictures import pictures_of
from organizer.text import count
from organizer.types import MAX_SECONDS, InputSpec, Resize

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle

MOST_OUTPUTS = 1024
MOST_FRAMES = 20_000
"""Of all videos together; features of 2048 numbers then take 160 MB."""
WHITENING = 0.5
"""Half, as for ``lite``: full whitening raises the noise of weak components to the height of strong ones."""
RESIZE = Resize.BILINEAR
"""For what TF Hub says of its modules for pictures: they are fed what TensorFlow's own resizing, bilinear
unless told otherwise, made of whole pictures. The PCA is fitted to pictures made the same way."""
KEPT = 0.9995
"""Share of the fitted features that the quantiser's range holds."""

_BACKBONE, _PCA = "backbone", "pca.npz"
_TF_HUB_CACHE = "TFHUB_CACHE_DIR"


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How many videos were looked at."""

    done: int
    total: int
    frames: int
    """Frames that could be read of them."""


@dataclass(frozen=True, slots=True)
class Built:
    """The end: the model is installed."""

    bundle: Bundle
    frames: int
    clipped_share: float
    """Share (0..1) of the fitted features outside the quantiser's range."""


def build_model(
    name: str, handle: str, folder: str, settings: TfHubSettings, *, replace: bool = False
) -> Generator[BuildProgress | Built, None, None]:
    """Fit a PCA and a quantiser to a module's features and install all of it as a model without classifier.

    Args:
        name: of the model.
        handle: of a TF Hub module, which is downloaded, or a folder with one.
        folder: its videos are looked at, one frame a second, and only read.
        settings: how the module is run.
        replace: whether an installed model of this name may be replaced.

    Yields:
        Progress, and ``Built`` in the end.

    Raises:
        FolderError: the folder is missing.
        BundleError: this is no such module, the folder has too few frames for it, or the name is taken.
        MissingDependencyError: TensorFlow is not installed.
        StorageError: there is no room.
    """
    check_free(name, replace=replace)
    root = os.path.realpath(folder)
    paths = [os.path.join(root, file.relative_path) for file in Walk(root)]
    module = _resolve(handle)
    check_saved_model(module)
    backbone = TfHubBackbone(module, settings)
    outputs = min(MOST_OUTPUTS, backbone.feature_dim)
    paths = paths[:MOST_FRAMES]
    each = min(MAX_SECONDS, max(1, MOST_FRAMES // max(1, len(paths))))
    features: list[NDArray[np.float32]] = []
    frames = 0
    spec = InputSpec(settings.input_size, RESIZE)
    for done, path in enumerate(paths, start=1):
        for pictures in pictures_of([path], spec, frames=each):
            features.append(backbone.extract(pictures))
            frames += len(pictures)
        yield BuildProgress(done, len(paths), frames)
    if frames < outputs:
        raise BundleError(
            f"{root}: its {count(len(paths), 'video')} gave {count(frames, 'frame')}, and a PCA with "
            f"{outputs} outputs needs at least {outputs}. Name a folder with more videos."
        )
    yield _install(name, handle, module, settings, features, replace=replace)


def _install(
    name: str,
    handle: str,
    module: Path,
    settings: TfHubSettings,
    features: list[NDArray[np.float32]],
    *,
    replace: bool,
) -> Built:
    import numpy as np

    fitted = np.concatenate(features)
    if not np.isfinite(fitted).all() or not fitted.std(axis=0).any():
        raise BundleError(
            f"{handle}: the features of this module are all the same or not finite. Check --pixel-mean, "
            "--pixel-scale and --output."
        )
    frames, feature_dim = fitted.shape
    outputs = min(MOST_OUTPUTS, feature_dim)
    pca = fit_pca(fitted, outputs, WHITENING)
    projected = pca.project(fitted)
    quantiser = fit_quantiser(projected, KEPT)
    clipped = quantiser.clipped_share(projected)
    with installing(name, replace=replace) as growing:
        copy_folder(module, growing / _BACKBONE)
        pca.save(growing / _PCA)
        # The PCA's numbers differ with the videos: so must the version, which is stored with every score.
        write_manifest(
            growing,
            Manifest(
                name=name,
                version=f"1-{sha256_of(growing / _PCA)[:8]}",
                summary=f"features of {handle}, PCA fitted on own videos; no classifier yet",
                licence="as its makers state it at the handle; the PCA is the user's own",
                input_size=settings.input_size,
                resize=RESIZE,
                dimensions=outputs,
                quantiser=QuantiserRange.of(quantiser, round(clipped, 6)),
                labels=(),
                metrics={"summary": "no classifier yet, so there is nothing to measure"},
                provenance={
                    "backbone": handle,
                    "pca": f"fitted on {frames} frames of {len(features)} videos, "
                    f"{feature_dim} -> {outputs}, whitening {WHITENING}",
                },
                roles={"backbone": _BACKBONE, "pca": _PCA},
                kinds=Kinds(BackboneKind.TF_HUB),
                backbone_settings=settings.stored(),
            ),
        )
    return Built(open_bundle(name), frames, clipped)


def _resolve(handle: str) -> Path:
    """Return the folder of a module; a handle is downloaded by TF Hub."""
    if Path(handle).expanduser().is_dir():
        return Path(handle).expanduser().absolute()
    if "://" not in handle:
        raise BundleError(
            f"{handle}: this is neither a folder nor the address of a TF Hub module (https://...)."
        )
    _, hub = load_tensorflow_hub()
    # Its own choice is a temporary folder, where what was downloaded before may be gone by half.
    os.environ.setdefault(_TF_HUB_CACHE, str(cache_folder() / "tfhub"))
    # It tells what is wrong in many ways, errors of its own among them.
    try:
        return Path(hub.resolve(handle))
    except Exception as error:
        reason = str(error).strip().partition("\n")[0][:300]
        raise BundleError(
            f"{handle}: this TF Hub module cannot be downloaded ({type(error).__name__}: {reason}). Check "
            "the address and the connection, or download it by hand and name its folder."
        ) from error
