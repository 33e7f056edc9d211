"""The last merge undone, as far as decisions go: each tag that it changed is as it was before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from organizer.library.changes import MergeUndone
from organizer.library.database.columns import now_text
from organizer.library.database.transaction import transaction
from organizer.library.deciding import journal

if TYPE_CHECKING:
    from sqlite_utils import Database

_LAST = """
    SELECT id, sources, began_at FROM merges WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1
"""
# For each tag the first entry, and whether what was decided last is the merge's too.
_TAGS = """
    SELECT j.video_id, j.tag_id, min(j.id), max(j.undone_at IS NULL), (
        SELECT l.merge_id IS :merge FROM decision_journal l
        WHERE l.video_id = j.video_id AND l.tag_id = j.tag_id AND l.undone_at IS NULL
        ORDER BY l.id DESC LIMIT 1)
    FROM decision_journal j WHERE j.merge_id = :merge GROUP BY j.video_id, j.tag_id
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
        merge_id, sources, began_at = last
        undone = kept = 0
        for video_id, tag_id, first_id, stands, is_last in db.execute(_TAGS, {"merge": merge_id}).fetchall():
            if not stands:
                # Taken back one by one already.
                continue
            if not is_last:
                kept += 1
                continue
            before = journal.tag_row(db, video_id, tag_id)
            journal.restore(db, video_id, tag_id, journal.entry(db, first_id))
            after = journal.tag_row(db, video_id, tag_id)
            undone += (before and before.state) != (after and after.state)
        now = now_text()
        db.execute(
            """
            UPDATE decision_journal SET undone_at = ?1 WHERE merge_id = ?2 AND undone_at IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM decision_journal l
                    WHERE l.video_id = decision_journal.video_id AND l.tag_id = decision_journal.tag_id
                        AND l.id > decision_journal.id AND l.merge_id IS NOT ?2 AND l.undone_at IS NULL)
            """,
            [now, merge_id],
        )
        db.execute("UPDATE merges SET undone_at = ? WHERE id = ?", [now, merge_id])
    return MergeUndone(tuple(json.loads(sources)), began_at, undone, kept)
