"""What is read by a video's key, the unguessable name that addresses use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import UnknownVideoError
from organizer.library.paths import from_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class StoredPlace:
    """A file of a video."""

    root: str
    """Absolute path of a folder that was scanned."""
    relative_path: str


def places_of(db: Database, key: str) -> list[StoredPlace]:
    """Return the places of the video with this key that were not missing at the last scan."""
    rows = db.execute(
        """
        SELECT r.path, p.relative_path
        FROM videos v JOIN places p ON p.video_id = v.id JOIN roots r ON r.id = p.root_id
        WHERE v.key = ? AND p.missing_since IS NULL ORDER BY r.offline, p.id
        """,
        [key],
    )
    return [StoredPlace(from_column(root), from_column(relative)) for root, relative in rows]


def poster_of(db: Database, key: str) -> bytes | None:
    """Return the poster of the video with this key as WebP, None where there is none."""
    row = db.execute(
        "SELECT p.webp FROM posters p JOIN videos v ON v.id = p.video_id WHERE v.key = ?", [key]
    ).fetchone()
    return None if row is None else bytes(row[0])


def id_of(db: Database, key: str) -> int:
    """Return the id of the video with this key.

    Raises:
        UnknownVideoError: there is none.
    """
    row = db.execute("SELECT id FROM videos WHERE key = ?", [key]).fetchone()
    if row is None:
        raise UnknownVideoError("This video is not in the library any more.")
    return int(row[0])


def keys_of(db: Database, video_ids: Sequence[int]) -> list[str]:
    """Return the keys of a page of videos, in the order of the ids."""
    marks = ", ".join("?" * len(video_ids))
    keys = dict(db.execute(f"SELECT id, key FROM videos WHERE id IN ({marks})", list(video_ids)).fetchall())
    return [keys[id_] for id_ in video_ids if id_ in keys]


def with_posters(db: Database, video_ids: Sequence[int]) -> set[int]:
    """Return those of the videos that have a poster."""
    marks = ", ".join("?" * len(video_ids))
    rows = db.execute(f"SELECT video_id FROM posters WHERE video_id IN ({marks})", list(video_ids))
    return {id_ for (id_,) in rows}
