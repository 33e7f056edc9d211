"""Searches that a person keeps under a name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from organizer.errors import InvalidSearchError
from organizer.library.database.columns import now_text
from organizer.library.database.transaction import transaction
from organizer.library.spelling import composed, folded
from organizer.query.names import SavedSearch
from organizer.query.parse import parse

if TYPE_CHECKING:
    from sqlite_utils import Database

_LONGEST_NAME = 60
"""Characters."""


def saved_searches(db: Database) -> list[SavedSearch]:
    """Return all of them by name."""
    rows = db.execute("SELECT name, text FROM saved_searches ORDER BY folded")
    return [SavedSearch(name, text) for name, text in rows]


def save_search(db: Database, name: str, text: str, *, instead: str | None = None) -> None:
    """Keep a search; one of the same name, in whatever case, makes way for it, and one named ``instead``.

    Raises:
        InvalidSearchError: the name is empty, longer than 60 characters or holds control characters, or there
            is nothing to search for.
        QueryError: the text is no search.
    """
    clean = _clean_name(name)
    if parse(text) is None:
        raise InvalidSearchError("There is nothing to keep: this search is empty. Type one first.")
    with transaction(db, durable=True):
        db.execute(
            """
            INSERT INTO saved_searches (name, folded, text, saved_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (folded) DO UPDATE SET
                name = excluded.name, text = excluded.text, saved_at = excluded.saved_at
            """,
            [clean, folded(clean), composed(text).strip(), now_text()],
        )
        if instead is not None and _key(instead) != folded(clean):
            db.execute("DELETE FROM saved_searches WHERE folded = ?", [_key(instead)])


def delete_saved_search(db: Database, name: str) -> bool:
    """Forget a search.

    Returns:
        Whether there was one of this name, in whatever case.
    """
    with transaction(db, durable=True):
        deleted = db.execute("DELETE FROM saved_searches WHERE folded = ?", [_key(name)])
        return deleted.rowcount > 0


def _key(name: str) -> str:
    return folded(" ".join(name.split()))


def _clean_name(name: str) -> str:
    clean = " ".join(composed(name).split())
    if not clean or len(clean) > _LONGEST_NAME:
        raise InvalidSearchError(
            f"The name of a search has 1 to {_LONGEST_NAME} characters, this one has {len(clean)}."
        )
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise InvalidSearchError(f"The name {clean!r} holds characters that cannot be shown. Leave them out.")
    return clean
