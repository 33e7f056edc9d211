"""What was before each decision, so that it can be undone; scans are one kind of job of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def journal_and_jobs(db: Database) -> None:
    """Add the journal, and to scans what kind of job each is."""
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)


# A row that a person decided about names the bundle whose newest tagging suggests the tag, else none: that is
# what an undone decision falls back to.
_SCHEMA = """
CREATE TABLE decision_journal (
    id INTEGER PRIMARY KEY,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    before_row TEXT,
    after_row TEXT,
    decided_at TEXT NOT NULL,
    undone_at TEXT
);
CREATE INDEX decision_journal_by_video ON decision_journal (video_id, tag_id, id);
UPDATE video_tags
    SET bundle = CASE WHEN seconds != '[]'
        THEN (SELECT s.bundle FROM scores s WHERE s.video_id = video_tags.video_id) END
    WHERE state != 'suggested';
ALTER TABLE scans ADD COLUMN kind TEXT NOT NULL DEFAULT 'scan' CHECK (kind IN ('scan', 'retag'));
ALTER TABLE scans ADD COLUMN report TEXT
"""
