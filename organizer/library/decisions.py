"""What a person decides about tags. Every function is one transaction; models never undo any of it.

A decision is on the disk when its function returns: see ``transaction``.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from typing import TYPE_CHECKING

from organizer.errors import InvalidTagError, UnknownVideoError
from organizer.library.names import composed, folded
from organizer.library.taggings import find_tag, now_text, tag_id_of
from organizer.library.transaction import transaction
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from sqlite_utils import Database

MAX_TAG_LENGTH = 60
_BUILT_IN = {folded(label): label for label in LABELS}

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


def clean_tag(name: str) -> str:
    """Return a tag name as it is stored: trimmed, spaces folded, a built-in label in its own spelling.

    Raises:
        InvalidTagError: it is empty, longer than 60 characters or holds control characters.
    """
    clean = " ".join(composed(name).split())
    if not clean or len(clean) > MAX_TAG_LENGTH:
        raise InvalidTagError(f"A tag has 1 to {MAX_TAG_LENGTH} characters, this one has {len(clean)}.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise InvalidTagError(f"The tag {clean!r} holds characters that cannot be shown. Leave them out.")
    return _BUILT_IN.get(folded(clean), clean)


def confirm(db: Database, video_id: int, tag: str) -> None:
    """Note that a tag fits: a suggestion is confirmed, any other tag is added.

    Raises:
        InvalidTagError: see ``clean_tag``.
        UnknownVideoError: there is no video with this id.
    """
    _decide(db, video_id, clean_tag(tag), TagState.CONFIRMED)


def reject(db: Database, video_id: int, tag: str) -> bool:
    """Note that a tag does not fit: no model suggests it for this video again.

    A tag of the person's own that no model scored this video for simply goes.

    Returns:
        Whether there was something to note; False where the video does not carry such a tag of one's own.

    Raises:
        InvalidTagError: see ``clean_tag``.
        UnknownVideoError: there is no video with this id.
    """
    name = clean_tag(tag)
    if name in LABELS or _is_scored(db, video_id, name):
        _decide(db, video_id, name, TagState.REJECTED)
        return True
    return forget(db, video_id, name)


def forget(db: Database, video_id: int, tag: str) -> bool:
    """Take a decision back: the tag goes, and the next tagging may suggest it again.

    A mere suggestion stays, for nobody decided about it.

    Returns:
        Whether there was a decision.

    Raises:
        InvalidTagError: see ``clean_tag``.
    """
    with transaction(db, durable=True):
        deleted = db.execute(
            "DELETE FROM video_tags WHERE video_id = ? AND state != 'suggested' AND tag_id = ?",
            [video_id, find_tag(db, clean_tag(tag))],
        )
        return bool(deleted.rowcount)


def _is_scored(db: Database, video_id: int, tag: str) -> bool:
    """Whether a model, trained on tags of the person's own, has scored a video for this one."""
    rows = db.execute(
        "SELECT label.key FROM scores s, json_each(s.scores) label WHERE s.video_id = ?", [video_id]
    )
    return any(folded(label) == folded(tag) for (label,) in rows)


def _decide(db: Database, video_id: int, tag: str, state: TagState) -> None:
    try:
        with transaction(db, durable=True):
            db.execute(
                _DECIDE,
                {
                    "video": video_id,
                    "tag": tag_id_of(db, tag),
                    "state": state.value,
                    "name": tag,
                    "built_in": tag in LABELS,
                    "now": now_text(),
                },
            )
    except sqlite3.IntegrityError as error:
        raise UnknownVideoError(
            f"There is no video {video_id} in this library. See: organizer list"
        ) from error
