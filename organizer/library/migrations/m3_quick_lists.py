"""What answers lists, counts and searches of many videos without looking at every table.

What a list filters by stands in ``videos`` itself, and each order of the gallery has an index that holds all
of it: any filter in any order is one pass over one narrow index, never a join or a sort. Triggers keep it up
to date within the transaction that changes a place or a tag:

- ``present_in``: bit n - 1 for a root n that holds the video at a place that is not missing; 0 where all of
  its places are missing, NULL where it lies nowhere. That a root is offline is looked up, not stored here.
- ``suggested``, ``confirmed``, ``rejected``: bit n - 1 for tag n in that state.
- ``tags.videos``: how many videos that lie somewhere carry the tag, suggested or confirmed.

An integer has 63 usable bits. The last one, ``_SHARED_BIT``, stands for all roots, or tags, from 63 on; a
query that meets it looks into the tables themselves.

Two indexes tell at once whether every video was seen by the same model.

``sort_name`` and ``search_text`` hold names, which SQL cannot fold: Python writes them. ``search_index``
knows every three characters in a row of ``search_text``.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_SHARED_BIT = 62
"""Number of the bit, from 0, that ids above 62 share."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_TO_PRIVATE_USE = 0x10F800 - 0xD800
_ROOT_MARKS = 0xF0000


def quick_lists(db: Database) -> None:
    """Add columns, indexes, the search table and triggers to the schema, and fill them in."""
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)
    places: dict[int, list[tuple[int, str]]] = {}
    for video_id, root_id, path in db.execute(
        "SELECT video_id, root_id, relative_path FROM places ORDER BY id"
    ):
        relative_path = os.fsdecode(path) if isinstance(path, bytes) else path
        places.setdefault(video_id, []).append((root_id, relative_path))
    db.conn.executemany(
        "UPDATE videos SET sort_name = ?, search_text = ? WHERE id = ?",
        [(*_names(found), video_id) for video_id, found in places.items()],
    )


def _names(places: list[tuple[int, str]]) -> tuple[str, str]:
    """Return ``sort_name`` and ``search_text`` of a video at these places: (root id, relative path)."""
    lines = [chr(_ROOT_MARKS + root_id % 0xF000) + os.sep + _searchable(path) for root_id, path in places]
    first = min(os.fsencode(path) for _, path in places)
    return first.decode("utf-8", "replace"), "\n".join(lines)


def _searchable(text: str) -> str:
    """Return text in one spelling, with characters for private use in place of bytes that are not UTF-8."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return _SURROGATE.sub(lambda found: chr(ord(found[0]) + _TO_PRIVATE_USE), folded)


_PRESENT_IN = f"""
    SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, {_SHARED_BIT}))
    FROM places p WHERE p.video_id = """

_TAG_BITS = f"""
    SELECT coalesce(sum(DISTINCT (t.state = 'suggested') << min(t.tag_id - 1, {_SHARED_BIT})), 0),
           coalesce(sum(DISTINCT (t.state = 'confirmed') << min(t.tag_id - 1, {_SHARED_BIT})), 0),
           coalesce(sum(DISTINCT (t.state = 'rejected') << min(t.tag_id - 1, {_SHARED_BIT})), 0)
    FROM video_tags t WHERE t.video_id = """

_SET_PRESENT_IN = "UPDATE videos SET present_in = ({select} {id}) WHERE id = {id}".format
_SET_TAG_BITS = "UPDATE videos SET (suggested, confirmed, rejected) = ({select} {id}) WHERE id = {id}".format

_FILTERED_BY = "present_in, status, suggested, confirmed, rejected, search_text"

_SCHEMA = f"""
ALTER TABLE videos ADD COLUMN present_in INTEGER;;
ALTER TABLE videos ADD COLUMN sort_name TEXT;;
ALTER TABLE videos ADD COLUMN search_text TEXT;;
ALTER TABLE videos ADD COLUMN suggested INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE videos ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE videos ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE tags ADD COLUMN videos INTEGER NOT NULL DEFAULT 0;;
{_SET_PRESENT_IN(select=_PRESENT_IN, id="videos.id")};;
{_SET_TAG_BITS(select=_TAG_BITS, id="videos.id")};;
UPDATE tags SET videos = (
    SELECT count(*) FROM video_tags t JOIN videos v ON v.id = t.video_id
    WHERE t.tag_id = tags.id AND t.state != 'rejected' AND v.present_in IS NOT NULL
);;
DROP INDEX videos_by_date;;
CREATE INDEX videos_by_taken ON videos (taken_utc, id, {_FILTERED_BY});;
CREATE INDEX videos_by_name ON videos (sort_name COLLATE NOCASE, id, {_FILTERED_BY}, taken_utc);;
CREATE INDEX videos_by_duration ON videos (duration_s, id, {_FILTERED_BY}, taken_utc);;
CREATE INDEX videos_by_size ON videos (size_bytes, id, {_FILTERED_BY}, taken_utc);;
CREATE INDEX videos_by_added ON videos (id, {_FILTERED_BY}, taken_utc);;
CREATE INDEX scores_by_bundle ON scores (bundle, video_id);;
CREATE INDEX features_by_space ON features (space_id, video_id);;
CREATE VIRTUAL TABLE search_index USING fts5 (
    search_text, content = 'videos', content_rowid = 'id', columnsize = 0,
    tokenize = 'trigram case_sensitive 1'
);;
CREATE TRIGGER search_text_inserted AFTER INSERT ON videos WHEN NEW.search_text IS NOT NULL BEGIN
    INSERT INTO search_index (rowid, search_text) VALUES (NEW.id, NEW.search_text);
