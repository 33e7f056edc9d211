"""Marks of videos, and steps: what a person did to many videos at once, as one entry of one history.

- ``videos.marks``: bit 0 favourite, bit 1 hidden, bit 2 clip of a Live Photo, bits 3 to 5 a rating of 0 to
  5. The narrow indexes hold it, for lists leave hidden videos and such clips out.
- ``tags.hidden``: a tag that is never shown. Its rows stay and follow the models, but no bit of a video and
  no count knows them. ``tags.colour`` is for whoever draws it; ``tags.merged_into`` names the tag that is
  given in its place where a model still knows it by its old name.
- ``steps``: what was done, with what tells it in words. The entries of the journals name their step.
- ``mark_journal``: as ``decision_journal``, for marks: which bits, and what they were before and after.
- ``step_places``: where videos lay that a step let go. ``step_taggings``: what a model had said before.
- ``exclusions``: what scans leave out.
- ``tallies``, of ``m12_tallies.py``, keep videos of other marks apart.

``tags.videos`` and ``tags.maybes`` count videos that lie somewhere and are neither hidden nor such clips.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def marks_and_steps(db: Database) -> None:
    """Add columns and tables, make indexes and triggers anew that know them, and give old entries steps."""
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)
    for name, order in _ORDERS.items():
        for index, columns in (("lists", _FILTERED_BY), ("names", _NAMED_BY)):
            db.execute(f"DROP INDEX {index}_by_{name}")
            db.execute(
                f"CREATE INDEX {index}_by_{name} ON videos ({order}, {columns}) WHERE present_in IS NOT NULL"
            )
    _give_steps(db)


def _give_steps(db: Database) -> None:
    """Make a step of each decision and of each merge that there was, in the order they were made."""
    entries = db.execute(
        """
        SELECT j.decided_at, j.id, t.name, json_extract(j.after_row, '$.state'), j.undone_at
        FROM decision_journal j JOIN tags t ON t.id = j.tag_id WHERE j.merge_id IS NULL
        """
    ).fetchall()
    merges = db.execute("SELECT began_at, id, sources, undone_at FROM merges").fetchall()
    steps = [
        (at, 1, id_, "tag", {"tag": tag, "state": None if state == "suggested" else state}, 1, undone_at)
        for at, id_, tag, state, undone_at in entries
    ]
    for at, id_, sources, undone_at in merges:
        (videos,) = db.execute(
            "SELECT count(DISTINCT video_id) FROM decision_journal WHERE merge_id = ?", [id_]
        ).fetchone()
        steps.append((at, 0, id_, "merge", {"merge": id_, "sources": json.loads(sources)}, videos, undone_at))
    # Decisions of one second in the order of the journal: each undoes to what the one before it left.
    steps.sort(key=lambda step: step[:3])
    for at, is_entry, id_, kind, details, videos, undone_at in steps:
        step_id = db.execute(
            "INSERT INTO steps (kind, details, videos, at, undone_at) VALUES (?, ?, ?, ?, ?)",
            [kind, json.dumps(details), videos, at, undone_at],
        ).lastrowid
        column = "id" if is_entry else "merge_id"
        # Of what a merge brought, only what was undone with it comes back with it.
        db.execute(
            f"""
            UPDATE decision_journal SET step_id = ?,
                undone_with_step = undone_at IS ? AND undone_at IS NOT NULL
            WHERE {column} = ?
            """,
            [step_id, undone_at, id_],
        )


_SHARED_BIT = 62
"""Number of the bit, from 0, that ids above 62 share."""
_SET_APART = 6
"""The bits of marks that lists leave out: hidden, and a Live Photo's clip."""
_FILTERED_BY = """
    marks, suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc
"""
"""What most filters look at comes first: SQLite reads a row from its beginning."""
_NAMED_BY = "present_in, marks, placed_in, search_text"
_ORDERS = {
    "taken": "taken_wall, id",
    "name": "sort_name COLLATE NOCASE, id",
    "duration": "duration_s, id",
    "size": "size_bytes, id",
    "added": "id",
}

_IS_MAYBE = "({row}.state = 'suggested' AND {row}.tier = 'maybe')".format
_IS_CARRIED = "({row}.state = 'confirmed' OR ({row}.state = 'suggested' AND {row}.tier = 'given'))".format
_IS_COUNTED = f"({{row}}present_in IS NOT NULL AND {{row}}marks & {_SET_APART} = 0)".format
_BITS = f"coalesce(sum(DISTINCT {{which}} << min(t.tag_id - 1, {_SHARED_BIT})), 0)".format
_TAG_BITS = f"""
    SELECT {_BITS(which="(t.state = 'suggested' AND t.tier = 'given')")},
           {_BITS(which="(t.state = 'confirmed')")},
           {_BITS(which="(t.state = 'rejected')")},
           {_BITS(which=_IS_MAYBE(row="t"))}
    FROM video_tags t
    WHERE t.tag_id NOT IN (SELECT h.id FROM tags h WHERE h.hidden) AND t.video_id = """
