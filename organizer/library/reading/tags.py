"""The tags of a library: their names, how many videos carry them, and which one a person means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from organizer.library.database.mark_bits import SET_APART
from organizer.library.records import TagInfo
from organizer.library.spelling import folded
from organizer.types import LABELS

if TYPE_CHECKING:
    from sqlite_utils import Database


_DECIDED = ("confirmed", "rejected")


def tag_names(db: Database) -> list[str]:
    """Return the names of all tags of any video, in any state, by name, but for hidden ones."""
    rows = db.execute(
        """
        SELECT name FROM tags t
        WHERE NOT hidden AND EXISTS (SELECT 1 FROM video_tags vt WHERE vt.tag_id = t.id)
        ORDER BY name COLLATE NOCASE
        """
    )
    return [name for (name,) in rows]


def tag_infos(db: Database) -> list[TagInfo]:
    """Return all tags that any video carries, hidden ones too, and all built-in labels, by name."""
    decided = {
        (tag_id, state): videos
        for tag_id, state, videos in db.execute(
            """
            SELECT vt.tag_id, vt.state, count(*) FROM video_tags vt JOIN videos v ON v.id = vt.video_id
            WHERE vt.state IN ('confirmed', 'rejected') AND v.present_in IS NOT NULL AND v.marks & ? = 0
            GROUP BY vt.tag_id, vt.state
            """,
            [SET_APART],
        )
    }
    rows = db.execute(
        """
        SELECT id, name, built_in, colour, hidden, videos, maybes FROM tags t
        WHERE built_in OR hidden OR EXISTS (SELECT 1 FROM video_tags vt WHERE vt.tag_id = t.id)
        """
    )
    infos = []
    for id_, name, built_in, colour, hidden, videos, maybes in rows:
        confirmed, rejected = (0 if hidden else decided.get((id_, state), 0) for state in _DECIDED)
        infos.append(TagInfo(name, bool(built_in), colour, bool(hidden), videos, maybes, confirmed, rejected))
    known = {info.name for info in infos}
    infos += [TagInfo(label, built_in=True) for label in LABELS if label not in known]
    return sorted(infos, key=lambda info: folded(info.name))


def tag_colours(db: Database) -> dict[str, str]:
    """Return the colour of each tag that the person gave one, as ``#rrggbb``."""
    return dict(db.execute("SELECT name, colour FROM tags WHERE colour IS NOT NULL"))


def tag_counts(db: Database, *, with_maybes: bool = False) -> dict[str, int]:
    """Return how many videos carry each tag (given or confirmed), most frequent first.

    Args:
        db: the library.
        with_maybes: whether the videos count too where it is a maybe.
    """
    return _counts(db, "videos + maybes" if with_maybes else "videos")


def maybe_counts(db: Database) -> dict[str, int]:
    """Return of how many videos each tag is a maybe, most frequent first."""
    return _counts(db, "maybes")


def _counts(db: Database, count: str) -> dict[str, int]:
    return dict(db.execute(f"SELECT name, {count} FROM tags WHERE {count} > 0 ORDER BY {count} DESC, name"))


def scored_labels(db: Database) -> list[str]:
    """Return the labels that videos have scores of, as the models that gave them write these."""
    rows = db.execute(
        """
        SELECT (SELECT s.scores FROM scores s WHERE s.bundle = b.bundle LIMIT 1)
        FROM (SELECT DISTINCT bundle FROM scores) b
        """
    )
    return list(dict.fromkeys(label for (scores,) in rows for label in json.loads(scores)))


def find_tag(db: Database, name: str, *, shown: bool = False) -> int | None:
    """Return the id of the tag that a person means, whatever its case and how its accents are composed.

    Args:
        db: the library.
        name: what they say.
        shown: whether a hidden tag counts as none.
    """
    row = db.execute(
        "SELECT id FROM tags WHERE folded = ? AND NOT (hidden AND ?)", [folded(name), shown]
    ).fetchone()
    return None if row is None else int(row[0])
