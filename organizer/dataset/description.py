"""What a folder of features holds, as one small file in it: which model made them, and what labels mean."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from organizer.dataset.safe_file import write_file
from organizer.errors import DatasetError
from organizer.features.quantiser import Quantiser, Rounding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from organizer.models.bundle import Bundle

DESCRIPTION = "features.json"
VOCABULARY = "vocabulary.csv"
_VERSION = 1


class DatasetFormat(StrEnum):
    """How features are stored; as ``--format`` names it."""

    YT8M = "yt8m"
    """YouTube-8M's frame-level records in TFRecord files, and a table in CSV beside each."""
    PARQUET = "parquet"
    """Rows and table together in Parquet files."""


class LabelsOf(StrEnum):
    """Where labels come from."""

    DECISIONS = "decisions"
    """What a person confirmed; the rest is not known unless it was rejected."""
    GIVEN = "decisions and given tags"
    """The same and what the model gives, unless a person rejected it."""


@dataclass(frozen=True, slots=True)
class Description:
    """What all shards of a folder have in common."""

    format: DatasetFormat
    model: str
    """Name of the model."""
    version: str
    """Of the model."""
    space_id: str
    dimensions: int
    quantiser: Quantiser
    seconds: tuple[int, ...]
    """The seconds that the model looks at of a long video: row k of any video stands for the k-th."""
    labels: tuple[str, ...]
    """Label k has the number k. Names are only ever added, at the end."""
    labels_of: LabelsOf = LabelsOf.DECISIONS

    @property
    def gave(self) -> str | None:
        """Name and version of the model that gave tags; None where no given tag is a label."""
        return f"{self.model} {self.version}" if self.labels_of is LabelsOf.GIVEN else None

    def with_labels(self, names: Iterable[str]) -> Description:
        """Return the same with more labels."""
        return replace(self, labels=tuple(dict.fromkeys((*self.labels, *names))))

    def numbers(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of those names that are labels, ascending."""
        of = {name: number for number, name in enumerate(self.labels)}
        return tuple(sorted(of[name] for name in names if name in of))


def describe(
    bundle: Bundle, format_: DatasetFormat, labels: Iterable[str], labels_of: LabelsOf = LabelsOf.DECISIONS
) -> Description:
    """Return the description of features that a model makes."""
    return Description(
        format_,
        bundle.name,
        bundle.version,
        bundle.space_id,
        bundle.dimensions,
        bundle.quantiser,
        bundle.sampled.all,
        tuple(dict.fromkeys(labels)),
        labels_of,
    )


def read_description(folder: Path) -> Description | None:
    """Return what a folder holds; None where it is no folder of features that organizer wrote.

    Raises:
        DatasetError: it is one, and cannot be read.
    """
    file = folder / DESCRIPTION
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file}: it cannot be read ({error}). Check the folder.") from error
    try:
        return _from_json(json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise DatasetError(
            f"{file}: it is damaged, or a newer organizer wrote it ({error}). Take a newer organizer, or "
            "write the features to another folder."
        ) from error


def write_description(folder: Path, description: Description) -> None:
    """Write what a folder holds, and its labels once more as YouTube-8M's vocabulary has them.

    Raises:
        StorageError: it cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("Index", "Name"))
    table.writerows(enumerate(description.labels))
    write_file(folder / VOCABULARY, text.getvalue().encode())
    write_file(folder / DESCRIPTION, (json.dumps(_as_json(description), indent=2) + "\n").encode())


def check_same(folder: Path, before: Description, wanted: Description) -> None:
    """Refuse to mix features.

    Raises:
        DatasetError: a folder holds others than are to be written.
    """
    for words, one, other in (
        ("features of another model", before.space_id, wanted.space_id),
        ("another format", before.format, wanted.format),
        ("other labels", before.labels_of, wanted.labels_of),
        ("tags that another model gave", before.gave, wanted.gave),
    ):
        if one != other:
            raise DatasetError(
                f"{folder}: it holds {words} ({one}, not {other}). Name another folder, or go on as it was "
                "begun."
            )


def _as_json(description: Description) -> dict[str, Any]:
    quantiser = description.quantiser
    return {
        "features_version": _VERSION,
        "format": description.format.value,
        "model": {"name": description.model, "version": description.version},
        "space_id": description.space_id,
        "dimensions": description.dimensions,
        "quantiser": {
            "low": quantiser.low,
            "high": quantiser.high,
            "rounding": quantiser.rounding.value,
        },
        "seconds": list(description.seconds),
        "labels_of": description.labels_of.value,
        "labels": list(description.labels),
    }


def _from_json(table: dict[str, Any]) -> Description:
    if table["features_version"] != _VERSION:
        raise ValueError(f"its version is {table['features_version']}")
    quantiser, labels = table["quantiser"], tuple(table["labels"])
    if not all(isinstance(name, str) for name in labels):
        raise ValueError("a label is no text")
    return Description(
        DatasetFormat(table["format"]),
        str(table["model"]["name"]),
        str(table["model"]["version"]),
        str(table["space_id"]),
        int(table["dimensions"]),
        Quantiser(float(quantiser["low"]), float(quantiser["high"]), Rounding(quantiser["rounding"])),
        tuple(int(second) for second in table["seconds"]),
        labels,
        LabelsOf(table["labels_of"]),
    )
