"""Dates as they are shown, for filters and orders; a digest of each video's container.

Until then a date was kept as one instant, in which times without a zone had been counted as those of the
scanning machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def shown_dates(db: Database) -> None:
    """Add the columns, fill them from what is stored, and make the indexes anew.

    What is stored does not tell whether midnight was meant: it counts as a day without a time.
    """
    for statement in _SCHEMA.split(";;"):
        if statement.strip():
            db.execute(statement)


_FILTERED_BY = "present_in, status, suggested, confirmed, rejected, search_text"

_SCHEMA = f"""
ALTER TABLE videos ADD COLUMN taken_clock TEXT;;
ALTER TABLE videos ADD COLUMN taken_wall REAL;;
ALTER TABLE videos ADD COLUMN metadata_digest TEXT;;
DROP INDEX videos_by_taken;;
DROP INDEX videos_by_name;;
DROP INDEX videos_by_duration;;
DROP INDEX videos_by_size;;
DROP INDEX videos_by_added;;
UPDATE videos SET taken_clock = CASE
    WHEN taken_source = 'file' THEN 'utc'
    WHEN taken_at LIKE '%T00:00:00' THEN 'day'
    WHEN taken_at LIKE '%+00:00' THEN 'utc'
    WHEN substr(taken_at, -6) GLOB '[+-][0-9][0-9]:[0-9][0-9]' THEN 'place'
    ELSE 'local'
END WHERE taken_at IS NOT NULL;;
UPDATE videos SET taken_wall = CAST(strftime('%s', substr(taken_at, 1, 19)) AS REAL), taken_utc = NULL
WHERE taken_clock != 'utc';;
UPDATE videos SET taken_wall = CAST(strftime('%s', taken_utc, 'unixepoch', 'localtime') AS REAL)
WHERE taken_clock = 'utc';;
CREATE INDEX videos_by_taken ON videos (taken_wall, id, {_FILTERED_BY}, taken_utc);;
CREATE INDEX videos_by_name ON videos (sort_name COLLATE NOCASE, id, {_FILTERED_BY}, taken_wall, taken_utc);;
CREATE INDEX videos_by_duration ON videos (duration_s, id, {_FILTERED_BY}, taken_wall, taken_utc);;
CREATE INDEX videos_by_size ON videos (size_bytes, id, {_FILTERED_BY}, taken_wall, taken_utc);;
CREATE INDEX videos_by_added ON videos (id, {_FILTERED_BY}, taken_wall, taken_utc)
"""
