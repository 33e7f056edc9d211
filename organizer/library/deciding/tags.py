"""Tags come to be when somebody, a person or a model, first gives one to a video.

A maybe is shown as ``Dance?``, so that is how people name it. Tags of libraries from before there were maybes
may end so themselves; new ones do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import InvalidTagError
from organizer.library.reading.tags import find_tag
from organizer.library.spelling import clean_tag, folded
from organizer.types import LABELS

if TYPE_CHECKING:
    from sqlite_utils import Database


MAYBE_MARK = "?"
"""What follows a tag's name where it is a maybe."""


def tag_id_of(db: Database, name: str) -> int:
    """Return the id of a tag, which is made when new; call it inside a transaction."""
    id_ = find_tag(db, name)
    if id_ is None:
        id_ = db.execute(
            "INSERT INTO tags (name, built_in, folded) VALUES (?, ?, ?)", [name, name in LABELS, folded(name)]
        ).lastrowid
        assert id_ is not None
    return id_


def meant_tag(db: Database, name: str, *, to_add: bool = False) -> str:
    """Return the tag that a person means: ``Dance`` by ``Dance?``, as a maybe is shown, else what they say.

    Args:
        db: the library.
        name: what they typed.
        to_add: whether a video is to be given the tag.

    Raises:
        InvalidTagError: see ``clean_tag``; or it is to be added, new, and looks like a maybe.
    """
    clean = clean_tag(name)
    if not clean.endswith(MAYBE_MARK) or _says(db, clean, "1"):
        return clean
    rest = clean.removesuffix(MAYBE_MARK).strip()
    if rest and (clean_tag(rest) in LABELS or _says(db, rest, "vt.bundle IS NOT NULL")):
        return clean_tag(rest)
    if to_add:
        raise InvalidTagError(
            f"{clean}: a question mark at the end of a tag marks a maybe, and this tag is none. Leave it out."
        )
    return clean


def _says(db: Database, name: str, of_a_video: str) -> bool:
    """Whether any video carries a tag, in any state, such that a condition on ``video_tags vt`` holds."""
    row = db.execute(
        f"SELECT 1 FROM video_tags vt WHERE vt.tag_id = ? AND {of_a_video} LIMIT 1", [find_tag(db, name)]
    ).fetchone()
    return row is not None
