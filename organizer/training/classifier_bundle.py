"""Put a trained classifier beside the backbone, PCA and quantiser it was trained for: a bundle to install."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, TrainingDataError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.bundle import load_bundle
from organizer.models.bundle_checks import check_bundle
from organizer.models.inception.assemble import NAME, RESIZE, SETTINGS
from organizer.models.loose_classifier import (
    check_same_space,
    copy_space,
    licence_with,
    load_loose_classifier,
    space_roles,
)
from organizer.models.manifest import (
    LOOSE_MANIFEST,
    MANIFEST,
    BackboneKind,
    ClassifierKind,
    Kinds,
    Manifest,
    QuantiserRange,
    check_name,
    write_manifest,
)
from organizer.models.safe_write import storage_errors
from organizer.pipeline.prove_classifier import prove_classifier
from organizer.training.architectures import architecture
from organizer.training.export_classifier import export_checked
from organizer.training.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from organizer.models.bundle import Bundle
    from organizer.training.engine.trained import TrainedClassifier

VERSION = "1.0.0"
"""Of the recipe; a digest of the classifier follows, for scores are stored with a bundle's version."""
CLASSIFIER, CARD = "classifier.tflite", "MODEL_CARD.md"
_ADVICE = "Train it again, or take another architecture."
_PACKAGES = ("tensorflow", "keras", "numpy")


@dataclass(frozen=True, slots=True)
class NewBundle:
    """What is to be said of a bundle besides its networks."""

    name: str
    """Small letters, digits, - and _."""
    thresholds: Mapping[str, float]
    """From which score on each label is given, 0..1; 1 means never."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """What was measured, JSON values; ``summary`` is one line for the list of models."""
    data: str = "not said"
    """What it was trained on, one sentence."""
    licence: str | None = None
    """Of the classifier; None says only that of the network and the PCA."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Further files to lie beside it, by name."""
    maybe_thresholds: Mapping[str, float] = field(default_factory=dict)
    """From which lower score on a label is a maybe; one that is not named here never is."""


def write_classifier_bundle(
    folder: Path, source: Bundle, trained: TrainedClassifier, new: NewBundle
) -> Bundle:
    """Write a whole bundle into a folder, such as ``installing`` gives, and prove that it works.

    Args:
        folder: an empty one, or one that does not exist yet.
        source: whose feature space the classifier was trained in; its backbone and PCA are copied.
        trained: the classifier.
        new: the rest.

    Raises:
        BundleError: the source's files are damaged, or the name or what was written cannot be used.
        TrainingDataError: classifier and source do not belong together.
        StorageError: there is no room, or the folder cannot be written.
    """
    check_name(new.name)
    _check_same_space(source, trained)
    _check_thresholds(trained, new)
    source.verify()
    with storage_errors(folder):
        _begin(folder)
        copy_space(source, folder)
        difference = export_checked(trained, folder / CLASSIFIER)
        manifest = _manifest(source, trained, new, difference)
        _finish(folder, trained, new, manifest, MANIFEST)
    bundle = load_bundle(folder)
    check_same_space(bundle, source)
    bundle.verify()
    check_bundle(bundle)
    prove_classifier(bundle, _ADVICE)
    return bundle


def write_loose_classifier(folder: Path, trained: TrainedClassifier, new: NewBundle) -> Bundle:
    """Write a classifier of YouTube-8M's features by itself, and prove that it works.

    ``organizer models import`` joins it with ``inception-yt8m``.

    Args:
        folder: an empty one, or one that does not exist yet.
        trained: the classifier; its space is ``inception-yt8m``, by name, for no digest is known.
        new: the rest.

    Raises:
        BundleError: the name or what was written cannot be used.
        TrainingDataError: it was trained on other features, or thresholds and labels do not fit.
        StorageError: there is no room, or the folder cannot be written.
    """
    check_name(new.name)
    if (trained.space_id, trained.quantiser) != (NAME, YT8M_QUANTISER):
        raise TrainingDataError(
            f"{folder}: only a classifier of YouTube-8M's features can stand alone, and not one of the space "
            f"{trained.space_id}. Install the model that makes its features."
        )
    _check_thresholds(trained, new)
    with storage_errors(folder):
        _begin(folder)
        difference = export_checked(trained, folder / CLASSIFIER)
        _finish(folder, trained, new, _loose_manifest(trained, new, difference), LOOSE_MANIFEST)
    loose = load_loose_classifier(folder)
    loose.verify()
    prove_classifier(loose, _ADVICE)
    return loose


