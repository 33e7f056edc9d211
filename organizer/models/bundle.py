"""A model bundle: backbone, PCA, quantiser, classifier, labels and thresholds that belong together.

Scores only mean something when all of these fit each other, so they travel as one folder: ``bundle.json``
and the files it names, each with its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, FeatureSpaceError
from organizer.features.litert import LiteRtBackbone, LiteRtSettings
from organizer.features.pca import load_pca
from organizer.features.space import FeatureSpace
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings
from organizer.models.checksums import sha256_of
from organizer.models.classifier_choice import classifier_of, pull_again
from organizer.models.manifest import BackboneKind, ClassifierKind, files_below, read_manifest
from organizer.types import EVERY_SECOND, InputSpec, Resize, SampledSeconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from organizer.features.backbone import Backbone
    from organizer.features.pca import Pca
    from organizer.features.quantiser import Quantiser
    from organizer.models.manifest import Manifest
    from organizer.types import VideoFeatures


@dataclass(frozen=True)
class Bundle:
    """One model bundle on disk. The manifest is read at once, the networks when first asked for."""

    folder: Path
    name: str
    version: str
    summary: str
    licence: str
    input_size: int
    """Side of the square pictures its backbone takes."""
    dimensions: int
    """Numbers stored for each second."""
    quantiser: Quantiser
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    """One a label, 0..1: from this score on the label is given; at 1 it never is."""
    maybe_thresholds: tuple[float, ...]
    """One a label, 0..1, at most the one above: from this score on it is a maybe; where the two are the same,
    it never is."""
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    files: dict[str, str]
    """SHA-256 of every file by its path below the folder, with ``/``."""
    roles: dict[str, str]
    """The file, or the folder of files, that is ``backbone``, ``pca`` and ``classifier``; the last may be
    missing: then the bundle makes features but no tags. It is the only one of a loose classifier, see
    ``organizer.models.loose_classifier``."""
    backbone_kind: BackboneKind = BackboneKind.LITERT
    backbone_settings: dict[str, Any] = field(default_factory=dict)
    """What its backbone is run with, as stored, for it is part of the feature space; see ``settings``."""
    classifier_kind: ClassifierKind = ClassifierKind.LITERT
    resize: Resize = Resize.AREA
    """How frames become its pictures; so it is where a manifest does not say."""
    space_name: str | None = None
    """What its feature space is called by; None for its own name. A classifier that was trained in the space
    of another bundle keeps that one's, so that nothing has to be looked at again for it."""
    sampled: SampledSeconds = EVERY_SECOND
    """The seconds of a video that it looks at; so it is where a manifest does not say."""

    @property
    def input_spec(self) -> InputSpec:
        """The pictures that its backbone takes of a video."""
        return InputSpec(self.input_size, self.resize, self.sampled)

    @property
    def id(self) -> str:
        """Name and version, as stored with every score."""
        return f"{self.name} {self.version}"

    @property
    def space_id(self) -> str:
        """The feature space: a digest of all that shapes a feature; of a loose classifier its bare name."""
        if not self.makes_features:
            return self.space_name or self.name
        parts = [self._digest("backbone"), self._digest("pca"), repr(self.quantiser)]
        if self.backbone_settings:
            parts.append(json.dumps(self.backbone_settings, sort_keys=True))
        # Only what is not usual counts: the spaces of manifests that do not say it stay as they are.
        if self.resize is not Resize.AREA:
            parts.append(f"resize {self.resize.value}")
        # The seconds themselves, which several tables may mean.
        if self.sampled.all != EVERY_SECOND.all:
            parts.append(f"seconds {' '.join(map(str, self.sampled.all))}")
        return f"{self.space_name or self.name}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}"

    @property
    def has_classifier(self) -> bool:
        """Whether it can tag."""
        return "classifier" in self.roles

    @property
    def makes_features(self) -> bool:
        """Whether it has the networks that make features, as all but loose classifiers have."""
        return "backbone" in self.roles

    @cached_property
    def pca(self) -> Pca:
        """The PCA, loaded when first used.

        Raises:
            BundleError: it is missing or damaged.
        """
        return load_pca(self._verified("pca"))

    @cached_property
    def space(self) -> FeatureSpace:
        """Its feature space, ready to run.

        Raises:
            BundleError: a file is missing or damaged, or it is a loose classifier.
            MissingDependencyError: what runs its backbone is not installed.
        """
        if not self.makes_features:
            raise BundleError(
                f"{self.folder}: this is a classifier alone and makes no features. To join it with the model "
                f"{self.space_id}: organizer models import {self.folder}"
            )
        return FeatureSpace(self.space_id, self._backbone(self.pca), self.pca, self.quantiser)

    @property
    def classifier_file(self) -> Path:
        """The classifier's file, checked against its SHA-256.

        Raises:
            BundleError: the file is missing or damaged, or there is no classifier.
        """
        if not self.has_classifier:
            raise BundleError(
                f"The model {self.name} has no classifier yet, so it cannot tag. {self.classifier_advice}, "
                "or use another model: organizer models use lite"
            )
        return self._verified("classifier")

    @property
    def classifier_advice(self) -> str:
        """How a model that makes features comes to tag, a sentence without its full stop."""
        if self.is_downloaded:
            return f"Put organizer's own beside it: organizer models pull {self.name}"
        return "Train one: organizer train"

    def check_space(self, features: VideoFeatures) -> None:
        """Refuse features that another backbone, PCA or quantiser made.

        Raises:
            FeatureSpaceError: the features belong to another space.
        """
        if features.space_id != self.space_id:
            raise FeatureSpaceError(
                f"Features of the space {features.space_id} mean nothing to the classifier of {self.id} "
                f"(space {self.space_id}). Scan the videos again with this model."
            )

    def verify(self, *, every_file: bool = False) -> None:
        """Check files against their SHA-256, each once.

        Args:
            every_file: whether those that play no part, such as licences, are checked too.

        Raises:
            BundleError: a file is missing or differs.
        """
        names = [name for role in self.roles for name in self._files_of(role)]
        for name in dict.fromkeys([*names, *self.files] if every_file else names):
            self._verify_file(name)

    @property
    def settings(self) -> LiteRtSettings | TfHubSettings:
        """What its backbone is run with.

        Raises:
            BundleError: a setting is not known here, or not what it must be.
        """
        try:
            return _parse_settings(self.backbone_kind, self.backbone_settings)
        except ValueError as error:
            raise BundleError(
                f"{self.folder}: its backbone cannot be run with its settings ({error}). "
                f"{self._repair_advice}"
            ) from error

    def _backbone(self, pca: Pca) -> Backbone:
        path, settings = self._verified("backbone"), self.settings
        if isinstance(settings, LiteRtSettings):
            return LiteRtBackbone(path, settings)
        return TfHubBackbone(path, settings, project=pca.project)

    def _files_of(self, role: str) -> list[str]:
        """Return the files of a role: one, or all below its folder."""
        return files_below(self.roles[role], self.files)

    def _digest(self, role: str) -> str:
        names = self._files_of(role)
        if names == [self.roles[role]]:
            return self.files[names[0]]
        lines = "".join(f"{name} {self.files[name]}\n" for name in names)
        return hashlib.sha256(lines.encode()).hexdigest()

    def _verified(self, role: str) -> Path:
        """Return the file or folder of a role, whose files are right."""
        for name in self._files_of(role):
            self._verify_file(name)
        return self.folder / self.roles[role]

    def _verify_file(self, name: str) -> None:
        file = self.folder / name
        try:
            digest = sha256_of(file)
        except OSError as error:
            raise BundleError(
                f"{file}: a file of the model {self.name} is missing. {self._repair_advice}"
            ) from error
        if digest != self.files[name]:
            raise BundleError(f"{file}: this file of the model {self.name} is damaged. {self._repair_advice}")

    @property
    def is_downloaded(self) -> bool:
        """Whether it is made of parts that are downloaded, here or on the computer it was exported from."""
        made_of = self.provenance.get("backbone")
        return isinstance(made_of, dict) and isinstance(made_of.get("part"), str)

    @property
    def _repair_advice(self) -> str:
        if self.name == "lite":
            return "Reinstall organizer."
        made_of = self.provenance.get("backbone")
        remove = f"remove it: organizer models remove {self.name}"
        if self.is_downloaded:
            if (classifier := classifier_of(self)) is not None:
                return f"Install it again: {pull_again(self.name, classifier)}"
            # A classifier that no download brings back; network and PCA come only under their own name.
            if self.space_name in {None, self.name}:
                remove = f"install it with organizer's own classifier: {pull_again(self.name, None)}"
        if isinstance(made_of, str):
            return (
                f"It was built of {made_of}: build it again (organizer models build --replace), or {remove}"
            )
        return f"Import it again (organizer models import --replace), or {remove}"


