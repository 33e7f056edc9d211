"""Clips of Live Photos: short, and each of their files beside a picture of the same name.

Scans note which files lie so, and triggers set the mark: see ``migrations``. Here is whether such clips are
folded away, which they are unless a person says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.transaction import transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

LONGEST_S = 5.0
"""A Live Photo's clip is three seconds long."""


class LivePhotos:
    """The clips of Live Photos in a library."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def folded(self) -> bool:
        """Whether they are left out of lists and counts."""
        return self._db.execute("SELECT 1 FROM choices WHERE name = 'show_live'").fetchone() is None

    def fold(self, folded: bool) -> None:
        """Leave them out of lists and counts from now on, or show them among the others."""
        with transaction(self._db, durable=True):
            if folded:
                self._db.execute("DELETE FROM choices WHERE name = 'show_live'")
            else:
                self._db.execute("INSERT OR IGNORE INTO choices (name, value) VALUES ('show_live', '1')")

    def count(self) -> int:
        """Return how many there are, folded away or not."""
        row = self._db.execute(
            """
            SELECT count(*) FROM videos v
            WHERE v.id IN (SELECT p.video_id FROM places p WHERE p.beside_picture)
                AND v.present_in IS NOT NULL AND v.duration_s <= ?
                AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = v.id AND NOT p.beside_picture)
            """,
            [LONGEST_S],
        ).fetchone()
        return int(row[0])
