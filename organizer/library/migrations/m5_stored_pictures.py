"""How pictures lie in the file: their size there, and whether they are mirrored; NULL until a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def stored_pictures(db: Database) -> None:
    """Add the columns."""
    for column in ("stored_width", "stored_height", "mirrored"):
        db.execute(f"ALTER TABLE videos ADD COLUMN {column} INTEGER")
