"""Searches that people keep under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def saved_searches(db: Database) -> None:
    """Add the table; ``folded`` is the name in the one spelling of all that a person takes for the same."""
    db.execute(
        """
        CREATE TABLE saved_searches (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            folded TEXT NOT NULL UNIQUE,
            text TEXT NOT NULL,
            saved_at TEXT NOT NULL
        )
        """
    )
