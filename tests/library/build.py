"""Rows of a small library, without a file or a model."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import numpy as np

from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
from organizer.library.records import Status
from organizer.types import (
    LABELS,
    CaptureDate,
    DateSource,
    SuggestedTag,
    Tier,
    VideoFeatures,
    VideoFile,
    VideoInfo,
)
from tests.library.sql import database_of

SPACE = "lite-space"
BUNDLE = "lite 1"
TAKEN = datetime(2024, 5, 1, 12, tzinfo=UTC)


def tagging(*suggested: str, score: float = 0.9, bundle: str = BUNDLE) -> Tagging:
    """What a classifier says: it suggests some labels, each for its own second; the others score 0.1.

    ``Animal`` is given, ``Animal?`` is a maybe, which scores half as much.
    """
    tags = tuple(_suggested(name, score, second) for second, name in enumerate(suggested))
    scores = dict.fromkeys(LABELS, 0.1) | {tag.name: tag.score for tag in tags if tag.name in LABELS}
    return Tagging(bundle, scores, tags)


def _suggested(name: str, score: float, second: int) -> SuggestedTag:
    if name.endswith("?"):
        return SuggestedTag(name[:-1], score / 2, (second,), Tier.MAYBE)
    return SuggestedTag(name, score, (second,))


def analysis(
    *suggested: str,
    duration_s: float | None = 10.0,
    taken: datetime | CaptureDate = TAKEN,
    bundle: str = BUNDLE,
    space: str = SPACE,
) -> Analysis:
    date = taken if isinstance(taken, CaptureDate) else CaptureDate(taken, DateSource.CONTAINER)
    info = VideoInfo(duration_s, 64, 48, "h264", 25.0, 0, date)
    features = VideoFeatures(space, np.arange(6, dtype=np.uint8).reshape(2, 3))
    return Analysis(info, features, b"webp", tagging(*suggested, bundle=bundle))


def add(
    library: Library,
    root: str,
    path: str,
    *suggested: str,
    content: str | None = None,
    size: int = 1000,
    mtime_ns: int = 1,
    **settings,
) -> int:
    """Store a readable video as a scan does; ``content`` is its fingerprint, by default one of its own."""
    file = VideoFile(root, path, size, mtime_ns)
    content = content or os.fsencode(path).hex()
    return library.contents.store(library.roots.add(root), file, content, analysis(*suggested, **settings))


def add_failed(library: Library, root: str, path: str, reason: str, *, content: str | None = None) -> int:
    file = VideoFile(root, path, 0, 1)
    content = content or os.fsencode(path).hex()
    return library.contents.store_failure(library.roots.add(root), file, content, reason)


def tags(library: Library, video_id: int) -> dict[str, str]:
    return {tag.name: tag.state.value for tag in library.video(video_id).tags}


def places(library: Library, video_id: int) -> list[tuple[str, Status]]:
    return [(place.path, place.status) for place in library.video(video_id).places]


def rows(library: Library) -> dict[str, list]:
    tables = ("videos", "places", "features", "posters", "scores", "tags", "video_tags")
    return {
        table: database_of(library).execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
        for table in tables
    }


def place(library: Library, root: str, path: str, video: int, *, there: tuple[str, ...] = ()) -> str:
    file = VideoFile(root, path, 1000, 2)
    return library.contents.place(library.roots.add(root), file, video, lambda path: path in there).value
