"""Videos by content, the places they were found at, and what is known about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def first_schema(db: Database) -> None:
    """Make the tables of an empty library."""
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)


_SCHEMA = """
CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    path NOT NULL UNIQUE,
    added_at TEXT NOT NULL,
    scanned_at TEXT,
    offline INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE videos (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
    error TEXT,
    size_bytes INTEGER NOT NULL,
    duration_s REAL,
    width INTEGER,
    height INTEGER,
    codec TEXT,
    frame_rate REAL,
    rotation_deg INTEGER,
    taken_at TEXT,
    taken_source TEXT,
    taken_utc REAL,
    added_at TEXT NOT NULL,
    analysed_at TEXT NOT NULL
);
CREATE INDEX videos_by_date ON videos (taken_utc, id);
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    root_id INTEGER NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
    relative_path NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    missing_since TEXT,
    UNIQUE (root_id, relative_path)
);
CREATE INDEX places_by_video ON places (video_id);
CREATE TABLE features (
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    space_id TEXT NOT NULL,
    frames INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (video_id, space_id)
);
CREATE TABLE posters (
    video_id INTEGER PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    webp BLOB NOT NULL
);
CREATE TABLE scores (
    video_id INTEGER PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    bundle TEXT NOT NULL,
    scored_at TEXT NOT NULL,
    scores TEXT NOT NULL
);
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    built_in INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE video_tags (
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('suggested', 'confirmed', 'rejected')),
    score REAL,
    seconds TEXT NOT NULL DEFAULT '[]',
    bundle TEXT,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (video_id, tag_id)
);
CREATE INDEX video_tags_by_tag ON video_tags (tag_id, state, video_id);
"""
