"""Which features are stored, told apart from those of another day: for what is made of them and kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from organizer.library.database import mark_bits
from organizer.library.database.columns import chunks, marks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database


def state(db: Database, space_id: str) -> str:
    """Return a word that is another one after features of a space came, went or were made anew.

    Each row that is stored gets a number above all others, so the highest number tells what came, and how
    many there are tells what went. A number is given again only where the highest rows went before: then the
    row that has the highest one now belongs to another video.
    """
    (rows,) = db.execute(
        "SELECT count(*) FROM features INDEXED BY features_by_space WHERE space_id = ?", [space_id]
    ).fetchone()
    last = db.execute(
        """
        SELECT f.rowid, v.key FROM features f JOIN videos v ON v.id = f.video_id
        WHERE f.rowid = (SELECT max(rowid) FROM features)
        """
    ).fetchone()
    return f"{rows} {last[0]} {last[1]}" if last else "0"


def stamps(db: Database, space_id: str) -> dict[int, int]:
    """Return by video id, ascending, a number that is another one once its features are stored anew.

    Numbers of 63 bits. The key of the video is part of them, for ids and rows are used again.
    """
    # Two walks along indexes alone, where a join would look for each video in its table.
    keys = dict(db.execute("SELECT id, key FROM videos"))
    rows = db.execute(
        "SELECT video_id, rowid FROM features INDEXED BY features_by_space WHERE space_id = ?"
        " ORDER BY video_id",
        [space_id],
    )
    return {id_: _stamp(keys[id_], row) for id_, row in rows if id_ in keys}


def _stamp(key: str, row: int) -> int:
    digest = hashlib.blake2b(f"{key} {row}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def spaces_of(db: Database, video_id: int) -> list[str]:
    """Return the feature spaces that a video has features of, by name."""
    rows = db.execute("SELECT space_id FROM features WHERE video_id = ? ORDER BY space_id", [video_id])
    return [id_ for (id_,) in rows]


def offered(db: Database, video_ids: Iterable[int]) -> set[int]:
    """Return those of some videos that a list would show and whose file lies somewhere.

    A folder that is not there now counts: its videos are offline, not gone.
    """
    found: set[int] = set()
    for chunk in chunks(video_ids):
        rows = db.execute(
            f"""SELECT id FROM videos WHERE id IN ({marks(chunk)})
            AND present_in != 0 AND marks & {mark_bits.SET_APART} = 0""",
            chunk,
        )
        found.update(id_ for (id_,) in rows)
    return found