def _begin(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BundleError(f"{folder}: there is something in this folder. Take an empty one.")


def _finish(
    folder: Path, trained: TrainedClassifier, new: NewBundle, manifest: Manifest, file_name: str
) -> None:
    """Write card, further files and, last, the manifest, which has the checksums of all."""
    card = render("classifier_card.md", manifest=manifest, trained=trained)
    (folder / CARD).write_text(card, encoding="utf-8")
    for name, content in new.files.items():
        (folder / name).write_bytes(content)
    write_manifest(folder, manifest, file_name)


def _check_same_space(source: Bundle, trained: TrainedClassifier) -> None:
    found = (trained.space_id, trained.dimensions, trained.quantiser)
    if found != (source.space_id, source.dimensions, source.quantiser):
        raise TrainingDataError(
            f"{source.folder}: the classifier was trained on features of the space {trained.space_id}, this "
            f"model makes those of {source.space_id}. Take the model whose features it was trained on."
        )


def _check_thresholds(trained: TrainedClassifier, new: NewBundle) -> None:
    if tuple(new.thresholds) != trained.labels:
        raise TrainingDataError(
            f"There are thresholds for {', '.join(new.thresholds) or 'no label'}, but the classifier knows "
            f"{', '.join(trained.labels)}. Give one for each label, in this order."
        )


def _manifest(source: Bundle, trained: TrainedClassifier, new: NewBundle, difference: float) -> Manifest:
    roles, made_of = space_roles(source)
    alone = _loose_manifest(trained, new, difference)
    return replace(
        alone,
        summary=f"features of {source.name}, {len(trained.labels)} labels by {trained.architecture}",
        licence=licence_with(source, new.licence),
        input_size=source.input_size,
        provenance={
            **made_of,
            **alone.provenance,
            "space": {"model": source.id, "space_id": source.space_id},
        },
        roles=roles | alone.roles,
        resize=source.resize,
        sampling=source.sampled,
        space_name=source.space_name or source.name,
        backbone_settings=source.backbone_settings,
        kinds=Kinds(source.backbone_kind, ClassifierKind.LITERT),
    )


def _loose_manifest(trained: TrainedClassifier, new: NewBundle, difference: float) -> Manifest:
    """Return what is said of a classifier alone, of the space of ``inception-yt8m``."""
    kind, figures = architecture(trained.architecture), trained.figures
    held_out = {"loss": figures.validation_loss, "mean_average_precision": figures.validation_map}
    mean_precision = figures.validation_map
    summary = "not measured" if mean_precision is None else f"held-out videos: mAP {mean_precision:.2f}"
    return Manifest(
        name=new.name,
        version=f"{VERSION}+{_digest(trained)}",
        summary=f"for features of {NAME}, {len(trained.labels)} labels by {trained.architecture}",
        licence=new.licence or "not said",
        input_size=SETTINGS.input_size,
        dimensions=trained.dimensions,
        quantiser=QuantiserRange.of(trained.quantiser),
        labels=trained.labels,
        thresholds=dict(new.thresholds),
        maybe_thresholds=dict(new.maybe_thresholds),
        metrics={"summary": summary, "held_out": held_out, **new.metrics},
        provenance={
            "space": {"model": NAME, "space_id": trained.space_id},
            "classifier": {
                "architecture": trained.architecture,
                "what": kind.summary,
                "paper": kind.paper,
                "weights": sum(weight.size for weight in trained.weights),
                "data": new.data,
                "data_digest": trained.data,
                "settings": asdict(trained.settings),
                "epochs": len(trained.history),
                "best_epoch": trained.best_epoch,
                "keras_against_litert": difference,
                **_score_map(trained),
                "versions": _versions(),
            },
        },
        roles={"classifier": CLASSIFIER},
        resize=RESIZE,
        space_name=NAME,
        backbone_settings=SETTINGS.stored(),
        kinds=Kinds(BackboneKind.TF_HUB, ClassifierKind.LITERT),
    )


def _score_map(trained: TrainedClassifier) -> dict[str, Any]:
    if trained.score_map is None:
        return {}
    offsets = dict(zip(trained.labels, trained.score_map.offsets, strict=True))
    return {"score_map": {**asdict(trained.score_map), "offsets": offsets}}


def _digest(trained: TrainedClassifier) -> str:
    """Return a digest of the space and the network: what scores otherwise has another one.

    Not of the files: names that Keras numbers through a session stand in them.
    """
    import numpy as np

    scores_by = (trained.space_id, trained.architecture, trained.labels, [w.shape for w in trained.weights])
    hashed = hashlib.sha256(repr(scores_by).encode())
    if trained.score_map is not None:
        hashed.update(repr(trained.score_map).encode())
    for weight in trained.weights:
        hashed.update(np.ascontiguousarray(weight, np.float32).tobytes())
    return hashed.hexdigest()[:8]


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            # Installed under another name, as tensorflow-cpu.
            continue
    return found
