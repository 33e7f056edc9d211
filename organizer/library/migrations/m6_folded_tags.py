"""One tag for all spellings that a person takes for the same.

The column ``tags.folded`` knows the case of every letter, where SQLite's NOCASE knows that of ASCII only.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def folded_tags(db: Database) -> None:
    """Add the column, and make one of tags that were two so far.

    The older stays, with what was decided last about each video.
    """
    db.execute("ALTER TABLE tags ADD COLUMN folded TEXT")
    first: dict[str, int] = {}
    for id_, name in db.execute("SELECT id, name FROM tags ORDER BY built_in DESC, id").fetchall():
        folded = _folded(name)
        if folded in first:
            values = {"kept": first[folded], "merged": id_}
            for statement in _MERGE_TAGS.split(";\n"):
                db.execute(statement, values)
        else:
            first[folded] = id_
            db.execute("UPDATE tags SET folded = ? WHERE id = ?", [folded, id_])
    db.execute("CREATE UNIQUE INDEX tags_by_folded ON tags (folded)")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


_MERGE_TAGS = """
INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at)
SELECT video_id, :kept, state, score, seconds, bundle, changed_at FROM video_tags WHERE tag_id = :merged
ON CONFLICT (video_id, tag_id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
    WHERE excluded.state != 'suggested'
    AND (video_tags.state = 'suggested' OR video_tags.changed_at < excluded.changed_at);
DELETE FROM video_tags WHERE tag_id = :merged;
DELETE FROM tags WHERE id = :merged
"""
