"""What is read from a library. Nothing here writes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from organizer.errors import UnknownVideoError
from organizer.library.filters import STATUS_SQL, VideoFilter, escape_like, index_of, order_by, where
from organizer.library.names import composed, searchable
from organizer.library.paths import from_column, to_column
from organizer.library.records import PlaceRecord, Status, TagRecord, VideoRecord
from organizer.library.search import search
from organizer.library.taggings import find_tag
from organizer.types import TagState, VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlite_utils import Database

_CHUNK = 500
LONGEST_ID = 18
"""Digits that the id of a video may have."""
_MOST_NAMED = 5
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
_STATE_ORDER = {TagState.CONFIRMED: 0, TagState.SUGGESTED: 0, TagState.REJECTED: 1}


def video_ids(db: Database, filter_: VideoFilter) -> list[int]:
    """Return the ids of the videos that a filter chooses, in its order."""
    source, values = _source(db, filter_, index_of(filter_))
    rows = db.execute(
        f"SELECT v.id {source} ORDER BY {order_by(filter_)} LIMIT ? OFFSET ?",
        [*values, -1 if filter_.limit is None else filter_.limit, filter_.offset],
    )
    return [id_ for (id_,) in rows]


def count_videos(db: Database, filter_: VideoFilter) -> int:
    """Return how many videos a filter chooses, whatever its limit."""
    source, values = _source(db, filter_, "videos_by_added")
    return int(db.execute(f"SELECT count(*) {source}", values).fetchone()[0])


def tag_counts(db: Database) -> dict[str, int]:
    """Return how many videos carry each tag (suggested or confirmed), most frequent first."""
    return dict(db.execute("SELECT name, videos FROM tags WHERE videos > 0 ORDER BY videos DESC, name"))


def _tag_ids(db: Database, filter_: VideoFilter) -> dict[str, int]:
    """Return the ids of the tags that a filter names, as far as there are such."""
    names = {*filter_.all_tags, *filter_.any_tags, *filter_.no_tags}
    found = ((name, find_tag(db, name)) for name in names)
    return {name: id_ for name, id_ in found if id_ is not None}


def _source(db: Database, filter_: VideoFilter, index: str) -> tuple[str, list[Any]]:
    """Return FROM and WHERE for a filter, and the values bound in them.

    The index is named, for a plan of the planner's own may sort instead of walking along it; it is not where
    a search leaves so few videos that sorting them is faster.
    """
    condition, found = where(filter_, _tag_ids(db, filter_)), search(db, filter_.text)
    hint = "" if found.few else f"INDEXED BY {index}"
    text = " AND ".join([condition.text, *(part.text for part in found.parts)])
    values = [*condition.values, *(value for part in found.parts for value in part.values)]
    return f"FROM videos v {hint} WHERE {text}", values


def videos(db: Database, filter_: VideoFilter) -> Iterator[VideoRecord]:
    """Yield the videos that a filter chooses, in its order, reading a few hundred at a time."""
    ids = video_ids(db, filter_)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        records = _records(db, chunk)
        yield from (records[id_] for id_ in chunk if id_ in records)


def video(db: Database, video_id: int) -> VideoRecord:
    """Return one video.

    Raises:
        UnknownVideoError: there is none with this id, or none that lies anywhere.
    """
    records = _records(db, [video_id])
    if video_id not in records:
        raise UnknownVideoError(f"There is no video {video_id} in this library. See: organizer list")
    return records[video_id]


def find_video(db: Database, name: str) -> int:
    """Return the id of the video that a person means: its path, its file name, or its id.

    A name that nothing bears exactly is looked for without regard to how accents are composed: macOS stores
    names with decomposed ones, and nobody types those.

    Raises:
        UnknownVideoError: no video or more than one is meant.
    """
    path = os.path.abspath(name)
    wanted = {os.path.realpath(path), path}
    places = _places_named(db, os.path.basename(path))
    found = _meant(places, wanted, name)
    if not found and not path.isascii():
        places = [
            (id_, composed(root), composed(relative))
            for id_, root, relative in _places_alike(db, os.path.basename(path))
        ]
        found = _meant(places, {composed(one) for one in wanted}, composed(name))
    if not found and name.isdecimal() and len(name) <= LONGEST_ID:
        return video(db, int(name)).id
    if len(found) > 1:
        raise UnknownVideoError(
            f"{name}: {len(found)} videos have this name. Give the whole path, or the id: "
            + _named(sorted((id_, os.path.join(root, relative)) for id_, root, relative in places), found)
        )
    if not found:
        raise UnknownVideoError(f"{name}: no such video in this library. Run: organizer scan FOLDER")
    id_: int = found.pop()
    return id_


def _meant(places: list[tuple[int, str, str]], paths: Collection[str], name: str) -> set[int]:
    """Return the ids of the videos at one of the paths, else of those whose file has the name."""
    by_path = {id_ for id_, root, relative in places if os.path.join(root, relative) in paths}
    return by_path or {id_ for id_, _, relative in places if os.path.basename(relative) == name}


def _places_named(db: Database, name: str) -> list[tuple[int, str, str]]:
    """Return video id, root and relative path of all places whose path ends in a name."""
    rows = db.execute(
        """SELECT p.video_id, r.path, p.relative_path FROM places p JOIN roots r ON r.id = p.root_id
        WHERE CAST(p.relative_path AS TEXT) LIKE '%' || CAST(? AS TEXT) ESCAPE '\\'""",
        [to_column(escape_like(name))],
    ).fetchall()
    return [(id_, from_column(root), from_column(relative)) for id_, root, relative in rows]


def _places_alike(db: Database, name: str) -> list[tuple[int, str, str]]:
    """Return the same of all places of the videos that a search for the name finds."""
    rows = db.execute(
        """SELECT p.video_id, r.path, p.relative_path
        FROM videos v JOIN places p ON p.video_id = v.id JOIN roots r ON r.id = p.root_id
        WHERE instr(v.search_text, ?)""",
        [searchable(name)],
    ).fetchall()
    return [(id_, from_column(root), from_column(relative)) for id_, root, relative in rows]


def _named(places: list[tuple[int, str]], found: set[int]) -> str:
    """Return a path with its id for each of the first videos that may be meant."""
    paths = {id_: path for id_, path in reversed(places) if id_ in found}
    shown = [f"{paths[id_]} (id {id_})" for id_ in sorted(found)[:_MOST_NAMED]]
    return ", ".join(shown) + (", ..." if len(found) > _MOST_NAMED else "")


def stored_features(
    db: Database, video_ids_: Sequence[int], space_id: str
) -> Iterator[tuple[int, VideoFeatures]]:
    """Yield (video id, features) of the videos that have features in one space."""
    import numpy as np

    for start in range(0, len(video_ids_), _CHUNK):
        chunk = video_ids_[start : start + _CHUNK]
        rows = db.execute(
            f"""SELECT video_id, dimension, data FROM features
            WHERE space_id = ? AND video_id IN ({_marks(chunk)})""",
            [space_id, *chunk],
        ).fetchall()
        for id_, dimension, data in rows:
            yield id_, VideoFeatures(space_id, np.frombuffer(data, np.uint8).reshape(-1, dimension))


def poster(db: Database, video_id: int) -> bytes | None:
    """Return a video's poster picture as WebP, None where it has none."""
    row = db.execute("SELECT webp FROM posters WHERE video_id = ?", [video_id]).fetchone()
    return None if row is None else bytes(row[0])


