"""Lists, counts and searches of a million videos: narrow indexes in place of those that hold everything.

In place of the five wide indexes of ``m9_two_tiers.py`` each order has two, without the videos that lie
nowhere, which no list shows:

- ``lists_by_...`` with all that a list filters by but its words: a third as long to walk over.
- ``names_by_...`` with the names, for words. A change of tags leaves them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_FILTERED_BY = "suggested, confirmed, present_in, status, maybe, rejected, taken_wall, taken_utc"
"""What most filters look at comes first: SQLite reads a row from its beginning."""
_ORDERS = {
    "taken": "taken_wall, id",
    "name": "sort_name COLLATE NOCASE, id",
    "duration": "duration_s, id",
    "size": "size_bytes, id",
    "added": "id",
}


def narrow_lists(db: Database) -> None:
    """Put the new indexes in the place of the old ones."""
    for name, order in _ORDERS.items():
        db.execute(f"DROP INDEX videos_by_{name}")
        for index, columns in (("lists", _FILTERED_BY), ("names", "present_in, search_text")):
            db.execute(
                f"CREATE INDEX {index}_by_{name} ON videos ({order}, {columns}) WHERE present_in IS NOT NULL"
            )
