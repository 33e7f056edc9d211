"""Jobs that can be asked to wait and say more of themselves; clips of Live Photos.

- ``scans``: the file at hand, how long the rest takes, how many files are new, and whether it waits.
- ``places.beside_picture``: whether a picture of the same name lies beside the file, as scans find it.
  ``videos.marks`` has the bit of a Live Photo's clip where that is so at each of its places, and it is short.
- ``choices``: what a person chose for this library; ``show_live`` shows these clips among the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def waiting_jobs(db: Database) -> None:
    """Add columns, a table and triggers."""
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)


_LIVE = 4
_MOST_S = 5.0
"""A Live Photo's clip is three seconds long."""
_IS_LIVE = f"""(
    coalesce(duration_s <= {_MOST_S}, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
)"""
# The bit turned over, for SQLite has no exclusive or.
_SET_LIVE = f"""
    UPDATE videos SET marks = (marks | {_LIVE}) - (marks & {_LIVE})
    WHERE {{which}} AND (marks & {_LIVE} != 0) != {_IS_LIVE}
""".strip().format
_ALL = "id IN (SELECT video_id FROM places WHERE beside_picture)"

_SCHEMA = f"""
ALTER TABLE scans ADD COLUMN pause_requested INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE scans ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE scans ADD COLUMN current TEXT;;
ALTER TABLE scans ADD COLUMN left_s REAL;;
ALTER TABLE scans ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE places ADD COLUMN beside_picture INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE step_places ADD COLUMN beside_picture INTEGER NOT NULL DEFAULT 0;;
CREATE INDEX places_beside_pictures ON places (root_id, video_id) WHERE beside_picture;;
CREATE TABLE choices (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;;
CREATE TRIGGER places_live_inserted AFTER INSERT ON places BEGIN
    {_SET_LIVE(which="id = NEW.video_id")};
END;;
CREATE TRIGGER places_live_deleted AFTER DELETE ON places BEGIN
    {_SET_LIVE(which="id = OLD.video_id")};
END;;
CREATE TRIGGER places_live_updated AFTER UPDATE OF video_id, beside_picture ON places
WHEN OLD.video_id != NEW.video_id OR OLD.beside_picture != NEW.beside_picture
BEGIN
    {_SET_LIVE(which="id IN (OLD.video_id, NEW.video_id)")};
END;;
CREATE TRIGGER videos_live_length AFTER UPDATE OF duration_s ON videos
WHEN OLD.duration_s IS NOT NEW.duration_s
BEGIN
    {_SET_LIVE(which="id = NEW.id")};
END;;
CREATE TRIGGER choices_live_made AFTER INSERT ON choices WHEN NEW.name = 'show_live' BEGIN
    {_SET_LIVE(which=_ALL)};
END;;
CREATE TRIGGER choices_live_dropped AFTER DELETE ON choices WHEN OLD.name = 'show_live' BEGIN
    {_SET_LIVE(which=_ALL)};
END
"""
