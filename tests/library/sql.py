"""The rows of a library themselves, for what its face does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

    from organizer.library import Library


def database_of(library: Library) -> Database:
    return library._database


def everything(library: Library) -> dict[str, list]:
    """All that is stored, by table, index and trigger; of search tables, what lies in their inner ones."""
    stored = database_of(library).execute("SELECT name, sql FROM sqlite_master").fetchall()
    return {
        name: [sql, *database_of(library).execute(f"SELECT * FROM '{name}'").fetchall()]
        if sql is not None and sql.startswith("CREATE TABLE")
        else [sql]
        for name, sql in stored
    }
