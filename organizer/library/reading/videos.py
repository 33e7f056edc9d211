"""Which videos a filter chooses, and everything that a list or a page shows of them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from organizer.errors import UnknownVideoError
from organizer.library.database.columns import chunks, from_column, marks
from organizer.library.filters import Sort, VideoFilter
from organizer.library.reading.search import count_found, search
from organizer.library.reading.sql import STATUS_SQL, index_of, order_by, where
from organizer.library.reading.tags import find_tag
from organizer.library.records import PlaceRecord, Status, TagRecord, VideoRecord
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

    from organizer.library.reading.search import Search

_VIDEO_COLUMNS = (
    "id",
    "key",
    "error",
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
    "taken_at",
    "taken_source",
    "taken_clock",
    "analysed_at",
)


def video_ids(db: Database, filter_: VideoFilter, found: int | None = None) -> list[int]:
    """Return the ids of the videos that a filter chooses, in its order.

    Args:
        db: the library.
        filter_: the filter.
        found: how many it chooses, where that is known: a page near the end is then reached from there, for
            what comes before a page is walked over one by one.
    """
    if found == 0:
        return []
    limit, offset, backwards = filter_.limit, filter_.offset, False
    if found is not None and limit is not None and offset > found // 2:
        backwards = True
        limit = max(0, min(limit, found - offset))
        offset = max(0, found - offset - limit)
    source, values = source_of(db, filter_, filter_.sort, search(db, filter_.text))
    rows = db.execute(
        f"SELECT v.id {source} ORDER BY {order_by(filter_, backwards=backwards)} LIMIT ? OFFSET ?",
        [*values, -1 if limit is None else limit, offset],
    )
    ids = [id_ for (id_,) in rows]
    return ids[::-1] if backwards else ids


def count_videos(db: Database, filter_: VideoFilter) -> int:
    """Return how many videos a filter chooses, whatever its limit."""
    found = search(db, filter_.text)
    if found.query is not None and _is_words_alone(filter_):
        # Their index counts what it has, without a look at any video.
        return count_found(db, found.query)
    # Of the index by date, a filter by date needs a part.
    by_date = filter_.taken_from is not None or filter_.taken_before is not None
    source, values = source_of(db, filter_, Sort.TAKEN if by_date else Sort.ADDED, found)
    return int(db.execute(f"SELECT count(*) {source}", values).fetchone()[0])


def source_of(db: Database, filter_: VideoFilter, sort: Sort, found: Search) -> tuple[str, list[Any]]:
    """Return FROM and WHERE for a filter with what its words leave, and the values bound in them.

    The index of the order is named, for a plan of the planner's own may sort instead of walking along it; it
    is not where a search leaves so few videos that sorting them is faster.
    """
    condition = where(filter_, _tag_ids(db, filter_))
    hint = "" if found.few else f"INDEXED BY {index_of(sort, names=bool(found.parts))}"
    text = " AND ".join([condition.text, *(part.text for part in found.parts)])
    values = [*condition.values, *(value for part in found.parts for value in part.values)]
    return f"FROM videos v {hint} WHERE {text}", values


def videos(db: Database, filter_: VideoFilter, found: int | None = None) -> Iterator[VideoRecord]:
    """Yield the videos that a filter chooses, in its order, reading a few hundred at a time.

    Args:
        db: the library.
        filter_: the filter.
        found: as for ``video_ids``.
    """
    for chunk in chunks(video_ids(db, filter_, found)):
        records = _records(db, chunk)
        yield from (records[id_] for id_ in chunk if id_ in records)


def video(db: Database, video_id: int) -> VideoRecord:
    """Return one video.

    Raises:
        UnknownVideoError: there is none with this id, or none that lies anywhere.
    """
    records = _records(db, [video_id])
    if video_id not in records:
        raise UnknownVideoError(
            f"There is no video {video_id} in this library. See: organizer list", ends_in_command=True
        )
    return records[video_id]


def poster(db: Database, video_id: int) -> bytes | None:
    """Return a video's poster picture as WebP, None where it has none."""
    row = db.execute("SELECT webp FROM posters WHERE video_id = ?", [video_id]).fetchone()
    return None if row is None else bytes(row[0])


