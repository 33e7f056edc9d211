"""Counts and searches of a million videos: tallies, an index of short words, and roots that hold a name.

- ``tallies``: how many videos that lie somewhere are alike in all that a list filters by but for dates.
  Counts add up some of its rows in place of looking at every video.
- ``videos.placed_in``: as ``present_in`` of ``m3_quick_lists.py``, but for places that are missing too; a
  word that occurs in a root's path fits these videos. The indexes of ``m11_narrow_lists.py`` hold it.
- ``short_index``: for words of one or two characters, which ``search_index`` cannot answer. It has each
  character of ``search_text``, and each two in a row, as a token: the hexadecimal digits of their bytes,
  which keep apart what a tokenizer would fold.

Triggers keep all three up to date within the transaction that changes a place, a tag or a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_SHARED_BIT = 62
"""Number of the bit, from 0, that ids above 62 share."""
_FILTERED_BY = "suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc"
_ORDERS = {
    "taken": "taken_wall, id",
    "name": "sort_name COLLATE NOCASE, id",
    "duration": "duration_s, id",
    "size": "size_bytes, id",
    "added": "id",
}
_TALLIED = ("present_in", "placed_in", "status", "suggested", "confirmed", "maybe", "rejected")


def tallies(db: Database) -> None:
    """Add column, tables and triggers, fill them in, and make the indexes of lists anew."""
    for name in _ORDERS:
        db.execute(f"DROP INDEX lists_by_{name}")
        db.execute(f"DROP INDEX names_by_{name}")
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)
    for name, order in _ORDERS.items():
        for index, columns in (("lists", _FILTERED_BY), ("names", "present_in, placed_in, search_text")):
            db.execute(
                f"CREATE INDEX {index}_by_{name} ON videos ({order}, {columns}) WHERE present_in IS NOT NULL"
            )


_SET_ROOTS = f"""
    UPDATE videos SET (present_in, placed_in) = (
        SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, {_SHARED_BIT})),
               sum(DISTINCT 1 << min(p.root_id - 1, {_SHARED_BIT}))
        FROM places p WHERE p.video_id = {{id}}) WHERE id = {{id}}
""".strip().format

_PART = 64
"""Characters that are cut out of a text at a time: SQLite counts them from its beginning for each cut."""
_NUMBERS = f"[{','.join(['0'] * _PART)}]"


def tokens(text: str) -> str:
    """Return a SELECT of what ``short_index`` is given for a text, which is an SQL expression.

    The view ``short_texts`` gives the same, for whoever reads or checks the index: FTS5 reads no virtual
    table such as ``json_each``, and triggers may have no WITH.

    For each part of the text, ``json_each`` counts where it begins; one character more belongs to it, with
    which its last one makes two.
    """
    return f"""
    SELECT group_concat(hex(substr(part, at, 1)) || ' ' || hex(substr(part, at, 2)), ' ') FROM (
        SELECT substr({text}, key * {_PART} + 1, {_PART} + 1) AS part, length({text}) - key * {_PART} AS rest
        FROM json_each('[0' || replace(hex(zeroblob((length({text}) - 1) / {_PART})), '00', ',0') || ']')
    ) JOIN (SELECT key + 1 AS at FROM json_each('{_NUMBERS}')) ON at <= rest
    """


_ALIKE = " AND ".join(f"{column} IS OLD.{column}" for column in _TALLIED)
_LESS = f"""
    UPDATE tallies SET videos = videos - 1 WHERE {_ALIKE};
    DELETE FROM tallies WHERE {_ALIKE} AND videos = 0
""".strip()
_MORE = f"""
    INSERT INTO tallies ({", ".join(_TALLIED)}, videos)
        SELECT {", ".join(f"NEW.{column}" for column in _TALLIED)}, 1 WHERE NEW.present_in IS NOT NULL
        ON CONFLICT ({", ".join(_TALLIED)}) DO UPDATE SET videos = videos + 1
""".strip()
_OLD, _NEW = (f"({', '.join(f'{row}.{column}' for column in _TALLIED)})" for row in ("OLD", "NEW"))

_SCHEMA = f"""
ALTER TABLE videos ADD COLUMN placed_in INTEGER;;
UPDATE videos SET placed_in = (
    SELECT sum(DISTINCT 1 << min(p.root_id - 1, {_SHARED_BIT})) FROM places p WHERE p.video_id = videos.id);;
