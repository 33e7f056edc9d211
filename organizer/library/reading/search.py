"""Words in names -> SQL. Which way is quick depends on how many videos they fit.

Few: the index of every three characters in a row finds them at once. Many, or words too short for the index:
reading the names along the list, in which they stand, costs less than fetching thousands of hits first.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column
from organizer.library.database.names import root_mark, searchable, words
from organizer.library.reading.sql import Sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_INDEXED_LENGTH = 3
"""Characters that the index is made of."""
FEW = 2000
"""Up to so many videos are fetched by their ids and sorted: about as fast as walking along 100,000."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search leaves of ``videos v``."""

    parts: tuple[Sql, ...] = ()
    """Conditions that must all hold."""
    few: bool = False
    """Whether one of them is a short list of ids."""
    query: str | None = None
    """What the index is asked for exactly these videos, where it answers all of the search by itself."""


def search(db: Database, text: str) -> Search:
    """Return the conditions for videos in whose names or folders all words of a text occur.

    Case does not count, nor how accents are composed; a word may be a part of a longer one.
    """
    wanted = words(text)
    if any("\0" in word for word in wanted):
        # No path holds it, and for SQLite a text ends there.
        return Search((Sql("0"),), few=True)
    roots = _roots(db) if wanted else []
    # A word in the paths of all roots fits every video.
    sought = [_sought(word, roots) for word in wanted if not _in_all(word, roots)]
    indexed = [texts[0] for texts in sought if len(texts) == 1 and len(texts[0]) >= _INDEXED_LENGTH]
    if not indexed:
        return Search(tuple(_holds(texts) for texts in sought))
    query, others = _query(indexed), [texts for texts in sought if texts[0] not in indexed]
    by_itself = None if others else query
    ids = _few_ids(db, query)
    if ids is None:
        return Search(tuple(_holds(texts) for texts in sought), query=by_itself)
    listed = Sql("v.id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))
    return Search((listed, *(_holds(texts) for texts in others)), few=True, query=by_itself)


def count_found(db: Database, query: str) -> int:
    """Return how many videos the index has for a query: those that lie somewhere."""
    rows = db.execute("SELECT count(*) FROM search_index WHERE search_index MATCH ?", [query])
    return int(rows.fetchone()[0])


def _roots(db: Database) -> list[tuple[str, str]]:
    """Return the mark of each root and its path, folded, without a separator at its end."""
    rows = db.execute("SELECT id, path FROM roots")
    return [(root_mark(id_), searchable(from_column(path)).rstrip(os.sep)) for id_, path in rows]


def _in_all(word: str, roots: Sequence[tuple[str, str]]) -> bool:
    return bool(roots) and all(word in path for _, path in roots)


def _sought(word: str, roots: Sequence[tuple[str, str]]) -> list[str]:
    """Return the texts of which one must occur: the word itself, then what stands for it with a root."""
    texts = [word]
    for mark, path in roots:
        if word in path:
            texts.append(mark)
        else:
            # It may begin in the root's path and go on below it.
            cuts = (at for at in range(1, len(word)) if word[at] == os.sep and path.endswith(word[:at]))
            texts += [mark + word[at:] for at in cuts]
    return texts


def _query(indexed: Sequence[str]) -> str:
    """Return what the index is asked for all of some words: in quotes, nothing in a word is syntax."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in indexed)


def _few_ids(db: Database, query: str) -> list[int] | None:
    """Return the ids of the videos that the index has for a query, None where they are many."""
    rows = db.execute(
        "SELECT rowid FROM search_index WHERE search_index MATCH ? LIMIT ?", [query, FEW + 1]
    ).fetchall()
    return None if len(rows) > FEW else [id_ for (id_,) in rows]


def _holds(texts: Sequence[str]) -> Sql:
    holds = " OR ".join(["instr(v.search_text, ?)"] * len(texts))
    return Sql(f"({holds})", tuple(texts))