_SET_TAG_BITS = f"""
    UPDATE videos SET (suggested, confirmed, rejected, maybe) = ({_TAG_BITS} videos.id) WHERE id {{which}}
""".strip().format
_COUNTS_OF = (
    f"EXISTS (SELECT 1 FROM videos v WHERE v.id = {{row}}.video_id AND {_IS_COUNTED(row='v.')})".format
)
_TAGS_WHERE = """
    NOT hidden AND id IN (SELECT t.tag_id FROM video_tags t WHERE t.video_id = {id} AND {which})
""".strip().format
_COUNT_OF_TAG = f"""
    SELECT count(*) FROM video_tags t JOIN videos v ON v.id = t.video_id
    WHERE t.tag_id = tags.id AND NOT tags.hidden AND {_IS_COUNTED(row="v.")} AND {{which}}
""".strip().format

_TALLIED = ("present_in", "placed_in", "marks", "status", "suggested", "confirmed", "maybe", "rejected")
_ALIKE = " AND ".join(f"{column} IS OLD.{column}" for column in _TALLIED)
_LESS = f"""
    UPDATE tallies SET videos = videos - 1 WHERE {_ALIKE};
    DELETE FROM tallies WHERE {_ALIKE} AND videos = 0
""".strip()
_MORE = f"""
    INSERT INTO tallies ({", ".join(_TALLIED)}, videos)
        SELECT {", ".join(f"NEW.{column}" for column in _TALLIED)}, 1 WHERE NEW.present_in IS NOT NULL
        ON CONFLICT ({", ".join(_TALLIED)}) DO UPDATE SET videos = videos + 1
""".strip()
_OLD, _NEW = (f"({', '.join(f'{row}.{column}' for column in _TALLIED)})" for row in ("OLD", "NEW"))

