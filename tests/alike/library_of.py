"""Libraries whose videos show drawn scenes: rows of one scene lie near one another, others far away."""

from __future__ import annotations

import numpy as np

from organizer.library import Library
from organizer.library.changes import Analysis
from organizer.types import CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo
from tests.library.build import TAKEN, tagging

SPACE = "drawn-space"
DIMENSIONS = 1024


def scene(number: int, rows: int = 1, *, noise: int = 0, apart: int = 20) -> np.ndarray:
    """Return rows of a scene, uint8 (rows, 1024), each up to ``apart`` off; ``noise`` draws them anew."""
    middle = np.random.default_rng(1000 + number).integers(40, 215, DIMENSIONS)
    around = np.random.default_rng([number, noise]).integers(-apart, apart + 1, (rows, DIMENSIONS))
    return (middle + around).clip(0, 255).astype(np.uint8)


def film(*numbers: int, rows: int = 4, noise: int = 0) -> np.ndarray:
    """Return a film of scenes, each so many rows long."""
    return np.concatenate([scene(number, rows, noise=noise) for number in numbers])


def store(
    library: Library, name: str, features: np.ndarray, *, space: str = SPACE, content: str | None = None
) -> int:
    """Store a video as a scan does and return its id."""
    date = CaptureDate(TAKEN, DateSource.CONTAINER)
    info = VideoInfo(float(len(features)), 64, 48, "h264", 25.0, 0, date)
    analysis = Analysis(info, VideoFeatures(space, features), b"webp", tagging())
    file = VideoFile("/videos", name, 1000, 1)
    return library.contents.store(
        library.roots.add("/videos"), file, content or name.encode().hex(), analysis
    )


def crowd(library: Library, count: int, *, first: int = 100) -> list[int]:
    """Store so many videos of a scene of their own each."""
    return [store(library, f"{number}.mp4", film(number)) for number in range(first, first + count)]
