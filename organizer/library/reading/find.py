"""The video that a person means by a path, a file name or an id."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.errors import UnknownVideoError
from organizer.library.database.columns import from_column, to_column
from organizer.library.database.names import searchable
from organizer.library.reading.videos import lies_nowhere, video
from organizer.library.spelling import composed

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlite_utils import Database

_LONGEST_ID = 18
"""Digits that the id of a video may have."""
_MOST_NAMED = 5


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
    if not found and name.isdecimal() and len(name) <= _LONGEST_ID:
        return video(db, int(name)).id
    if len(found) > 1:
        raise UnknownVideoError(
            f"{name}: {len(found)} videos have this name. Give the whole path, or the id: "
            + _named(sorted((id_, os.path.join(root, relative)) for id_, root, relative in places), found)
        )
    if not found:
        raise UnknownVideoError(
            f"{name}: no such video in this library. Run: organizer scan FOLDER", ends_in_command=True
        )
    id_: int = found.pop()
    return id_


def find_missing(db: Database, name: str) -> int:
    """Return the video whose decisions a person wants to move, as ``find_video`` does.

    One whose file was overwritten has no path any more and is named by its id.

    Raises:
        UnknownVideoError: no video or more than one is meant.
    """
    try:
        return find_video(db, name)
    except UnknownVideoError:
        if name.isdecimal() and len(name) <= _LONGEST_ID and lies_nowhere(db, int(name)):
            return int(name)
        raise


def _meant(places: list[tuple[int, str, str]], paths: Collection[str], name: str) -> set[int]:
    """Return the ids of the videos at one of the paths, else of those whose file has the name."""
    by_path = {id_ for id_, root, relative in places if os.path.join(root, relative) in paths}
    return by_path or {id_ for id_, _, relative in places if os.path.basename(relative) == name}


def _places_named(db: Database, name: str) -> list[tuple[int, str, str]]:
    """Return video id, root and relative path of all places whose path ends in a name."""
    rows = db.execute(
        """SELECT p.video_id, r.path, p.relative_path FROM places p JOIN roots r ON r.id = p.root_id
        WHERE CAST(p.relative_path AS TEXT) LIKE '%' || CAST(? AS TEXT) ESCAPE '\\'""",
        [to_column(_escape_like(name))],
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


def _escape_like(text: str) -> str:
    """Return text for a LIKE pattern, ESCAPE a backslash, in which no character stands for others."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
