"""What a library holds as a whole: what there is to filter by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.paths import from_column
from organizer.library.records import Root

if TYPE_CHECKING:
    from sqlite_utils import Database


def tag_names(db: Database) -> list[str]:
    """Return the names of all tags of any video, in any state, by name."""
    rows = db.execute(
        """
        SELECT name FROM tags t WHERE EXISTS (SELECT 1 FROM video_tags vt WHERE vt.tag_id = t.id)
        ORDER BY name COLLATE NOCASE
        """
    )
    return [name for (name,) in rows]


def roots(db: Database) -> list[Root]:
    """Return the folders that were scanned, in the order they were added."""
    rows = db.execute("SELECT id, path, offline FROM roots ORDER BY id").fetchall()
    return [Root(id_, from_column(path), bool(offline)) for id_, path, offline in rows]
