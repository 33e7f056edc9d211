"""What two libraries are compared by, whatever numbers their rows have; and merging in one call."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from organizer.library import Library
from organizer.library.changes import MergeCounts
from organizer.library.database.columns import from_column
from organizer.library.merging.merge import BATCH
from organizer.path_maps import PathMap
from tests.library.random_library import RandomLibrary
from tests.library.sql import database_of, everything

FIRST = date(2024, 1, 1)
ALREADY_COUNTED = ("id", "key", "added_at", "sort_name", "search_text", "taken_wall")
"""Columns of videos that differ from library to library."""


@dataclass(frozen=True)
class Merged:
    """What a merge said."""

    counts: MergeCounts
    conflicts: list
    clashes: list[str]
    new_roots: list[str]


def merge(
    library: Library,
    *others: Path | Library,
    maps: dict[str, str] | None = None,
    dry: bool = False,
    batch=BATCH,
) -> Merged:
    """Merge to the end."""
    merged = Merged(MergeCounts(), [], [], [])
    files = [other.path if isinstance(other, Library) else other for other in others]
    path_maps = [PathMap(old, new) for old, new in (maps or {}).items()]
    for progress in library.merges.merge(files, path_maps, dry_run=dry, batch=batch):
        merged.counts.add(progress.counts)
        merged.conflicts.extend(progress.conflicts)
        merged.clashes.extend(progress.clashes)
        merged.new_roots.extend(progress.new_roots)
    return merged


def rows(library: Library, sql: str, *values) -> list[tuple]:
    return database_of(library).execute(sql, values).fetchall()


def view(library: Library) -> dict[str, dict]:
    """Return all that is known of each video, by its fingerprint."""
    columns = [name for _, name, *_ in rows(library, "PRAGMA table_info(videos)")]
    kept = [name for name in columns if name not in {*ALREADY_COUNTED, *BITS}]
    found = {}
    for id_, *values in rows(library, f"SELECT id, {', '.join(kept)} FROM videos"):
        known = dict(zip(kept, values, strict=True))
        known["places"] = sorted(
            (os.path.join(from_column(root), from_column(path)), *rest)
            for root, path, *rest in rows(
                library,
                """SELECT r.path, p.relative_path, p.size_bytes, p.mtime_ns, p.missing_since
                FROM places p JOIN roots r ON r.id = p.root_id WHERE p.video_id = ?""",
                id_,
            )
        )
        for name, sql in _OF_VIDEO.items():
            known[name] = rows(library, sql, id_)
        found[known.pop("fingerprint")] = known
    return found


BITS = ("present_in", "placed_in", "suggested", "confirmed", "rejected", "maybe")
_OF_VIDEO = {
    "features": "SELECT space_id, frames, dimension, data FROM features WHERE video_id = ? ORDER BY 1",
    "poster": "SELECT webp FROM posters WHERE video_id = ?",
    "scores": "SELECT bundle, scored_at, scores FROM scores WHERE video_id = ?",
    "tags": """SELECT t.name, v.state, v.score, v.seconds, v.bundle, v.tier, v.changed_at
        FROM video_tags v JOIN tags t ON t.id = v.tag_id WHERE v.video_id = ? ORDER BY t.name""",
}


def dump(library: Library) -> dict[str, list]:
    """Return all rows, but for those of jobs."""
    return {name: stored for name, stored in everything(library).items() if name != "scans"}


def date_everything(library: Library, draw) -> None:
    """Give every look, tagging and decision a time of its own, for no two happen in one second."""
    db = database_of(library)

    def moment() -> str:
        day, second = draw.randrange(300), draw.randrange(10**6)
        return f"{FIRST + timedelta(days=day):%Y-%m-%d}T12:00:00.{second:06}+00:00"

    with db.conn:
        db.conn.create_function("moment", 0, moment)
        db.execute("UPDATE videos SET analysed_at = moment()")
        db.execute("UPDATE scores SET scored_at = moment()")
        db.execute("UPDATE video_tags SET changed_at = moment()")
        db.execute("UPDATE places SET missing_since = moment() WHERE missing_since IS NOT NULL")
        for journal in ("decision_journal", "mark_journal"):
            db.execute(f"UPDATE {journal} SET decided_at = moment()")
            db.execute(
                f"UPDATE {journal} SET decided_at = moment(), undone_at = moment() WHERE undone_at NOTNULL"
            )


def drawn(path, seed: int, *, roots_below: str = "", steps: int = 90) -> Library:
    """A library that went through everything, each look and decision at a time of its own."""
    library = Library.open(path)
    random_library = RandomLibrary(library, seed, hides=False)
    random_library.run(steps)
    date_everything(library, random.Random(seed))
    with database_of(library).conn:
        # Features follow from content and space.
        database_of(library).execute("UPDATE features SET frames = 2, data = x'000102030405'")
        if roots_below:
            database_of(library).execute("UPDATE roots SET path = ? || path", [roots_below])
    return library
