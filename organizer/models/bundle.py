"""A model bundle: backbone, PCA, quantiser, classifier, labels and thresholds that belong together.

Scores only mean something when all of these fit each other, so they travel as one folder: ``bundle.json``
and the files it names, each with its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, FeatureSpaceError
from organizer.features.quantiser import Quantiser, Rounding
from organizer.models import manifest_fields as fields
from organizer.models.checksums import sha256_of
from organizer.regular_file import read_regular
from organizer.types import InputSpec, Resize

if TYPE_CHECKING:
    from pathlib import Path

    from organizer.features.backbone import Backbone
    from organizer.features.pca import Pca
    from organizer.features.space import FeatureSpace
    from organizer.types import VideoFeatures

MANIFEST = "bundle.json"
FORMAT = 1
_LARGEST_PICTURE = 4096
_MOST_MANIFEST_BYTES = 1 << 24
"""Those of models with thousands of labels have a tenth of it."""
_MOST_DIMENSIONS = 1 << 16


class BackboneKind(StrEnum):
    """What runs a backbone."""

    LITERT = "litert"
    """One ``.tflite`` graph."""
    TF_HUB = "tf-hub"
    """A folder with a TensorFlow SavedModel, as TF Hub gives it."""


class ClassifierKind(StrEnum):
    """What runs a classifier."""

    LITERT = "litert"
    """A ``.tflite`` graph with scores and evidence."""
    CNN_LSTM = "cnn-lstm"
    """The weights of the published CNN + LSTM as arrays."""


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
    """One a label, 0..1: a score at or above it makes a tag; at 1 none does."""
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    files: dict[str, str]
    """SHA-256 of every file by its path below the folder, with ``/``."""
    roles: dict[str, str]
    """The file, or the folder of files, that is ``backbone``, ``pca`` and ``classifier``; the last may be
    missing: then the bundle makes features but no tags."""
    backbone_kind: BackboneKind = BackboneKind.LITERT
    backbone_settings: dict[str, Any] = field(default_factory=dict)
    """What its backbone is run with, by the names that ``LiteRtBackbone`` or ``TfHubBackbone`` takes."""
    classifier_kind: ClassifierKind = ClassifierKind.LITERT
    resize: Resize = Resize.AREA
    """How frames become its pictures; so it is where a manifest does not say."""
    space_name: str | None = None
    """What its feature space is called by; None for its own name. A classifier that was trained in the space
    of another bundle keeps that one's, so that nothing has to be looked at again for it."""

    @property
    def input_spec(self) -> InputSpec:
        """The pictures that its backbone takes."""
        return InputSpec(self.input_size, self.resize)

    @property
    def id(self) -> str:
        """Name and version, as stored with every score."""
        return f"{self.name} {self.version}"

    @property
    def space_id(self) -> str:
        """The feature space: a digest of all that shapes a feature."""
        parts = [self._digest("backbone"), self._digest("pca"), repr(self.quantiser)]
        if self.backbone_settings:
            parts.append(json.dumps(self.backbone_settings, sort_keys=True))
        # Only what is not usual counts: the spaces of manifests that do not say it stay as they are.
        if self.resize is not Resize.AREA:
            parts.append(f"resize {self.resize.value}")
        return f"{self.space_name or self.name}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}"

    @property
    def has_classifier(self) -> bool:
        """Whether it can tag."""
        return "classifier" in self.roles

    @cached_property
    def space(self) -> FeatureSpace:
        """Its feature space, ready to run.

        Raises:
            BundleError: a file is missing or damaged.
            MissingDependencyError: what runs its backbone is not installed.
        """
        from organizer.features.pca import load_pca
        from organizer.features.space import FeatureSpace

        pca = load_pca(self._verified("pca"))
        return FeatureSpace(self.space_id, self._backbone(pca), pca, self.quantiser)

    @property
    def classifier_file(self) -> Path:
        """The classifier's file, checked against its SHA-256.

        Raises:
            BundleError: the file is missing or damaged, or there is no classifier.
        """
        if not self.has_classifier:
            raise BundleError(
                f"The model {self.name} has no classifier yet, so it cannot tag. Train one, or use another "
                "model: organizer models use lite"
            )
        return self._verified("classifier")

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

    def verify(self) -> None:
        """Check every file against its SHA-256.

        Raises:
            BundleError: a file is missing or differs.
        """
        for role in self.roles:
            self._verified(role)

    def _backbone(self, pca: Pca) -> Backbone:
        path = self._verified("backbone")
        try:
            if self.backbone_kind is BackboneKind.TF_HUB:
                from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone

                return TfHubBackbone(path, **self.backbone_settings, project=pca.project)
            from organizer.features.litert import LiteRtBackbone

            return LiteRtBackbone(path, **self.backbone_settings)
        except TypeError as error:
            raise BundleError(
                f"{self.folder}: its backbone cannot be run with its settings ({error}). {self._mend}"
            ) from error

    def _files_of(self, role: str) -> list[str]:
        """Return the files of a role: one, or all below its folder."""
        path = self.roles[role]
        return [path] if path in self.files else sorted(f for f in self.files if f.startswith(f"{path}/"))

    def _digest(self, role: str) -> str:
        names = self._files_of(role)
        if names == [self.roles[role]]:
            return self.files[names[0]]
        lines = "".join(f"{name} {self.files[name]}\n" for name in names)
        return hashlib.sha256(lines.encode()).hexdigest()

    def _verified(self, role: str) -> Path:
        for name in self._files_of(role):
            file = self.folder / name
            try:
                digest = sha256_of(file)
            except OSError as error:
                raise BundleError(
                    f"{file}: a file of the model {self.name} is missing. {self._mend}"
                ) from error
            if digest != self.files[name]:
                raise BundleError(f"{file}: this file of the model {self.name} is damaged. {self._mend}")
        return self.folder / self.roles[role]

    @property
    def _mend(self) -> str:
        if self.name == "lite":
            return "Reinstall organizer."
        made_of = self.provenance.get("backbone")
        if isinstance(made_of, dict) and isinstance(made_of.get("part"), str):
            # Of parts that are downloaded, whether here or on the computer that it was exported from.
            return f"Install it again: organizer models pull {self.name} --replace"
        remove = f"remove it: organizer models remove {self.name}"
        if isinstance(made_of, str):
            return (
                f"It was built of {made_of}: build it again (organizer models build --replace), or {remove}"
            )
        return f"Import it again (organizer models import --replace), or {remove}"


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle's manifest.

    Raises:
        BundleError: there is none, it is of another format, or says what it cannot.
    """
    try:
        manifest = json.loads(read_regular(folder / MANIFEST, _MOST_MANIFEST_BYTES).decode("utf-8"))
        if not isinstance(manifest, dict):
            raise TypeError("its manifest is no table")
        if manifest["format"] != FORMAT:
            raise BundleError(
                f"{folder}: this model has format {manifest['format']}, this organizer reads {FORMAT}. "
                "Update organizer."
            )
        kinds = fields.table_in(manifest, "kinds")
        labels = fields.words_in(manifest, "labels")
        thresholds = fields.table_in(manifest, "thresholds")
        bundle = Bundle(
            folder=folder,
            name=fields.name_in(manifest),
            version=fields.word_in(manifest, "version"),
            summary=fields.text_in(manifest, "summary"),
            licence=fields.text_in(manifest, "licence"),
            input_size=fields.whole_in(manifest, "input_size", _LARGEST_PICTURE),
            dimensions=fields.whole_in(manifest, "dimensions", _MOST_DIMENSIONS),
            quantiser=_quantiser(fields.table_in(manifest, "quantiser")),
            labels=labels,
            thresholds=tuple(fields.share_in(thresholds, label) for label in labels),
            metrics=fields.table_in(manifest, "metrics"),
            provenance=fields.table_in(manifest, "provenance"),
            files=fields.files_in(manifest),
            roles=fields.roles_in(manifest),
            backbone_kind=BackboneKind(kinds.get("backbone", BackboneKind.LITERT)),
            backbone_settings=fields.table_in(manifest, "backbone_settings"),
            classifier_kind=ClassifierKind(kinds.get("classifier", ClassifierKind.LITERT)),
            resize=Resize(manifest.get("resize", Resize.AREA)),
            space_name=fields.space_name_in(manifest),
        )
        for role in bundle.roles:
            if not bundle._files_of(role):
                raise ValueError(f"it has no checksum of its {role}")
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BundleError(
            f"{folder}: this is no usable model bundle ({error}). Reinstall organizer, or remove the folder."
        ) from error
    return bundle


def _quantiser(table: dict[str, Any]) -> Quantiser:
    quantiser = Quantiser(
        fields.number_in(table, "low"), fields.number_in(table, "high"), Rounding(table["rounding"])
    )
    if quantiser.low >= quantiser.high:
        raise ValueError(f"its quantiser goes from {quantiser.low} to {quantiser.high}")
    return quantiser
