"""What there is in a library that a search can name."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column
from organizer.library.reading.tags import scored_labels, tag_counts, tag_names
from organizer.library.saved_searches import saved_searches
from organizer.library.spelling import folded
from organizer.query.names import Names
from organizer.types import LABELS

if TYPE_CHECKING:
    from sqlite_utils import Database

_EPOCH = datetime(1970, 1, 1)


def search_names(db: Database) -> Names:
    """Return everything that a search can name here."""
    hidden = {name for (name,) in db.execute("SELECT folded FROM tags WHERE hidden")}
    labels = [label for label in LABELS if folded(label) not in hidden]
    tags: dict[str, str] = {}
    for name in (*tag_counts(db, with_maybes=True), *tag_names(db), *labels):
        tags.setdefault(folded(name), name)
    return Names(
        tags=tuple(tags.values()),
        labels=tuple(label for label in scored_labels(db) or LABELS if folded(label) not in hidden),
        folders=tuple(_folders(db)),
        years=tuple(_years(db)),
        saved=tuple(saved_searches(db)),
    )


def _folders(db: Database) -> list[str]:
    """Return the folders that were scanned, and those below them with videos, by their paths from there."""
    roots = [from_column(path) for (path,) in db.execute("SELECT path FROM roots")]
    below: set[str] = set()
    for (path,) in db.execute("SELECT relative_path FROM places"):
        folder = os.path.dirname(from_column(path))
        while folder and folder not in below:
            below.add(folder)
            folder = os.path.dirname(folder)
    return sorted({*below, *roots}, key=folded)


def _years(db: Database) -> list[int]:
    """Return the years in which videos were taken, the last one first."""
    first, last = db.execute(
        "SELECT (SELECT min(taken_wall) FROM videos), (SELECT max(taken_wall) FROM videos)"
    ).fetchone()
    if first is None:
        return []
    years = range((_EPOCH + timedelta(seconds=last)).year, (_EPOCH + timedelta(seconds=first)).year - 1, -1)
    return [year for year in years if _is_in_a_year(db, year)]


def _is_in_a_year(db: Database, year: int) -> bool:
    bounds = [(datetime(begin, 1, 1) - _EPOCH).total_seconds() for begin in (year, year + 1)]
    row = db.execute(
        """
        SELECT 1 FROM videos INDEXED BY lists_by_taken
        WHERE present_in IS NOT NULL AND taken_wall >= ? AND taken_wall < ? LIMIT 1
        """,
        bounds,
    ).fetchone()
    return row is not None