END;;
CREATE TRIGGER search_text_deleted AFTER DELETE ON videos WHEN OLD.search_text IS NOT NULL BEGIN
    INSERT INTO search_index (search_index, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);
END;;
CREATE TRIGGER search_text_updated AFTER UPDATE OF search_text ON videos
WHEN OLD.search_text IS NOT NEW.search_text
BEGIN
    INSERT INTO search_index (search_index, rowid, search_text)
        SELECT 'delete', OLD.id, OLD.search_text WHERE OLD.search_text IS NOT NULL;
    INSERT INTO search_index (rowid, search_text)
        SELECT NEW.id, NEW.search_text WHERE NEW.search_text IS NOT NULL;
END;;
CREATE TRIGGER places_inserted AFTER INSERT ON places BEGIN
    {_SET_PRESENT_IN(select=_PRESENT_IN, id="NEW.video_id")};
END;;
CREATE TRIGGER places_deleted AFTER DELETE ON places BEGIN
    {_SET_PRESENT_IN(select=_PRESENT_IN, id="OLD.video_id")};
END;;
CREATE TRIGGER places_updated AFTER UPDATE OF video_id, root_id, missing_since ON places
WHEN OLD.video_id != NEW.video_id OR OLD.root_id != NEW.root_id
    OR (OLD.missing_since IS NULL) != (NEW.missing_since IS NULL)
BEGIN
    {_SET_PRESENT_IN(select=_PRESENT_IN, id="OLD.video_id")};
    {_SET_PRESENT_IN(select=_PRESENT_IN, id="NEW.video_id")};
END;;
CREATE TRIGGER video_tags_inserted AFTER INSERT ON video_tags BEGIN
    {_SET_TAG_BITS(select=_TAG_BITS, id="NEW.video_id")};
    UPDATE tags SET videos = videos + 1 WHERE id = NEW.tag_id AND NEW.state != 'rejected'
        AND EXISTS (SELECT 1 FROM videos WHERE id = NEW.video_id AND present_in IS NOT NULL);
END;;
CREATE TRIGGER video_tags_deleted AFTER DELETE ON video_tags BEGIN
    {_SET_TAG_BITS(select=_TAG_BITS, id="OLD.video_id")};
    UPDATE tags SET videos = videos - 1 WHERE id = OLD.tag_id AND OLD.state != 'rejected'
        AND EXISTS (SELECT 1 FROM videos WHERE id = OLD.video_id AND present_in IS NOT NULL);
END;;
CREATE TRIGGER video_tags_updated AFTER UPDATE OF state ON video_tags WHEN OLD.state != NEW.state BEGIN
    {_SET_TAG_BITS(select=_TAG_BITS, id="NEW.video_id")};
    UPDATE tags SET videos = videos + (NEW.state != 'rejected') - (OLD.state != 'rejected')
        WHERE id = NEW.tag_id
        AND EXISTS (SELECT 1 FROM videos WHERE id = NEW.video_id AND present_in IS NOT NULL);
END;;
CREATE TRIGGER videos_placed AFTER UPDATE OF present_in ON videos
WHEN (OLD.present_in IS NULL) != (NEW.present_in IS NULL)
BEGIN
    UPDATE tags SET videos = videos + (NEW.present_in IS NOT NULL) - (OLD.present_in IS NOT NULL)
        WHERE id IN (SELECT tag_id FROM video_tags WHERE video_id = NEW.id AND state != 'rejected');
END;;
CREATE TRIGGER videos_deleted BEFORE DELETE ON videos WHEN OLD.present_in IS NOT NULL BEGIN
    UPDATE tags SET videos = videos - 1
        WHERE id IN (SELECT tag_id FROM video_tags WHERE video_id = OLD.id AND state != 'rejected');
END
"""