def tags_of(db: Database, video_id: int) -> tuple[TagRecord, ...]:
    """Return a video's tags, also of one that lies nowhere."""
    return tuple(_tags(db, [video_id]).get(video_id, ()))


def lies_nowhere(db: Database, video_id: int) -> bool:
    """Whether there was a video, in whose place lies another file now."""
    row = db.execute("SELECT 1 FROM videos WHERE id = ? AND present_in IS NULL", [video_id]).fetchone()
    return row is not None


def _is_words_alone(filter_: VideoFilter) -> bool:
    """Whether videos are chosen by what is searched for and nothing else."""
    shown = {name: getattr(filter_, name) for name in ("text", "sort", "descending", "limit", "offset")}
    return bool(filter_.text) and filter_ == VideoFilter(**shown)


def _tag_ids(db: Database, filter_: VideoFilter) -> dict[str, int]:
    """Return the ids of the tags that a filter names, as far as there are such."""
    names = {*filter_.all_tags, *filter_.any_tags, *filter_.no_tags}
    found = ((name, find_tag(db, name)) for name in names)
    return {name: id_ for name, id_ in found if id_ is not None}


def _records(db: Database, ids: list[int]) -> dict[int, VideoRecord]:
    places = _places(db, ids)
    tags = _tags(db, ids)
    rows = db.execute(
        f"""
        SELECT {STATUS_SQL}, s.bundle, s.scores, {", ".join(f"v.{column}" for column in _VIDEO_COLUMNS)}
        FROM videos v LEFT JOIN scores s ON s.video_id = v.id WHERE v.id IN ({marks(ids)})
        """,
        ids,
    ).fetchall()
    records = {}
    for status, bundle, scores, *values in rows:
        columns: dict[str, Any] = dict(zip(_VIDEO_COLUMNS, values, strict=True))
        if columns["id"] not in places:
            continue
        columns["mirrored"] = bool(columns["mirrored"])
        records[columns["id"]] = VideoRecord(
            **columns,
            status=Status(status),
            places=tuple(places[columns["id"]]),
            bundle=bundle,
            scores=json.loads(scores) if scores else {},
            tags=tuple(tags.get(columns["id"], ())),
        )
    return records


def _places(db: Database, ids: list[int]) -> dict[int, list[PlaceRecord]]:
    rows = db.execute(
        f"""
        SELECT p.video_id, r.path, p.relative_path,
            CASE WHEN p.missing_since IS NOT NULL THEN 'missing'
                 WHEN r.offline THEN 'offline' ELSE v.status END
        FROM places p JOIN roots r ON r.id = p.root_id JOIN videos v ON v.id = p.video_id
        WHERE p.video_id IN ({marks(ids)}) ORDER BY p.missing_since IS NOT NULL, r.offline, p.id
        """,
        ids,
    )
    places: dict[int, list[PlaceRecord]] = {}
    for video_id, root_column, relative_column, status in rows:
        root, relative = from_column(root_column), from_column(relative_column)
        place = PlaceRecord(root, relative, os.path.join(root, relative), Status(status))
        places.setdefault(video_id, []).append(place)
    return places


def _tags(db: Database, ids: list[int]) -> dict[int, list[TagRecord]]:
    rows = db.execute(
        f"""
        SELECT vt.video_id, t.name, vt.state, vt.score, vt.seconds, vt.bundle, vt.tier
        FROM video_tags vt JOIN tags t ON t.id = vt.tag_id WHERE vt.video_id IN ({marks(ids)})
        """,
        ids,
    )
    tags: dict[int, list[TagRecord]] = {}
    for video_id, name, state, score, seconds, bundle, tier in rows:
        # Without a bundle it is a person's alone, and the column says nothing.
        suggested_as = None if bundle is None else Tier(tier)
        tag = TagRecord(name, TagState(state), score, tuple(json.loads(seconds)), suggested_as)
        tags.setdefault(video_id, []).append(tag)
    for records in tags.values():
        records.sort(key=lambda tag: (_rank(tag), -(tag.score or 0.0), tag.name))
    return tags


def _rank(tag: TagRecord) -> int:
    """Tags that count come first, then maybes, then what is none."""
    if tag.state is TagState.REJECTED:
        return 2
    return 1 if tag.is_maybe else 0
