"""An index of the few videos that no model can look at: the others are counted without reading any."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def set_aside(db: Database) -> None:
    """Add the index."""
    db.execute("CREATE INDEX videos_set_aside ON videos (id) WHERE status != 'ok' OR present_in IS NULL")
