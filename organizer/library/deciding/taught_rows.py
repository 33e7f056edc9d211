"""The rows of taught tags, and of what they suggest.

Every function that writes is called inside a transaction.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.errors import InvalidTagError
from organizer.library.database.columns import chunks, now_text
from organizer.library.deciding import journal
from organizer.library.deciding.tags import meant_tag
from organizer.library.reading.tags import find_tag
from organizer.library.records import TagRow
from organizer.library.taught import TAUGHT
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from organizer.types import SuggestedTag

# A tag that was merged into another, or renamed where the new name was in use, is that one now.
TAG_OF = "t.id = coalesce((SELECT merged_into FROM tags WHERE id = l.tag_id), l.tag_id)"


def tag_and_rows(db: Database, name: str) -> tuple[int, list[int]]:
    """Return the id of a tag that was taught, and the tags of the rows that are this tag now.

    Raises:
        InvalidTagError: it was not taught.
    """
    tag_id = find_tag(db, meant_tag(db, name))
    rows = [] if tag_id is None else rows_that_are(db, tag_id)
    if tag_id is None or not rows:
        raise InvalidTagError(f"{name} was not taught. See: organizer teach", ends_in_command=True)
    return tag_id, rows


def rows_that_are(db: Database, tag_id: int) -> list[int]:
    """Return the tags of the rows that are a tag now."""
    rows = db.execute(
        f"SELECT DISTINCT l.tag_id FROM taught l JOIN tags t ON {TAG_OF} WHERE t.id = ?", [tag_id]
    )
    return [id_ for (id_,) in rows]


def take_back(db: Database, tag_id: int) -> None:
    """Take back what a taught tag suggests; decisions stay."""
    rows = db.execute("SELECT video_id FROM video_tags WHERE tag_id = ? AND bundle = ?", [tag_id, TAUGHT])
    for chunk in chunks([video_id for (video_id,) in rows.fetchall()]):
        put_said(db, tag_id, dict.fromkeys(chunk))


def has_row(db: Database, tag_id: int) -> bool:
    """Whether a tag was taught itself, and not one that became it."""
    return db.execute("SELECT 1 FROM taught WHERE tag_id = ? LIMIT 1", [tag_id]).fetchone() is not None


def let_go(db: Database, tag_id: int) -> None:
    """Forget what was learnt of a tag while others were it, for the day that these are themselves again."""
    if has_row(db, tag_id):
        db.execute("DELETE FROM taught WHERE tag_id = ?", [tag_id])
        take_back(db, tag_id)


def is_taught(db: Database, tag_id: int, *, on: bool = False) -> bool:
    """Whether a tag was taught, in any feature space.

    Args:
        db: the library.
        tag_id: the tag.
        on: whether it has to be suggested, too.
    """
    row = db.execute(
        f"SELECT 1 FROM taught l JOIN tags t ON {TAG_OF} WHERE t.id = ? AND (l.enabled OR NOT ?) LIMIT 1",
        [tag_id, on],
    ).fetchone()
    return row is not None


def refines(db: Database, tag_id: int) -> bool:
    """Whether a tag is a model's label that was refined."""
    row = db.execute(
        f"""
        SELECT l.refines FROM taught l JOIN tags t ON {TAG_OF} WHERE t.id = ?
        ORDER BY t.id != l.tag_id, l.refines IS NULL LIMIT 1
        """,
        [tag_id],
    ).fetchone()
    return row is not None and row[0] is not None


def names_taught(db: Database) -> set[str]:
    """Return the folded names of the tags that are taught and suggested."""
    rows = db.execute(f"SELECT t.folded FROM taught l JOIN tags t ON {TAG_OF} WHERE l.enabled")
    return {name for (name,) in rows}


def put_said(
    db: Database, tag_id: int, said: Mapping[int, SuggestedTag | None], *, refines: bool = False
) -> int:
    """Store what a taught tag says of a few hundred videos, see ``Teaching.suggest``.

    Args:
        db: the library.
        tag_id: the tag.
        said: by video, the suggestion or None.
        refines: whether it stands in the place of what a model says.
    """
    stored, now = journal.tag_rows(db, said, tag_id), now_text()
    put, new = [], 0
    for video_id, tag in said.items():
        before = stored.get(video_id)
        after = _after(before, tag, now, refines=refines)
        if after != before:
            put.append((video_id, tag_id, after))
            new += _is_news(before, after)
    journal.put_all(db, put)
    return new


def _after(before: TagRow | None, tag: SuggestedTag | None, now: str, *, refines: bool) -> TagRow | None:
    """Return what a tag of a video is when a taught tag says something of it."""
    if tag is None:
        if before is None or (before.bundle != TAUGHT and not refines):
            return before
        if before.state is TagState.SUGGESTED:
            return None
        return replace(before, score=None, seconds="[]", bundle=None, tier=Tier.GIVEN)
    row = TagRow(TagState.SUGGESTED, tag.score, json.dumps(tag.seconds), TAUGHT, now, tag.tier)
    if before is None:
        return row
    return replace(row, state=before.state, changed_at=before.changed_at)


def _is_news(before: TagRow | None, after: TagRow | None) -> bool:
    if after is None or after.state is not TagState.SUGGESTED:
        return False
    return before is None or before.tier is not after.tier
