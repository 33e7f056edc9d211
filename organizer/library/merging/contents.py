"""What a merge stores of videos themselves: rows, places, features, posters and scores of a staged batch.

What belongs to a new video is stored before its row. So the triggers that keep its row up to date with each
of its places and tags find nothing to do, and the row is written once, into every index once, with all that
they would have made of it. References to it are looked at when the transaction ends.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from organizer.library.changes import MergeCounts
from organizer.library.database.columns import from_column, now_exactly
from organizer.library.database.mark_bits import LIVE, SET_APART
from organizer.library.database.names import names_of
from organizer.library.reading.sql import SHARED_BIT
from organizer.library.writing.capture_date import LOCAL_WALL, local_wall
from organizer.library.writing.places import follow_places

if TYPE_CHECKING:
    from sqlite_utils import Database

FACTS = (
    "size_bytes",
    "duration_s",
    "width",
    "height",
    "codec",
    "frame_rate",
    "rotation_deg",
    "mirrored",
    "stored_width",
    "stored_height",
    "metadata_digest",
)
"""Columns of what a container says of its video, but for its date."""
DATE = ("taken_at", "taken_source", "taken_clock", "taken_wall", "taken_utc")
LOOK = ("status", "error", "analysed_at")
OF_THIS_LIBRARY = ("id", "key", "fingerprint", "added_at", "sort_name", "search_text")
MARKS = ("marks",)
FROM_PLACES_AND_TAGS = ("present_in", "placed_in", "suggested", "confirmed", "rejected", "maybe")
"""With the others, all columns of a video."""

# An instant is sorted by what the clock of this machine shows.
_WALL = f"""
    CASE WHEN o.taken_utc >= 0 THEN {LOCAL_WALL.replace("taken_utc", "o.taken_utc")}
        WHEN o.taken_utc < 0 THEN local_wall(o.taken_utc) ELSE o.taken_wall END
"""
_BITS = f"coalesce(sum(DISTINCT {{which}} << min(t.tag_id - 1, {SHARED_BIT})), 0)".format
_OF_TAGS = """(
    SELECT {bits} FROM main.video_tags t
    WHERE t.tag_id NOT IN (SELECT h.id FROM main.tags h WHERE h.hidden) AND t.video_id = m.here_id)
""".format
_COMPUTED = {
    "present_in": f"""(
        SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, {SHARED_BIT}))
        FROM main.places p WHERE p.video_id = m.here_id)""",
    "placed_in": f"""(
        SELECT sum(DISTINCT 1 << min(p.root_id - 1, {SHARED_BIT}))
        FROM main.places p WHERE p.video_id = m.here_id)""",
    "suggested": _OF_TAGS(bits=_BITS(which="(t.state = 'suggested' AND t.tier = 'given')")),
    "confirmed": _OF_TAGS(bits=_BITS(which="(t.state = 'confirmed')")),
    "rejected": _OF_TAGS(bits=_BITS(which="(t.state = 'rejected')")),
    "maybe": _OF_TAGS(bits=_BITS(which="(t.state = 'suggested' AND t.tier = 'maybe')")),
}
_STORE_VIDEOS = f"""
    INSERT INTO main.videos (
        id, key, fingerprint, added_at, sort_name, search_text,
        {", ".join((*LOOK, *FACTS, *DATE, *MARKS, *_COMPUTED))}
    )
    SELECT m.here_id, lower(hex(randomblob(16))), m.fingerprint, :now, m.sort_name, m.search_text,
        {", ".join(f"o.{column}" for column in (*LOOK, *FACTS))},
        {", ".join(_WALL if column == "taken_wall" else f"o.{column}" for column in DATE)}, o.marks,
        {", ".join(_COMPUTED.values())}
    FROM m_videos m CROSS JOIN other.videos o ON o.id = m.other_id
    WHERE m.is_new ORDER BY m.here_id
"""
_COUNT_TAGS = f"""
    UPDATE main.tags SET videos = videos + c.carried, maybes = maybes + c.maybe
    FROM (
        SELECT t.tag_id,
            sum(t.state = 'confirmed' OR (t.state = 'suggested' AND t.tier = 'given')) AS carried,
            sum(t.state = 'suggested' AND t.tier = 'maybe') AS maybe
        FROM m_videos m CROSS JOIN main.videos v ON v.id = m.here_id
            CROSS JOIN main.video_tags t ON t.video_id = m.here_id
        WHERE m.is_new AND v.present_in IS NOT NULL AND v.marks & {SET_APART} = 0 GROUP BY t.tag_id
    ) c
    WHERE c.tag_id = tags.id AND NOT tags.hidden
