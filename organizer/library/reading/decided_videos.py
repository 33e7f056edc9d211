"""The videos that a person decided about, for training on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column
from organizer.library.records import DecidedVideo
from organizer.types import TagState

if TYPE_CHECKING:
    from sqlite_utils import Database

_DECIDED = "EXISTS (SELECT 1 FROM video_tags d WHERE d.video_id = v.id AND d.state != 'suggested')"


def decided_videos(db: Database, space_id: str) -> list[DecidedVideo]:
    """Return the videos with a decision and with features of one space, in the order they were added."""
    rows = db.execute(
        f"""
        SELECT v.id, r.path, p.relative_path, v.taken_at, v.taken_source
        FROM videos v
        JOIN places p ON p.id = (SELECT min(id) FROM places WHERE video_id = v.id)
        JOIN roots r ON r.id = p.root_id
        WHERE {_DECIDED}
            AND EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)
        ORDER BY v.id
        """,
        [space_id],
    ).fetchall()
    tags: dict[int, dict[str, TagState]] = {}
    for video_id, name, state in db.execute(
        f"""
        SELECT vt.video_id, t.name, vt.state FROM video_tags vt JOIN tags t ON t.id = vt.tag_id
        JOIN videos v ON v.id = vt.video_id WHERE NOT t.hidden AND {_DECIDED}
        """
    ):
        tags.setdefault(video_id, {})[name] = TagState(state)
    return [
        DecidedVideo(
            id_, os.path.join(from_column(root), from_column(relative)), taken_at, source, tags.get(id_, {})
        )
        for id_, root, relative, taken_at, source in rows
    ]


def count_decided_without_features(db: Database, space_id: str) -> int:
    """Return how many videos with a decision have no features of one space."""
    row = db.execute(
        f"""
        SELECT count(*) FROM videos v WHERE {_DECIDED}
        AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = v.id)
        AND NOT EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)
        """,
        [space_id],
    ).fetchone()
    return int(row[0])
