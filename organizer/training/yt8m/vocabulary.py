"""Which class numbers of a YouTube-8M release mean our labels: by name, for numbers differ by release."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MADE_OF = {"Football": ("Association football", "American football")}
"""Labels that a release may split: where it has no class of the label's own name, all of these are it."""

_COLUMNS = (("Index", "Name"), ("label_id", "label_name"))
"""Number and name of a class, in the release of 3,862 classes and in the names of the 4,716."""


@dataclass(frozen=True, slots=True)
class LabelClasses:
    """A release's classes as labels."""

    labels: tuple[str, ...]
    column_of: Mapping[int, int]
    """Which label, counted from 0, a class number means; classes that mean none are not in it."""


def read_label_classes(vocabulary: Path, labels: Sequence[str] = LABELS) -> LabelClasses:
    """Find labels in a release's vocabulary.

    Args:
        vocabulary: the CSV file of the release that the shards belong to.
        labels: names to find.

    Raises:
        TrainingDataError: the file cannot be read, is no vocabulary, or lacks a name.
    """
    numbers = _read(vocabulary)
    column_of = {}
    for column, label in enumerate(labels):
        names = (label,) if label in numbers else MADE_OF.get(label, (label,))
        for name in names:
            if name not in numbers:
                whose = "" if name == label else f", of which {label} is made"
                raise TrainingDataError(
                    f"{vocabulary}: there is no class {name!r} in this vocabulary{whose}. Take the "
                    "vocabulary of the release that the shards belong to."
                )
            column_of.update(dict.fromkeys(numbers[name], column))
    return LabelClasses(tuple(labels), column_of)


def _read(vocabulary: Path) -> dict[str, list[int]]:
    """Return the class numbers by name; a few names stand for several classes."""
    numbers: dict[str, list[int]] = {}
    try:
        with vocabulary.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            number, name = _columns(rows.fieldnames or ())
            for row in rows:
                numbers.setdefault((row[name] or "").strip(), []).append(int(row[number]))
    except OSError as error:
        raise TrainingDataError(
            f"{vocabulary}: the vocabulary cannot be read ({error.strerror or error}). Name the vocabulary "
            "file of the release, or download it with the shards."
        ) from error
    except (ValueError, TypeError, csv.Error) as error:
        raise TrainingDataError(
            f"{vocabulary}: this is no vocabulary of YouTube-8M ({error}). Name the CSV file with the "
            "columns Index and Name that belongs to the release."
        ) from error
    return numbers


def _columns(header: Sequence[str]) -> tuple[str, str]:
    for number, name in _COLUMNS:
        if number in header and name in header:
            return number, name
    raise ValueError(f"its columns are {', '.join(header) or 'none'}")
