"""SQL functions for what SQLite cannot do: it folds the case of ASCII letters only."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

from organizer.library.paths import from_column

if TYPE_CHECKING:
    from sqlite_utils import Database


def register_functions(db: Database) -> None:
    """Make ``path_holds(root, relative_path, word)`` known to a connection; see ``path_holds``."""
    db.conn.create_function("path_holds", 3, path_holds, deterministic=True)


def path_holds(root: str | bytes, relative_path: str | bytes, word: str | bytes) -> bool:
    """Tell whether a path holds a word, whatever the case and however accents are composed."""
    path = os.path.join(from_column(root), from_column(relative_path))
    return folded(from_column(word)) in folded(path)


def folded(text: str) -> str:
    """Return text such that two spellings that a person takes for the same are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
