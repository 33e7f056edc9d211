"""A small model with known answers: it tags a video with the labels whose colours it shows.

Everything but the two networks is real: the bundle's feature space, its check, the PCA, the quantiser and the
tagger. The backbone sees the mean colour of a picture, the classifier compares it with a table of colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from organizer.features.pca import Pca
from organizer.features.quantiser import Quantiser, Rounding
from organizer.features.space import FeatureSpace
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.models.bundle import Bundle
from organizer.tags.tagger import Tagger
from organizer.types import EVERY_SECOND, LABELS, MAX_SECONDS, Frame, SampledSeconds
from tests.clips import COLOURS, plain, write_clip

COLOUR_OF = dict(zip(LABELS, COLOURS, strict=False))
"""The colour that stands for a label; COLOURS has one more, which stands for none."""
NO_LABEL = COLOURS[len(LABELS)]

SURE, NOT_AT_ALL, UNSURE = 0.9, 0.05, 0.4
"""Scores of a label whose colour is shown, is not shown, and of the labels in ``unsure``."""
THRESHOLD = 0.5
MAYBE_THRESHOLD = 0.3
"""For models that have maybes: of a label that they are unsure of."""


class ColourBackbone:
    """Gives the mean colour of each picture: float32 (pictures, 3), 0..255."""

    input_size = 32
    feature_dim = 3
    batch_size = 1

    def extract(self, pictures: np.ndarray) -> np.ndarray:
        assert pictures.dtype == np.uint8
        assert pictures.shape[1:] == (32, 32, 3)
        return pictures.reshape(len(pictures), -1, 3).mean(axis=1).astype(np.float32)


class ColourClassifier:
    """Is sure of a label in the seconds that show its colour."""

    def __init__(self, unsure: tuple[str, ...] = ()) -> None:
        """unsure: labels that never get more than ``UNSURE``."""
        self._sure = np.array([UNSURE if label in unsure else SURE for label in LABELS], np.float32)
        self._colours = np.array([COLOUR_OF[label] for label in LABELS], np.float32)

    def classify(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert features.dtype == np.float32
        off = np.abs(features[:, :, np.newaxis] - self._colours).max(axis=-1)
        evidence = np.where(off <= 24, self._sure, np.float32(NOT_AT_ALL))
        return evidence.max(axis=1), evidence


class ColourBundle(Bundle):
    """A bundle whose networks are the two above."""

    @cached_property
    def pca(self) -> Pca:
        return Pca(np.zeros(3, np.float32), np.eye(3, dtype=np.float32))

    @cached_property
    def space(self) -> FeatureSpace:
        return FeatureSpace(self.space_id, ColourBackbone(), self.pca, self.quantiser)

    @property
    def classifier_file(self) -> Path:
        return self.folder / f"classifier-{self.version}"

    def verify(self) -> None:
        """There are no files."""


def colour_bundle(
    *,
    version: str = "1",
    backbone: str = "a" * 64,
    threshold: float = THRESHOLD,
    maybe_threshold: float | None = None,
    sampled: SampledSeconds = EVERY_SECOND,
) -> ColourBundle:
    """Return a bundle; another ``backbone`` (a checksum), or other seconds, make another feature space.

    Its thresholds are the same for every label; without one for maybes there are none.
    """
    return ColourBundle(
        folder=Path("/nowhere"),
        name="lite",
        version=version,
        summary="sees colours",
        licence="MIT",
        input_size=32,
        dimensions=3,
        quantiser=Quantiser(0.0, 255.0, Rounding.NEAREST),
        labels=LABELS,
        thresholds=(threshold,) * len(LABELS),
        maybe_thresholds=(threshold if maybe_threshold is None else maybe_threshold,) * len(LABELS),
        metrics={"summary": "right by definition"},
        provenance={},
        files={"backbone": backbone, "pca": "b" * 64, "classifier": "c" * 64},
        roles={"backbone": "backbone", "pca": "pca", "classifier": "classifier"},
        sampled=sampled,
    )


class ColourTagger(Tagger):
    """The real tagger with the colour classifier."""

    def __init__(self, bundle: Bundle | None = None, *, unsure: tuple[str, ...] = ()) -> None:
        super().__init__(bundle or colour_bundle(), ColourClassifier(unsure))


class CountingReader:
    """The real reader; it notes which files it was asked for."""

    name = "counting"

    def __init__(self) -> None:
        self._reader = PyAvReader(threads=1)
        self.paths: list[str] = []

    def read(
        self,
        path: str,
        *,
        max_seconds: int = MAX_SECONDS,
        short_side: int | None = None,
        sampled: SampledSeconds = EVERY_SECOND,
    ) -> Iterator[Frame]:
        self.paths.append(path)
        return self._reader.read(path, max_seconds=max_seconds, short_side=short_side, sampled=sampled)


def show_labels(path: Path, *labels: str, title: str | None = None, **metadata: str) -> Path:
    """Write a clip that shows the colour of each label for a second; of no label when none is given.

    title: what makes the content differ from that of other clips; by default the file's name. metadata: what
    else its container says.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    colours = [COLOUR_OF[label] for label in labels] or [NO_LABEL]
    pictures = ((index / 5, plain(colours[index // 5])) for index in range(5 * len(colours)))
    return write_clip(path, pictures, fps=5, metadata={"title": title or path.name, **metadata})
