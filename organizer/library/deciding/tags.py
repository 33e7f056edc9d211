"""Tags come to be when somebody, a person or a model, first gives one to a video."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.reading.tags import find_tag
from organizer.library.spelling import folded
from organizer.types import LABELS

if TYPE_CHECKING:
    from sqlite_utils import Database


def tag_id_of(db: Database, name: str) -> int:
    """Return the id of a tag, which is made when new; call it inside a transaction."""
    id_ = find_tag(db, name)
    if id_ is None:
        id_ = db.execute(
            "INSERT INTO tags (name, built_in, folded) VALUES (?, ?, ?)", [name, name in LABELS, folded(name)]
        ).lastrowid
        assert id_ is not None
    return id_