def load_bundle(folder: Path) -> Bundle:
    """Open the bundle in a folder.

    Raises:
        BundleError: it has no manifest, or one of another format or that says what it cannot.
    """
    return bundle_of(folder, read_manifest(folder))


def bundle_of(folder: Path, manifest: Manifest) -> Bundle:
    """Return the bundle that a manifest in a folder describes."""
    return Bundle(
        folder=folder,
        name=manifest.name,
        version=manifest.version,
        summary=manifest.summary,
        licence=manifest.licence,
        input_size=manifest.input_size,
        dimensions=manifest.dimensions,
        quantiser=manifest.quantiser.quantiser,
        labels=manifest.labels,
        thresholds=tuple(manifest.thresholds[label] for label in manifest.labels),
        maybe_thresholds=tuple(
            manifest.maybe_thresholds.get(label, manifest.thresholds[label]) for label in manifest.labels
        ),
        metrics=manifest.metrics,
        provenance=manifest.provenance,
        files=manifest.files,
        roles=manifest.roles,
        backbone_kind=manifest.kinds.backbone,
        backbone_settings=manifest.backbone_settings,
        classifier_kind=manifest.kinds.classifier or ClassifierKind.LITERT,
        resize=manifest.resize,
        space_name=manifest.space_name,
        sampled=manifest.sampling,
    )


def _parse_settings(kind: BackboneKind, table: Mapping[str, Any]) -> LiteRtSettings | TfHubSettings:
    """Return the settings that a manifest has for its backbone.

    Raises:
        ValueError: a setting is not known here, or not what it must be; the message names it.
    """
    known: type[LiteRtSettings | TfHubSettings] = (
        LiteRtSettings if kind is BackboneKind.LITERT else TfHubSettings
    )
    if unknown := sorted(table.keys() - {setting.name for setting in fields(known)}):
        raise ValueError(f"its setting {unknown[0]!r} is not known here. Update organizer")
    import msgspec

    try:
        return msgspec.convert(dict(table), known)
    except msgspec.ValidationError as error:
        # Each by itself tells which one it is.
        for name, value in table.items():
            try:
                msgspec.convert({name: value}, known)
            except msgspec.ValidationError as reason:
                words = str(reason).partition(" - at ")[0]
                raise ValueError(f"its setting {name} is {repr(value)[:100]}: {words}") from error
        raise ValueError(str(error)) from error
