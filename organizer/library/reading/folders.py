"""The folders of a library, with what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column
from organizer.library.records import FolderInfo, Root

if TYPE_CHECKING:
    from sqlite_utils import Database


def folders(db: Database) -> list[FolderInfo]:
    """Return the folders that were scanned, in the order they were added."""
    counts = {
        root_id: (videos, failed, missing)
        for root_id, videos, failed, missing in db.execute(
            """
            SELECT p.root_id, sum(p.missing_since IS NULL),
                sum(p.missing_since IS NULL AND v.status = 'failed'), sum(p.missing_since IS NOT NULL)
            FROM places p JOIN videos v ON v.id = p.video_id GROUP BY p.root_id
            """
        )
    }
    rows = db.execute("SELECT id, path, offline, scanned_at FROM roots ORDER BY id")
    return [
        FolderInfo(Root(id_, from_column(path), bool(offline)), scanned_at, *counts.get(id_, (0, 0, 0)))
        for id_, path, offline, scanned_at in rows
    ]
