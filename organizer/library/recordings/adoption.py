"""Decisions move from a missing video to the one that a recording lives on in.

The video that loses them is one whose file is gone. It is not listed any more, like one whose file was
overwritten; should its file come back, it is known again by its content, with what was decided about it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.errors import NotMissingError
from organizer.library.changes import Adopted
from organizer.library.database.names import refresh_names
from organizer.library.database.transaction import transaction
from organizer.library.deciding import journal
from organizer.library.reading.videos import lies_nowhere, tags_of, video
from organizer.library.records import Status, TagRow
from organizer.types import TagState

if TYPE_CHECKING:
    from sqlite_utils import Database

_DECIDED = (TagState.CONFIRMED, TagState.REJECTED)


def inherit(db: Database, old_id: int, new_id: int) -> None:
    """Give a video the decisions about another one; its own win. Call it inside a transaction."""
    journal.inherit(db, old_id, new_id)
    decided = db.execute(
        "SELECT tag_id, state, changed_at FROM video_tags WHERE video_id = ? AND state IN (?, ?)",
        [old_id, *_DECIDED],
    )
    for tag_id, state, changed_at in decided.fetchall():
        own = journal.tag_row(db, new_id, tag_id)
        if own is None:
            own = TagRow(TagState.SUGGESTED, journal.score(db, new_id, tag_id), "[]", None, changed_at)
        if own.state not in _DECIDED:
            journal.put(db, new_id, tag_id, replace(own, state=TagState(state), changed_at=changed_at))


def adopt(db: Database, old_id: int, new_id: int) -> Adopted:
    """Move what a person decided about a missing video to another one, whose own decisions win.

    Nothing changes where nothing was decided.

    Raises:
        NotMissingError: the first is not missing, or the second is.
        UnknownVideoError: one of them is not in the library.
    """
    with transaction(db, durable=True):
        return _adopt(db, old_id, new_id)


def _adopt(db: Database, old_id: int, new_id: int) -> Adopted:
    if not lies_nowhere(db, old_id):
        _check_missing(db, old_id)
    new = video(db, new_id)
    if new.status is Status.MISSING:
        raise NotMissingError(f"{new.path}: this video is missing too. Name one that is there.")
    tags = tuple(tag for tag in tags_of(db, old_id) if tag.state in _DECIDED)
    own = {tag.name for tag in new.tags if tag.state in _DECIDED}
    old_path = path_of(db, old_id)
    if tags:
        inherit(db, old_id, new_id)
        db.execute("DELETE FROM places WHERE video_id = ?", [old_id])
        refresh_names(db, [old_id])
    return Adopted(
        old_id,
        old_path,
        new.path,
        tuple(tag for tag in tags if tag.name not in own),
        kept=tuple(tag for tag in tags if tag.name in own),
    )


def _check_missing(db: Database, video_id: int) -> None:
    old = video(db, video_id)
    if old.status is not Status.MISSING:
        raise NotMissingError(
            f"{old.path}: this video is not missing ({old.status.value}). "
            "Only what was decided about a missing one can be moved."
        )


def path_of(db: Database, video_id: int) -> str:
    """Return where a video lies or lay; ``video ID`` where another file lies there now."""
    return f"video {video_id}" if lies_nowhere(db, video_id) else video(db, video_id).path
