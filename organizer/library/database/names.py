"""Names of videos as people search and sort them, kept up to date with the places of their files.

Each video has one text: the paths of all its places, folded, a line each. Words hold no white space, so none
can be found across two lines. In place of the path of a root, the same for thousands, stands one character;
``reading/search.py`` knows which roots a word means.
"""

from __future__ import annotations

import json
import os
import re
from itertools import groupby
from typing import TYPE_CHECKING

from organizer.library.database.columns import chunks, from_column, marks
from organizer.library.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_SURROGATE = re.compile("[\ud800-\udfff]")
_TO_PRIVATE_USE = 0x10F800 - 0xD800
_ROOT_MARKS = 0xF0000
_PLACES = re.compile(f"\n(?=[{chr(_ROOT_MARKS)}-{chr(_ROOT_MARKS + 0xF000)}]{re.escape(os.sep)})")


def searchable(text: str) -> str:
    """Return folded text as SQLite can hold it.

    Lone surrogates, which stand for bytes that are not UTF-8, become characters for private use.
    """
    return _SURROGATE.sub(lambda found: chr(ord(found[0]) + _TO_PRIVATE_USE), folded(text))


def root_mark(root_id: int) -> str:
    """Return the character, one for private use, that stands for a root's path."""
    return chr(_ROOT_MARKS + root_id % 0xF000)


def words(text: str) -> list[str]:
    """Return the words that a person typed, as they stand in the searched texts, each once."""
    return list(dict.fromkeys(searchable(word) for word in text.split()))


def in_folders(search_text: str, texts: str) -> int:
    """Tell SQLite whether a text occurs in the folder of a place, the separator at its end included.

    Args:
        search_text: of the video.
        texts: a JSON list of the texts of which one must occur; a root's mark stands for its path.
    """
    wanted = json.loads(texts)
    folders = (place[: place.rfind(os.sep) + 1] for place in _places(search_text))
    return any(text in folder for folder in folders for text in wanted)


def in_file_names(search_text: str, texts: str) -> int:
    """Tell SQLite whether a text occurs in the name of a file of a video, as ``in_folders`` does."""
    wanted = json.loads(texts)
    names = (place[place.rfind(os.sep) + 1 :] for place in _places(search_text))
    return any(text in name for name in names for text in wanted)


def _places(search_text: str) -> list[str]:
    """Return the line of each place; a name may hold the end of a line itself."""
    return _PLACES.split(search_text)


def names_of(places: Sequence[tuple[int, str]]) -> tuple[str, str]:
    """Return ``sort_name`` and ``search_text`` of a video at these places: (root id, relative path)."""
    text = "\n".join(root_mark(root_id) + os.sep + searchable(relative) for root_id, relative in places)
    # The first by bytes: so SQLite compares.
    return min(os.fsencode(relative) for _, relative in places).decode("utf-8", "replace"), text


def refresh_names(db: Database, video_ids: Sequence[int]) -> None:
    """Store the names of videos anew after their places changed; call it inside a transaction."""
    for chunk in chunks(video_ids):
        _refresh(db, chunk)


def _refresh(db: Database, video_ids: Sequence[int]) -> None:
    rows = db.execute(
        f"""
        SELECT video_id, root_id, relative_path FROM places
        WHERE video_id IN ({marks(video_ids)}) ORDER BY video_id, id
        """,
        list(video_ids),
    ).fetchall()
    names: list[tuple[str | None, str | None, int]] = []
    for video_id, places in groupby(rows, key=lambda row: row[0]):
        paths = [(root_id, from_column(relative)) for _, root_id, relative in places]
        names.append((*names_of(paths), video_id))
    placed = {video_id for *_, video_id in names}
    names += [(None, None, video_id) for video_id in video_ids if video_id not in placed]
    db.conn.executemany(
        """
        UPDATE videos SET sort_name = ?1, search_text = ?2
        WHERE id = ?3 AND (sort_name IS NOT ?1 OR search_text IS NOT ?2)
        """,
        names,
    )
