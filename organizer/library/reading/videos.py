"""Which videos a filter chooses, and everything that a list or a page shows of them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from organizer.errors import UnknownVideoError
from organizer.library.database import mark_bits
from organizer.library.database.columns import chunks, from_column, marks
from organizer.library.filters import Sort, VideoFilter
from organizer.library.reading.asked import ask, has_many_roots
from organizer.library.reading.search import count_found
from organizer.library.reading.sql import NONE, STATUS_SQL, Held, Sql, all_of, index_of, order_by, where
from organizer.library.reading.tags import find_tag
from organizer.library.records import PlaceRecord, Status, TagRecord, VideoRecord
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from organizer.library.reading.asked import Asked
    from organizer.library.reading.search import Case, Search

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
    "marks",
)

_SET_APART = Sql(f"v.marks & {mark_bits.SET_APART} != 0 AND v.present_in IS NOT NULL")
"""What is hidden, or the clip of a Live Photo."""
_FETCHED = 150_000
"""Up to so many videos with certain ids are fetched with their names; for more, all names are walked over."""


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
    asked = ask(db, filter_, found)
    source, values = source_of(db, filter_, filter_.sort, asked)
    rows = db.execute(
        f"SELECT v.id {source} ORDER BY {order_by(filter_, backwards=backwards)} LIMIT ? OFFSET ?",
        [*values, -1 if limit is None else limit, offset],
    )
    ids = [id_ for (id_,) in rows]
    return ids[::-1] if backwards else ids


def count_videos(db: Database, filter_: VideoFilter) -> int:
    """Return how many videos a filter chooses, whatever its limit."""
    asked = ask(db, filter_)
    found, chosen = asked.names, all_of([_where(db, filter_), *asked.parts])
    if all_of([chosen, *found.parts]).held is Held.IN_TALLIES:
        return _add_up(db, [chosen, *found.parts])
    if _is_words_alone(filter_) and not asked.parts and found.cases and all(map(_is_indexed, found.cases)):
        # The index of words counts what it has, without a look at any video.
        return sum(count_found(db, case.ids) for case in found.cases if case.ids) - _count_set_apart(
            db, found
        )
    counts = [_count_case(db, chosen, case) for case in found.cases]
    if counts and None not in counts:
        return sum(count for count in counts if count is not None)
    # Of the index by date, a filter by date needs a part; so of those by length and by size.
    by_date = filter_.taken_from is not None or filter_.taken_before is not None
    source, values = source_of(db, filter_, Sort.TAKEN if by_date else asked.by, asked)
    return int(db.execute(f"SELECT count(*) {source}", values).fetchone()[0])


def _is_indexed(case: Case) -> bool:
    """Whether ids tell all of a case."""
    return case.ids is not None and case.beside is None


def _count_case(db: Database, chosen: Sql, case: Case) -> int | None:
    """Return how many videos of one case of a search a filter chooses; None where all must be walked over.

    Args:
        db: the library.
        chosen: the condition of the filter.
        case: the case.
    """
    condition = chosen if case.beside is None else all_of([chosen, case.beside])
    if condition == NONE:
        return 0
    if case.ids is None:
        return _add_up(db, [condition]) if condition.held is Held.IN_TALLIES else None
    if condition.held is Held.IN_NAMES and count_found(db, case.ids) > _FETCHED:
        return None
    rows = db.execute(
        f"""
        SELECT count(*) FROM ({case.ids.text}) f
        CROSS JOIN videos v INDEXED BY {index_of(Sort.ADDED, condition.held)} ON v.id = f.rowid
        WHERE {condition.text}
        """,
        [*case.ids.values, *condition.values],
    )
    return int(rows.fetchone()[0])


def _count_set_apart(db: Database, found: Search) -> int:
    """Return how many videos have the words and are left out, for their index knows nothing of marks."""
    condition = all_of([_SET_APART, *found.parts])
    if condition == NONE:
        return 0
    text = f"SELECT count(*) FROM videos v INDEXED BY videos_set_apart WHERE {condition.text}"
    return int(db.execute(text, condition.values).fetchone()[0])


def source_of(db: Database, filter_: VideoFilter, sort: Sort, asked: Asked) -> tuple[str, tuple[Any, ...]]:
    """Return FROM and WHERE for a filter with what it asks for in words, and the values bound in them.

    The index of the order is named, for a plan of the planner's own may sort instead of walking along it; it
    is not where a search leaves so few videos that sorting them is faster.
    """
    condition = all_of([_where(db, filter_), *asked.parts, *asked.names.parts])
    hint = "" if asked.few or condition == NONE else f"INDEXED BY {index_of(sort, condition.held)}"
    return f"FROM videos v {hint} WHERE {condition.text}", condition.values


def _where(db: Database, filter_: VideoFilter) -> Sql:
    return where(filter_, _tag_ids(db, filter_), many_roots=has_many_roots(db))


def _add_up(db: Database, conditions: Sequence[Sql]) -> int:
    """Return how many videos there are for which conditions hold that tallies answer."""
    chosen = all_of(conditions)
    rows = db.execute(f"SELECT coalesce(sum(v.videos), 0) FROM tallies v WHERE {chosen.text}", chosen.values)
    return int(rows.fetchone()[0])


def videos(db: Database, filter_: VideoFilter, found: int | None = None) -> Iterator[VideoRecord]:
    """Yield the videos that a filter chooses, in its order, reading a few hundred at a time.

    Args:
        db: the library.
        filter_: the filter.
        found: as for ``video_ids``.
    """
    yield from records_of(db, video_ids(db, filter_, found))


def records_of(db: Database, ids: Iterable[int]) -> Iterator[VideoRecord]:
    """Yield the videos with these ids, in their order, without those that are gone."""
    for chunk in chunks(ids):
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
    beside = ("text", "query", "now", "sort", "descending", "limit", "offset")
    shown = {name: getattr(filter_, name) for name in beside}
    return filter_ == VideoFilter(**shown)


def _tag_ids(db: Database, filter_: VideoFilter) -> dict[str, int]:
    """Return the ids of the tags that a filter names, as far as there are such."""
    names = {*filter_.all_tags, *filter_.any_tags, *filter_.no_tags}
    # One that is hidden is carried by no video, whatever its rows say.
    found = ((name, find_tag(db, name, shown=True)) for name in names)
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
        FROM video_tags vt JOIN tags t ON t.id = vt.tag_id
        WHERE NOT t.hidden AND vt.video_id IN ({marks(ids)})
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