_SCHEMA = f"""
ALTER TABLE videos ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE tags ADD COLUMN colour TEXT;;
ALTER TABLE tags ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE tags ADD COLUMN merged_into INTEGER REFERENCES tags (id) ON DELETE SET NULL;;
CREATE INDEX tags_hidden ON tags (id) WHERE hidden;;
CREATE INDEX videos_set_apart ON videos (id) WHERE marks & {_SET_APART} != 0;;
CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    details TEXT NOT NULL,
    videos INTEGER NOT NULL,
    at TEXT NOT NULL,
    undone_at TEXT
);;
ALTER TABLE decision_journal ADD COLUMN step_id INTEGER REFERENCES steps (id);;
ALTER TABLE decision_journal ADD COLUMN undone_with_step INTEGER NOT NULL DEFAULT 0;;
CREATE INDEX decision_journal_by_step ON decision_journal (step_id);;
CREATE TABLE mark_journal (
    id INTEGER PRIMARY KEY,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    bits INTEGER NOT NULL,
    before_bits INTEGER NOT NULL,
    after_bits INTEGER NOT NULL,
    decided_at TEXT NOT NULL,
    undone_at TEXT,
    merge_id INTEGER REFERENCES merges (id),
    step_id INTEGER REFERENCES steps (id),
    undone_with_step INTEGER NOT NULL DEFAULT 0
);;
CREATE INDEX mark_journal_by_video ON mark_journal (video_id, bits, id);;
CREATE INDEX mark_journal_by_step ON mark_journal (step_id);;
CREATE TABLE step_places (
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    root_path NOT NULL,
    relative_path NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    missing_since TEXT,
    PRIMARY KEY (step_id, root_path, relative_path)
) WITHOUT ROWID;;
CREATE TABLE step_taggings (
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    tagging TEXT,
    undone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (step_id, video_id)
) WITHOUT ROWID;;
CREATE INDEX step_taggings_by_video ON step_taggings (video_id);;
CREATE TABLE exclusions (
    id INTEGER PRIMARY KEY,
    pattern TEXT NOT NULL UNIQUE,
    added_at TEXT NOT NULL
);;
DROP TRIGGER tallied_inserted;;
DROP TRIGGER tallied_deleted;;
DROP TRIGGER tallied_updated;;
DROP TABLE tallies;;
CREATE TABLE tallies (
    present_in INTEGER NOT NULL,
    placed_in INTEGER NOT NULL,
    marks INTEGER NOT NULL,
    status TEXT NOT NULL,
    suggested INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    maybe INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    videos INTEGER NOT NULL,
    PRIMARY KEY ({", ".join(_TALLIED)})
) WITHOUT ROWID;;
INSERT INTO tallies ({", ".join(_TALLIED)}, videos)
    SELECT {", ".join(_TALLIED)}, count(*) FROM videos WHERE present_in IS NOT NULL
    GROUP BY {", ".join(_TALLIED)};;
CREATE TRIGGER tallied_inserted AFTER INSERT ON videos WHEN NEW.present_in IS NOT NULL BEGIN
    {_MORE};
END;;
CREATE TRIGGER tallied_deleted AFTER DELETE ON videos WHEN OLD.present_in IS NOT NULL BEGIN
    {_LESS};
END;;
CREATE TRIGGER tallied_updated AFTER UPDATE OF {", ".join(_TALLIED)} ON videos WHEN {_OLD} IS NOT {_NEW} BEGIN
    {_LESS};
    {_MORE};
END;;
DROP TRIGGER video_tags_inserted;;
DROP TRIGGER video_tags_deleted;;
DROP TRIGGER video_tags_updated;;
DROP TRIGGER videos_placed;;
DROP TRIGGER videos_deleted;;
CREATE TRIGGER video_tags_inserted AFTER INSERT ON video_tags BEGIN
    {_SET_TAG_BITS(which="= NEW.video_id")};
    UPDATE tags SET videos = videos + {_IS_CARRIED(row="NEW")}, maybes = maybes + {_IS_MAYBE(row="NEW")}
        WHERE id = NEW.tag_id AND NOT hidden AND NEW.state != 'rejected' AND {_COUNTS_OF(row="NEW")};
END;;
CREATE TRIGGER video_tags_deleted AFTER DELETE ON video_tags BEGIN
    {_SET_TAG_BITS(which="= OLD.video_id")};
    UPDATE tags SET videos = videos - {_IS_CARRIED(row="OLD")}, maybes = maybes - {_IS_MAYBE(row="OLD")}
        WHERE id = OLD.tag_id AND NOT hidden AND OLD.state != 'rejected' AND {_COUNTS_OF(row="OLD")};
END;;
CREATE TRIGGER video_tags_updated AFTER UPDATE OF state, tier ON video_tags
WHEN OLD.state != NEW.state OR (NEW.state = 'suggested' AND OLD.tier != NEW.tier)
BEGIN
    {_SET_TAG_BITS(which="= NEW.video_id")};
    UPDATE tags SET videos = videos + {_IS_CARRIED(row="NEW")} - {_IS_CARRIED(row="OLD")},
        maybes = maybes + {_IS_MAYBE(row="NEW")} - {_IS_MAYBE(row="OLD")}
        WHERE id = NEW.tag_id AND NOT hidden AND {_COUNTS_OF(row="NEW")};
END;;
CREATE TRIGGER videos_placed AFTER UPDATE OF present_in, marks ON videos
WHEN {_IS_COUNTED(row="OLD.")} != {_IS_COUNTED(row="NEW.")}
BEGIN
    UPDATE tags SET videos = videos + {_IS_COUNTED(row="NEW.")} - {_IS_COUNTED(row="OLD.")}
        WHERE {_TAGS_WHERE(id="NEW.id", which=_IS_CARRIED(row="t"))};
    UPDATE tags SET maybes = maybes + {_IS_COUNTED(row="NEW.")} - {_IS_COUNTED(row="OLD.")}
        WHERE {_TAGS_WHERE(id="NEW.id", which=_IS_MAYBE(row="t"))};
END;;
CREATE TRIGGER videos_deleted BEFORE DELETE ON videos WHEN {_IS_COUNTED(row="OLD.")} BEGIN
    UPDATE tags SET videos = videos - 1 WHERE {_TAGS_WHERE(id="OLD.id", which=_IS_CARRIED(row="t"))};
    UPDATE tags SET maybes = maybes - 1 WHERE {_TAGS_WHERE(id="OLD.id", which=_IS_MAYBE(row="t"))};
END;;
CREATE TRIGGER tags_hidden_or_shown AFTER UPDATE OF hidden ON tags WHEN OLD.hidden != NEW.hidden BEGIN
    {_SET_TAG_BITS(which="IN (SELECT t.video_id FROM video_tags t WHERE t.tag_id = NEW.id)")};
    UPDATE tags SET videos = ({_COUNT_OF_TAG(which=_IS_CARRIED(row="t"))}),
        maybes = ({_COUNT_OF_TAG(which=_IS_MAYBE(row="t"))})
        WHERE id = NEW.id;
END
"""