DROP TRIGGER places_inserted;;
DROP TRIGGER places_deleted;;
DROP TRIGGER places_updated;;
CREATE TRIGGER places_inserted AFTER INSERT ON places BEGIN
    {_SET_ROOTS(id="NEW.video_id")};
END;;
CREATE TRIGGER places_deleted AFTER DELETE ON places BEGIN
    {_SET_ROOTS(id="OLD.video_id")};
END;;
CREATE TRIGGER places_updated AFTER UPDATE OF video_id, root_id, missing_since ON places
WHEN OLD.video_id != NEW.video_id OR OLD.root_id != NEW.root_id
    OR (OLD.missing_since IS NULL) != (NEW.missing_since IS NULL)
BEGIN
    {_SET_ROOTS(id="OLD.video_id")};
    {_SET_ROOTS(id="NEW.video_id")};
END;;
CREATE TABLE tallies (
    present_in INTEGER NOT NULL,
    placed_in INTEGER NOT NULL,
    status TEXT NOT NULL,
    suggested INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    maybe INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    videos INTEGER NOT NULL,
    PRIMARY KEY ({", ".join(_TALLIED)})
) WITHOUT ROWID;;
INSERT INTO tallies ({", ".join(_TALLIED)}, videos)
    SELECT {", ".join(_TALLIED)}, count(*) FROM videos WHERE present_in IS NOT NULL
    GROUP BY {", ".join(_TALLIED)};;
CREATE TRIGGER tallied_inserted AFTER INSERT ON videos WHEN NEW.present_in IS NOT NULL BEGIN
    {_MORE};
END;;
CREATE TRIGGER tallied_deleted AFTER DELETE ON videos WHEN OLD.present_in IS NOT NULL BEGIN
    {_LESS};
END;;
CREATE TRIGGER tallied_updated AFTER UPDATE OF {", ".join(_TALLIED)} ON videos WHEN {_OLD} IS NOT {_NEW} BEGIN
    {_LESS};
    {_MORE};
END;;
CREATE VIEW short_texts (id, tokens) AS SELECT v.id, (
    WITH RECURSIVE positions (at) AS (
        SELECT 1 UNION ALL SELECT at + 1 FROM positions WHERE at < length(v.search_text))
    SELECT group_concat(hex(substr(v.search_text, at, 1)) || ' ' || hex(substr(v.search_text, at, 2)), ' ')
    FROM positions
) FROM videos v WHERE v.search_text IS NOT NULL;;
CREATE VIRTUAL TABLE short_index USING fts5 (
    tokens, content = 'short_texts', content_rowid = 'id', columnsize = 0, detail = none, tokenize = 'ascii'
);;
INSERT INTO short_index (rowid, tokens)
    SELECT id, ({tokens("search_text")}) FROM videos WHERE search_text IS NOT NULL;;
CREATE TRIGGER short_text_inserted AFTER INSERT ON videos WHEN NEW.search_text IS NOT NULL BEGIN
    INSERT INTO short_index (rowid, tokens) VALUES (NEW.id, ({tokens("NEW.search_text")}));
END;;
CREATE TRIGGER short_text_deleted AFTER DELETE ON videos WHEN OLD.search_text IS NOT NULL BEGIN
    INSERT INTO short_index (short_index, rowid, tokens)
        VALUES ('delete', OLD.id, ({tokens("OLD.search_text")}));
END;;
CREATE TRIGGER short_text_updated AFTER UPDATE OF search_text ON videos
WHEN OLD.search_text IS NOT NEW.search_text
BEGIN
    INSERT INTO short_index (short_index, rowid, tokens)
        SELECT 'delete', OLD.id, ({tokens("OLD.search_text")}) WHERE OLD.search_text IS NOT NULL;
    INSERT INTO short_index (rowid, tokens)
        SELECT NEW.id, ({tokens("NEW.search_text")}) WHERE NEW.search_text IS NOT NULL;
END
"""
