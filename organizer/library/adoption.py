"""Decisions follow a recording into another file: by themselves where that is sure, else when a person asks.

The video that loses them is one whose file is gone. It is not listed any more, like one whose file was
overwritten; should its file come back, it is known again by its content, with what was decided about it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import NotMissingError
from organizer.library.names import refresh_names
from organizer.library.queries import video
from organizer.library.records import Status
from organizer.library.same_recording import SAME_LENGTH_S, lives_on
from organizer.library.transaction import transaction
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlite_utils import Database

    from organizer.library.records import TagRecord

_DECIDED = (TagState.CONFIRMED, TagState.REJECTED)
_STRANDED = "v.present_in = 0 AND (v.confirmed | v.rejected) != 0"

_INHERIT = """
    INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at)
    SELECT new.id, t.tag_id, t.state,
        (SELECT label.value FROM scores s, json_each(s.scores) label JOIN tags ON tags.id = t.tag_id
            WHERE s.video_id = new.id AND label.key = tags.name),
        '[]', NULL, t.changed_at
    FROM video_tags t JOIN videos old ON old.id = t.video_id JOIN videos new ON new.id = :new
    WHERE old.id = :old AND t.state IN ('confirmed', 'rejected')
    ON CONFLICT (video_id, tag_id) DO UPDATE
        SET state = excluded.state, changed_at = excluded.changed_at
        WHERE video_tags.state NOT IN ('confirmed', 'rejected')
"""


@dataclass(frozen=True, slots=True)
class Adopted:
    """Decisions that went from a missing video to another one."""

    old_path: str
    """Absolute, where the missing video lay."""
    new_path: str
    """Absolute."""
    tags: tuple[TagRecord, ...]
    """What was decided about the missing one."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A missing video with decisions that more than one new video may be, or that shares its likeness."""

    old_path: str
    """Absolute."""
    new_paths: tuple[str, ...]
    """Absolute."""


def inherit(db: Database, old_id: int, new_id: int) -> None:
    """Give a video the decisions about another one; its own win. Call it inside a transaction."""
    db.execute(_INHERIT, {"old": old_id, "new": new_id})


def adopt(db: Database, old_id: int, new_id: int) -> Adopted:
    """Move what a person decided about a missing video to another one, whose own decisions win.

    Nothing changes where nothing was decided.

    Raises:
        NotMissingError: the first is not missing, or the second is.
        UnknownVideoError: one of them is not in the library.
    """
    with transaction(db):
        return _adopt(db, old_id, new_id)


def stranded_videos(db: Database) -> list[int]:
    """Return the missing videos about whose tags a person decided something."""
    rows = db.execute(f"SELECT v.id FROM videos v INDEXED BY videos_by_added WHERE {_STRANDED} ORDER BY v.id")
    return [id_ for (id_,) in rows]


def added_since(db: Database, since: str) -> list[int]:
    """Return the videos that were added at a moment, ISO 8601 in UTC, or later."""
    ids = []
    for id_, added_at in db.execute("SELECT id, added_at FROM videos ORDER BY id DESC"):
        if added_at < since:
            break
        ids.append(id_)
    return ids


def adopt_recordings(
    db: Database, stranded: Collection[int], new_ids: Collection[int]
) -> tuple[list[Adopted], list[Alike]]:
    """Move decisions from missing videos to those new ones that are the same recordings.

    Args:
        db: the library.
        stranded: the missing videos with decisions.
        new_ids: the videos that they may be; those that are not there are passed over.

    Returns:
        What was moved, and the missing videos that kept their decisions, for it is not clear which new one
        they are.
    """
    pairs = sorted(pair for pair in _as_long(db, set(stranded), set(new_ids)) if lives_on(db, *pair))
    times = Counter(id_ for pair in pairs for id_ in pair)
    adopted, alike = [], dict[int, list[int]]()
    for old_id, new_id in pairs:
        if times[old_id] == times[new_id] == 1:
            adopted.append(adopt(db, old_id, new_id))
        else:
            alike.setdefault(old_id, []).append(new_id)
    return adopted, [
        Alike(_path(db, old_id), tuple(_path(db, new_id) for new_id in ids)) for old_id, ids in alike.items()
    ]


def _as_long(db: Database, stranded: set[int], new_ids: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a missing and a new video of about the same length.

    For each of the fewer ones the index of lengths is asked: a person may have thousands of either.
    """
    few_are_new = len(new_ids) < len(stranded)
    for id_ in new_ids if few_are_new else stranded:
        rows = db.execute(
            """
            SELECT other.id, other.present_in > 0, this.present_in > 0
            FROM videos this JOIN videos other INDEXED BY videos_by_duration
                ON other.duration_s BETWEEN this.duration_s - :most AND this.duration_s + :most
            WHERE this.id = :id
            """,
            {"id": id_, "most": SAME_LENGTH_S},
        )
        for other_id, other_is_there, this_is_there in rows:
            if few_are_new and this_is_there and other_id in stranded:
                yield other_id, id_
            elif not few_are_new and other_is_there and other_id in new_ids:
                yield id_, other_id


def _adopt(db: Database, old_id: int, new_id: int) -> Adopted:
    old, new = video(db, old_id), video(db, new_id)
    if old.status is not Status.MISSING:
        raise NotMissingError(
            f"{old.places[0].path}: this video is not missing ({old.status.value}). "
            "Only what was decided about a missing one can be moved."
        )
    if new.status is Status.MISSING:
        raise NotMissingError(f"{new.places[0].path}: this video is missing too. Name one that is there.")
    tags = tuple(tag for tag in old.tags if tag.state in _DECIDED)
    if tags:
        inherit(db, old_id, new_id)
        db.execute("DELETE FROM places WHERE video_id = ?", [old_id])
        refresh_names(db, [old_id])
    return Adopted(old.places[0].path, new.places[0].path, tags)


def _path(db: Database, video_id: int) -> str:
    return video(db, video_id).places[0].path
