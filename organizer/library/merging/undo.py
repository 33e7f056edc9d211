"""The last merge undone, as far as decisions go: each tag and mark that it changed is as it was before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from organizer.library.changes import MergeUndone
from organizer.library.database.transaction import transaction
from organizer.library.deciding import entries, journal
from organizer.library.history.undo import undo_step

if TYPE_CHECKING:
    from sqlite_utils import Database

_LAST = """
    SELECT m.id, m.sources, m.began_at, s.id FROM merges m
    LEFT JOIN steps s ON s.kind = 'merge' AND json_extract(s.details, '$.merge') = m.id
    WHERE m.undone_at IS NULL ORDER BY m.id DESC LIMIT 1
"""


def undo_last(db: Database) -> MergeUndone | None:
    """Take back all decisions that the last merge brought, in one transaction; videos and files stay.

    A tag that somebody decided about since then stays as it is.

    Returns:
        What became of them; None where there is no merge to undo.
    """
    with transaction(db, durable=True):
        last = db.execute(_LAST).fetchone()
        if last is None:
            return None
        _, sources, began_at, step_id = last
        items = entries.standing(db, entries.TAGS, step_id)
        before = {(item.video_id, item.key): _state(db, item) for item in items}
        undo_step(db, step_id)
        undone = sum(before[item.video_id, item.key] != _state(db, item) for item in items if item.is_last)
        kept = sum(not item.is_last for item in items)
    return MergeUndone(tuple(json.loads(sources)), began_at, undone, kept)


def _state(db: Database, item: entries.Item) -> str | None:
    row = journal.tag_row(db, item.video_id, item.key)
    return None if row is None else row.state.value
