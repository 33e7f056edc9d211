"""The last decision about one tag of one video undone, as a page or a person at the terminal asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.database.columns import now_text
from organizer.library.database.transaction import transaction
from organizer.library.deciding import entries, journal
from organizer.library.deciding.decisions import forget
from organizer.library.history.undo import undo_step
from organizer.library.reading.tags import find_tag
from organizer.library.spelling import clean_tag

if TYPE_CHECKING:
    from sqlite_utils import Database


def undo(db: Database, video_id: int, tag: str, *, entry: int | None = None) -> bool:
    """Undo the last decision about a tag of a video: what was before stands again.

    A suggestion comes back as the newest tagging makes it, with its score and seconds; where that does not
    suggest the tag any more, it goes. A decision comes back as it was made. A decision that is older than the
    journal counts as the first one about its tag. Of a decision about many videos, this one's is undone.

    Args:
        db: the library.
        video_id: the video.
        tag: the tag's name.
        entry: the number of the decision in the journal, as a page showed it: where another one was made or
            undone meanwhile, nothing happens. None undoes whichever is the last.

    Returns:
        Whether there was a decision to undo.

    Raises:
        InvalidTagError: see ``clean_tag``.
    """
    with transaction(db, durable=True):
        tag_id = find_tag(db, clean_tag(tag))
        last = None if tag_id is None else journal.last(db, video_id, tag_id)
        if last is not None and tag_id is not None:
            if entry not in {None, last.id}:
                return False
            if last.step_id is not None and _is_of_one_video(db, last.step_id):
                return bool(undo_step(db, last.step_id))
            for other_id in [tag_id, *_moved_from(db, video_id, tag_id, last.step_id)]:
                _undo_last(db, video_id, other_id)
            return True
    return entry is None and forget(db, video_id, tag)


def _undo_last(db: Database, video_id: int, tag_id: int) -> None:
    last = journal.last(db, video_id, tag_id)
    assert last is not None
    row = journal.tag_row(db, video_id, tag_id)
    restored = journal.before_again(db, (video_id, tag_id), row, before=last.before, after=last.after)
    journal.put(db, video_id, tag_id, restored)
    entries.end_one(db, last.id, now_text())


def _moved_from(db: Database, video_id: int, tag_id: int, step_id: int | None) -> list[int]:
    """Return the other tags of a video that a step moved to one, where nothing was decided of them since."""
    rows = db.execute(
        """
        SELECT DISTINCT j.tag_id FROM decision_journal j JOIN steps s ON s.id = j.step_id
        WHERE j.video_id = ? AND j.tag_id != ? AND j.step_id = ? AND j.undone_at IS NULL
            AND s.kind IN ('merge_tags', 'rename_tag')
        """,
        [video_id, tag_id, step_id],
    ).fetchall()
    lasts = {other_id: journal.last(db, video_id, other_id) for (other_id,) in rows}
    return [other_id for other_id, last in lasts.items() if last is not None and last.step_id == step_id]


def _is_of_one_video(db: Database, step_id: int) -> bool:
    """Whether a step is a decision about one video, and so undone as a whole."""
    row = db.execute(
        "SELECT kind = 'tag' AND (SELECT count(*) FROM decision_journal WHERE step_id = s.id) = 1 "
        "FROM steps s WHERE id = ?",
        [step_id],
    ).fetchone()
    return bool(row[0])
