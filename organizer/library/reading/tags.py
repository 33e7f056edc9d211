"""The tags of a library: their names, how many videos carry them, and which one a person means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.spelling import folded

if TYPE_CHECKING:
    from sqlite_utils import Database


def tag_names(db: Database) -> list[str]:
    """Return the names of all tags of any video, in any state, by name."""
    rows = db.execute(
        """
        SELECT name FROM tags t WHERE EXISTS (SELECT 1 FROM video_tags vt WHERE vt.tag_id = t.id)
        ORDER BY name COLLATE NOCASE
        """
    )
    return [name for (name,) in rows]


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


def find_tag(db: Database, name: str) -> int | None:
    """Return the id of the tag that a person means, whatever its case and how its accents are composed."""
    row = db.execute("SELECT id FROM tags WHERE folded = ?", [folded(name)]).fetchone()
    return None if row is None else int(row[0])
