"""organizer's own classifier of YouTube-8M's features, and how it comes into the model ``inception-yt8m``.

It ships with organizer as a classifier alone (see ``organizer.models.loose_classifier``); network and PCA are
downloaded. What it was trained on and how good it is stands in its card, ``assets/inception-yt8m``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.models.classifier_choice import ClassifierChoice, classifier_of
from organizer.models.loose_classifier import SPACE_ROLES, load_loose_classifier
from organizer.models.manifest import LOOSE_MANIFEST, ClassifierKind, Kinds, read_manifest
from organizer.models.safe_write import copy_regular

if TYPE_CHECKING:
    from pathlib import Path

    from organizer.models.bundle import Bundle
    from organizer.models.manifest import Manifest

_FOLDER = "inception-yt8m"
_CLASSIFIER = "classifier"


def shipped_classifier() -> Bundle:
    """Return organizer's own classifier, by itself: it scores features and makes none.

    Raises:
        BundleError: it is missing or damaged.
    """
    own = load_loose_classifier(assets_folder() / _FOLDER)
    own.verify(every_file=True)
    return own


def is_current(bundle: Bundle, own: Bundle) -> bool:
    """Say whether a model has this very classifier, with these thresholds."""
    return (
        classifier_of(bundle) is ClassifierChoice.OWN
        and bundle.classifier_kind is ClassifierKind.LITERT
        and bundle.files[bundle.roles[_CLASSIFIER]] == own.files[own.roles[_CLASSIFIER]]
        and bundle.thresholds == own.thresholds
        and bundle.maybe_thresholds == own.maybe_thresholds
    )


def check_takes(bundle: Bundle, own: Bundle) -> None:
    """Refuse a model that makes other features than the classifier was trained on.

    Raises:
        BundleError: its network, its PCA, or how it makes pictures of frames is another.
    """
    downloaded = all(
        isinstance(part := bundle.provenance.get(role), dict) and "part" in part for role in SPACE_ROLES
    )
    if not downloaded or _space_of(bundle) != _space_of(own):
        raise BundleError(
            f"{bundle.folder}: this model makes features of a space of its own, and organizer's classifier "
            f"is for those of YouTube-8M. To put the YouTube-8M model in its place: organizer models pull "
            f"{_FOLDER} --replace"
        )


def _space_of(bundle: Bundle) -> tuple[Any, ...]:
    """Return what is known of a feature space without its network and PCA."""
    pictures = bundle.input_spec, bundle.backbone_kind, bundle.backbone_settings
    return bundle.space_name or bundle.name, bundle.dimensions, bundle.quantiser, *pictures


def own_files(own: Bundle) -> tuple[str, tuple[str, ...]]:
    """Return the classifier's file, and the others that go with it: its card and its notice."""
    classifier = own.roles[_CLASSIFIER]
    return classifier, tuple(name for name in own.files if name != classifier)


def copy_files(own: Bundle, names: tuple[str, ...], folder: Path) -> None:
    """Copy files of the classifier into the folder of a model that grows.

    Raises:
        OSError: a file cannot be read or written.
    """
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy_regular(own.folder / name, folder / name)


def with_own_classifier(manifest: Manifest, own: Bundle) -> Manifest:
    """Return the manifest of a model without classifier as that of the same with organizer's own."""
    part = read_manifest(own.folder, LOOSE_MANIFEST)
    return replace(
        manifest,
        summary=part.summary,
        licence=f"{manifest.licence}; classifier: {part.licence}",
        labels=part.labels,
        thresholds=part.thresholds,
        maybe_thresholds=part.maybe_thresholds,
        metrics=part.metrics,
        experiments=part.experiments,
        provenance={**manifest.provenance, **part.provenance},
        roles={**manifest.roles, **part.roles},
        kinds=Kinds(manifest.kinds.backbone, ClassifierKind.LITERT),
    )
