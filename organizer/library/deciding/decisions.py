"""What a person decides about tags. Every function is one transaction; models never undo any of it.

A decision is on the disk when its function returns: see ``transaction``. Each is noted in the journal
together with what was before, so that it can be undone, also after a restart and from another tab.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from organizer.errors import UnknownVideoError
from organizer.library.database.columns import now_text
from organizer.library.database.transaction import transaction
from organizer.library.deciding import journal
from organizer.library.deciding.tags import meant_tag, tag_id_of
from organizer.library.reading.tags import find_tag
from organizer.library.spelling import clean_tag, folded
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from sqlite_utils import Database


# A decision made before the video was ever scored has no score; the next tagging fills it in.
_DECIDE = """
    INSERT INTO video_tags (video_id, tag_id, state, score, changed_at)
    VALUES (
        :video, :tag, :state,
        (SELECT json_extract(scores, '$."' || :name || '"') FROM scores
            WHERE video_id = :video AND :built_in),
        :now
    )
    ON CONFLICT (video_id, tag_id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
"""


def confirm(db: Database, video_id: int, tag: str) -> None:
    """Note that a tag fits: a suggestion is confirmed, any other tag is added.

    Raises:
        InvalidTagError: see ``meant_tag``.
        UnknownVideoError: there is no video with this id.
    """
    _decide(db, video_id, meant_tag(db, tag, to_add=True), TagState.CONFIRMED)


def reject(db: Database, video_id: int, tag: str) -> bool:
    """Note that a tag does not fit: no model suggests it for this video again.

    A tag of the person's own that no model scored this video for simply goes.

    Returns:
        Whether there was something to note; False where the video does not carry such a tag of one's own.

    Raises:
        InvalidTagError: see ``clean_tag``.
        UnknownVideoError: there is no video with this id.
    """
    name = meant_tag(db, tag)
    if name in LABELS or _is_scored(db, video_id, name):
        _decide(db, video_id, name, TagState.REJECTED)
        return True
    return forget(db, video_id, name)


def forget(db: Database, video_id: int, tag: str) -> bool:
    """Forget whatever was decided about a tag: what the newest tagging says of it stands again.

    So the tag is a suggestion where the model suggests it, else it goes. A mere suggestion stays, for nobody
    decided about it.

    Returns:
        Whether there was a decision.

    Raises:
        InvalidTagError: see ``clean_tag``.
    """
    with transaction(db, durable=True):
        tag_id = find_tag(db, meant_tag(db, tag))
        before = None if tag_id is None else journal.tag_row(db, video_id, tag_id)
        if tag_id is None or before is None or before.state is TagState.SUGGESTED:
            return False
        journal.put(db, video_id, tag_id, journal.as_the_model_says(before, now_text()))
        journal.note(db, video_id, tag_id, before)
        return True


def undo(db: Database, video_id: int, tag: str, *, entry: int | None = None) -> bool:
    """Undo the last decision about a tag of a video: what was before stands again.

    A suggestion comes back as the newest tagging makes it, with its score and seconds; where that does not
    suggest the tag any more, it goes. A decision comes back as it was made. A decision that is older than the
    journal counts as the first one about its tag.

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
            journal.restore(db, video_id, tag_id, last)
            return True
    return entry is None and forget(db, video_id, tag)


def _is_scored(db: Database, video_id: int, tag: str) -> bool:
    """Whether a model, trained on tags of the person's own, has scored a video for this one."""
    rows = db.execute(
        "SELECT label.key FROM scores s, json_each(s.scores) label WHERE s.video_id = ?", [video_id]
    )
    return any(folded(label) == folded(tag) for (label,) in rows)


def _decide(db: Database, video_id: int, tag: str, state: TagState) -> None:
    try:
        with transaction(db, durable=True):
            tag_id = tag_id_of(db, tag)
            before = journal.tag_row(db, video_id, tag_id)
            if before is not None and before.state is state:
                # Nothing changes, so there is nothing to undo.
                return
            db.execute(
                _DECIDE,
                {
                    "video": video_id,
                    "tag": tag_id,
                    "state": state.value,
                    "name": tag,
                    "built_in": tag in LABELS,
                    "now": now_text(),
                },
            )
            journal.note(db, video_id, tag_id, before)
    except sqlite3.IntegrityError as error:
        raise UnknownVideoError(
            f"There is no video {video_id} in this library. See: organizer list", ends_in_command=True
        ) from error