def count_tagged_by_others(db: Database, bundle: str, space_id: str) -> int:
    """Return how many videos another bundle scored last and this one, of this feature space, could score."""
    row = db.execute(
        """
        SELECT count(*) FROM scores s JOIN features f ON f.video_id = s.video_id AND f.space_id = ?
        WHERE (s.bundle < ? OR s.bundle > ?) AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = s.video_id)
        """,
        [space_id, bundle, bundle],
    ).fetchone()
    return int(row[0])


def count_without_features(db: Database, space_id: str) -> int:
    """Return how many readable videos that lie somewhere have no features of one space.

    All videos less those set aside, less those with features that are not set aside: each an index's count.
    """
    row = db.execute(
        """
        WITH aside AS (
            SELECT id FROM videos INDEXED BY videos_set_aside WHERE status != 'ok' OR present_in IS NULL
        )
        SELECT (SELECT count(*) FROM videos) - (SELECT count(*) FROM aside)
            - (SELECT count(*) FROM features INDEXED BY features_by_space WHERE space_id = :space)
            + (SELECT count(*) FROM aside a WHERE EXISTS (
                SELECT 1 FROM features f WHERE f.video_id = a.id AND f.space_id = :space))
        """,
        {"space": space_id},
    ).fetchone()
    return int(row[0])


def count_to_look_at(db: Database, video_ids_: Sequence[int], space_id: str) -> int:
    """Return how many of these videos lack features of one space and can be read where they are now."""
    total = 0
    for start in range(0, len(video_ids_), _CHUNK):
        chunk = video_ids_[start : start + _CHUNK]
        row = db.execute(
            f"""SELECT count(*) FROM videos v WHERE v.id IN ({_marks(chunk)}) AND {STATUS_SQL} = 'ok'
            AND NOT EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)""",
            [*chunk, space_id],
        ).fetchone()
        total += int(row[0])
    return total


def tags_of(db: Database, video_id: int) -> tuple[TagRecord, ...]:
    """Return a video's tags, also of one that lies nowhere."""
    return tuple(_tags(db, [video_id]).get(video_id, ()))


def _records(db: Database, ids: list[int]) -> dict[int, VideoRecord]:
    places = _places(db, ids)
    tags = _tags(db, ids)
    rows = db.execute(
        f"""
        SELECT {STATUS_SQL}, s.bundle, s.scores, {", ".join(f"v.{column}" for column in _VIDEO_COLUMNS)}
        FROM videos v LEFT JOIN scores s ON s.video_id = v.id WHERE v.id IN ({_marks(ids)})
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
        WHERE p.video_id IN ({_marks(ids)}) ORDER BY p.missing_since IS NOT NULL, r.offline, p.id
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
        SELECT vt.video_id, t.name, vt.state, vt.score, vt.seconds
        FROM video_tags vt JOIN tags t ON t.id = vt.tag_id WHERE vt.video_id IN ({_marks(ids)})
        """,
        ids,
    )
    tags: dict[int, list[TagRecord]] = {}
    for video_id, name, state, score, seconds in rows:
        tag = TagRecord(name, TagState(state), score, tuple(json.loads(seconds)))
        tags.setdefault(video_id, []).append(tag)
    for records in tags.values():
        records.sort(key=lambda tag: (_STATE_ORDER[tag.state], -(tag.score or 0.0), tag.name))
    return tags


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
