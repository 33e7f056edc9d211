"""Libraries in which some videos are of a sunset and the others of anything: sunsets are to be learnt.

Features have 32 numbers here, of which a sunset has four that are high.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from pathlib import Path

import numpy as np

from organizer.features.pca import Pca
from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
from organizer.models.bundle import Bundle
from organizer.types import CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo
from tests.fakes import ColourBundle, colour_bundle
from tests.library.build import TAKEN

DIMENSIONS = 32
ROOT = "/videos"
TAG = "Sunset"


class PlantedBundle(ColourBundle):
    """A model of that space; nothing is scored with it here."""

    @cached_property
    def pca(self) -> Pca:
        return Pca(np.zeros(DIMENSIONS, np.float32), np.eye(DIMENSIONS, dtype=np.float32))


def planted_bundle(**settings) -> PlantedBundle:
    colours = colour_bundle(**settings)
    values = {one.name: getattr(colours, one.name) for one in fields(colours)}
    return PlantedBundle(**values | {"dimensions": DIMENSIONS})


def plant(
    library: Library,
    *,
    sunsets: int = 20,
    others: int = 120,
    seconds: int = 4,
    bundle: Bundle | None = None,
) -> list[int]:
    """Store videos and return the ids of the sunsets, which last all of their seconds.

    With another bundle than the planted one, the 32 numbers are the first ones of its features.
    """
    rng = np.random.default_rng(5)
    found = []
    for number in range(sunsets + others):
        video = 127 + 25 * rng.normal(size=DIMENSIONS) + 5 * rng.normal(size=(seconds, DIMENSIONS))
        if number < sunsets:
            video[:, :4] += 60
        found.append(put(library, f"{number:03}.mp4", np.clip(video, 0, 255), bundle))
    return found[:sunsets]


def put(library: Library, name: str, seconds: np.ndarray, bundle: Bundle | None = None) -> int:
    """Store a video with these features (seconds, 32), 0..255; what a bundle has more is in the middle."""
    bundle = bundle or planted_bundle()
    quantised = np.full((len(seconds), bundle.dimensions), 127, np.uint8)
    quantised[:, :DIMENSIONS] = seconds
    features = VideoFeatures(bundle.space_id, quantised)
    info = VideoInfo(10.0, 64, 48, "h264", 25.0, 0, CaptureDate(TAKEN, DateSource.CONTAINER))
    file = VideoFile(ROOT, name, 1000, 1)
    return library.contents.store(
        library.roots.add(ROOT),
        file,
        name.encode().hex(),
        Analysis(info, features, None, Tagging(bundle.id, {}, ())),
    )


def planted(path: Path, **settings) -> tuple[Library, list[int]]:
    library = Library.open(path)
    return library, plant(library, **settings)


def give(library: Library, video_ids, tag: str = TAG) -> None:
    for video_id in video_ids:
        library.confirm(video_id, tag)


def states(library: Library, tag: str = TAG) -> dict[int, str]:
    """Return by video how it has the tag: confirmed, rejected, given or maybe."""
    found = {}
    for video in library.list():
        for one in video.tags:
            if one.name == tag:
                found[video.id] = "maybe" if one.is_maybe else one.state.value
    return found
