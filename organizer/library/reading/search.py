"""Words in names -> SQL. Which way is quick depends on how many videos they fit.

Two indexes find them at once: one of every three characters in a row, and one of every single character and
every two. Videos that are few are then listed. Where they are many, reading the names along the list, in
which they stand, costs less than fetching thousands of hits first. A word in a root's path fits all videos
with a place in it, which a bit tells.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column
from organizer.library.database.names import root_mark, searchable, words
from organizer.library.reading.sql import ALL, NONE, SHARED_BIT, Held, Sql, all_of, any_of, placed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_INDEXED_LENGTH = 3
"""Characters that the index of longer words is made of."""
FEW = 2000
"""Up to so many videos are fetched by their ids and sorted: about as fast as walking along 100,000."""
_NOT_SO_MANY = 30_000
"""Up to so many ids are looked up at once for a condition among others: that takes 10 ms."""
_NO_PATTERN = frozenset("*?[\ufffd\ufffe\uffff")
"""What has a meaning in patterns; of the last three, SQLite takes one for the other there."""
_LONGEST_PATTERN = 1000
"""Characters; SQLite refuses patterns of more than 50,000 bytes."""


@dataclass(frozen=True, slots=True)
class Case:
    """A part of the videos that a search leaves."""

    ids: Sql | None
    """A query for ids of an index; None for all videos."""
    beside: Sql | None = None
    """What must hold besides."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search leaves of ``videos v``."""

    parts: tuple[Sql, ...] = ()
    """Conditions that must all hold."""
    few: bool = False
    """Whether one of them is a short list of ids."""
    cases: tuple[Case, ...] = ()
    """The same for counting, where an index helps: each video belongs to one of the cases."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """What stands for a word: it occurs where one of the texts does, or in one of the roots."""

    texts: tuple[str, ...]
    root_ids: tuple[int, ...]

    @property
    def table(self) -> str | None:
        """The index that answers for all of the texts, if there is one."""
        short = {len(text) < _INDEXED_LENGTH for text in self.texts}
        if len(short) > 1:
            return None
        return "short_index" if short.pop() else "search_index"

    @property
    def placed(self) -> Sql:
        """The condition of a place in one of the roots."""
        return placed_in(self.root_ids)

    @property
    def query(self) -> str:
        """What that index is asked for."""
        quoted = _quoted_token if self.table == "short_index" else _quoted
        asked = " OR ".join(quoted(text) for text in self.texts)
        return f"({asked})" if len(self.texts) > 1 else asked

    @property
    def holds(self) -> Sql:
        """The condition itself, which reads names."""
        texts = [_contains(text) for text in self.texts]
        return any_of([self.placed, *texts] if self.root_ids else texts)


def search(db: Database, text: str, found: int | None = None, more: Sequence[str] = ()) -> Search:
    """Return the conditions for videos in whose names or folders all words of a text occur.

    Case does not count, nor how accents are composed; a word may be a part of a longer one.

    Args:
        db: the library.
        text: the words.
        found: how many videos are chosen by these words, and perhaps more conditions, where that is known.
        more: more that must occur, which may hold spaces.
    """
    wanted = list(dict.fromkeys([*words(text), *(searchable(one) for one in more)]))
    if any("\0" in word for word in wanted):
        # No path holds it, and for SQLite a text ends there.
        return Search((NONE,), few=True)
    roots = _roots(db) if wanted else []
    # A word in the paths of all roots fits every video.
    sought = [_sought(word, roots) for word in wanted if not _in_all(word, roots)]
    if not sought:
        return Search()
    indexed = [each for each in sought if each.table and not each.root_ids]
    others = [each for each in sought if each not in indexed]
    if not indexed:
        return _in_roots(db, others)
    ids = _ids_of(indexed)
    listed = None if found is not None and found > FEW else few_ids(db, ids)
    beside = tuple(each.holds for each in others)
    if listed is not None:
        return Search((listed, *beside), few=True)
    # First the words that do not occur in a root's path: more names lack them.
    return Search((*(each.holds for each in indexed), *beside), cases=_cases(indexed, others))


def _cases(indexed: Sequence[_Sought], others: Sequence[_Sought]) -> tuple[Case, ...]:
    """Return the cases of words that indexes know and others that may be in a root's path."""
    if not others:
        return (Case(_ids_of(indexed)),)
    if len(others) == 1 and len({each.table for each in (*indexed, *others)}) == 1:
        # Their names have all of the words, or they have all but the last one and lie in such a root.
        return (
            Case(_ids_of([*indexed, *others])),
            Case(_ids_of(indexed, without=others[0]), others[0].placed),
        )
    return (Case(_ids_of(indexed), all_of([each.holds for each in others])),)


def occurs(db: Database, text: str) -> Sql:
    """Return the condition, to be part of any other, that a folded text occurs in names."""
    if "\0" in text:
        return NONE
    roots = _roots(db)
    if _in_all(text, roots):
        return ALL
    sought = _sought(text, roots)
    ids = _ids_of([sought]) if sought.table else None
    if ids is None or _are_more(db, ids, _NOT_SO_MANY):
        return sought.holds
    # With the plus the index of a list can be walked along.
    listed = Sql(f"+v.id IN ({ids.text})", ids.values) if _are_more(db, ids, 0) else NONE
    return any_of([placed_in(sought.root_ids), listed]) if sought.root_ids else listed


