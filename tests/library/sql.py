"""The rows of a library themselves, for what its face does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

    from organizer.library import Library


def database_of(library: Library) -> Database:
    return library._database
