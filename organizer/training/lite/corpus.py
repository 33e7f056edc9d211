"""The training corpus: labelled photographs and the frames of labelled clips, in fixed folds.

The corpus is no part of the product: its sources forbid redistribution or are silent about it. What is
read here is described in the corpus's own README (``images.csv``, ``clips.csv``, ``clips_2.csv``).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.types import LABELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 5
_CLIP_TABLES = ("clips.csv", "clips_2.csv")
_NO_LABEL = "none"
_DOUBTFUL = {
    **dict.fromkeys(("c0009", "c0054", "c0055", "c0058"), "Concert"),
    **dict.fromkeys(("c0105", "c0124"), "Cooking"),
    **dict.fromkeys(("c0221", "c0239"), "Outdoor recreation"),
    **dict.fromkeys(("c0068", "c0265"), "Vehicle"),
    "c0203": "Mobile phone",
    "c0229": "Nature",
}
"""What clips of the first table may show although the table does not say so: it has no column for doubts.

Of Concert, one person who plays for nobody but the camera.
"""
_HASHED_CELLS = 9
"""Along each side of the grid that a picture is shrunk to for its hash."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A labelled photograph."""

    file: Path
    labels: frozenset[str]
    group: str
    """The repository it comes from; never split between folds."""
    fold: int | None
    """The fold it must not train against, because it shares its source with clips of that fold."""
    source_class: str
    original_path: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A labelled clip: frames at one per second, from second 0 on."""

    name: str
    frames: tuple[Path, ...]
    labels: frozenset[str]
    group: str
    fold: int
    counts: bool
    """False for clips with drawn overlays and product renders: they may train, never be measured on."""
    source: str
    doubtful: frozenset[str] = frozenset()
    """Labels of which nobody can say whether it shows them: neither trained nor measured on it."""


@dataclass(frozen=True)
class Corpus:
    """All pictures and clips, in the order of their tables."""

    pictures: tuple[Picture, ...]
    clips: tuple[Clip, ...]

    @cached_property
    def picture_targets(self) -> NDArray[np.float32]:
        """(pictures, 10) of 0 and 1, labels in built-in order."""
        return _targets([picture.labels for picture in self.pictures])

    @cached_property
    def clip_targets(self) -> NDArray[np.float32]:
        """(clips, 10) of 0 and 1, labels in built-in order."""
        return _targets([clip.labels for clip in self.clips])

    @cached_property
    def clip_known(self) -> NDArray[np.float32]:
        """(clips, 10), 0 where it is in doubt whether a clip shows a label, else 1."""
        return 1 - _targets([clip.doubtful for clip in self.clips])


def read_corpus(folder: Path) -> Corpus:
    """Read the tables of the corpus; no picture is opened.

    Raises:
        TrainingDataError: a table or the frames of a clip are missing, or a label is unknown.
    """
    try:
        return Corpus(
            tuple(_picture(folder, row) for row in _rows(folder / "images.csv")),
            tuple(_clip(folder, row) for table in _CLIP_TABLES for row in _rows(folder / table)),
        )
    except (OSError, KeyError, ValueError) as error:
        raise TrainingDataError(
            f"{folder}: the corpus cannot be read ({error}). "
            "It must hold images.csv, clips.csv, clips_2.csv, images/ and clips/."
        ) from error


def read_picture(file: Path) -> NDArray[np.uint8]:
    """Return a photograph or frame as uint8 (height, width, 3), 0..255, RGB; grey ones get three channels.

    Raises:
        TrainingDataError: the file is missing or no picture.
    """
    import cv2

    bgr = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if bgr is None:
        raise TrainingDataError(
            f"{file}: this picture cannot be read. Restore it or take it out of the table."
        )
    rgb: NDArray[np.uint8] = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    return rgb


def picture_hash(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the difference hash of a picture, uint8 (16,).

    The picture is shrunk to 9 x 9 grey cells; each bit says whether a cell is brighter than its neighbour, 64
    to the right and 64 downwards. Resized, recompressed and recoloured copies differ in few of the 128 bits,
    other pictures in about half.
    """
    import cv2
    import numpy as np

    grey, size = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (_HASHED_CELLS, _HASHED_CELLS)
    cells = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.int16)
    right = cells[:-1, 1:] > cells[:-1, :-1]
    down = cells[1:, :-1] > cells[:-1, :-1]
    return np.packbits(np.concatenate([right.ravel(), down.ravel()]))


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _picture(folder: Path, row: dict[str, str]) -> Picture:
    return Picture(
        file=folder / row["image"],
        labels=_labels(row["labels"]),
        group=row["group"],
        fold=int(row["fold"]) if row["fold"] else None,
        source_class=row["source_class"],
        original_path=row["path"],
    )


def _clip(folder: Path, row: dict[str, str]) -> Clip:
    frames = tuple(sorted((folder / "clips" / row["clip"]).glob("*.jpg")))
    if len(frames) != int(row["frames"]):
        raise ValueError(f"clip {row['clip']} has {len(frames)} frames, its table says {row['frames']}")
    labels = _labels(row["labels"])
    return Clip(
        name=row["clip"],
        frames=frames,
        labels=labels,
        group=row["group"],
        fold=int(row["fold"]),
        counts=row["counts"] == "yes",
        source=row["source"],
        doubtful=_doubtful(row, labels),
    )


def _doubtful(row: dict[str, str], labels: frozenset[str]) -> frozenset[str]:
    """Return the labels in doubt of a clip; where it may show none of the ten, those it has are in doubt."""
    said = row.get("maybe") or _DOUBTFUL.get(row["clip"], "")
    doubtful = _labels(said) if said else frozenset()
    return doubtful | labels if _NO_LABEL in said.split(";") else doubtful


def _labels(text: str) -> frozenset[str]:
    labels = frozenset(text.split(";")) - {_NO_LABEL}
    if unknown := labels.difference(LABELS):
        raise ValueError(f"unknown label {sorted(unknown)[0]!r}")
    return labels


def _targets(label_sets: list[frozenset[str]]) -> NDArray[np.float32]:
    import numpy as np

    return np.array([[label in labels for label in LABELS] for labels in label_sets], np.float32)
