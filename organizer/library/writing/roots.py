"""Roots: the folders that were scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column, now_exactly, now_text, to_column
from organizer.library.database.transaction import transaction
from organizer.library.records import Root

if TYPE_CHECKING:
    from sqlite_utils import Database


class Roots:
    """The roots of a library; each method that writes is one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, path: str) -> Root:
        """Return the root with this absolute path, new or known."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO roots (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING",
                [to_column(path), now_text()],
            )
        return next(root for root in self.all() if root.path == path)

    def all(self) -> list[Root]:
        """Return all roots, in the order they were added."""
        rows = self._db.execute("SELECT id, path, offline FROM roots ORDER BY id").fetchall()
        return [Root(id_, from_column(path), bool(offline)) for id_, path, offline in rows]

    def set_offline(self, root: Root, offline: bool) -> None:
        """Say whether a root's folder is there; its videos are kept either way."""
        with transaction(self._db):
            self._db.execute("UPDATE roots SET offline = ? WHERE id = ?", [offline, root.id])

    def finish(self, root: Root) -> None:
        """Note that a root was scanned to its end."""
        with transaction(self._db):
            self._db.execute("UPDATE roots SET scanned_at = ? WHERE id = ?", [now_exactly(), root.id])
