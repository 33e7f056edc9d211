"""Decisions move from a missing video to the one that a recording lives on in: when asked, and after a scan.

The video that loses them is one whose file is gone. It is not listed any more, like one whose file was
overwritten; should its file come back, it is known again by its content, with what was decided about it.

After a scan they follow by themselves where it is sure that two files are one recording.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from organizer.errors import NotMissingError
from organizer.library.changes import Adopted, Alike
from organizer.library.database.columns import chunks, marks
from organizer.library.database.names import refresh_names
from organizer.library.database.transaction import transaction
from organizer.library.deciding import journal
from organizer.library.reading.videos import lies_nowhere, tags_of, video
from organizer.library.recordings.same_recording import same_recordings
from organizer.library.records import Status, TagRow
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from threading import Event

    from sqlite_utils import Database

    from organizer.library.records import Root

_DECIDED = (TagState.CONFIRMED, TagState.REJECTED)

_STRANDED = "v.present_in = 0 AND (v.confirmed | v.rejected) != 0"


def inherit(db: Database, old_id: int, new_id: int) -> None:
    """Give a video the decisions about another one; its own win. Call it inside a transaction."""
    journal.inherit(db, old_id, new_id)
    decided = db.execute(
        "SELECT tag_id, state, changed_at FROM video_tags WHERE video_id = ? AND state IN (?, ?)",
        [old_id, *_DECIDED],
    )
    for tag_id, state, changed_at in decided.fetchall():
        own = journal.tag_row(db, new_id, tag_id)
        if own is None:
            own = TagRow(TagState.SUGGESTED, journal.score(db, new_id, tag_id), "[]", None, changed_at)
        if own.state not in _DECIDED:
            journal.put(db, new_id, tag_id, replace(own, state=TagState(state), changed_at=changed_at))


def adopt(db: Database, old_id: int, new_id: int) -> Adopted:
    """Move what a person decided about a missing video to another one, whose own decisions win.

    Nothing changes where nothing was decided.

    Raises:
        NotMissingError: the first is not missing, or the second is.
        UnknownVideoError: one of them is not in the library.
    """
    with transaction(db, durable=True):
        return _adopt(db, old_id, new_id)


def _adopt(db: Database, old_id: int, new_id: int) -> Adopted:
    if not lies_nowhere(db, old_id):
        _check_missing(db, old_id)
    new = video(db, new_id)
    if new.status is Status.MISSING:
        raise NotMissingError(f"{new.path}: this video is missing too. Name one that is there.")
    tags = tuple(tag for tag in tags_of(db, old_id) if tag.state in _DECIDED)
    own = {tag.name for tag in new.tags if tag.state in _DECIDED}
    old_path = path_of(db, old_id)
    if tags:
        inherit(db, old_id, new_id)
        db.execute("DELETE FROM places WHERE video_id = ?", [old_id])
        refresh_names(db, [old_id])
    return Adopted(
        old_id,
        old_path,
        new.path,
        tuple(tag for tag in tags if tag.name not in own),
        kept=tuple(tag for tag in tags if tag.name in own),
    )


def _check_missing(db: Database, video_id: int) -> None:
    old = video(db, video_id)
    if old.status is not Status.MISSING:
        raise NotMissingError(
            f"{old.path}: this video is not missing ({old.status.value}). "
            "Only what was decided about a missing one can be moved."
        )


def path_of(db: Database, video_id: int) -> str:
    """Return where a video lies or lay; ``video ID`` where another file lies there now."""
    return f"video {video_id}" if lies_nowhere(db, video_id) else video(db, video_id).path


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
    rows = db.execute(f"SELECT v.id FROM videos v INDEXED BY lists_by_added WHERE {_STRANDED} ORDER BY v.id")
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
