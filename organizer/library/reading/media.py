"""What the gallery serves by a video's key, the unguessable name that addresses use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import UnknownVideoError
from organizer.library.database.columns import from_column, marks
from organizer.library.records import StoredPlace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


class Media:
    """Keys, files and posters of a library's videos."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def places_of(self, key: str) -> list[StoredPlace]:
        """Return the places of the video with this key that were not missing at the last scan."""
        rows = self._db.execute(
            """
            SELECT r.path, p.relative_path
            FROM videos v JOIN places p ON p.video_id = v.id JOIN roots r ON r.id = p.root_id
            WHERE v.key = ? AND p.missing_since IS NULL ORDER BY r.offline, p.id
            """,
            [key],
        )
        return [StoredPlace(from_column(root), from_column(relative)) for root, relative in rows]

    def poster_of(self, key: str) -> bytes | None:
        """Return the poster of the video with this key as WebP, None where there is none."""
        row = self._db.execute(
            "SELECT p.webp FROM posters p JOIN videos v ON v.id = p.video_id WHERE v.key = ?", [key]
        ).fetchone()
        return None if row is None else bytes(row[0])

    def id_of(self, key: str) -> int:
        """Return the id of the video with this key.

        Raises:
            UnknownVideoError: there is none.
        """
        row = self._db.execute("SELECT id FROM videos WHERE key = ?", [key]).fetchone()
        if row is None:
            raise UnknownVideoError("This video is not in the library any more.")
        return int(row[0])

    def keys_of(self, video_ids: Sequence[int]) -> list[str]:
        """Return the keys of a page of videos, in the order of the ids."""
        keys = dict(
            self._db.execute(
                f"SELECT id, key FROM videos WHERE id IN ({marks(video_ids)})", list(video_ids)
            ).fetchall()
        )
        return [keys[id_] for id_ in video_ids if id_ in keys]

    def with_posters(self, video_ids: Sequence[int]) -> set[int]:
        """Return those of the videos that have a poster."""
        rows = self._db.execute(
            f"SELECT video_id FROM posters WHERE video_id IN ({marks(video_ids)})", list(video_ids)
        )
        return {id_ for (id_,) in rows}
