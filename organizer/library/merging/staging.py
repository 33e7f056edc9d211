"""A batch of the other library's videos, held against this one in temporary tables: nothing is stored here.

Planning and merging look at the same tables, so that a merge does what was said before. SQL does all of it
but for paths, which other systems spell in other ways.

- ``m_videos``: the videos of the batch, which of them are here, and which side knows more.
- ``m_places``: their files as paths of this library, and what becomes of each (``fate``): it is ``new``, the
  ``same`` as here, ``back`` after it was missing here, taken ``over`` from a video that nobody misses,
  ``kept`` by another video, or ``left`` out, for its video lies elsewhere now.
- ``m_tags``: the id here of each tag that the other library uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.database.columns import from_column, now_text, to_column
from organizer.library.deciding.tags import tag_id_of
from organizer.library.fingerprint import UNREADABLE, unreadable_fingerprint
from organizer.library.reading.tags import find_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database

    from organizer.library.merging.paths import MappedPlace, PlaceMap

_TABLES = {
    "m_tags": "other_id INTEGER PRIMARY KEY, here_id INTEGER NOT NULL",
    "m_videos": """
        other_id INTEGER PRIMARY KEY, here_id INTEGER, is_new INTEGER, fingerprint TEXT NOT NULL UNIQUE,
        takes_facts INTEGER NOT NULL DEFAULT 0, takes_tagging INTEGER NOT NULL DEFAULT 0,
        sort_name TEXT, search_text TEXT
    """,
    "m_places": """
        id INTEGER PRIMARY KEY, other_video INTEGER NOT NULL, root_id INTEGER NOT NULL,
        relative_path NOT NULL, size_bytes INTEGER, mtime_ns INTEGER, missing_since TEXT,
        before_id INTEGER, before_video INTEGER, fate TEXT, UNIQUE (root_id, relative_path)
    """,
}
_INDEXES = """
    CREATE INDEX temp.m_videos_here ON m_videos (here_id);
    CREATE INDEX temp.m_places_of ON m_places (other_video, fate)
"""

# 2: the other library's facts count; 1: they fill in what is not known here; 0: they do not count.
_TAKES = """
    UPDATE m_videos SET
        takes_facts = CASE
            WHEN o.status = 'failed' AND v.status = 'ok' THEN 0
            WHEN o.status != v.status OR o.analysed_at > v.analysed_at THEN 2
            ELSE 1
        END,
        takes_tagging = EXISTS (SELECT 1 FROM other.scores s WHERE s.video_id = o.id)
            AND NOT EXISTS (
                SELECT 1 FROM other.scores s JOIN main.scores h ON h.video_id = v.id
                WHERE s.video_id = o.id AND (s.scored_at, s.bundle) <= (h.scored_at, h.bundle))
    FROM other.videos o, main.videos v
    WHERE NOT m_videos.is_new AND o.id = m_videos.other_id AND v.id = m_videos.here_id
"""

# Whoever sees a file knows better than who misses it, and who can read it than who cannot; but nothing that a
# person decided about goes out of sight.
_MET = """
    UPDATE m_places SET
        before_id = p.id, before_video = p.video_id,
        fate = CASE
            WHEN p.video_id = m.here_id AND p.missing_since IS NOT NULL AND m_places.missing_since IS NULL
                THEN 'back'
            WHEN p.video_id = m.here_id THEN 'same'
            WHEN (v.confirmed | v.rejected) = 0 AND (
                p.missing_since IS NOT NULL AND m_places.missing_since IS NULL
                OR (p.missing_since IS NULL) = (m_places.missing_since IS NULL)
                    AND v.status = 'failed' AND o.status = 'ok'
            ) THEN 'over'
            ELSE 'kept'
        END
    FROM main.places p, main.videos v, m_videos m, other.videos o
    WHERE p.root_id = m_places.root_id AND p.relative_path = m_places.relative_path AND v.id = p.video_id
        AND m.other_id = m_places.other_video AND o.id = m.other_id