"""

# A zone that is known is worth more than none, what the video says more than a name, and that more than the
# file's date; among equals, what was looked at later.
_RANK = """
    CASE {v}.taken_source WHEN 'file' THEN 1 WHEN 'name' THEN 2
        WHEN 'container' THEN CASE {v}.taken_clock WHEN 'place' THEN 5 WHEN 'local' THEN 4 ELSE 3 END
        ELSE 0 END
""".format
_TAKES_DATE = f"({_RANK(v='o')} + 0.5 * (m.takes_facts = 2) > {_RANK(v='v')})"
_KNOWN_MORE = f"""
    SELECT m.here_id AS id,
        {", ".join(f"iif(m.takes_facts = 2, o.{c}, v.{c}) AS {c}" for c in LOOK)},
        {
    ", ".join(f"iif(m.takes_facts = 2, coalesce(o.{c}, v.{c}), coalesce(v.{c}, o.{c})) AS {c}" for c in FACTS)
},
        {
    ", ".join(f"iif({_TAKES_DATE}, {_WALL if c == 'taken_wall' else 'o.' + c}, v.{c}) AS {c}" for c in DATE)
}
    FROM m_videos m CROSS JOIN other.videos o ON o.id = m.other_id
        CROSS JOIN main.videos v ON v.id = m.here_id
    WHERE NOT m.is_new AND m.takes_facts
"""
_COMPARED = (*LOOK, *FACTS, *(column for column in DATE if column != "taken_wall"))
_CHANGED = f"({', '.join(f'n.{c}' for c in _COMPARED)}) IS NOT ({', '.join(f'v.{c}' for c in _COMPARED)})"
_PUT_FACTS = f"""
    UPDATE main.videos AS v SET {", ".join(f"{c} = n.{c}" for c in (*LOOK, *FACTS, *DATE))}
    FROM ({_KNOWN_MORE}) n WHERE v.id = n.id AND {_CHANGED}
"""
_COUNT_FACTS = (
    f"SELECT count(*) FROM ({_KNOWN_MORE}) n CROSS JOIN main.videos v ON v.id = n.id WHERE {_CHANGED}"
)

_NEW_FEATURES = """
    FROM m_videos m CROSS JOIN other.features f ON f.video_id = m.other_id
    WHERE m.is_new OR NOT EXISTS (
        SELECT 1 FROM main.features h WHERE h.video_id = m.here_id AND h.space_id = f.space_id)
"""
_NEW_POSTERS = """
    FROM m_videos m CROSS JOIN other.posters f ON f.video_id = m.other_id
    WHERE m.is_new OR NOT EXISTS (SELECT 1 FROM main.posters h WHERE h.video_id = m.here_id)
"""
_MOVE_PLACES = """
    UPDATE main.places AS p SET video_id = m.here_id, size_bytes = n.size_bytes, mtime_ns = n.mtime_ns,
        missing_since = n.missing_since
    FROM m_places n JOIN m_videos m ON m.other_id = n.other_video
    WHERE p.id = n.before_id AND n.fate IN ('back', 'over')
"""
_PUT_PLACES = f"""
    INSERT INTO main.places
        (video_id, root_id, relative_path, size_bytes, mtime_ns, missing_since, beside_picture)
    SELECT m.here_id, n.root_id, n.relative_path, n.size_bytes, n.mtime_ns, n.missing_since, EXISTS (
        SELECT 1 FROM other.videos o WHERE o.id = n.other_video AND o.marks & {LIVE})
    FROM m_places n JOIN m_videos m ON m.other_id = n.other_video WHERE n.fate = 'new' ORDER BY n.id
"""
_FOUND_KNOWN = """
    SELECT DISTINCT m.here_id FROM m_places n JOIN m_videos m ON m.other_id = n.other_video
    WHERE NOT m.is_new AND n.fate IN ('new', 'back', 'over')
"""
# One of several copies that is gone just leaves the list.
_DROP_MISSING = f"""
    DELETE FROM main.places WHERE missing_since IS NOT NULL AND video_id IN ({_FOUND_KNOWN})
        AND EXISTS (
            SELECT 1 FROM main.places o WHERE o.video_id = places.video_id AND o.missing_since IS NULL)
