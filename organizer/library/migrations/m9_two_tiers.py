"""Two tiers of suggestions: tags that are given, and maybes, which count as no tags unless asked for.

What was suggested until then is given. A row that a person decided about keeps the tier of the newest
tagging, as it keeps its score, so that an undone decision falls back to it.

What lists and counts look at (see ``m3_quick_lists.py``) tells the two apart:

- ``videos.suggested`` has the bits of given tags only, ``videos.maybe`` those of maybes.
- ``tags.videos`` counts the videos that carry the tag, given or confirmed; ``tags.maybes`` those where it is
  a maybe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def two_tiers(db: Database) -> None:
    """Add the columns, and make indexes and triggers anew that know them."""
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)


_SHARED_BIT = 62
"""Number of the bit, from 0, that ids above 62 share."""
_FILTERED_BY = "present_in, status, suggested, confirmed, rejected, maybe, search_text"

_IS_MAYBE = "({row}.state = 'suggested' AND {row}.tier = 'maybe')".format
_IS_CARRIED = "({row}.state = 'confirmed' OR ({row}.state = 'suggested' AND {row}.tier = 'given'))".format
_BITS = f"coalesce(sum(DISTINCT {{which}} << min(t.tag_id - 1, {_SHARED_BIT})), 0)".format
_TAG_BITS = f"""
    SELECT {_BITS(which="(t.state = 'suggested' AND t.tier = 'given')")},
           {_BITS(which="(t.state = 'confirmed')")},
           {_BITS(which="(t.state = 'rejected')")},
           {_BITS(which=_IS_MAYBE(row="t"))}
    FROM video_tags t WHERE t.video_id = """
_SET_TAG_BITS = f"""
    UPDATE videos SET (suggested, confirmed, rejected, maybe) = ({_TAG_BITS} {{id}}) WHERE id = {{id}}
""".strip().format
_LIES_SOMEWHERE = "EXISTS (SELECT 1 FROM videos WHERE id = {row}.video_id AND present_in IS NOT NULL)".format
_TAGS_WHERE = "id IN (SELECT t.tag_id FROM video_tags t WHERE t.video_id = {id} AND {which})".format

_SCHEMA = f"""
ALTER TABLE video_tags ADD COLUMN tier TEXT NOT NULL DEFAULT 'given' CHECK (tier IN ('given', 'maybe'));;
ALTER TABLE videos ADD COLUMN maybe INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE tags ADD COLUMN maybes INTEGER NOT NULL DEFAULT 0;;
DROP INDEX videos_by_taken;;
DROP INDEX videos_by_name;;
DROP INDEX videos_by_duration;;
DROP INDEX videos_by_size;;
DROP INDEX videos_by_added;;
CREATE INDEX videos_by_taken ON videos (taken_wall, id, {_FILTERED_BY}, taken_utc);;
CREATE INDEX videos_by_name ON videos (sort_name COLLATE NOCASE, id, {_FILTERED_BY}, taken_wall, taken_utc);;
CREATE INDEX videos_by_duration ON videos (duration_s, id, {_FILTERED_BY}, taken_wall, taken_utc);;
CREATE INDEX videos_by_size ON videos (size_bytes, id, {_FILTERED_BY}, taken_wall, taken_utc);;
CREATE INDEX videos_by_added ON videos (id, {_FILTERED_BY}, taken_wall, taken_utc);;
DROP TRIGGER video_tags_inserted;;
DROP TRIGGER video_tags_deleted;;
DROP TRIGGER video_tags_updated;;
DROP TRIGGER videos_placed;;
DROP TRIGGER videos_deleted;;
CREATE TRIGGER video_tags_inserted AFTER INSERT ON video_tags BEGIN
    {_SET_TAG_BITS(id="NEW.video_id")};
    UPDATE tags SET videos = videos + {_IS_CARRIED(row="NEW")}, maybes = maybes + {_IS_MAYBE(row="NEW")}
        WHERE id = NEW.tag_id AND NEW.state != 'rejected' AND {_LIES_SOMEWHERE(row="NEW")};
END;;
CREATE TRIGGER video_tags_deleted AFTER DELETE ON video_tags BEGIN
    {_SET_TAG_BITS(id="OLD.video_id")};
    UPDATE tags SET videos = videos - {_IS_CARRIED(row="OLD")}, maybes = maybes - {_IS_MAYBE(row="OLD")}
        WHERE id = OLD.tag_id AND OLD.state != 'rejected' AND {_LIES_SOMEWHERE(row="OLD")};
END;;
CREATE TRIGGER video_tags_updated AFTER UPDATE OF state, tier ON video_tags
WHEN OLD.state != NEW.state OR (NEW.state = 'suggested' AND OLD.tier != NEW.tier)
BEGIN
    {_SET_TAG_BITS(id="NEW.video_id")};
    UPDATE tags SET videos = videos + {_IS_CARRIED(row="NEW")} - {_IS_CARRIED(row="OLD")},
        maybes = maybes + {_IS_MAYBE(row="NEW")} - {_IS_MAYBE(row="OLD")}
        WHERE id = NEW.tag_id AND {_LIES_SOMEWHERE(row="NEW")};
END;;
CREATE TRIGGER videos_placed AFTER UPDATE OF present_in ON videos
WHEN (OLD.present_in IS NULL) != (NEW.present_in IS NULL)
BEGIN
    UPDATE tags SET videos = videos + (NEW.present_in IS NOT NULL) - (OLD.present_in IS NOT NULL)
        WHERE {_TAGS_WHERE(id="NEW.id", which=_IS_CARRIED(row="t"))};
    UPDATE tags SET maybes = maybes + (NEW.present_in IS NOT NULL) - (OLD.present_in IS NOT NULL)
        WHERE {_TAGS_WHERE(id="NEW.id", which=_IS_MAYBE(row="t"))};
END;;
CREATE TRIGGER videos_deleted BEFORE DELETE ON videos WHEN OLD.present_in IS NOT NULL BEGIN
    UPDATE tags SET videos = videos - 1 WHERE {_TAGS_WHERE(id="OLD.id", which=_IS_CARRIED(row="t"))};
    UPDATE tags SET maybes = maybes - 1 WHERE {_TAGS_WHERE(id="OLD.id", which=_IS_MAYBE(row="t"))};
END
"""
