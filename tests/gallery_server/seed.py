"""Libraries written through the library's own commands, without a model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from pathlib import Path

import numpy as np

from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
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
from tests.clips import plain
from tests.fakes import COLOUR_OF, NO_LABEL, NOT_AT_ALL, SURE, UNSURE, colour_bundle
from tests.library.sql import database_of
from tests.posters import make_poster

FIRST_DAY = datetime(2024, 5, 1, 12, 30)


@dataclass(frozen=True)
class SeedVideo:
    """A video to put into a library; its file need not exist."""

    name: str
    """Path below the root."""
    labels: tuple[str, ...] = ()
    """The labels it shows, a second each; ``Dance?`` is one that the model is not sure of, a maybe."""
    duration_s: float = 5.0
    codec: str = "h264"
    reason: str | None = None
    """Why it is not readable."""


def seed(library: Path, root: Path, videos: list[SeedVideo], *, poster: bytes | None = None) -> None:
    """Store videos, a day apart, as a scan with the colour model would."""
    bundle = colour_bundle()
    with Library.open(library) as opened:
        stored_root = opened.roots.add(str(root))
        for number, video in enumerate(videos):
            file = VideoFile(str(root), video.name, 1_000_000 + number, number)
            fingerprint = sha1(f"{root}/{video.name}".encode(errors="surrogateescape")).hexdigest()
            if video.reason is not None:
                opened.contents.store_failure(stored_root, file, fingerprint, video.reason)
                continue
            colours = [COLOUR_OF[label.rstrip("?")] for label in video.labels] or [NO_LABEL]
            features = VideoFeatures(bundle.space_id, np.array(colours, np.uint8))
            tags = tuple(_suggested(label, second) for second, label in enumerate(video.labels))
            scores = dict.fromkeys(LABELS, NOT_AT_ALL) | {tag.name: tag.score for tag in tags}
            taken = CaptureDate(FIRST_DAY + timedelta(days=number), DateSource.CONTAINER)
            info = VideoInfo(video.duration_s, 1280, 720, video.codec, 30.0, 0, taken)
            picture = poster or make_poster([plain(colours[0], (160, 90))])
            analysis = Analysis(info, features, picture, Tagging(bundle.id, scores, tags))
            opened.contents.store(stored_root, file, fingerprint, analysis)


def _suggested(label: str, second: int) -> SuggestedTag:
    if label.endswith("?"):
        return SuggestedTag(label[:-1], UNSURE, (second,), Tier.MAYBE)
    return SuggestedTag(label, SURE, (second,))


def keys(library: Path) -> dict[str, str]:
    """Return the key of each video by its relative path."""
    with Library.open(library) as opened:
        rows = database_of(opened).execute(
            "SELECT p.relative_path, v.key FROM videos v JOIN places p ON p.video_id = v.id"
        )
        return dict(rows.fetchall())
