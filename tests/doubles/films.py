"""Features of films that nobody shot: seconds that change, copies of them, still scenes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from organizer.library import Library
from organizer.library.changes import Analysis
from organizer.types import CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo
from tests.clips import plain
from tests.library.build import TAKEN, tagging
from tests.posters import make_poster

SPACE = "film-space"
DIMENSIONS = 256


def film(seed: int, seconds: int, *, changes: float = 0.5) -> NDArray[np.uint8]:
    """Return uint8 (seconds, DIMENSIONS): a walk, which ``changes`` by that part from second to second."""
    draw = np.random.default_rng(seed)
    scene = draw.standard_normal(DIMENSIONS)
    now, rows = draw.standard_normal(DIMENSIONS), []
    for _ in range(seconds):
        now = np.sqrt(1 - changes) * now + np.sqrt(changes) * draw.standard_normal(DIMENSIONS)
        rows.append(0.6 * scene + 0.8 * now)
    return levels(np.array(rows))


def still(seed: int, seconds: int) -> NDArray[np.uint8]:
    """Return the features of a motionless scene."""
    draw = np.random.default_rng(seed)
    scene = draw.standard_normal(DIMENSIONS)
    return levels(scene + 0.15 * draw.standard_normal((seconds, DIMENSIONS)))


def encoded_again(rows: NDArray[np.uint8], seed: int = 99, noise: float = 22.0) -> NDArray[np.uint8]:
    """Return the features of a copy: alike by about 0.85."""
    draw = np.random.default_rng(seed)
    return np.clip(rows + noise * draw.standard_normal(rows.shape), 0, 255).astype(np.uint8)


def levels(rows: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(127 + 45 * rows), 0, 255).astype(np.uint8)


def store(
    library: Library,
    path: str | Path,
    rows: NDArray[np.uint8],
    *,
    root: str | Path = "/videos",
    duration_s: float | None = None,
    size: int = 1000,
    mtime_ns: int = 1,
    picture: tuple[int, int] = (640, 360),
    poster: bytes | None = b"webp",
    taken=TAKEN,
    content: str | None = None,
) -> int:
    """Store a video with these features, of as many seconds as there are rows."""
    length = float(len(rows)) if duration_s is None else duration_s
    info = VideoInfo(length, *picture, "h264", 25.0, 0, CaptureDate(taken, DateSource.CONTAINER))
    analysis = Analysis(info, VideoFeatures(SPACE, rows), poster, tagging())
    file = VideoFile(str(root), str(path), size, mtime_ns)
    content = content or os.fsencode(str(path)).hex()
    return library.contents.store(library.roots.add(str(root)), file, content, analysis)


def store_file(library: Library, root: Path, name: str, rows: NDArray[np.uint8], **settings) -> int:
    """Store a video whose file is there, with a content of its own."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"the film {name} ".encode() * 100)
    status = path.stat()
    return store(library, name, rows, root=root, size=status.st_size, mtime_ns=status.st_mtime_ns, **settings)


def seed_doubles(file: Path, root: Path) -> None:
    """Make a library of three films, two of which lie there more than once; no search was made yet.

    Beach lies there in full and in small, zoo with a cut and in a joined video with garden.
    """
    beach, zoo, garden = film(1, 20), film(2, 15), film(3, 12)
    posters = [
        make_poster([plain(colour, (160, 90))]) for colour in ((40, 90, 200), (60, 140, 60), (190, 120, 40))
    ]
    with Library.open(file) as library:
        for name, rows, picture, poster in (
            ("2023/beach.mp4", beach, (1920, 1080), 0),
            ("sent/<b>beach small.mp4", encoded_again(beach, 1), (640, 360), 0),
            ("zoo.mp4", zoo, (1280, 720), 1),
            ("zoo cut.mp4", encoded_again(zoo[4:], 2), (1280, 720), 1),
            ("zoo and garden.mp4", encoded_again(np.concatenate([zoo, garden]), 3), (1280, 720), 1),
            ("lake.mp4", film(9, 25), (1280, 720), 2),
        ):
            store(library, name, rows, root=root, picture=picture, poster=posters[poster], size=2_000_000)
