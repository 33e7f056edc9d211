"""Libraries made by the command line, and whether two of them say the same of the same files."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

VIDEOS = (
    "fingerprint, status, error, videos.size_bytes, duration_s, width, height, codec, frame_rate, "
    "rotation_deg, taken_at, taken_source"
)


def command(library, *arguments):
    return [sys.executable, "-m", "organizer", "--library", library, *arguments]


def organizer(library, *arguments):
    return subprocess.run(
        command(library, *arguments), check=False, capture_output=True, text=True, timeout=300
    )


def contents(library) -> dict[str, dict[str, tuple]]:
    """Return by relative path all that a scan stores, but for numbers of rows and the time of the scan."""
    with closing(sqlite3.connect(library)) as db:
        places = "places JOIN videos ON videos.id = places.video_id"

        def of(columns: str, tables: str = "") -> dict[str, tuple]:
            found: dict[str, list] = {}
            for path, *values in db.execute(f"SELECT relative_path, {columns} FROM {places} {tables}"):
                found.setdefault(path, []).append(tuple(values))
            return {path: tuple(sorted(rows, key=repr)) for path, rows in found.items()}

        return {
            "videos": of(VIDEOS),
            "features": of(
                "space_id, frames, dimension, data", "JOIN features ON features.video_id = videos.id"
            ),
            "posters": of("webp", "JOIN posters ON posters.video_id = videos.id"),
            "scores": of("bundle, scores", "JOIN scores ON scores.video_id = videos.id"),
            "tags": of(
                "name, state, score, seconds, bundle, tier",
                "JOIN video_tags ON video_tags.video_id = videos.id JOIN tags ON tags.id = tag_id",
            ),
        }
