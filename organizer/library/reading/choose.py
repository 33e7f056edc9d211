"""Which videos a filter chooses: their ids in its order, and how many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.library.reading.search import search
from organizer.library.reading.sql import index_of, order_by, where
from organizer.library.reading.tags import find_tag

if TYPE_CHECKING:
    from sqlite_utils import Database

    from organizer.library.filters import VideoFilter


def video_ids(db: Database, filter_: VideoFilter) -> list[int]:
    """Return the ids of the videos that a filter chooses, in its order."""
    source, values = source_of(db, filter_, index_of(filter_))
    rows = db.execute(
        f"SELECT v.id {source} ORDER BY {order_by(filter_)} LIMIT ? OFFSET ?",
        [*values, -1 if filter_.limit is None else filter_.limit, filter_.offset],
    )
    return [id_ for (id_,) in rows]


def count_videos(db: Database, filter_: VideoFilter) -> int:
    """Return how many videos a filter chooses, whatever its limit."""
    source, values = source_of(db, filter_, "videos_by_added")
    return int(db.execute(f"SELECT count(*) {source}", values).fetchone()[0])


def source_of(db: Database, filter_: VideoFilter, index: str) -> tuple[str, list[Any]]:
    """Return FROM and WHERE for a filter, and the values bound in them.

    The index is named, for a plan of the planner's own may sort instead of walking along it; it is not where
    a search leaves so few videos that sorting them is faster.
    """
    condition, found = where(filter_, _tag_ids(db, filter_)), search(db, filter_.text)
    hint = "" if found.few else f"INDEXED BY {index}"
    text = " AND ".join([condition.text, *(part.text for part in found.parts)])
    values = [*condition.values, *(value for part in found.parts for value in part.values)]
    return f"FROM videos v {hint} WHERE {text}", values


def _tag_ids(db: Database, filter_: VideoFilter) -> dict[str, int]:
    """Return the ids of the tags that a filter names, as far as there are such."""
    names = {*filter_.all_tags, *filter_.any_tags, *filter_.no_tags}
    found = ((name, find_tag(db, name)) for name in names)
    return {name: id_ for name, id_ in found if id_ is not None}
