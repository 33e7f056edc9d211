"""What was learnt of tags that a person teaches, as arrays, and an index of the journal by tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def taught(db: Database) -> None:
    """Add the table; arrays are float32, lowest byte first, a number for each component of the space."""
    db.execute(
        """
        CREATE TABLE taught (
            tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
            space_id TEXT NOT NULL,
            enabled INTEGER NOT NULL DEFAULT 1,
            taught_at TEXT NOT NULL,
            last_decision INTEGER NOT NULL,
            refines TEXT,
            shown INTEGER NOT NULL,
            not_shown INTEGER NOT NULL,
            centre BLOB NOT NULL,
            scale BLOB NOT NULL,
            weights BLOB NOT NULL,
            slope REAL NOT NULL,
            offset REAL NOT NULL,
            score_slope REAL NOT NULL,
            given REAL NOT NULL,
            maybe REAL NOT NULL,
            report TEXT NOT NULL,
            PRIMARY KEY (tag_id, space_id)
        )
        """
    )
    # Of a tag, what was decided since it was learnt.
    db.execute("CREATE INDEX decision_journal_by_tag ON decision_journal (tag_id, id)")
