"""The library's schema as a list of migrations, append only.

A migration that was ever released is never edited: a change of schema is a new function at the end, and a
saved library of the version before goes into ``tests/library/saved``. Each runs in one transaction together
with the record that it ran.

Picture of the schema::

    roots 1--* places *--1 videos 1--* features      (per feature space)
                                  1--1 posters
                                  1--1 scores        (all labels, by the newest classifier)
                                  1--* video_tags *--1 tags
                                  1--1 search_index  (every three characters of names)
    scans                                            (one row for each run of a scan)
"""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

from organizer.errors import LibraryTooNewError
from organizer.library.add_shown_dates import add_shown_dates
from organizer.library.names import refresh_names
from organizer.library.quick_lists import add_quick_lists
from organizer.library.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    Migration = Callable[[Database], None]


def first_schema(db: Database) -> None:
    """Videos by content, the places they were found at, and what is known about them."""
    for statement in _FIRST_SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)


def scans(db: Database) -> None:
    """What running scans report, so that another process can show and stop them."""
    db.execute(_SCANS)


def quick_lists(db: Database) -> None:
    """What answers lists, counts and searches of many videos at once."""
    add_quick_lists(db)
    refresh_names(db, [id_ for (id_,) in db.execute("SELECT id FROM videos")])


def set_aside(db: Database) -> None:
    """An index of the few videos that no model can look at: the others are counted without reading any."""
    db.execute("CREATE INDEX videos_set_aside ON videos (id) WHERE status != 'ok' OR present_in IS NULL")


def stored_pictures(db: Database) -> None:
    """How pictures lie in the file: their size there, and whether they are mirrored; NULL until a scan."""
    for column in ("stored_width", "stored_height", "mirrored"):
        db.execute(f"ALTER TABLE videos ADD COLUMN {column} INTEGER")


def folded_tags(db: Database) -> None:
    """One tag for all spellings that a person takes for the same.

    The column ``tags.folded`` knows the case of every letter, where SQLite's NOCASE knows that of ASCII only.
    Of tags that were two so far the older stays, with what was decided last about each video.
    """
    db.execute("ALTER TABLE tags ADD COLUMN folded TEXT")
    first: dict[str, int] = {}
    for id_, name in db.execute("SELECT id, name FROM tags ORDER BY built_in DESC, id").fetchall():
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if folded in first:
            values = {"kept": first[folded], "merged": id_}
            for statement in _MERGE_TAGS.split(";\n"):
                db.execute(statement, values)
        else:
            first[folded] = id_
            db.execute("UPDATE tags SET folded = ? WHERE id = ?", [folded, id_])
    db.execute("CREATE UNIQUE INDEX tags_by_folded ON tags (folded)")


def shown_dates(db: Database) -> None:
    """Dates as they are shown, for filters and orders; a digest of each video's container."""
    add_shown_dates(db)


MIGRATIONS: tuple[Migration, ...] = (
    first_schema,
    scans,
    quick_lists,
    set_aside,
    stored_pictures,
    folded_tags,
    shown_dates,
)


def migrate(db: Database, path: Path) -> None:
    """Bring the library at ``path`` up to date; one that holds something is copied beside itself first.

    Raises:
        LibraryTooNewError: it holds a migration that this version does not know.
    """
    if not is_behind(db, path):
        return
    migrations = migration_set()
    # One writer at a time: of two processes that open a library at once, the second finds it migrated.
    with transaction(db):
        if is_behind(db, path):
            if migrations.applied(db):
                _copy(path, path.with_name(path.name + ".before-update"))
            migrations.apply(db)


def is_behind(db: Database, path: Path) -> bool:
    """Whether migrations are missing; nothing is written to find out.

    Raises:
        LibraryTooNewError: there is one that this version does not know.
    """
    known = {migration.__name__ for migration in MIGRATIONS}
    applied = {migration.name for migration in migration_set().applied(db)}
    if unknown := applied - known:
        raise LibraryTooNewError(
            f"{path}: this library was written by a newer organizer (it knows {sorted(unknown)[0]!r}). "
            "Update organizer, or choose another library with --library."
        )
    return applied != known


def migration_set() -> Migrations:
    """Return the migrations as a sqlite-utils set."""
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("organizer")
    for migration in MIGRATIONS:
        migrations()(migration)
    return migrations


def _copy(library: Path, backup: Path) -> None:
    """Copy a library, for the person alone whatever was there before: it tells what the videos show."""
    import sqlite3
    from contextlib import closing

    # Written aside: the backup of an earlier update is there until this one is whole.
    aside = backup.with_name(backup.name + ".part")
    aside.unlink(missing_ok=True)
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        # The umask may have taken the right to write.
        aside.chmod(0o600)
        # Through a connection of its own: SQLite copies nothing through one that is writing.
        with closing(sqlite3.connect(library)) as source, closing(sqlite3.connect(aside)) as copy:
            source.backup(copy)
        os.replace(aside, backup)
    finally:
        aside.unlink(missing_ok=True)


_FIRST_SCHEMA = """
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

_SCANS = """
CREATE TABLE scans (
    id INTEGER PRIMARY KEY,
    folders TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'failed')),
    started_at REAL NOT NULL,
    beat_at REAL NOT NULL,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    to_do INTEGER,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    message TEXT
)
"""

_MERGE_TAGS = """
INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at)
SELECT video_id, :kept, state, score, seconds, bundle, changed_at FROM video_tags WHERE tag_id = :merged
ON CONFLICT (video_id, tag_id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
    WHERE excluded.state != 'suggested'
    AND (video_tags.state = 'suggested' OR video_tags.changed_at < excluded.changed_at);
DELETE FROM video_tags WHERE tag_id = :merged;
DELETE FROM tags WHERE id = :merged
"""
