"""What ``bundle.json`` says of a model bundle: the one place that reads and writes it.

Anybody may have written the file that is read here, so every field is held against what it must be before
anything else sees it.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from organizer.errors import BundleError
from organizer.features.backbone import LARGEST_PICTURE
from organizer.features.quantiser import Quantiser, Rounding
from organizer.models.checksums import sha256_of
from organizer.regular_file import read_regular
from organizer.types import EVERY_SECOND, Resize, SampledSeconds

MANIFEST = "bundle.json"
FORMAT = 1
_MOST_DIMENSIONS = 1 << 16
_MOST_BYTES = 1 << 24
"""Of the file; those of models with thousands of labels have a tenth of it."""
_LONGEST_LINE = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)
"""How msgspec says what is wrong, and where in the table."""


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


@dataclass(frozen=True, slots=True)
class Kinds:
    """What runs the networks; manifests of before there were several kinds do not say it."""

    backbone: BackboneKind = BackboneKind.LITERT
    classifier: ClassifierKind | None = None
    """None where there is no classifier, or where it is not said: then it is a LiteRT graph."""


@dataclass(frozen=True, slots=True)
class QuantiserRange:
    """The quantiser as the manifest has it."""

    low: float
    high: float
    rounding: Rounding
    clipped_share: float | None = None
    """Share (0..1) of the features it was fitted to that lie outside, where it was fitted."""

    @classmethod
    def of(cls, quantiser: Quantiser, clipped_share: float | None = None) -> QuantiserRange:
        """Return what is written of a quantiser."""
        return cls(quantiser.low, quantiser.high, quantiser.rounding, clipped_share)

    @property
    def quantiser(self) -> Quantiser:
        """The quantiser itself."""
        return Quantiser(self.low, self.high, self.rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that is said of a model. The names of the fields and their order are those of the file."""

    format: int = FORMAT
    name: str
    """See ``check_name``."""
    version: str
    """One line."""
    summary: str
    licence: str
    input_size: int
    """Side of the square pictures that the backbone takes, in pixels."""
    resize: Resize = Resize.AREA
    """How frames become its pictures."""
    sampling: SampledSeconds = EVERY_SECOND
    """Of which seconds of a video the backbone gets pictures."""
    space_name: str | None = None
    """What the feature space is called by; None for the model's own name."""
    dimensions: int
    """Numbers stored for each second."""
    quantiser: QuantiserRange
    labels: tuple[str, ...]
    """In the order of the classifier's outputs; empty without one."""
    thresholds: dict[str, float] = field(default_factory=dict)
    """From which score on each label is given, 0..1; 1 means never."""
    maybe_thresholds: dict[str, float] = field(default_factory=dict)
    """From which lower score on a label is a maybe; one that is not named here never is."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """What was measured, JSON values; ``summary`` is one line for the list of models."""
    experiments: dict[str, Any] = field(default_factory=dict)
    """What was tried on the way, JSON values; for the model card."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """What it was made of, JSON values."""
    kinds: Kinds = field(default_factory=Kinds)
    backbone_settings: dict[str, Any] = field(default_factory=dict)
    """As stored, for they are part of the feature space; see ``Bundle.settings``."""
    roles: dict[str, str] = field(default_factory=dict)
    """The file, or the folder of files, that is ``backbone``, ``pca`` and perhaps ``classifier``."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of every file by its path below the folder, with ``/``."""

    def files_of(self, role: str) -> list[str]:
        """Return the files of a role: one, or all below its folder; none where no checksum is there."""
        return files_below(self.roles[role], self.files)


def files_below(path: str, files: dict[str, str]) -> list[str]:
    """Return the files that a path means: itself, or all below the folder that it is."""
    return [path] if path in files else sorted(file for file in files if file.startswith(f"{path}/"))


def is_name(text: str) -> bool:
    """Say whether this is a name for a model: no others are good as a folder's or on a command line."""
    return _NAME.fullmatch(text) is not None and text != "auto"