def texts_of(db: Database, text: str) -> list[str]:
    """Return the texts of which one occurs in the line of each place whose path holds a folded text."""
    roots = _roots(db)
    within = [root_mark(id_) for id_, path in roots if text in path + os.sep]
    return list(dict.fromkeys([*_sought(text, roots).texts, *within]))


def count_found(db: Database, ids: Sql) -> int:
    """Return how many ids a search gives."""
    return int(db.execute(f"SELECT count(*) FROM ({ids.text})", ids.values).fetchone()[0])


def _in_roots(db: Database, sought: Sequence[_Sought]) -> Search:
    """Return the search for words of which no index alone knows one: most are in roots' paths."""
    listed = [few_ids(db, _ids_of([each])) if each.table else None for each in sought]
    parts = tuple(
        each.holds if ids is None else any_of([each.placed, ids])
        for each, ids in zip(sought, listed, strict=True)
    )
    first = sought[0]
    if len(sought) > 1 or not first.table:
        return Search(parts)
    elsewhere = Sql(f"NOT {first.placed.text}", held=first.placed.held)
    return Search(parts, cases=(Case(None, first.placed), Case(_ids_of([first]), elsewhere)))


def _roots(db: Database) -> list[tuple[int, str]]:
    """Return the id of each root and its path, folded, without a separator at its end."""
    rows = db.execute("SELECT id, path FROM roots")
    return [(id_, searchable(from_column(path)).rstrip(os.sep)) for id_, path in rows]


def _in_all(word: str, roots: Sequence[tuple[int, str]]) -> bool:
    return bool(roots) and all(word in path + os.sep for _, path in roots)


def _sought(word: str, roots: Sequence[tuple[int, str]]) -> _Sought:
    """Return what stands for a word: itself, what begins in a root's path, and roots that have all of it."""
    texts, root_ids = [word], []
    for id_, path in roots:
        mark = root_mark(id_)
        if word in path + os.sep:
            # A separator follows each root's path.
            if id_ <= SHARED_BIT:
                root_ids.append(id_)
            else:
                texts.append(mark)
        else:
            # It may begin in the root's path and go on below it.
            cuts = (at for at in range(1, len(word)) if word[at] == os.sep and path.endswith(word[:at]))
            texts += [mark + word[at:] for at in cuts]
    return _Sought(tuple(texts), tuple(root_ids))


def _ids_of(sought: Sequence[_Sought], *, without: _Sought | None = None) -> Sql:
    """Return the query for the ids of videos that have all of some words, each of which an index knows.

    Args:
        sought: the words.
        without: a word that they do not have, which the same index knows.
    """
    asked = {
        table: " AND ".join(each.query for each in sought if each.table == table)
        for table in ("search_index", "short_index")
    }
    tables = [table for table, query in asked.items() if query]
    text = f"SELECT rowid FROM {tables[-1]} WHERE {tables[-1]} MATCH ?"
    if len(tables) == 1:
        query = asked[tables[0]]
        return Sql(text, (query if without is None else f"({query}) NOT {without.query}",))
    # Of longer words there are fewer. With the plus the other index is asked once and not for each of them.
    return Sql(
        f"{text} AND +rowid IN (SELECT rowid FROM {tables[0]} WHERE {tables[0]} MATCH ?)",
        (asked[tables[1]], asked[tables[0]]),
    )


def few_ids(db: Database, ids: Sql) -> Sql | None:
    """Return the condition of being one of the videos that a query gives, None where they are many."""
    rows = db.execute(f"{ids.text} LIMIT ?", [*ids.values, FEW + 1]).fetchall()
    if len(rows) > FEW:
        return None
    if not rows:
        return NONE
    return Sql("v.id IN (SELECT value FROM json_each(?))", (json.dumps([id_ for (id_,) in rows]),))


def _are_more(db: Database, ids: Sql, number: int) -> bool:
    """Whether a query gives more ids than so many."""
    row = db.execute(f"SELECT count(*) FROM ({ids.text} LIMIT ?)", [*ids.values, number + 1]).fetchone()
    return int(row[0]) > number


def _quoted(text: str) -> str:
    """Return a text as the index is asked for it: in quotes, nothing in it is syntax."""
    return '"' + text.replace('"', '""') + '"'


def _quoted_token(text: str) -> str:
    return f'"{text.encode().hex()}"'


def _contains(text: str) -> Sql:
    """Return the condition that names contain a text."""
    if text[0].isascii() and len(text) < _LONGEST_PATTERN and not _NO_PATTERN.intersection(text):
        # Nothing in it is syntax. SQLite skips to the first letter, faster than it looks for a text.
        return Sql("v.search_text GLOB ?", (f"*{text}*",), Held.IN_NAMES)
    return Sql("instr(v.search_text, ?)", (text,), Held.IN_NAMES)