"""
_LEFT = """
    UPDATE m_places SET fate = 'left'
    FROM m_videos m
    WHERE m_places.fate = 'new' AND m_places.missing_since IS NOT NULL
        AND m.other_id = m_places.other_video AND NOT m.is_new
        AND (
            EXISTS (SELECT 1 FROM main.places p WHERE p.video_id = m.here_id AND p.missing_since IS NULL)
            OR EXISTS (
                SELECT 1 FROM m_places o WHERE o.other_video = m.other_id
                    AND o.fate IN ('new', 'back', 'over') AND o.missing_since IS NULL)
        )
"""
# As a scan does: what could not be read goes when its place is another's.
_WITHOUT_PLACE = """
    DELETE FROM m_videos
    WHERE is_new
        AND EXISTS (SELECT 1 FROM other.videos o WHERE o.id = other_id AND o.status = 'failed')
        AND NOT EXISTS (SELECT 1 FROM m_places p WHERE p.other_video = other_id AND p.fate IN ('new', 'over'))
        AND NOT EXISTS (SELECT 1 FROM other.video_tags t WHERE t.video_id = other_id)
"""
_NUMBER = """
    UPDATE m_videos SET here_id = (SELECT coalesce(max(id), 0) FROM main.videos) + n.number
    FROM (SELECT other_id, row_number() OVER (ORDER BY other_id) AS number FROM m_videos WHERE is_new) n
    WHERE n.other_id = m_videos.other_id
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some videos of the other library, by their ids there, and their files as these lie here."""

    after: int
    last: int
    videos: int
    places: tuple[tuple[MappedPlace, int, int, int, str | None], ...]
    """Each with its video's id there, size, modification time and since when it is missing."""
    fingerprints: tuple[tuple[str, int], ...]
    """Of files that could not be opened, which are known by their path, and their videos' ids there."""


def make_tables(db: Database) -> None:
    """Make the temporary tables; call it outside a transaction."""
    drop_tables(db)
    for name, columns in _TABLES.items():
        db.execute(f"CREATE TEMP TABLE {name} ({columns})")
    for index in _INDEXES.split(";"):
        db.execute(index)


def drop_tables(db: Database) -> None:
    """Drop the temporary tables; call it outside a transaction."""
    for name in _TABLES:
        db.execute(f"DROP TABLE IF EXISTS temp.{name}")


def other_roots(db: Database) -> list[str]:
    """Return the absolute paths of the other library's roots."""
    return [
        from_column(path) for (path,) in db.execute("SELECT path FROM other.roots ORDER BY id").fetchall()
    ]


def read_batch(db: Database, place_map: PlaceMap, after: int, most: int) -> Batch | None:
    """Read the next videos of the other library and map their files; None where there are no more.

    Args:
        db: the library, with the other one attached.
        place_map: where files of the other library lie here.
        after: the last id of the batch before.
        most: how many videos.
    """
    last, videos = db.execute(
        "SELECT max(id), count(*) FROM (SELECT id FROM other.videos WHERE id > ? ORDER BY id LIMIT ?)",
        [after, most],
    ).fetchone()
    if not videos:
        return None
    rows = db.execute(
        f"""
        SELECT p.video_id, r.path, p.relative_path, p.size_bytes, p.mtime_ns, p.missing_since,
            iif(v.fingerprint LIKE '{UNREADABLE}%', v.fingerprint, NULL)
        FROM other.places p JOIN other.roots r ON r.id = p.root_id JOIN other.videos v ON v.id = p.video_id
        WHERE p.video_id > ? AND p.video_id <= ? ORDER BY p.video_id, p.missing_since IS NOT NULL, p.id
        """,
        [after, last],
    )
    places, fingerprints = [], {}
    for video, root, relative_path, size, mtime_ns, missing_since, unreadable in rows:
        place = place_map.place(from_column(root), from_column(relative_path))
        places.append((place, video, size, mtime_ns, missing_since))
        if unreadable is not None:
            fingerprints[video] = unreadable_fingerprint(place.path)
    changed = tuple((fingerprint, video) for video, fingerprint in fingerprints.items())
    return Batch(after, last, videos, tuple(places), changed)


