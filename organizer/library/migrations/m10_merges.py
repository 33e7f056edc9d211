"""Which decisions came from another library, so that a merge can be undone as one step; jobs of any kind.

``merges`` has a row for each merge that brought anything. Entries of the journal that a merge wrote name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def merges(db: Database) -> None:
    """Add table and column, and let the table of jobs take kinds that it does not name."""
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)


_SCHEMA = """
CREATE TABLE merges (
    id INTEGER PRIMARY KEY,
    sources TEXT NOT NULL,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    undone_at TEXT
);
ALTER TABLE decision_journal ADD COLUMN merge_id INTEGER REFERENCES merges (id);
CREATE INDEX decision_journal_by_merge ON decision_journal (merge_id) WHERE merge_id IS NOT NULL;
CREATE TABLE scans_of_any_kind (
    id INTEGER PRIMARY KEY,
    folders TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'failed')),
    started_at REAL NOT NULL,
    beat_at REAL NOT NULL,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    to_do INTEGER,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    kind TEXT NOT NULL DEFAULT 'scan',
    report TEXT
);
INSERT INTO scans_of_any_kind
    SELECT id, folders, state, started_at, beat_at, stop_requested, to_do, done, failed, message, kind, report
    FROM scans;
DROP TABLE scans;
ALTER TABLE scans_of_any_kind RENAME TO scans
"""
