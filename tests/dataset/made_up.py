"""Features without videos: records of a real or made-up space, written by the real writer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from organizer.dataset.description import DatasetFormat, Description, LabelsOf, describe, write_description
from organizer.dataset.plan import ShardWork, StoredVideo, VideoToWrite
from organizer.dataset.shard_files import ShardReport
from organizer.dataset.write_shard import ShardTools, write_shard
from organizer.frames.readers.sampling import Sampling
from organizer.library.records import Facts
from organizer.models.bundle import Bundle
from organizer.types import LABELS, VideoFeatures, VideoFile

LOOKS = ("Animal", "Food", "wall")


def facts(day: str = "2024-05-03T12:00:00", **changes) -> Facts:
    values = {
        "duration_s": 6.25,
        "width": 64,
        "height": 48,
        "codec": "h264",
        "frame_rate": 25.0,
        "rotation_deg": 0,
        "mirrored": 0,
        "stored_width": 64,
        "stored_height": 48,
        "taken_at": day,
        "taken_clock": "local",
        "taken_source": "container",
        "metadata_digest": "5e" * 16,
    }
    return Facts(**{**values, **changes})


def video(number: int, path: str, quantised: np.ndarray, bundle: Bundle, **changes) -> VideoToWrite:
    """A video whose features a library has: nothing is decoded for it, and no file need be there."""
    fact = changes.pop("facts", facts())
    return VideoToWrite(
        VideoFile(os.path.dirname(path), os.path.basename(path), 1000 + number, 10**18 + number),
        f"{number:040x}",
        "5e" * 16,
        stored=StoredVideo(fact, VideoFeatures(bundle.space_id, quantised)),
        **changes,
    )


def write(
    folder: Path,
    bundle: Bundle,
    videos: list[VideoToWrite],
    *,
    format_: DatasetFormat = DatasetFormat.YT8M,
    labels_of: LabelsOf = LabelsOf.DECISIONS,
    own: tuple[str, ...] = (),
    number: int = 0,
) -> tuple[Description, ShardReport]:
    """Write one shard and what the folder says of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    description = describe(bundle, format_, (*LABELS, *own), labels_of)
    write_description(folder, description)
    work = ShardWork(number, description, Sampling.AUTO, tuple(videos))
    with ShardTools(description, Sampling.AUTO, bundle=bundle) as tools:
        return description, write_shard(work, folder, tools)


def decided(bundle: Bundle, *, days: int = 20, own_tag: str | None = None) -> list[VideoToWrite]:
    """Each day an animal, a meal and a wall, all decided about, as ``tests.cli.labelled.decided_library``."""
    rng = np.random.default_rng(0)
    looks = dict(zip(LOOKS, rng.normal(size=(len(LOOKS), bundle.dimensions)), strict=True))
    videos = []
    for day in range(days):
        for name, look in looks.items():
            seen = look + 0.3 * rng.normal(size=(6, bundle.dimensions))
            confirmed = tuple(tag for tag in ("Animal", "Food") if tag == name)
            own = (own_tag,) if own_tag and name == "Animal" else ()
            videos.append(
                video(
                    len(videos),
                    f"/videos/{name}-{day}.mp4",
                    bundle.quantiser.quantise(seen.astype(np.float32)),
                    bundle,
                    facts=facts(f"2024-05-{day + 1:02}T12:00:00"),
                    confirmed=(*confirmed, *own),
                    rejected=tuple(tag for tag in ("Animal", "Food") if tag != name),
                )
            )
    return videos
