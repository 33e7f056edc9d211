"""What running scans report, so that another process can show and stop them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def scans(db: Database) -> None:
    """Add a table with a row for each scan."""
    db.execute(_SCANS)


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
