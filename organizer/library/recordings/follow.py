"""After a scan: decisions follow recordings to the new files that they live on in, where that is sure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from organizer.library.changes import Alike
from organizer.library.database.columns import chunks, marks
from organizer.library.recordings.adoption import adopt, path_of
from organizer.library.recordings.same_recording import same_recordings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from threading import Event

    from sqlite_utils import Database

    from organizer.library.changes import Adopted
    from organizer.library.records import Root

_STRANDED = "v.present_in = 0 AND (v.confirmed | v.rejected) != 0"


class Recordings:
    """The recordings of a library that changed their files."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def follow(
        self,
        stored: Iterable[int],
        roots: Iterable[Root],
        *,
        overwritten: Iterable[int] = (),
        stop: Event | None = None,
    ) -> tuple[list[Adopted], list[Alike]]:
        """Move decisions from missing videos to new ones that are the same recordings, where that is sure.

        Args:
            stored: the videos that this scan stored.
            roots: those that it looked at. What an earlier scan added to them and then stopped may be the
                same, too.
            overwritten: more videos with decisions, which lie nowhere any more.
            stop: to be set when the search shall end; the next scan makes up for it, and nothing is moved.

        Returns:
            What was moved, and the missing videos that kept their decisions, for it is not clear which new
            one they are.

        Raises:
            StoppedError: ``stop`` was set.
        """
        stranded = {*stranded_videos(self._db), *overwritten}
        if not stranded:
            return [], []
        new = {*stored, *new_since_the_last_scan(self._db, [root.id for root in roots])}
        return adopt_recordings(self._db, stranded, new, stop=stop)

    def count_stranded(self) -> int:
        """Return how many missing videos hold decisions of the person."""
        return len(stranded_videos(self._db))

    def is_left_behind(self, old_id: int, new_id: int) -> bool:
        """Whether a video lies nowhere and holds decisions that the one in its place did not inherit."""
        row = self._db.execute(
            """
            SELECT 1 FROM video_tags t JOIN videos v ON v.id = t.video_id
            WHERE v.id = :old AND v.present_in IS NULL AND t.state IN ('confirmed', 'rejected')
                AND NOT EXISTS (
                    SELECT 1 FROM video_tags n
                    WHERE n.video_id = :new AND n.tag_id = t.tag_id AND n.state IN ('confirmed', 'rejected'))
            """,
            {"old": old_id, "new": new_id},
        ).fetchone()
        return row is not None


def stranded_videos(db: Database) -> list[int]:
    """Return the missing videos about whose tags a person decided something."""
    rows = db.execute(f"SELECT v.id FROM videos v INDEXED BY videos_by_added WHERE {_STRANDED} ORDER BY v.id")
    return [id_ for (id_,) in rows]


def new_since_the_last_scan(db: Database, root_ids: Sequence[int]) -> list[int]:
    """Return the videos in some roots that were added since their root was last scanned to its end.

    That is, by scans that stopped. In a root that never was scanned to its end, all that were added since
    it is one.
    """
    since = dict(
        db.execute(
            f"SELECT id, coalesce(scanned_at, added_at) FROM roots WHERE id IN ({marks(root_ids)})",
            list(root_ids),
        ).fetchall()
    )
    if not since:
        return []
    ids, first = [], min(since.values())
    # From the newest, for only few are new.
    for id_, added_at in db.execute("SELECT id, added_at FROM videos ORDER BY id DESC"):
        if added_at < first:
            break
        places = db.execute("SELECT root_id FROM places WHERE video_id = ? AND missing_since IS NULL", [id_])
        if any(root_id in since and added_at >= since[root_id] for (root_id,) in places.fetchall()):
            ids.append(id_)
    return ids


def adopt_recordings(
    db: Database, stranded: Collection[int], new_ids: Collection[int], *, stop: Event | None = None
) -> tuple[list[Adopted], list[Alike]]:
    """Move decisions from missing videos to those new ones that are the same recordings.

    Args:
        db: the library.
        stranded: the missing videos with decisions.
        new_ids: the videos that they may be; those that are not there are passed over.
        stop: to be set when the search shall end; nothing is moved then.

    Returns:
        What was moved, and the missing videos that kept their decisions, for it is not clear which new one
        they are.

    Raises:
        StoppedError: ``stop`` was set.
    """
    pairs = same_recordings(db, stranded, _there(db, sorted(new_ids)), stop=stop)
    times = Counter(id_ for pair in pairs for id_ in pair)
    adopted, alike = [], dict[int, list[int]]()
    for old_id, new_id in pairs:
        if times[old_id] == times[new_id] == 1:
            adopted.append(adopt(db, old_id, new_id))
        else:
            alike.setdefault(old_id, []).append(new_id)
    return adopted, [
        Alike(path_of(db, old_id), tuple(path_of(db, new_id) for new_id in ids))
        for old_id, ids in alike.items()
    ]


def _there(db: Database, video_ids: Iterable[int]) -> list[int]:
    """Return those of the videos that were there at the last scan."""
    there = []
    for chunk in chunks(video_ids):
        rows = db.execute(
            f"SELECT id FROM videos WHERE present_in > 0 AND id IN ({marks(chunk)})",
            chunk,
        )
        there += [id_ for (id_,) in rows]
    return there