def store_saved_searches(db: Database) -> None:
    """Bring over the searches whose names are not taken here."""
    db.execute(
        """
        INSERT INTO main.saved_searches (name, folded, text, saved_at)
        SELECT name, folded, text, saved_at FROM other.saved_searches WHERE true
        ON CONFLICT (folded) DO NOTHING
        """
    )


def stage_tags(db: Database, *, create: bool) -> None:
    """Find the tags that the other library uses; call it inside a transaction.

    Args:
        db: the library, with the other one attached.
        create: whether those that are new here are made; else they get an id that no tag has.
    """
    db.execute("DELETE FROM m_tags")
    names = db.execute(
        """
        SELECT id, name FROM other.tags t
        WHERE EXISTS (SELECT 1 FROM other.video_tags v WHERE v.tag_id = t.id)
            OR EXISTS (SELECT 1 FROM other.decision_journal j WHERE j.tag_id = t.id)
        ORDER BY id
        """
    ).fetchall()
    rows = [(id_, tag_id_of(db, name) if create else find_tag(db, name) or -id_) for id_, name in names]
    db.conn.executemany("INSERT INTO m_tags (other_id, here_id) VALUES (?, ?)", rows)


def stage(db: Database, batch: Batch, root_id: Callable[[str], int]) -> None:
    """Fill the tables with a batch; call it inside a transaction.

    Args:
        db: the library, with the other one attached.
        batch: the videos.
        root_id: returns the id of a root by its path; that of a new one may be any that no root has.
    """
    db.execute("DELETE FROM m_videos")
    db.execute("DELETE FROM m_places")
    db.execute(
        "INSERT INTO m_videos (other_id, fingerprint) SELECT id, fingerprint FROM other.videos "
        "WHERE id > ? AND id <= ?",
        [batch.after, batch.last],
    )
    # Two that are mapped to one path stay two; the second finds its place taken.
    db.conn.executemany(
        "UPDATE OR IGNORE m_videos SET fingerprint = ? WHERE other_id = ?", batch.fingerprints
    )
    db.execute(
        "UPDATE m_videos SET here_id = "
        "(SELECT v.id FROM main.videos v WHERE v.fingerprint = m_videos.fingerprint)"
    )
    db.execute("UPDATE m_videos SET is_new = here_id IS NULL")
    db.execute(_TAKES)
    db.conn.executemany(
        """
        INSERT OR IGNORE INTO m_places
            (root_id, relative_path, other_video, size_bytes, mtime_ns, missing_since)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        ((root_id(place.root), to_column(place.relative_path), *rest) for place, *rest in batch.places),
    )
    db.execute(_MET)
    db.execute("UPDATE m_places SET fate = 'new' WHERE fate IS NULL")
    db.execute(_LEFT)
    db.execute(_WITHOUT_PLACE)
    db.execute(_NUMBER)


def add_root(db: Database, path: str, *, offline: bool) -> int:
    """Make a root that is new here, scanned when the other library's root of its path was; return its id.

    Call it inside a transaction.
    """
    column = to_column(path)
    id_ = db.execute(
        """
        INSERT INTO roots (path, added_at, scanned_at, offline)
        VALUES (?1, ?2, (SELECT scanned_at FROM other.roots WHERE path = ?1), ?3)
        """,
        [column, now_text(), offline],
    ).lastrowid
    assert id_ is not None
    return id_


def clashes(db: Database) -> Sequence[tuple[str, str]]:
    """Return root and relative path of the batch's files whose path is kept by another video."""
    rows = db.execute(
        """
        SELECT r.path, p.relative_path FROM m_places p JOIN main.roots r ON r.id = p.root_id
        WHERE p.fate = 'kept' ORDER BY p.id
        """
    )
    return [(from_column(root), from_column(path)) for root, path in rows]