"""
_DROP_FAILED = """
    DELETE FROM main.videos
    WHERE id IN (SELECT before_video FROM m_places WHERE fate = 'over') AND status = 'failed'
        AND NOT EXISTS (SELECT 1 FROM main.places p WHERE p.video_id = videos.id)
        AND NOT EXISTS (SELECT 1 FROM main.video_tags t WHERE t.video_id = videos.id)
"""
_COUNTS = """
    SELECT
        (SELECT count(*) FROM m_videos WHERE is_new),
        (SELECT count(*) FROM m_videos WHERE NOT is_new),
        (SELECT count(*) FROM m_videos m JOIN other.videos o ON o.id = m.other_id
            WHERE m.is_new AND o.status = 'failed'),
        (SELECT count(*) FROM m_places n JOIN m_videos m ON m.other_id = n.other_video
            WHERE n.fate IN ('new', 'over')),
        (SELECT count(*) FROM m_places WHERE fate = 'back'),
        (SELECT count(*) FROM m_places WHERE fate = 'kept'),
        (SELECT count(*) FROM m_videos WHERE takes_tagging)
"""


def add_functions(db: Database) -> None:
    """Give the connection what SQL lacks."""
    db.conn.create_function("local_wall", 1, local_wall, deterministic=True)


def count_contents(db: Database) -> MergeCounts:
    """Return what a staged batch brings, but for decisions; call it before anything of it is stored."""
    new, known, failed, places, back, kept, taggings = db.execute(_COUNTS).fetchone()
    (facts,) = db.execute(_COUNT_FACTS).fetchone()
    # How long a value is stands in its row: the value itself is not read.
    features, feature_bytes = db.execute(f"SELECT count(*), total(length(f.data)) {_NEW_FEATURES}").fetchone()
    posters, poster_bytes = db.execute(f"SELECT count(*), total(length(f.webp)) {_NEW_POSTERS}").fetchone()
    return MergeCounts(
        videos_new=new,
        videos_known=known,
        failed_new=failed,
        facts=facts,
        places_new=places,
        places_back=back,
        places_kept=kept,
        features=features,
        posters=posters,
        taggings=taggings,
        data_bytes=int(feature_bytes + poster_bytes),
    )


def store_data(db: Database) -> None:
    """Store places, features, posters and scores of a staged batch; call it inside a transaction.

    Those of new videos are stored before their rows.
    """
    db.execute(_PUT_FACTS)
    db.execute(_MOVE_PLACES)
    db.execute(_PUT_PLACES)
    db.execute(_DROP_MISSING)
    db.execute(
        "INSERT INTO main.features (video_id, space_id, frames, dimension, data) "
        f"SELECT m.here_id, f.space_id, f.frames, f.dimension, f.data {_NEW_FEATURES}"
    )
    db.execute(f"INSERT INTO main.posters (video_id, webp) SELECT m.here_id, f.webp {_NEW_POSTERS}")
    db.execute(
        """
        INSERT OR REPLACE INTO main.scores (video_id, bundle, scored_at, scores)
        SELECT m.here_id, s.bundle, s.scored_at, s.scores
        FROM m_videos m CROSS JOIN other.scores s ON s.video_id = m.other_id
        WHERE m.is_new OR m.takes_tagging
        """
    )


def store_videos(db: Database) -> None:
    """Store the rows of new videos, with what their places and tags make of them; inside a transaction."""
    _name_new(db)
    db.execute(_STORE_VIDEOS, {"now": now_exactly()})
    db.execute(_COUNT_TAGS)
    follow = [id_ for (id_,) in db.execute(_FOUND_KNOWN)]
    follow += [id_ for (id_,) in db.execute("SELECT before_video FROM m_places WHERE fate = 'over'")]
    follow_places(db, follow)
    db.execute(_DROP_FAILED)


def _name_new(db: Database) -> None:
    """Note the names of new videos, which SQL cannot fold."""
    rows = db.execute(
        """
        SELECT m.other_id, p.root_id, p.relative_path
        FROM m_videos m CROSS JOIN main.places p ON p.video_id = m.here_id
        WHERE m.is_new ORDER BY m.other_id, p.id
        """
    )
    names = [
        (*names_of([(root_id, from_column(path)) for _, root_id, path in places]), other_id)
        for other_id, places in groupby(rows, key=lambda row: row[0])
    ]
    db.conn.executemany("UPDATE m_videos SET sort_name = ?, search_text = ? WHERE other_id = ?", names)
