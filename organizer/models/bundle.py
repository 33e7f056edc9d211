"""A model bundle: backbone, PCA, quantiser, classifier, labels and thresholds that belong together.

Scores only mean something when all of these fit each other, so they travel as one folder: ``bundle.json``
and the files it names, each with its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError, FeatureSpaceError
from organizer.features.quantiser import Quantiser, Rounding

if TYPE_CHECKING:
    from pathlib import Path

    from organizer.features.space import FeatureSpace
    from organizer.types import VideoFeatures

MANIFEST = "bundle.json"
FORMAT = 1


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
    """One a label, 0..1: a score at or above it makes a tag."""
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    files: dict[str, str]
    """SHA-256 of every file by name; the roles ``backbone``, ``pca`` and ``classifier`` are in ``roles``."""
    roles: dict[str, str]

    @property
    def id(self) -> str:
        """Name and version, as stored with every score."""
        return f"{self.name} {self.version}"

    @property
    def space_id(self) -> str:
        """The feature space: a digest of all that shapes a feature."""
        parts = [self.files[self.roles["backbone"]], self.files[self.roles["pca"]], repr(self.quantiser)]
        return f"{self.name}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}"

    @cached_property
    def space(self) -> FeatureSpace:
        """Its feature space, ready to run.

        Raises:
            BundleError: a file is missing or damaged.
        """
        from organizer.features.litert_backbone import LiteRtBackbone
        from organizer.features.pca import load_pca
        from organizer.features.space import FeatureSpace

        backbone = LiteRtBackbone(self._verified("backbone"))
        return FeatureSpace(self.space_id, backbone, load_pca(self._verified("pca")), self.quantiser)

    @property
    def classifier_file(self) -> Path:
        """The classifier's graph, checked against its SHA-256.

        Raises:
            BundleError: the file is missing or damaged.
        """
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

    def _verified(self, role: str) -> Path:
        file = self.folder / self.roles[role]
        try:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            raise BundleError(
                f"{file}: a file of the model {self.name} is missing. Reinstall organizer."
            ) from error
        if digest != self.files[file.name]:
            raise BundleError(f"{file}: this file of the model {self.name} is damaged. Reinstall organizer.")
        return file


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle's manifest.

    Raises:
        BundleError: there is none, or it is of another format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise BundleError(
                f"{folder}: this model has format {manifest['format']}, this organizer reads {FORMAT}. "
                "Update organizer."
            )
        quantiser = manifest["quantiser"]
        bundle = Bundle(
            folder=folder,
            name=manifest["name"],
            version=manifest["version"],
            summary=manifest["summary"],
            licence=manifest["licence"],
            input_size=manifest["input_size"],
            dimensions=manifest["dimensions"],
            quantiser=Quantiser(quantiser["low"], quantiser["high"], Rounding(quantiser["rounding"])),
            labels=tuple(manifest["labels"]),
            thresholds=tuple(manifest["thresholds"][label] for label in manifest["labels"]),
            metrics=manifest["metrics"],
            provenance=manifest["provenance"],
            files=manifest["files"],
            roles=manifest["roles"],
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BundleError(
            f"{folder}: this is no usable model bundle ({error}). Reinstall organizer."
        ) from error
    if not {"backbone", "pca", "classifier"} <= bundle.roles.keys():
        raise BundleError(f"{folder}: this model names no backbone, PCA or classifier. Reinstall organizer.")
    return bundle
