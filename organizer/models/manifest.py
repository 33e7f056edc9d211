"""Write the manifest of a model bundle whose files are in place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from organizer.models.bundle import FORMAT, MANIFEST, BackboneKind, ClassifierKind
from organizer.models.checksums import sha256_of
from organizer.types import Resize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from organizer.features.quantiser import Quantiser


@dataclass(frozen=True, slots=True)
class Description:
    """What a manifest says besides the files' checksums; fields as in ``Bundle``."""

    name: str
    version: str
    summary: str
    licence: str
    input_size: int
    dimensions: int
    quantiser: Quantiser
    thresholds: Mapping[str, float]
    """By label, in the order of the classifier's outputs."""
    metrics: Mapping[str, Any]
    provenance: Mapping[str, Any]
    roles: Mapping[str, str]
    backbone_settings: Mapping[str, Any]
    backbone_kind: BackboneKind = BackboneKind.TF_HUB
    classifier_kind: ClassifierKind | None = None
    resize: Resize = Resize.AREA
    space_name: str | None = None
    quantiser_notes: Mapping[str, Any] = field(default_factory=dict)
    """What else there is to say about the quantiser."""


def write_manifest(folder: Path, description: Description) -> None:
    """Write ``bundle.json`` for all files below a folder.

    Raises:
        OSError: a file cannot be read or written.
    """
    quantiser, kinds = description.quantiser, {"backbone": description.backbone_kind.value}
    if description.classifier_kind is not None:
        kinds["classifier"] = description.classifier_kind.value
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != folder / MANIFEST)
    manifest = {
        "format": FORMAT,
        "name": description.name,
        "version": description.version,
        "summary": description.summary,
        "licence": description.licence,
        "input_size": description.input_size,
        "resize": description.resize.value,
        **({"space_name": description.space_name} if description.space_name else {}),
        "dimensions": description.dimensions,
        "quantiser": {
            "low": quantiser.low,
            "high": quantiser.high,
            "rounding": quantiser.rounding.value,
            **description.quantiser_notes,
        },
        "labels": list(description.thresholds),
        "thresholds": dict(description.thresholds),
        "metrics": dict(description.metrics),
        "provenance": dict(description.provenance),
        "kinds": kinds,
        "backbone_settings": dict(description.backbone_settings),
        "roles": dict(description.roles),
        "files": {file.relative_to(folder).as_posix(): sha256_of(file) for file in files},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