def check_name(name: str) -> None:
    """Refuse a name that is no good as a folder's or on a command line.

    Raises:
        BundleError: it is none.
    """
    if not is_name(name):
        raise BundleError(
            f"{name!r} is no name for a model. Take small letters, digits, - and _, and not the word auto."
        )


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a bundle; no other file of it is looked at.

    Raises:
        BundleError: there is none, it is of another format, or says what it cannot.
    """
    try:
        table = json.loads(read_regular(folder / MANIFEST, _MOST_BYTES).decode("utf-8"))
        if not isinstance(table, dict) or "format" not in table:
            raise ValueError("its manifest is no table, or does not say its format")
        if table["format"] != FORMAT:
            raise BundleError(
                f"{folder}: this model has format {table['format']}, this organizer reads {FORMAT}. "
                "Update organizer."
            )
        return _manifest(table)
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(
            f"{folder}: this is no usable model bundle ({error}). Reinstall organizer, or remove the folder."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``bundle.json`` beside the files of a bundle, which are in place.

    Args:
        folder: the bundle's.
        manifest: what is said; where it names no files, all below the folder are the bundle's.

    Raises:
        OSError: a file cannot be read or written.
    """
    if not manifest.files:
        files = sorted(file for file in folder.rglob("*") if file.is_file() and file != folder / MANIFEST)
        manifest = replace(
            manifest, files={file.relative_to(folder).as_posix(): sha256_of(file) for file in files}
        )
    text = json.dumps(manifest_table(manifest), indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def manifest_table(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest as the JSON values that are written; what is not said is left out."""
    table = asdict(manifest)
    for inner, key in ((table, "space_name"), (table["quantiser"], "clipped_share")):
        if inner[key] is None:
            del inner[key]
    if manifest.kinds.classifier is None:
        del table["kinds"]["classifier"]
    for key in ("maybe_thresholds", "experiments"):
        if not table[key]:
            del table[key]
    if manifest.sampling == EVERY_SECOND:
        del table["sampling"]
    return table


def _manifest(table: dict[str, Any]) -> Manifest:
    """Return the manifest that a table is.

    Raises:
        ValueError: a field is missing or not what it must be; the message names it.
    """
    import msgspec

    try:
        manifest = msgspec.convert(table, Manifest)
    except msgspec.ValidationError as error:
        found = _PLACE.fullmatch(str(error))
        raise ValueError(f"its {found[2]}: {found[1]}" if found else str(error)) from error
    _check(manifest)
    return manifest


def _check(manifest: Manifest) -> None:
    """Refuse what has the right type and still cannot be.

    Raises:
        ValueError: the message names the field, what it is and what it must be.
    """
    if not is_name(manifest.name):
        raise _wrong("name", manifest.name, "small letters, digits, - and _")
    if manifest.space_name is not None and not is_name(manifest.space_name):
        raise _wrong("space_name", manifest.space_name, "small letters, digits, - and _")
    _check_line("version", manifest.version)
    for text in (manifest.summary, manifest.licence):
        # Halves of characters, which JSON can say, cannot be written anywhere.
        text.encode("utf-8")
    for key, number, most in (
        ("input_size", manifest.input_size, LARGEST_PICTURE),
        ("dimensions", manifest.dimensions, _MOST_DIMENSIONS),
    ):
        if not 0 < number <= most:
            raise _wrong(key, number, f"from 1 to {most}")
    low, high = manifest.quantiser.low, manifest.quantiser.high
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"its quantiser goes from {low} to {high}")
    for label in manifest.labels:
        _check_line("label", label)
        share = manifest.thresholds.get(label)
        if share is None or not 0 <= share <= 1:
            raise _wrong(f"threshold of {label}", share, "from 0 to 1")
    if len(set(manifest.labels)) != len(manifest.labels):
        raise _wrong("labels", manifest.labels, "each once")
    _check_maybe_thresholds(manifest)
    _check_files(manifest)


def _check_maybe_thresholds(manifest: Manifest) -> None:
    for label, share in manifest.maybe_thresholds.items():
        if label not in manifest.labels:
            raise ValueError(f"its maybe threshold {repr(label)[:100]} is for no label of its own")
        if not 0 <= share <= manifest.thresholds[label]:
            most = manifest.thresholds[label]
            raise _wrong(f"maybe threshold of {label}", share, f"from 0 to its threshold, {most}")


def _check_files(manifest: Manifest) -> None:
    for path, digest in manifest.files.items():
        _check_path(path)
        if not _SHA256.fullmatch(digest):
            raise _wrong(f"checksum of {path}", digest, "64 hexadecimal digits")
    if not {"backbone", "pca"} <= manifest.roles.keys():
        raise ValueError("it names no backbone or no PCA")
    for role, path in manifest.roles.items():
        _check_path(path)
        if not manifest.files_of(role):
            raise ValueError(f"it has no checksum of its {role}")


def _check_path(path: str) -> None:
    """Refuse a path that leads out of the folder on any system."""
    steps = path.split("/") if path.isprintable() else []
    if not steps or {"", ".", ".."} & set(steps) or any(sign in path for sign in "\\:"):
        raise ValueError(f"it names {path!r}, which is no file in its folder")


def _check_line(key: str, line: str) -> None:
    if not line.strip() or not line.isprintable() or len(line) > _LONGEST_LINE:
        raise _wrong(key, line, f"one line of at most {_LONGEST_LINE} characters")


def _wrong(key: str, value: object, expected: str) -> ValueError:
    return ValueError(f"its {key} is {repr(value)[:100]}, not {expected}")
