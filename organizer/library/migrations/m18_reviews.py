"""Suggestions that are put to a person one after the other, as they were when that was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def reviews(db: Database) -> None:
    """Add the tables.

    ``position`` names an item, ``rank`` orders those that wait: what is learnt of answers may change it.
    ``turn`` counts what a person said, and an item has that of its last answer.
    """
    db.execute(
        """
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            begun_at TEXT NOT NULL,
            asked TEXT NOT NULL,
            turn INTEGER NOT NULL DEFAULT 0,
            learnt TEXT NOT NULL DEFAULT '[]'
        )
        """
    )
    db.execute(
        """
        CREATE TABLE review_items (
            review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            video_id INTEGER REFERENCES videos (id) ON DELETE SET NULL,
            tag_id INTEGER REFERENCES tags (id) ON DELETE SET NULL,
            score REAL,
            seconds TEXT NOT NULL,
            answer TEXT CHECK (answer IN ('yes', 'no', 'later', 'skipped')),
            turn INTEGER,
            step_id INTEGER,
            PRIMARY KEY (review_id, position)
        ) WITHOUT ROWID
        """
    )
    db.execute("CREATE INDEX review_items_by_video ON review_items (video_id)")
    db.execute("CREATE INDEX review_items_by_tag ON review_items (tag_id)")
