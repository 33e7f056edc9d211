"""Put a trained classifier beside the backbone, PCA and quantiser it was trained for: a bundle to install."""

from __future__ import annotations

import hashlib
import platform
import shutil
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, TrainingDataError
from organizer.models.bundle import load_bundle
from organizer.models.bundle_checks import check_bundle
from organizer.models.manifest import (
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
_KEPT = ("LICENSE", "NOTICE")
"""Files of the source that say what its parts may be used for; they go with them."""
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
    """Of the classifier; None takes the source's for all."""
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
    _check_same_space(source, trained, new)
    source.verify()
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BundleError(f"{folder}: there is something in this folder. Take an empty one.")
        _copy_space(source, folder)
        difference = export_checked(trained, folder / CLASSIFIER)
        manifest = _manifest(source, trained, new, difference)
        card = render("classifier_card.md", manifest=manifest, trained=trained)
        (folder / CARD).write_text(card, encoding="utf-8")
        write_manifest(folder, manifest)
    bundle = load_bundle(folder)
    if bundle.space_id != source.space_id:
        raise BundleError(
            f"{folder}: this model makes features of the space {bundle.space_id} and not of "
            f"{source.space_id}, as {source.name} does. Pull {source.name} again, then train again."
        )
    bundle.verify()
    check_bundle(bundle)
    prove_classifier(bundle, "Train it again, or take another architecture.")
    return bundle


def _check_same_space(source: Bundle, trained: TrainedClassifier, new: NewBundle) -> None:
    found = (trained.space_id, trained.dimensions, trained.quantiser)
    if found != (source.space_id, source.dimensions, source.quantiser):
        raise TrainingDataError(
            f"{source.folder}: the classifier was trained on features of the space {trained.space_id}, this "
            f"model makes those of {source.space_id}. Take the model whose features it was trained on."
        )
    if tuple(new.thresholds) != trained.labels:
        raise TrainingDataError(
            f"There are thresholds for {', '.join(new.thresholds) or 'no label'}, but the classifier knows "
            f"{', '.join(trained.labels)}. Give one for each label, in this order."
        )


def _copy_space(source: Bundle, folder: Path) -> None:
    """Copy what makes features, and its licences.

    No hard links: the source may belong to another user, or be what a package manager writes over.
    """
    roles = [source.roles[role] for role in ("backbone", "pca")]
    wanted = [
        path for path in source.files if any(path == role or path.startswith(f"{role}/") for role in roles)
    ]
    wanted += [
        file.name for file in source.folder.iterdir() if file.name.startswith(_KEPT) and file.is_file()
    ]
    for path in dict.fromkeys(wanted):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.folder / path, target)


def _manifest(source: Bundle, trained: TrainedClassifier, new: NewBundle, difference: float) -> Manifest:
    kind, figures = architecture(trained.architecture), trained.figures
    held_out = {"loss": figures.validation_loss, "mean_average_precision": figures.validation_map}
    mean_precision = figures.validation_map
    summary = "not measured" if mean_precision is None else f"held-out videos: mAP {mean_precision:.2f}"
    return Manifest(
        name=new.name,
        version=f"{VERSION}+{_digest(source, trained)}",
        summary=f"features of {source.name}, {len(trained.labels)} labels by {trained.architecture}",
        licence=source.licence if new.licence is None else f"{source.licence}; classifier: {new.licence}",
        input_size=source.input_size,
        dimensions=source.dimensions,
        quantiser=QuantiserRange.of(source.quantiser),
        labels=trained.labels,
        thresholds=dict(new.thresholds),
        maybe_thresholds=dict(new.maybe_thresholds),
        metrics={"summary": summary, "held_out": held_out, **new.metrics},
        provenance={
            **{part: source.provenance[part] for part in ("backbone", "pca") if part in source.provenance},
            "space": {"model": source.id, "space_id": source.space_id},
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
        roles={**{role: source.roles[role] for role in ("backbone", "pca")}, "classifier": CLASSIFIER},
        resize=source.resize,
        space_name=source.space_name or source.name,
        backbone_settings=source.backbone_settings,
        kinds=Kinds(source.backbone_kind, ClassifierKind.LITERT),
    )


def _score_map(trained: TrainedClassifier) -> dict[str, Any]:
    if trained.score_map is None:
        return {}
    offsets = dict(zip(trained.labels, trained.score_map.offsets, strict=True))
    return {"score_map": {**asdict(trained.score_map), "offsets": offsets}}


def _digest(source: Bundle, trained: TrainedClassifier) -> str:
    """Return a digest of the space and the network: what scores otherwise has another one.

    Not of the files: names that Keras numbers through a session stand in them.
    """
    import numpy as np

    scores_by = (source.space_id, trained.architecture, trained.labels, [w.shape for w in trained.weights])
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
