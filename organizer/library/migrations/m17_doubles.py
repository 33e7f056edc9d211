"""Videos that show the same film, what a person answered about them, and originals that were moved away.

- ``double_pairs``: what the last search found, in the space that ``double_searches`` names.
- ``not_doubles``: pairs that a person says are none; the first has the smaller id.
- ``moves``: where originals lay and where they were moved to, noted before each is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def doubles(db: Database) -> None:
    """Add the tables."""
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)


_SCHEMA = """
CREATE TABLE double_searches (
    space_id TEXT PRIMARY KEY,
    videos INTEGER NOT NULL,
    newest_id INTEGER NOT NULL,
    found_at TEXT NOT NULL
);;
CREATE TABLE double_pairs (
    space_id TEXT NOT NULL REFERENCES double_searches (space_id) ON DELETE CASCADE,
    first_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    second_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    offset_s REAL NOT NULL,
    overlap_s REAL NOT NULL,
    likeness REAL NOT NULL,
    timing REAL,
    PRIMARY KEY (space_id, first_id, second_id)
) WITHOUT ROWID;;
CREATE INDEX double_pairs_by_first ON double_pairs (first_id);;
CREATE INDEX double_pairs_by_second ON double_pairs (second_id);;
CREATE TABLE not_doubles (
    first_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    second_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    said_at TEXT NOT NULL,
    PRIMARY KEY (first_id, second_id)
) WITHOUT ROWID;;
CREATE INDEX not_doubles_by_second ON not_doubles (second_id);;
CREATE TABLE moves (
    id INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL,
    video_id INTEGER REFERENCES videos (id) ON DELETE SET NULL,
    from_path NOT NULL,
    to_path NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('begun', 'moved', 'returning', 'returned', 'left')),
    began_at TEXT NOT NULL
);;
CREATE INDEX moves_by_state ON moves (state, batch);;
CREATE INDEX moves_by_video ON moves (video_id)
"""
